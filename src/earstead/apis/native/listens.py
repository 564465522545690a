"""Listens: read, add, edit, delete, restore, explain."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response

from earstead.apis.native import answers, requests
from earstead.apis.native.callers import Fresh, Held, Writer, new_router
from earstead.apis.native.problems import Invalid
from earstead.apis.native.shapes import LATEST, MOST, IdPath
from earstead.core import rules
from earstead.kit.http import blocking
from earstead.services.container import Services
from earstead.services.views import ListenFilter

router = new_router("listens")

OfEntity = Annotated[int, Query(ge=0, le=MOST, description="Only listens of this entity.")]
Moment = Annotated[int | None, Query(ge=0, le=LATEST, description="Unix seconds; exclusive.")]


@router.get("/listens", responses={200: {"model": answers.ListenPage}})
async def list_listens(
    response: Response,
    who: Fresh,
    services: Held,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    cursor: Annotated[str, Query(max_length=200, description="`older` or `newer` of a page before.")] = "",
    artist_id: OfEntity = 0,
    release_id: OfEntity = 0,
    recording_id: OfEntity = 0,
    text: Annotated[str, Query(max_length=200, description="Part of a name.")] = "",
    source: Annotated[str, Query(max_length=100)] = "",
    skipped: bool | None = None,
    counted: bool | None = None,
    hidden: Annotated[bool, Query(description="The deleted ones instead.")] = False,
    after: Moment = None,
    before: Moment = None,
) -> Response:
    """A page of your listens, newest first; follow `older` until it is empty."""
    wanted = ListenFilter(
        artist_id=artist_id,
        release_id=release_id,
        recording_id=recording_id,
        text=text,
        source=source,
        skipped=skipped,
        counted=counted,
        hidden=hidden,
        after=after,
        before=before,
    )
    page = await blocking(services.insights.listens, who.id, limit=limit, cursor=cursor, filter=wanted)
    return Response(answers.page_json(page), media_type="application/json", headers=dict(response.headers))


@router.post("/listens", response_model=answers.Added)
async def add_listens(who: Writer, services: Held, body: requests.Plays) -> Any:
    """Add up to a thousand plays: all or, if one cannot be kept, none. Sending the same again is harmless."""
    now = services.clock.now()
    submissions = [requests.submission(play) for play in body.listens]
    faults = [(f"listens.{at}", why) for at, said in enumerate(submissions) if (why := rules.problem(said, now))]
    if faults:
        raise Invalid(faults)
    return await services.ingest.add(who.id, submissions)


@router.get("/listens/{listen_id}", response_model=answers.Listen)
async def read_listen(who: Fresh, services: Held, listen_id: IdPath) -> Any:
    """One listen; the id of one that was merged into another leads there."""
    return await blocking(services.insights.listen, who.id, listen_id)


@router.patch("/listens/{listen_id}", response_model=answers.Listen)
async def edit_listen(who: Writer, services: Held, listen_id: IdPath, body: requests.Edit) -> Any:
    """Correct what a listen says. What was reported is kept; the edit is a decision, and can be undone."""
    changes = body.model_dump(exclude_none=True)
    if not changes:
        raise Invalid([("body", "say at least one thing to change")])
    return await blocking(_edit, services, who.id, listen_id, changes)


def _edit(services: Services, user_id: int, listen_id: int, changes: dict[str, Any]) -> Any:
    held = services.insights.listen(user_id, listen_id)
    services.decisions.make(user_id, "edit", {"listen_id": held.listen_id, **changes})
    return services.insights.listen(user_id, held.listen_id)


@router.delete("/listens/{listen_id}", status_code=204)
async def delete_listen(who: Writer, services: Held, listen_id: IdPath) -> None:
    """Hide a listen: a later report of the same play stays hidden with it. Can be restored."""
    await blocking(_decide, services, who.id, "delete", listen_id)


@router.post("/listens/{listen_id}/restore", response_model=answers.Listen)
async def restore_listen(who: Writer, services: Held, listen_id: IdPath) -> Any:
    """Bring a deleted listen back."""
    return await blocking(_decide, services, who.id, "restore", listen_id)


def _decide(services: Services, user_id: int, kind: str, listen_id: int) -> Any:
    held = services.insights.listen(user_id, listen_id)
    if held.hidden is not (kind == "delete"):
        services.decisions.make(user_id, kind, {"listen_ids": [held.listen_id]})
    return services.insights.listen(user_id, held.listen_id)


@router.get("/listens/{listen_id}/explain", response_model=answers.Explanation)
async def explain_listen(who: Fresh, services: Held, listen_id: IdPath) -> Any:
    """Why this listen is here: every report of it, and every decision that touches it."""
    return await blocking(services.insights.explain, who.id, listen_id)
