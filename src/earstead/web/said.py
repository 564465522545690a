"""What people say about a song besides its tags: love, and where it can be played; shown and changed in one block.

Love is the viewer's, on whosever page; links are the owner's. Each form works as a form; with htmx the
block is drawn anew in its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earstead.core.errors import NotFound
from earstead.core.playlinks import SERVICES, Service
from earstead.kit.http import blocking
from earstead.pagekit import page, redirect
from earstead.services.accounts import User
from earstead.services.feedback import LOVED
from earstead.services.playlinks import PlayLink
from earstead.services.views import EntityDetail, EntityKind, EntityRef, ListenRow
from earstead.web.auth import current_user, safe_next, signed_in, user_of
from earstead.web.forms import Form, query, read_form, whole
from earstead.web.visit import Visit, own_visit, visit

LINKED: tuple[EntityKind, ...] = ("recording", "episode")
"""Kinds that have links of their own; artists, releases and shows are played by their recordings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The block: whether the viewer loves it, its links, and how many songs of it have one (`playable`)."""

    ref: EntityRef
    loved: bool = False
    links: tuple[PlayLink, ...] = ()
    playable: int = 0

    @property
    def state(self) -> tuple[object, ...]:
        """What an ETag must change with."""
        return self.loved, self.playable, *(f"{link.target}{link.own:d}" for link in self.links)


def gather(at: Visit, viewer: User | None, kind: EntityKind, entity_id: int) -> Said:
    """What is said of an entity that the owner heard; blocking. Raises NotFound."""
    return of_detail(at, viewer, at.services.insights.entity(at.owner.user_id, kind, entity_id))


def gather_known(at: Visit, viewer: User | None, kind: EntityKind, entity_id: int) -> Said | None:
    """`gather`, or None for what is in no list any more."""
    try:
        return gather(at, viewer, kind, entity_id)
    except NotFound:
        return None


def of_detail(at: Visit, viewer: User | None, detail: EntityDetail) -> Said:
    """`gather`, where the entity was looked up already."""
    services, ref = at.services, detail.entity
    own = ref.kind in LINKED
    ids = [ref.entity_id] if own else [row.entity.entity_id for row in detail.recordings]
    links = services.playlinks.of(at.owner.user_id, ids)
    lovable = viewer is not None and ref.kind == "recording"
    scores = services.feedback.scores(viewer.user_id, [ref.entity_id]) if viewer and lovable else {}
    return Said(
        ref=ref,
        loved=scores.get(ref.entity_id) == LOVED,
        links=links.get(ref.entity_id, ()) if own else (),
        playable=len(links),
    )


def hearts(at: Visit, rows: Iterable[ListenRow]) -> frozenset[int]:
    """The recordings of these listens that the owner loves; blocking."""
    ids = list({row.recording.entity_id for row in rows})
    scores = at.services.feedback.scores(at.owner.user_id, ids) if ids else {}
    return frozenset(i for i, score in scores.items() if score == LOVED)


def _kind(request: Request) -> EntityKind:
    return cast(EntityKind, request.url.path.split("/")[-3])


async def _answer(request: Request, at: Visit, entity_id: int, form: Form, notice: str) -> Response:
    """The block anew for htmx; a redirect to where the form stood for everybody else."""
    kind = _kind(request)
    if request.headers.get("hx-request") == "true":
        said = await blocking(gather, at, current_user(request), kind, entity_id)
        part = "said_heart.html" if query(request).text("row") == "1" else "said_block.html"
        return page(request, part, at=at, said=said)
    back = form.text("next")
    return redirect(safe_next(back) if back else f"{at.home}/{kind}/{entity_id}", notice=notice)


@signed_in
async def _love(request: Request) -> Response:
    """Love a recording, or take love back."""
    at, entity_id = await visit(request), whole("id", request.path_params["id"])
    form = await read_form(request)
    wanted = form.choice("love", ("1", "0")) == "1"
    feedback, user_id = at.services.feedback, user_of(request).user_id

    def say() -> None:
        named = at.services.player.words(at.owner.user_id, entity_id)
        (feedback.love if wanted else feedback.unlove)(user_id, named)

    await blocking(say)
    return await _answer(request, at, entity_id, form, "Loved." if wanted else "Love taken back.")


async def _link(request: Request) -> Response:
    """Say where a recording can be played, or take that back; the owner of the page alone."""
    at, entity_id = await own_visit(request), whole("id", request.path_params["id"])
    form = await read_form(request)
    links, user_id = at.services.playlinks, at.owner.user_id
    detail = await blocking(at.services.insights.entity, user_id, _kind(request), entity_id)
    ref = detail.entity
    if form.text("remove"):
        service = cast(Service, form.choice("remove", SERVICES))
        await blocking(links.remove, user_id, ref.entity_id, service)
        return await _answer(request, at, ref.entity_id, form, "Removed the link.")
    await blocking(links.set, user_id, ref, form.text("link"))
    return await _answer(request, at, ref.entity_id, form, "Added the link.")


routes = [
    Route("/{user}/recording/{id}/love", _love, methods=["POST"]),
    *(Route(f"/{{user}}/{kind}/{{id}}/links", _link, methods=["POST"]) for kind in LINKED),
]
