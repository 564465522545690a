"""Listens, filtered and paged; and decisions about many of them at once: `/{user}/listens?artist=7&period=2025`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earstead.core.errors import NotFound, Rejected
from earstead.core.periods import Period
from earstead.kit.http import blocking
from earstead.pagekit import not_modified, page, redirect
from earstead.pagekit.words import plural, weekday_date
from earstead.services.views import EntityKind, EntityRef, ListenFilter, ListenRow
from earstead.web import listen, said, sentences
from earstead.web.auth import safe_next
from earstead.web.forms import read_form, whole
from earstead.web.visit import Visit, chosen_period, own_visit, visit

_PER_PAGE = 50
_MOST_SELECTED = 500
_WHICH: Mapping[str, Mapping[str, bool]] = {
    "": {},
    "counted": {"counted": True},
    "short": {"counted": False},
    "skipped": {"skipped": True},
    "deleted": {"hidden": True},
}
_ENTITIES: tuple[EntityKind, ...] = ("artist", "release", "recording")


async def _listens(request: Request) -> Response:
    at = await visit(request)
    asked = {k: v.strip()[:200] for k, v in request.query_params.items() if v.strip()}
    etag = at.state(sorted(asked.items()), await blocking(at.services.feedback.mark, at.owner.user_id))
    if (held := not_modified(request, etag)) is not None:
        return held
    context = await blocking(_gather, request, at, asked)
    return page(request, "listens.html", etag=etag, at=at, asked=asked, **context)


def _gather(request: Request, at: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows; blocking. Raises Rejected for a filter that is none."""
    shown = chosen_period(request, at, "all")
    chosen = _filter(asked, shown)
    found = at.services.insights.listens(
        at.owner.user_id, limit=_PER_PAGE, cursor=asked.get("cursor", ""), filter=chosen
    )
    refs = _named(at, chosen)
    kept = {k: v for k, v in asked.items() if k != "cursor"}
    return {
        "period": shown,
        "chosen": chosen,
        "refs": refs,
        "sentence": sentences.filter_sentence([ref.name for ref in refs], shown, chosen),
        "days": by_day(found.items, at.owner.zone),
        "hearts": said.hearts(at, found.items),
        "newer": _address(at, kept, found.newer),
        "older": _address(at, kept, found.older),
        "filtered": bool(kept),
    }


def _filter(asked: Mapping[str, str], shown: Period) -> ListenFilter:
    which = asked.get("which", "")
    if which not in _WHICH:
        raise Rejected("which", "choose counted, short, skipped or deleted")
    flags = _WHICH[which]
    # `after` is an exclusive bound, a span begins with its first second.
    after, before = (shown.span.start - 1, shown.span.end) if shown.span else (None, None)
    return ListenFilter(
        artist_id=whole("artist", asked.get("artist", "0")),
        release_id=whole("release", asked.get("release", "0")),
        recording_id=whole("recording", asked.get("recording", "0")),
        text=asked.get("q", ""),
        source=asked.get("source", ""),
        counted=flags.get("counted"),
        skipped=flags.get("skipped"),
        hidden=flags.get("hidden", False),
        after=after,
        before=before,
    )


def _named(at: Visit, chosen: ListenFilter) -> list[EntityRef]:
    """The entities a filter names; one that is gone is left out, since the list then is empty anyway."""
    refs = []
    for kind, entity_id in zip(_ENTITIES, (chosen.artist_id, chosen.release_id, chosen.recording_id), strict=True):
        if entity_id:
            try:
                refs.append(at.services.insights.entity(at.owner.user_id, kind, entity_id).entity)
            except NotFound:
                continue
    return refs


def _address(at: Visit, kept: Mapping[str, str], cursor: str) -> str:
    return f"{at.home}/listens?{urlencode({**kept, 'cursor': cursor})}" if cursor else ""


def by_day(rows: tuple[ListenRow, ...], zone: str) -> list[tuple[str, list[ListenRow]]]:
    """Rows under the heading of their local day, in the order they came."""
    return [(day, list(group)) for day, group in groupby(rows, key=lambda r: weekday_date(r.listened_at, zone))]


async def _decide(request: Request) -> Response:
    """The action bar: delete, restore or ban what is selected."""
    at = await own_visit(request)
    form = await read_form(request)
    action = form.choice("action", ("delete", "restore", "ban"))
    ids = [whole("listen", value) for value in form.all("listen")]
    back = safe_next(form.text("next") or f"{at.home}/listens")
    if not ids:
        return redirect(back, notice="Nothing was selected, so nothing was changed.")
    if len(ids) > _MOST_SELECTED:
        raise Rejected("listen", f"select at most {_MOST_SELECTED} listens at once")
    said, undo = await blocking(_carry_out, at, action, ids)
    return redirect(back, notice=said, undo=undo)


def _carry_out(at: Visit, action: str, ids: list[int]) -> tuple[str, int]:
    """Decide; blocking. Returns what to say, and the decision to undo (0 where there are several)."""
    decisions, user_id = at.services.decisions, at.owner.user_id
    if action != "ban":
        made = decisions.make(user_id, action, {"listen_ids": ids})
        done = "Deleted" if action == "delete" else "Restored"
        return f"{done} {plural(len(ids), 'listen')}.", made.decision_id
    tracks = {at.services.insights.listen(user_id, listen_id).recording for listen_id in ids}
    last = 0
    for ref in sorted(tracks, key=lambda r: r.entity_id):
        last = decisions.make(user_id, "ban", {"entity": ref.kind, "id": ref.entity_id}).decision_id
    return f"{plural(len(tracks), 'track')} no longer in statistics.", last if len(tracks) == 1 else 0


routes = [
    Route("/{user}/listens", _listens, methods=["GET"]),
    Route("/{user}/listens", _decide, methods=["POST"]),
    *listen.routes,
]
