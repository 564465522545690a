"""Decisions: the log with undo, and new ones on names, each shown with its effect before it is made.

A new decision is put together in the address (`/decisions/new?kind=merge&entity=artist&id=7&into=9`), which reads
only; the last step posts the same fields. So every step has an address, and back works.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.kit.http import blocking
from earstead.pagekit import page, redirect
from earstead.services.container import Services
from earstead.services.views import EntityKind, EntityRef, ListenFilter
from earstead.web.auth import safe_next, services_of, signed_in, user_of
from earstead.web.decision_words import ENTITIES, KINDS, Kind, asked_kind, complete_subject
from earstead.web.forms import Form, fault_of, query, read_form, sentence, whole

_PER_PAGE = 50
_FOUND = 12
# Enough to meet every spelling of a recording that is played often; the others are split by a second decision.
_LOOK_BACK = 500


@signed_in
async def _log(request: Request) -> Response:
    user = user_of(request)
    before = whole("before", query(request).text("before") or "0")
    rows = await blocking(services_of(request).decisions.log, user.user_id, _PER_PAGE + 1, before)
    older = rows[_PER_PAGE - 1].decision_id if len(rows) > _PER_PAGE else 0
    return page(request, "decisions.html", rows=rows[:_PER_PAGE], older=older, before=before, sentence=sentence)


@signed_in
async def _new(request: Request) -> Response:
    asked = query(request)
    kind = asked_kind(asked)
    context: dict[str, Any] = {"asked": asked, "kind": kind, "kinds": KINDS, "fault": fault_of(None)}
    chosen = await _chosen(request, asked)
    if chosen is None or kind is None:
        found = await _search(request, asked.text("q"), "") if chosen is None else ()
        return page(request, "decision_new.html", chosen=chosen, found=found, entities=ENTITIES, **context)
    if chosen.kind not in kind.entities:
        raise Rejected("kind", f"{kind.title.lower()} does not apply to {ENTITIES[chosen.kind].lower()}")
    return await _fill_in(request, asked, kind, chosen, context)


async def _fill_in(request: Request, asked: Form, kind: Kind, chosen: EntityRef, context: dict[str, Any]) -> Response:
    """The step that asks for what the decision still needs, or shows what it would do."""
    context |= {"chosen": chosen, "found": (), "tracks": (), "preview": None, "subject": {}}
    try:
        subject = complete_subject(kind, chosen, asked)
        if subject is not None:
            context["subject"] = subject
            context["preview"] = await blocking(
                services_of(request).decisions.preview, user_of(request).user_id, kind.name, subject
            )
    except (Rejected, NotFound, Conflict) as fault:
        context["fault"] = fault_of(fault)
    if context["preview"] is None and kind.name == "merge":
        found = await _search(request, asked.text("q") or chosen.name, chosen.kind)
        context["found"] = [ref for ref in found if ref.entity_id != chosen.entity_id]
    if context["preview"] is None and kind.name == "split" and chosen.kind == "recording":
        context["tracks"] = await blocking(_spellings, services_of(request), user_of(request).user_id, chosen)
    status = 422 if context["fault"]["why"] else 200
    return page(request, "decision_fill.html", status=status, **context)


@signed_in
async def _make(request: Request) -> Response:
    user, form = user_of(request), await read_form(request)
    kind, chosen = asked_kind(form), await _chosen(request, form)
    if kind is None or chosen is None:
        raise Rejected("", "this decision is not complete; begin again")
    subject = complete_subject(kind, chosen, form)
    if subject is None:
        raise Rejected("", "this decision is not complete; begin again")
    made = await blocking(services_of(request).decisions.make, user.user_id, kind.name, subject, by_user=user.name)
    return redirect("/decisions", notice=sentence(made.summary), undo=made.decision_id)


@signed_in
async def _undo(request: Request) -> Response:
    return await _turn(request, "undo", "Undone: ")


@signed_in
async def _redo(request: Request) -> Response:
    return await _turn(request, "redo", "It stands again: ")


async def _turn(request: Request, action: str, said: str) -> Response:
    decision_id = whole("decision", request.path_params["decision_id"])
    back = safe_next((await read_form(request)).raw("next") or "/decisions")
    turn = getattr(services_of(request).decisions, action)
    row = await blocking(turn, user_of(request).user_id, decision_id)
    return redirect(back, notice=sentence(f"{said}{row.summary}"))


async def _chosen(request: Request, asked: Form) -> EntityRef | None:
    """The entity a decision is about, None when none was chosen yet. Raises NotFound, Rejected."""
    kind = next((k for k in _entity_kinds() if k == asked.text("entity")), None)
    if kind is None or not asked.text("id"):
        return None
    services, user = services_of(request), user_of(request)
    detail = await blocking(services.insights.entity, user.user_id, kind, asked.number("id"))
    return detail.entity


async def _search(request: Request, text: str, kind: str) -> tuple[EntityRef, ...]:
    if not text:
        return ()
    found = await blocking(services_of(request).insights.search, user_of(request).user_id, text[:200], 60)
    return tuple(ref for ref in found if not kind or ref.kind == kind)[:_FOUND]


def _spellings(services: Services, user_id: int, chosen: EntityRef) -> Mapping[int, str]:
    """The tracks of a recording by id, as "artist — title (release)". Blocking."""
    rows = services.insights.listens(
        user_id, limit=_LOOK_BACK, filter=ListenFilter(recording_id=chosen.entity_id)
    ).items
    return {
        row.track_id: f"{row.artist_name} — {row.track_name}" + (f" ({row.release_name})" if row.release_name else "")
        for row in rows
    }


def _entity_kinds() -> tuple[EntityKind, ...]:
    return tuple(ENTITIES)


routes = [
    Route("/decisions", _log, methods=["GET"]),
    Route("/decisions", _make, methods=["POST"]),
    Route("/decisions/new", _new, methods=["GET"]),
    Route("/decisions/{decision_id}/undo", _undo, methods=["POST"]),
    Route("/decisions/{decision_id}/redo", _redo, methods=["POST"]),
]
