"""The catalogue: single objects, lists inside them, search, what was asked in batches, and what is gone since 2024."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from earstead.kit.clock import seeded
from earstead.sandbox.spotify import search
from earstead.sandbox.spotify.calls import ApiError, Call, Endpoint, uri_list
from earstead.sandbox.spotify.library_calls import first_page, page_of
from earstead.sandbox.spotify.playlist_calls import head
from earstead.sandbox.spotify.shapes import MARKETS, Json, held_by
from earstead.sandbox.spotify.store import Holder, Item

_SEARCHED: Final = ("album", "artist", "playlist", "track", "show", "episode", "audiobook")
_UNIT: Final = ("acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness", "valence")


def _holder(call: Call, kind: str, name: str) -> Holder:
    holder = call.service.store.holders.get(f"spotify:{kind}:{name}")
    if holder is None:
        raise ApiError(404, "Resource not found")
    return holder


def _item(call: Call, kind: str, name: str) -> Item:
    item = call.service.store.items.get(f"spotify:{kind}:{name}")
    if item is None:
        raise ApiError(404, "Resource not found")
    return item


def _draw(call: Call, kind: str, name: str) -> Json:
    """The full object of a kind."""
    if kind == "track":
        return call.shapes.track(_item(call, kind, name))
    if kind in ("episode", "chapter"):
        return call.shapes.part(_item(call, kind, name))
    holder = _holder(call, kind, name)
    drawn = call.shapes.holder(holder.uri)
    if kind in ("album", "show", "audiobook"):
        drawn[held_by(holder)] = first_page(call, holder.uri)
    return drawn


def _one(kind: str) -> Callable[[Call], Json]:
    return lambda call: _draw(call, kind, call.names["id"])


def _many(kind: str, most: int) -> Callable[[Call], Json]:
    def handler(call: Call) -> Json:
        drawn: list[Json | None] = []
        for name in uri_list(call, "ids", most):
            try:
                drawn.append(_draw(call, kind, name))
            except ApiError:
                # Unknown ids leave a gap in their place.
                drawn.append(None)
        return {f"{kind}s": drawn}

    return handler


def _inside(kind: str) -> Callable[[Call], Json]:
    """The page of what an album, show or audiobook holds."""
    return lambda call: page_of(call, _holder(call, kind, call.names["id"]).uri)


def _artist_albums(call: Call) -> Json:
    holder, store = _holder(call, "artist", call.names["id"]), call.service.store
    groups = call.query.get("include_groups", "album,single,appears_on,compilation").split(",")
    albums = sorted((store.holders[uri] for uri in holder.albums), key=lambda album: album.date, reverse=True)
    drawn = [call.shapes.album(album.uri, full=False) for album in albums]
    rows = [album for album in drawn if album["album_type"] in groups]
    if not call.new:
        rows = [album | {"album_group": album["album_type"]} for album in rows]
    return call.page(rows, lambda album: album, **_cut(call))


def _cut(call: Call) -> dict[str, int]:
    return {"most": 10, "usual": 5} if call.new else {"most": 50, "usual": 20}


def _search(call: Call) -> Json:
    text, kinds = call.query.get("q", ""), call.query.get("type", "").split(",")
    if not text.strip():
        raise ApiError(400, "No search query")
    if not set(kinds) <= set(_SEARCHED):
        raise ApiError(400, "Bad search type field")
    if call.number("offset", 0, 0, 100_000) > 1_000:
        raise ApiError(400, "Invalid offset")
    query = search.read(text)
    return {f"{kind}s": call.page(_matches(call, kind, query), lambda row: row(), **_cut(call)) for kind in kinds}


def _matches(call: Call, kind: str, query: search.Query) -> list[Callable[[], Json]]:
    """What was found, to be drawn when it is on the page."""
    store, shapes = call.service.store, call.shapes
    if kind == "track":
        return [lambda item=item: shapes.track(item) for item in search.tracks(store, query)]  # type: ignore[misc]
    if kind == "episode":
        return [
            lambda item=item: shapes.part(item, full=False)  # type: ignore[misc]
            for item in search.parts(store, kind, query)
        ]
    if kind == "playlist":
        lists = [] if query.filters else call.service.playlists.values()
        fits = [row for row in lists if row.public and all(word in row.name.casefold() for word in query.words)]
        return [lambda row=row: head(call, row) for row in fits]  # type: ignore[misc]
    found = search.holders(store, kind, query)
    if kind == "album":
        return [lambda one=one: shapes.album(one.uri, full=False) for one in found]  # type: ignore[misc]
    return [lambda one=one: shapes.holder(one.uri) for one in found]  # type: ignore[misc]


def _top_tracks(call: Call) -> Json:
    holder, store = _holder(call, "artist", call.names["id"]), call.service.store
    return {"tracks": [call.shapes.track(store.items[uri]) for uri in holder.items[:10]]}


def _related(call: Call) -> Json:
    holder = _holder(call, "artist", call.names["id"])
    others = [artist for artist in call.service.store.of("artist") if artist is not holder]
    return {"artists": [call.shapes.artist(artist.uri) for artist in seeded(holder.uri).sample(others, 20)]}


def _features(call: Call) -> Json:
    return _feature(call, _item(call, "track", call.names["id"]))


def _many_features(call: Call) -> Json:
    items = [call.service.store.items.get(f"spotify:track:{name}") for name in uri_list(call, "ids", 100)]
    return {"audio_features": [_feature(call, item) if item else None for item in items]}


def _feature(call: Call, item: Item) -> Json:
    rng = seeded(f"features {item.uri}")
    drawn: Json = {name: round(rng.random(), 3) for name in _UNIT}
    return drawn | {
        "tempo": round(rng.uniform(60, 190), 3),
        "loudness": round(rng.uniform(-30, -2), 3),
        "key": rng.randrange(-1, 12),
        "mode": rng.randrange(2),
        "time_signature": rng.choice((3, 4, 4, 4, 5)),
        "duration_ms": item.duration_ms,
        "id": item.id,
        "uri": item.uri,
        "track_href": f"{call.shapes.base}/tracks/{item.id}",
        "analysis_url": f"{call.shapes.base}/audio-analysis/{item.id}",
        "type": "audio_features",
    }


def _recommendations(call: Call) -> Json:
    names = ("seed_artists", "seed_tracks", "seed_genres")
    seeds = [(name, one) for name in names for one in call.query.get(name, "").split(",") if one]
    if not 1 <= len(seeds) <= 5:
        raise ApiError(400, "Invalid number of seeds")
    tracks = seeded(str(seeds)).sample(call.service.store.tracks(), call.number("limit", 20, 1, 100))
    size: Json = {"initialPoolSize": 500, "afterFilteringSize": 500, "afterRelinkingSize": 500, "href": None}
    said = [{"id": one, "type": name.removeprefix("seed_").removesuffix("s").upper()} | size for name, one in seeds]
    return {"seeds": said, "tracks": [call.shapes.track(track) for track in tracks]}


def _new_releases(call: Call) -> Json:
    albums = sorted(call.service.store.of("album"), key=lambda album: album.date, reverse=True)[:100]
    return {"albums": call.page(albums, lambda album: call.shapes.album(album.uri, full=False))}


def _markets(call: Call) -> Json:
    return {"markets": list(MARKETS)}


def _user(call: Call) -> Json:
    name = call.names["id"]
    if name not in call.service.people:
        raise ApiError(404, "Resource not found")
    return call.shapes.user(name, name.title()) | {"followers": {"href": None, "total": 3}, "images": []}


def _way(path: str, handler: Callable[[Call], Any], family: str = "metadata", gone: str = "", status: int = 403) -> Any:
    return Endpoint(method="GET", path=path, handler=handler, family=family, gone=gone, gone_status=status)


_KINDS: Final = ("track", "album", "artist", "show", "episode", "audiobook", "chapter")

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *(_way(f"/{kind}s", _many(kind, 20 if kind == "album" else 50), gone="2026") for kind in _KINDS),
    *(_way(f"/{kind}s/{{id}}", _one(kind)) for kind in _KINDS),
    _way("/albums/{id}/tracks", _inside("album"), "album-tracks"),
    _way("/shows/{id}/episodes", _inside("show")),
    _way("/audiobooks/{id}/chapters", _inside("audiobook")),
    _way("/artists/{id}/albums", _artist_albums, "artist-albums"),
    _way("/search", _search, "search"),
    _way("/artists/{id}/top-tracks", _top_tracks, gone="2026"),
    _way("/browse/new-releases", _new_releases, gone="2026"),
    _way("/markets", _markets, gone="2026"),
    _way("/users/{id}", _user, gone="2026"),
    _way("/artists/{id}/related-artists", _related, gone="2024"),
    _way("/recommendations", _recommendations, gone="2024", status=404),
    _way("/audio-features", _many_features, gone="2024"),
    _way("/audio-features/{id}", _features, gone="2024"),
)
