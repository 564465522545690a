"""The objects of the Web API as JSON, in the old dialect and in the one new clients get since February 2026."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from earstead.kit.clock import seeded
from earstead.sandbox.spotify.store import Holder, Item, Store

Json = dict[str, Any]
MARKETS: Final = ("DE", "SE", "US")
GONE: Final[dict[str, tuple[str, ...]]] = {
    "track": ("available_markets", "linked_from", "popularity"),
    "album": ("album_group", "available_markets", "label", "popularity"),
    "artist": ("followers", "popularity"),
    "user": ("country", "email", "explicit_content", "followers", "product"),
    "show": ("available_markets", "publisher"),
    "audiobook": ("available_markets", "publisher"),
    "chapter": ("available_markets",),
}
"""What vanished for new development-mode clients, by type of object."""
_FILLED: Final[Json] = {
    "popularity": 0,
    "product": "premium",
    "followers": {"href": None, "total": 0},
    "available_markets": [],
}
_EMPTY_EPISODE: Final[Json] = {
    "is_externally_hosted": False,
    "language": "",
    "languages": [""],
    "release_date": "0000",
    "release_date_precision": "year",
}
_OF_BOOKS: Final = ("authors", "edition", "narrators", "total_chapters")
_EMPTY_SHOW: Final[Json] = {"is_externally_hosted": False, "total_episodes": 0}


def moment(ms: int) -> str:
    """RFC 3339 with milliseconds."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def second(ms: int) -> str:
    """RFC 3339 to the second."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Shapes:
    """Draws objects for one answer.

    Args:
        base: address of the API up to and with /v1, without a slash at the end.
        new: whether the client speaks the dialect of February 2026.
        fill: whether fields that vanished are there nevertheless, with values that say nothing.
    """

    store: Store
    base: str
    new: bool = True
    fill: bool = False

    def track(self, item: Item, *, album: bool = True) -> Json:
        """A track; without its album as rows of `/albums/{id}/tracks` are."""
        if item.kind == "local":
            return self._local(item)
        drawn = self._head("track", item.uri, item.name) | {
            "artists": [self.artist(uri, full=False) for uri in item.credits],
            "available_markets": list(MARKETS),
            "disc_number": 1,
            "duration_ms": item.duration_ms,
            "explicit": item.explicit,
            "is_local": False,
            "is_playable": True,
            "preview_url": None,
            "track_number": item.number,
        }
        if album:
            drawn["album"] = self.album(item.parent, full=False)
            drawn["external_ids"] = {"isrc": item.isrc}
            drawn["popularity"] = _popularity(item.uri)
        return self._cut("track", drawn)

    def album(self, uri: str, *, full: bool = True) -> Json:
        """An album; the short form stands inside tracks and lists."""
        holder = self.store.holders[uri]
        kind = "single" if len(holder.items) < 4 else "album"
        drawn = self._head("album", uri, holder.name) | {
            "album_type": kind,
            "artists": [self.artist(credit, full=False) for credit in holder.credits],
            "available_markets": list(MARKETS),
            "images": self.images(uri),
            "is_playable": True,
            "release_date": holder.date,
            "release_date_precision": "day",
            "total_tracks": len(holder.items),
        }
        if full:
            digits = seeded(uri).choices("0123456789", k=12)
            drawn |= {
                "copyrights": [],
                "external_ids": {"upc": "".join(digits)},
                "genres": [],
                "label": holder.name,
                "popularity": _popularity(uri),
            }
        return self._cut("album", drawn)

    def artist(self, uri: str, *, full: bool = True) -> Json:
        """An artist."""
        drawn = self._head("artist", uri, self.store.holders[uri].name)
        if full:
            drawn |= {
                "followers": {"href": None, "total": _popularity(uri) ** 3},
                "genres": [],
                "images": self.images(uri),
                "popularity": _popularity(uri),
            }
        return self._cut("artist", drawn)

    def holder(self, uri: str) -> Json:
        """Whatever an URI of an album, artist, show or audiobook names."""
        drawn: dict[str, Callable[[str], Json]] = {"album": self.album, "artist": self.artist}
        return drawn.get(self.store.holders[uri].kind, self.spoken)(uri)

    def spoken(self, uri: str) -> Json:
        """A show or an audiobook."""
        holder = self.store.holders[uri]
        drawn = self._head(holder.kind, uri, holder.name) | {
            "available_markets": list(MARKETS),
            "copyrights": [],
            "description": f"{holder.name}.",
            "html_description": f"<p>{holder.name}.</p>",
            "explicit": False,
            "images": self.images(uri),
            "languages": ["en"],
            "media_type": "audio",
            "publisher": holder.by,
        }
        if holder.kind == "audiobook":
            people = {"authors": [{"name": holder.by}], "narrators": [{"name": holder.by}]}
            drawn |= people | {"edition": "Unabridged", "total_chapters": len(holder.items)}
        else:
            drawn |= {"is_externally_hosted": False, "total_episodes": len(holder.items)}
        return self._cut(holder.kind, drawn)

    def part(self, item: Item, *, full: bool = True, heard_ms: int = 0) -> Json:
        """An episode or a chapter; the full form names its show or audiobook."""
        holder = self.store.holders[item.parent]
        drawn = self._head(item.kind, item.uri, item.name) | {
            "audio_preview_url": None,
            "available_markets": list(MARKETS),
            "description": item.name,
            "html_description": f"<p>{item.name}</p>",
            "duration_ms": item.duration_ms,
            "explicit": False,
            "images": self.images(holder.uri),
            "is_playable": True,
            "languages": ["en"],
            "release_date": holder.date,
            "release_date_precision": "day",
            "resume_point": {"fully_played": heard_ms >= item.duration_ms, "resume_position_ms": heard_ms},
        }
        if item.kind == "episode":
            drawn |= {"is_externally_hosted": False, "language": "en"}
            drawn.pop("available_markets")
        else:
            drawn["chapter_number"] = item.number
        if full:
            drawn["show" if item.kind == "episode" else "audiobook"] = self.spoken(item.parent)
        return self._cut(item.kind, drawn)

    def as_played(self, item: Item) -> Json:
        """An item as the player shows it: a chapter passes for an episode of a show, with the id of the chapter."""
        if item.kind == "chapter":
            drawn = self.part(item) | self._head("episode", f"spotify:episode:{item.id}", item.name) | _EMPTY_EPISODE
            book = drawn.pop("audiobook")
            show = {name: value for name, value in book.items() if name not in _OF_BOOKS}
            drawn["show"] = show | self._head("show", f"spotify:show:{show['id']}", show["name"]) | _EMPTY_SHOW
            drawn.pop("chapter_number")
            drawn.pop("available_markets", None)
            return drawn
        return self.part(item) if item.kind == "episode" else self.track(item)

    def images(self, uri: str) -> list[Json]:
        """Covers in three sizes; addresses that answer nothing."""
        name = uri.rsplit(":", 1)[-1]
        return [
            {"url": f"{self.base}/sandbox-images/{name}-{size}.jpg", "height": size, "width": size}
            for size in (640, 300, 64)
        ]

    def context(self, uri: str, user: str) -> Json | None:
        """Where something is played from."""
        if not uri:
            return None
        uri = uri.replace(":audiobook:", ":show:")
        kind = "collection" if uri.endswith(":collection") else uri.split(":")[1]
        path = "/me/tracks" if kind == "collection" else f"/{kind}s/{uri.rsplit(':', 1)[-1]}"
        link = "collection/tracks" if kind == "collection" else f"{kind}/{uri.rsplit(':', 1)[-1]}"
        urls = {"spotify": f"https://open.spotify.com/{link}"}
        return {"type": kind, "href": self.base + path, "external_urls": urls, "uri": uri}

    def user(self, name: str, shown: str, *, me: Json | None = None) -> Json:
        """A user; `me` adds what `/me` says."""
        drawn = self._head("user", f"spotify:user:{name}", "") | {"display_name": shown}
        del drawn["name"]
        drawn["id"] = name
        return self._cut("user", drawn | me) if me is not None else drawn

    def _head(self, kind: str, uri: str, name: str) -> Json:
        last = uri.rsplit(":", 1)[-1]
        return {
            "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{last}"},
            "href": f"{self.base}/{kind}s/{last}",
            "id": last,
            "name": name,
            "type": kind,
            "uri": uri,
        }

    def _local(self, item: Item) -> Json:
        nobody: Json = {"external_urls": {}, "href": None, "id": None, "type": "artist", "uri": None}
        album: Json = {"album_type": None, "artists": [], "available_markets": [], "external_urls": {}, "href": None}
        album |= {"id": None, "images": [], "name": item.parent, "release_date": None, "release_date_precision": None}
        album |= {"type": "album", "uri": None}
        drawn = {
            "album": album,
            "artists": [nobody | {"name": name} for name in item.credits],
            "available_markets": [],
            "disc_number": 0,
            "duration_ms": item.duration_ms,
            "explicit": False,
            "external_ids": {},
            "external_urls": {},
            "href": None,
            "id": None,
            "is_local": True,
            "name": item.name,
            "popularity": 0,
            "preview_url": None,
            "track_number": 0,
            "type": "track",
            "uri": item.uri,
        }
        return self._cut("track", drawn)

    def _cut(self, kind: str, drawn: Json) -> Json:
        if not self.new:
            return drawn
        for name in GONE.get(kind, ()):
            if name in drawn:
                if self.fill and name in _FILLED:
                    drawn[name] = _FILLED[name]
                elif not self.fill:
                    del drawn[name]
        return drawn


def _popularity(uri: str) -> int:
    return seeded(f"popularity {uri}").randrange(1, 90)


def held_by(holder: Holder) -> str:
    """The name under which a holder's items stand in its full object."""
    return {"album": "tracks", "show": "episodes", "audiobook": "chapters"}[holder.kind]
