"""Playlists: lists, items with snapshots, and who may do what; `/tracks` of the old dialect beside `/items`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from earstead.sandbox.spotify import fields
from earstead.sandbox.spotify.calls import Answer, ApiError, Call, Endpoint, uri_list
from earstead.sandbox.spotify.library_calls import is_kept, keep
from earstead.sandbox.spotify.playlists import Playlist, Row
from earstead.sandbox.spotify.shapes import Json, second

MOST_URIS: Final = 100
MOST_LISTS: Final = 11_000
_PUBLIC, _PRIVATE = "playlist-modify-public", "playlist-modify-private"


def _found(call: Call) -> Playlist:
    playlist = call.service.playlists.get(call.names["id"])
    if playlist is None or playlist.spotify_owned:
        raise ApiError(404, "Resource not found")
    return playlist


def _inside(call: Call, playlist: Playlist) -> bool:
    """Whether the caller is its owner or one of its collaborators."""
    user = call.grant.user
    if not user:
        return False
    return playlist.owner == user or (playlist.collaborative and playlist.uri in call.person.playlists)


def _writable(call: Call) -> Playlist:
    playlist = _found(call)
    if not _inside(call, playlist):
        raise ApiError(403, "You cannot perform this action on a playlist you don't own")
    if (_PUBLIC if playlist.public else _PRIVATE) not in call.grant.scopes:
        raise ApiError(403, "Insufficient client scope")
    return playlist


def _seen(call: Call, playlist: Playlist) -> tuple[str, list[Row]]:
    return playlist.seen(call.now_ms - call.service.playlist_lag_ms)


def head(call: Call, playlist: Playlist) -> Json:
    """A playlist as it stands in lists."""
    href = f"{call.shapes.base}/playlists/{playlist.id}"
    snapshot, rows = _seen(call, playlist)
    drawn: Json = {
        "collaborative": playlist.collaborative,
        "description": playlist.description,
        "external_urls": {"spotify": f"https://open.spotify.com/playlist/{playlist.id}"},
        "href": href,
        "id": playlist.id,
        "images": call.shapes.images(playlist.uri) if rows or playlist.image else [],
        "name": playlist.name,
        "owner": call.shapes.user(playlist.owner, playlist.owner.title()),
        "primary_color": None,
        "public": playlist.public,
        "snapshot_id": snapshot,
        "type": "playlist",
        "uri": playlist.uri,
        "items": {"href": f"{href}/items", "total": len(rows)},
    }
    return drawn | ({"tracks": {"href": f"{href}/tracks", "total": len(rows)}} if call.both else {})


def _row(call: Call, row: Row) -> Json:
    item = call.service.store.find(row.uri)
    assert item is not None
    spoken = item.kind in ("episode", "chapter")
    drawn = call.shapes.as_played(item) | {"episode": spoken, "track": not spoken}
    return {
        "added_at": second(row.added_ms),
        "added_by": call.shapes.user(row.added_by, row.added_by.title()) | {"display_name": None},
        "is_local": item.kind == "local",
        "primary_color": None,
        "item": drawn,
        "video_thumbnail": {"url": None},
    } | ({"track": drawn} if call.both else {})


def _filtered(call: Call, drawn: Json) -> Json:
    wanted = call.query.get("fields", "")
    if not wanted:
        return drawn
    try:
        kept: Json = fields.keep(drawn, fields.read(wanted))
    except ValueError as problem:
        raise ApiError(400, str(problem)) from None
    return kept


def _page(call: Call, playlist: Playlist) -> Json:
    """The items; the old dialect takes 100 at once, the new one 50."""
    most = 50 if call.new else 100
    return call.page(_seen(call, playlist)[1], lambda row: _row(call, row), most=most, usual=most)


def _playlist(call: Call) -> Json:
    return _filtered(call, _full(call, _found(call)))


def _full(call: Call, playlist: Playlist) -> Json:
    """A playlist as it stands alone; for strangers without its items."""
    path = f"/playlists/{playlist.id}"
    drawn = head(call, playlist) | {"followers": {"href": None, "total": 0}}
    if call.new and not _inside(call, playlist):
        drawn.pop("items")
        drawn.pop("tracks", None)
        return drawn
    for name in ("items", "tracks") if call.both else ("items",):
        drawn[name] = _page(replace(call, path=f"{path}/{name}"), playlist)
    return drawn


def _items(call: Call) -> Json:
    playlist = _found(call)
    if call.new and not _inside(call, playlist):
        raise ApiError(403, "Forbidden")
    return _filtered(call, _page(call, playlist))


def _lists(call: Call) -> Json:
    person, all_lists = call.person, call.service.playlists
    rows = [all_lists[uri.rsplit(":", 1)[-1]] for uri in person.playlists]
    if "playlist-read-private" not in call.grant.scopes:
        rows = [row for row in rows if row.public]
    return call.page(rows, lambda row: head(call, row))


def _lists_of(call: Call) -> Json:
    if call.names["id"] == call.grant.user:
        return _lists(call)
    rows = [row for row in call.service.playlists.values() if row.owner == call.names["id"] and row.public]
    return call.page(rows, lambda row: head(call, row))


def _create(call: Call) -> Answer:
    person, name = call.person, call.said("name")
    if not isinstance(name, str) or not name:
        raise ApiError(400, "Missing required field: name")
    if call.names.get("id", person.name) != person.name:
        raise ApiError(403, "You cannot create a playlist for another user")
    public, collaborative = bool(call.said("public") in (None, True)), bool(call.said("collaborative"))
    if public and collaborative:
        raise ApiError(400, "Collaborative playlists can only be private")
    if (_PUBLIC if public else _PRIVATE) not in call.grant.scopes:
        raise ApiError(403, "Insufficient client scope")
    if len(person.playlists) >= MOST_LISTS:
        raise ApiError(400, "Playlist limit reached")
    text = str(call.said("description") or "")
    made = call.service.new_playlist(person.name, name, public=public, collaborative=collaborative, description=text)
    return Answer(_full(replace(call, query={}), made), 201)


def _change(call: Call) -> Answer:
    playlist = _writable(call)
    public = playlist.public if call.said("public") is None else bool(call.said("public"))
    collaborative = playlist.collaborative if call.said("collaborative") is None else bool(call.said("collaborative"))
    if public and collaborative:
        raise ApiError(400, "Collaborative playlists can only be private")
    playlist.public, playlist.collaborative = public, collaborative
    playlist.name = str(call.said("name") or playlist.name)
    if call.said("description") is not None:
        playlist.description = str(call.said("description"))
    return Answer(None, 200)


def _uris(call: Call, body_names: tuple[str, ...] = ("uris",)) -> list[str]:
    uris = uri_list(call, "uris", MOST_URIS, body_names=body_names)
    for uri in uris:
        if call.service.store.find(uri) is None or uri.startswith("spotify:local:"):
            raise ApiError(400, f"Invalid track uri: {uri}")
    return uris


def _add(call: Call) -> Answer:
    playlist, uris = _writable(call), _uris(call)
    place = call.number("position", -1, 0, len(playlist.rows))
    said = call.said("position")
    if place < 0 and said is not None:
        if not isinstance(said, int) or not 0 <= said <= len(playlist.rows):
            raise ApiError(400, "Index out of bounds.")
        place = said
    return _written(lambda: playlist.add(uris, place if place >= 0 else None, call.grant.user, call.now_ms), 201)


def _replace_or_move(call: Call) -> Answer:
    playlist = _writable(call)
    replaces = "uris" in call.query or call.said("uris") is not None
    if replaces and call.said("range_start") is not None:
        raise ApiError(400, "Replacing and moving exclude each other")
    if replaces:
        uris = [] if call.query.get("uris") == "" or call.said("uris") == [] else _uris(call)
        return _written(lambda: playlist.replace(uris, call.grant.user, call.now_ms))
    start, before, length = (call.said(name) for name in ("range_start", "insert_before", "range_length"))
    if not isinstance(start, int) or not isinstance(before, int) or not isinstance(length or 1, int):
        raise ApiError(400, "Missing required field: range_start or insert_before")
    snapshot = str(call.said("snapshot_id") or "")
    return _written(lambda: playlist.move(start, before, length or 1, call.now_ms, snapshot))


def _remove(*, old: bool) -> Callable[[Call], Answer]:
    """Removal; only the old dialect knows positions, the new one takes out every occurrence."""

    def handler(call: Call) -> Answer:
        playlist = _writable(call)
        rows = call.said("tracks" if old else "items")
        if not isinstance(rows, list) or not all(isinstance(row, dict) and "uri" in row for row in rows):
            raise ApiError(400, f"Missing required field: {'tracks' if old else 'items'}")
        if len(rows) > MOST_URIS:
            raise ApiError(400, "You can remove a maximum of 100 items per request")
        wanted = [(str(row["uri"]), row.get("positions") if old else None) for row in rows]
        snapshot = str(call.said("snapshot_id") or "")
        return _written(lambda: playlist.remove(wanted, call.now_ms, snapshot))

    return handler


def _written(write: Callable[[], str], status: int = 200) -> Answer:
    try:
        return Answer({"snapshot_id": write()}, status)
    except ValueError as problem:
        raise ApiError(400, str(problem)) from None


def _images(call: Call) -> list[Json]:
    return call.shapes.images(_found(call).uri)


def _set_image(call: Call) -> Answer:
    playlist = _writable(call)
    try:
        picture = base64.b64decode(call.raw, validate=True)
    except binascii.Error:
        picture = b""
    if not picture.startswith(b"\xff\xd8"):
        raise ApiError(400, "The image is no JPEG in base64")
    if len(call.raw) > 256 * 1024:
        raise ApiError(413, "Payload too large")
    playlist.image = "set"
    return Answer(None, 202)


def _follow(*, kept: bool) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        keep(call, [_found(call).uri], kept=kept)
        return Answer(None, 200)

    return handler


def _follows(call: Call) -> list[bool]:
    return [is_kept(call, _found(call).uri)]


def _way(method: str, path: str, handler: Callable[[Call], Any], *, gone: str = "") -> Endpoint:
    family, scopes = ("playlists", ()) if method == "GET" else ("writes", (_PUBLIC, _PRIVATE))
    return Endpoint(method=method, path=path, handler=handler, family=family, scopes=scopes, gone=gone)


ENDPOINTS: Final = (
    _way("GET", "/me/playlists", _lists),
    _way("POST", "/me/playlists", _create),
    _way("GET", "/users/{id}/playlists", _lists_of, gone="2026"),
    _way("POST", "/users/{id}/playlists", _create, gone="2026"),
    _way("GET", "/playlists/{id}", _playlist),
    _way("PUT", "/playlists/{id}", _change),
    *(
        endpoint
        for name, gone in (("items", ""), ("tracks", "2026"))
        for endpoint in (
            _way("GET", f"/playlists/{{id}}/{name}", _items, gone=gone),
            _way("POST", f"/playlists/{{id}}/{name}", _add, gone=gone),
            _way("PUT", f"/playlists/{{id}}/{name}", _replace_or_move, gone=gone),
            _way("DELETE", f"/playlists/{{id}}/{name}", _remove(old=name == "tracks"), gone=gone),
        )
    ),
    _way("GET", "/playlists/{id}/images", _images),
    _way("PUT", "/playlists/{id}/images", _set_image),
    _way("PUT", "/playlists/{id}/followers", _follow(kept=True), gone="2026"),
    _way("DELETE", "/playlists/{id}/followers", _follow(kept=False), gone="2026"),
    _way("GET", "/playlists/{id}/followers/contains", _follows, gone="2026"),
)
