"""Everything there is to hear: artists, albums and tracks from the seeded catalogue, shows, audiobooks, playlists.

All ids are drawn from the seed and the name, so equal seeds give equal ids whatever is asked first.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from earstead.kit.clock import seeded
from earstead.sandbox.catalogue import Catalogue, spotify_uri
from earstead.sandbox.words import SHOWS

ARTISTS: Final = 100
AD_URI: Final = "spotify:ad:000000000000000000000000000000"
_BOOKS = (("The Lamplighter's Ledger", "Ida Vorhees"), ("Eleven Winters at Sea", "Tomas Brandal"))
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that plays. `kind` is track, episode, chapter, local or ad.

    Attributes:
        uri: unique; `id` is its last part, "" for local files and ads.
        parent: URI of the album, show or audiobook; "" when there is none.
        credits: URIs of the artists; for a local file their names.
    """

    uri: str
    kind: str
    name: str
    duration_ms: int
    parent: str = ""
    credits: tuple[str, ...] = ()
    number: int = 1
    isrc: str = ""
    explicit: bool = False

    @property
    def id(self) -> str:
        """The last part of the URI, for what has an id."""
        return self.uri.rsplit(":", 1)[-1] if self.kind in ("track", "episode", "chapter") else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """What holds items: an album, show or audiobook; an artist holds their tracks. `date` is YYYY-MM-DD."""

    uri: str
    kind: str
    name: str
    items: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    date: str = ""
    by: str = ""
    albums: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The last part of the URI."""
        return self.uri.rsplit(":", 1)[-1]


def store_of(seed: int) -> Store:
    """The catalogue of a seed; building one takes half a second, so those of equal seeds share what never changes."""
    built = _built(seed)
    store = copy(built)
    store.items = dict(built.items)
    return store


@lru_cache(maxsize=4)
def _built(seed: int) -> Store:
    return Store(seed)


class Store:
    """The catalogue, by URI. Local files join it when they are first named."""

    def __init__(self, seed: int, artists: int = ARTISTS) -> None:
        self.seed = seed
        self.items: dict[str, Item] = {}
        self.holders: dict[str, Holder] = {}
        catalogue = Catalogue(seed, artists)
        self._artists = {name: self.uri("artist", name) for name in catalogue.names}
        for place, name in enumerate(catalogue.names):
            self._add_artist(name, catalogue, place)
        for show in SHOWS:
            self._add_spoken("show", "episode", show, f"{show} Radio", 40)
        for title, author in _BOOKS:
            self._add_spoken("audiobook", "chapter", title, author, 24)
        self.by_isrc = {item.isrc: item for item in self.items.values() if item.isrc}

    def uri(self, kind: str, *name: object) -> str:
        """The URI that belongs to a name in this world."""
        return spotify_uri(seeded(f"{kind} {self.seed} {' / '.join(map(str, name))}"), kind)

    def of(self, kind: str) -> list[Holder]:
        """Artists, albums, shows or audiobooks, the most popular first."""
        return [holder for holder in self.holders.values() if holder.kind == kind]

    def tracks(self) -> list[Item]:
        """All tracks, by artist and album."""
        return [item for item in self.items.values() if item.kind == "track"]

    def find(self, uri: str) -> Item | None:
        """What plays under an URI; local files exist as soon as they are named."""
        item = self.items.get(uri)
        if item is None and uri.startswith("spotify:local:"):
            item = self.items[uri] = _local(uri)
        return item

    def _add_artist(self, name: str, catalogue: Catalogue, place: int) -> None:
        uri = self._artists[name]
        albums, tracks = list[str](), list[str]()
        for number, release in enumerate(catalogue.artist(place).releases):
            title, album = release[0].release, self.uri("album", name, number)
            for at, track in enumerate(release, start=1):
                rng = seeded(f"track {track.uri}")
                self.items[track.uri] = Item(
                    uri=track.uri,
                    kind="track",
                    name=track.name,
                    duration_ms=track.duration_ms,
                    parent=album,
                    credits=tuple(self._artists[credit] for credit in track.artist_names),
                    number=at,
                    isrc="QZ" + "".join(rng.choices(_LETTERS, k=3)) + "".join(rng.choices("0123456789", k=7)),
                    explicit=rng.random() < 0.1,
                )
            rng = seeded(f"date {album}")
            date = f"{rng.randrange(1968, 2026)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
            held = tuple(track.uri for track in release)
            self.holders[album] = Holder(uri=album, kind="album", name=title, items=held, credits=(uri,), date=date)
            albums.append(album)
            tracks.extend(held)
        self.holders[uri] = Holder(uri=uri, kind="artist", name=name, items=tuple(tracks), albums=tuple(albums))

    def _add_spoken(self, kind: str, part: str, name: str, by: str, parts: int) -> None:
        uri = self.uri(kind, name)
        held = []
        for number in range(1, parts + 1):
            item = self.uri(part, name, number)
            length_ms = seeded(f"length {item}").randrange(600, 3600) * 1000
            said = f"Chapter {number}" if part == "chapter" else f"#{number}"
            self.items[item] = Item(uri=item, kind=part, name=said, duration_ms=length_ms, parent=uri, number=number)
            held.append(item)
        self.holders[uri] = Holder(uri=uri, kind=kind, name=name, items=tuple(held), date="2024-03-01", by=by)


def ad() -> Item:
    """What free accounts hear between tracks."""
    return Item(uri=AD_URI, kind="ad", name="Advertisement", duration_ms=30_000)


def local_uri(artist: str, album: str, title: str, seconds: int) -> str:
    """The URI of a file on the listener's own disk."""
    return "spotify:local:" + ":".join(part.replace(" ", "+") for part in (artist, album, title, str(seconds)))


def _local(uri: str) -> Item:
    parts = [part.replace("+", " ") for part in uri.split(":")[2:]]
    artist, album, title, seconds = (*parts, "", "", "", "")[:4]
    length_ms = int(seconds) * 1000 if seconds.isdigit() else 180_000
    return Item(uri=uri, kind="local", name=title, duration_ms=length_ms, parent=album, credits=(artist,))
