"""The user's own things: profile, top lists, saved items, followed artists; in the old ways and the new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from earstead.sandbox.spotify.calls import Answer, ApiError, Call, Endpoint, uri_list
from earstead.sandbox.spotify.service import Person
from earstead.sandbox.spotify.shapes import Json, held_by, second

_READ, _WRITE = "user-library-read", "user-library-modify"
_FOLLOWED, _FOLLOW = "user-follow-read", "user-follow-modify"
_SPANS: Final = {"short_term": 28, "medium_term": 182, "long_term": 365}
_NEW_MOST: Final = 40


def _me(call: Call) -> Json:
    person = call.person
    full = {
        "account_id": person.account_id,
        "country": "DE",
        "email": f"{person.name}@example.org",
        "explicit_content": {"filter_enabled": False, "filter_locked": False},
        "followers": {"href": None, "total": 3},
        "images": [],
        "product": "premium" if person.premium else "free",
    }
    return call.shapes.user(person.name, person.name.title(), me=full)


def _top(call: Call) -> Json:
    person, store = call.person, call.service.store
    days = _SPANS.get(call.query.get("time_range", "medium_term"), 0)
    kind = call.names["kind"]
    if not days or kind not in ("artists", "tracks"):
        raise ApiError(400, "Invalid time range" if not days else "Invalid type")
    since, heard = call.now_ms - days * 86_400_000, Counter[str]()
    for play in person.player.plays:
        if play.kind == "track" and play.started_ms >= since and not play.private:
            item = store.items[play.uri]
            heard.update([item.credits[0] if kind == "artists" else item.uri])
    for uri in [*person.followed] if kind == "artists" else [*person.saved["track"]]:
        # What somebody likes without having played it stands at the end.
        heard.setdefault(uri, 0)
    ordered = [uri for uri, _ in heard.most_common()]
    if kind == "artists":
        return call.page(ordered, call.shapes.artist)
    return call.page(ordered, lambda uri: call.shapes.track(store.items[uri]))


def _drawn(call: Call, kind: str, uri: str) -> Json:
    store = call.service.store
    if kind == "track":
        return call.shapes.track(store.items[uri])
    if kind == "episode":
        return call.shapes.part(store.items[uri])
    drawn = call.shapes.holder(uri)
    if kind == "album":
        drawn["tracks"] = first_page(call, uri)
    return drawn


def first_page(call: Call, uri: str) -> Json:
    """The first 50 of what an album, show or audiobook holds, as they stand inside it."""
    holder = call.service.store.holders[uri]
    path = f"/{holder.kind}s/{holder.id}/{held_by(holder)}"
    return page_of(replace(call, path=path, query={}), uri, usual=50)


def page_of(call: Call, uri: str, usual: int = 20) -> Json:
    """The page of what an album, show or audiobook holds that the call asks for."""
    store = call.service.store
    holder = store.holders[uri]
    items = [store.items[item] for item in holder.items]
    if holder.kind == "album":
        return call.page(items, lambda item: call.shapes.track(item, album=False), usual=usual)
    return call.page(items, lambda item: call.shapes.part(item, full=False), usual=usual)


def _saved(kind: str) -> Callable[[Call], Json]:
    def handler(call: Call) -> Json:
        rows = sorted(call.person.saved[kind].items(), key=lambda row: row[1], reverse=True)
        return call.page(rows, lambda row: {"added_at": second(row[1]), kind: _drawn(call, kind, row[0])})

    return handler


def _following(call: Call) -> Json:
    if call.query.get("type") != "artist":
        raise ApiError(400, "Invalid type")
    limit, after = call.number("limit", 20, 1, 50), call.query.get("after", "")
    followed = list(reversed(call.person.followed))
    ids = [uri.rsplit(":", 1)[-1] for uri in followed]
    start = ids.index(after) + 1 if after in ids else 0
    rows = followed[start : start + limit]
    last = rows[-1].rsplit(":", 1)[-1] if rows and start + limit < len(followed) else None
    return {
        "artists": {
            "href": call.link(limit=limit),
            "items": [call.shapes.artist(uri) for uri in rows],
            "limit": limit,
            "next": call.link(after=last, limit=limit) if last else None,
            "cursors": {"after": last},
            "total": len(followed),
        }
    }


def _shelf(call: Call, person: Person, uri: str) -> dict[str, int]:
    """Where a thing of this URI is kept, once it is sure that the thing exists.

    Raises:
        ApiError: it does not.
    """
    kind, store = uri.split(":")[1] if uri.count(":") == 2 else "", call.service.store
    if kind == "artist" and uri in store.holders:
        return person.followed
    if kind in person.saved and (uri in store.holders or uri in store.items):
        return person.saved[kind]
    raise ApiError(400, f"Invalid uri: {uri}")


def keep(call: Call, uris: list[str], *, kept: bool) -> None:
    """Save or follow everything, or nothing of it when one thing does not exist.

    Raises:
        ApiError: one does not exist.
    """
    person = call.person
    lists = [uri for uri in uris if ":playlist:" in uri]
    for uri in lists:
        if uri.rsplit(":", 1)[-1] not in call.service.playlists:
            raise ApiError(404, "Resource not found")
    shelves = [(_shelf(call, person, uri), uri) for uri in uris if ":playlist:" not in uri and ":user:" not in uri]
    for shelf, uri in shelves:
        shelf.pop(uri, None)
        if kept:
            shelf[uri] = call.now_ms
    for uri in lists:
        if kept != (uri in person.playlists):
            (person.playlists.append if kept else person.playlists.remove)(uri)


def is_kept(call: Call, uri: str) -> bool:
    """Whether the user saved or follows it."""
    person = call.person
    if ":playlist:" in uri:
        return uri in person.playlists
    return uri in person.followed or any(uri in shelf for shelf in person.saved.values())


def _keep_new(*, kept: bool) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        keep(call, uri_list(call, "uris", _NEW_MOST), kept=kept)
        return Answer(None, 200)

    return handler


def _contains_new(call: Call) -> list[bool]:
    return [is_kept(call, uri) for uri in uri_list(call, "uris", _NEW_MOST)]


def _keep_old(kind: str, *, kept: bool) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        ids = uri_list(call, "ids", 50, body_names=("ids",))
        keep(call, [f"spotify:{kind}:{name}" for name in ids], kept=kept)
        return Answer(None, 204 if kind == "artist" else 200)

    return handler


def _contains_old(kind: str) -> Callable[[Call], list[bool]]:
    return lambda call: [is_kept(call, f"spotify:{kind}:{name}") for name in uri_list(call, "ids", 50)]


def _old_ways() -> list[Endpoint]:
    """What `/me/library` replaced: saving and asking by kind."""
    made = []
    paths = [(f"/me/{kind}s", kind, _READ, _WRITE) for kind in ("track", "album", "show", "episode", "audiobook")]
    for path, kind, read, write in [*paths, ("/me/following", "artist", _FOLLOWED, _FOLLOW)]:
        made += [
            _way("PUT", path, _keep_old(kind, kept=True), write, gone="2026"),
            _way("DELETE", path, _keep_old(kind, kept=False), write, gone="2026"),
            _way("GET", f"{path}/contains", _contains_old(kind), read, gone="2026"),
        ]
    return made


def _way(method: str, path: str, handler: Callable[[Call], Any], *scopes: str, gone: str = "") -> Endpoint:
    family = "library" if method == "GET" else "writes"
    return Endpoint(method=method, path=path, handler=handler, family=family, scopes=scopes, gone=gone)


ENDPOINTS: Final = (
    Endpoint(method="GET", path="/me", handler=_me, family="me"),
    _way("GET", "/me/top/{kind}", _top, "user-top-read"),
    *(_way("GET", f"/me/{kind}s", _saved(kind), _READ) for kind in ("track", "album", "show", "episode", "audiobook")),
    _way("GET", "/me/following", _following, _FOLLOWED),
    _way("PUT", "/me/library", _keep_new(kept=True), _WRITE, _FOLLOW, "playlist-modify-public"),
    _way("DELETE", "/me/library", _keep_new(kept=False), _WRITE, _FOLLOW, "playlist-modify-public"),
    _way("GET", "/me/library/contains", _contains_new, _READ, _FOLLOWED, "playlist-read-private"),
    *_old_ways(),
)
