"""The endpoint of what was recently played."""

from __future__ import annotations

from earstead.sandbox.spotify.calls import ApiError, Call
from earstead.sandbox.spotify.recent import Told, told
from earstead.sandbox.spotify.shapes import Json, moment


def recently_played(call: Call) -> Json:
    """A page of the last 50 plays, newest first; both cursors are exclusive.

    Raises:
        ApiError: both cursors are given, or a number is none.
    """
    service, person = call.service, call.person
    limit = call.number("limit", 20, 1, 50)
    after, before = (call.number(name, 0, 0, 10**15) for name in ("after", "before"))
    if "after" in call.query and "before" in call.query:
        raise ApiError(400, "Only one of after or before may be specified")
    rows = told(person.player.plays, service.quirks, f"{service.seed} {person.name}", call.now_ms)
    if "after" in call.query:
        rows = [row for row in rows if row.played_at_ms > after]
    if "before" in call.query:
        rows = [row for row in rows if row.played_at_ms < before]
    rows = rows[:limit]
    cursors = {"after": str(rows[0].played_at_ms), "before": str(rows[-1].played_at_ms)} if rows else None
    more = f"{call.shapes.base}{call.path}?before={cursors['before']}&limit={limit}" if cursors else ""
    return {
        "items": [_history(call, row) for row in rows],
        "next": more if len(rows) == limit else None,
        "cursors": cursors,
        "limit": limit,
        "href": call.link(limit=limit),
    }


def _history(call: Call, row: Told) -> Json:
    item = call.service.store.find(row.play.uri)
    assert item is not None
    return {
        "track": call.shapes.track(item),
        "played_at": moment(row.played_at_ms),
        "context": call.shapes.context(row.play.context_uri, call.grant.user),
    }
