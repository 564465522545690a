"""Decisions: preview, make, undo, redo, log."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from earstead.apis.native import answers, requests
from earstead.apis.native.callers import Decider, Fresh, Held, new_router
from earstead.apis.native.shapes import MOST, IdPath
from earstead.kit.http import blocking

router = new_router("decisions")


@router.get("/decisions", response_model=tuple[answers.Decision, ...])
async def log(
    who: Fresh,
    services: Held,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[int, Query(ge=0, le=MOST, description="Decisions older than this id.")] = 0,
) -> Any:
    """Your decisions, newest first, the undone ones included."""
    return await blocking(services.decisions.log, who.id, limit=limit, before=before)


@router.post("/decisions", response_model=answers.Decision, status_code=201)
async def make(who: Decider, services: Held, body: requests.DecisionBody) -> Any:
    """Make a decision; it acts on the whole past at once and on everything to come."""
    return await blocking(services.decisions.make, who.id, body.kind, requests.subject_ids(body.subject))


@router.post("/decisions/preview", response_model=answers.DecisionPreview)
async def preview(who: Decider, services: Held, body: requests.DecisionBody) -> Any:
    """What a decision would change, without making it."""
    return await blocking(services.decisions.preview, who.id, body.kind, requests.subject_ids(body.subject))


@router.post("/decisions/{decision_id}/undo", response_model=answers.Decision)
async def undo(who: Decider, services: Held, decision_id: IdPath) -> Any:
    """Take a decision back; everything is as if it had not been made."""
    return await blocking(services.decisions.undo, who.id, decision_id)


@router.post("/decisions/{decision_id}/redo", response_model=answers.Decision)
async def redo(who: Decider, services: Held, decision_id: IdPath) -> Any:
    """Let an undone decision stand again."""
    return await blocking(services.decisions.redo, who.id, decision_id)
