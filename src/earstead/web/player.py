"""The player: a song, an album, an artist or a chart as a queue: `/{user}/player?release=7`.

Nothing comes from Spotify or YouTube before the user presses play: the page holds only addresses, and its script
makes the frame. What that frame tells is reported back here, for the history of whoever listens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from earstead.core.errors import Rejected
from earstead.core.playlinks import SERVICES, Service
from earstead.kit.http import blocking
from earstead.pagekit import page
from earstead.services.player import Played
from earstead.services.playlinks import PlayLink
from earstead.services.views import EntityKind, EntityRef
from earstead.web.auth import signed_in, user_of
from earstead.web.forms import Form, query, read_form
from earstead.web.visit import Visit, chosen_period, visit

_MOST = 50
_FRAMES = ("https://open.spotify.com", "https://www.youtube-nocookie.com")
_QUEUED: tuple[EntityKind, ...] = ("recording", "episode", "release", "artist", "show")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A song of the queue with where it can be played, at least one link."""

    ref: EntityRef
    links: tuple[PlayLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What is to be played; `songs` counts those without a link too. `back` is the page it came from."""

    title: str
    credit: str
    back: str
    items: tuple[Item, ...]
    songs: int


async def _show(request: Request) -> Response:
    at = await visit(request)
    queue = await blocking(_queue, request, at)
    return page(request, "player.html", frames=_FRAMES, at=at, queue=queue)


def _queue(request: Request, at: Visit) -> Queue:
    asked = query(request)
    for kind in _QUEUED:
        if asked.text(kind):
            return _of_entity(at, kind, asked.number(kind))
    shown = chosen_period(request, at, "30d")
    rows = at.services.insights.chart(at.owner.user_id, "recording", shown.span, limit=_MOST).rows
    back = f"{at.home}/recordings?period={shown.name}"
    return _made(at, f"Tracks, {shown.label}", "", back, [row.entity for row in rows])


def _of_entity(at: Visit, kind: EntityKind, entity_id: int) -> Queue:
    detail = at.services.insights.entity(at.owner.user_id, kind, entity_id)
    ref = detail.entity
    songs = [ref] if kind in ("recording", "episode") else [row.entity for row in detail.recordings]
    if kind == "release":
        # In the order of the album, where somebody told it; what is not known of comes after, most played first.
        tracklist = at.services.commons.tracklist(ref.entity_id, at.owner)
        order = {listed.recording.entity_id: i for i, listed in enumerate(tracklist)}
        songs.sort(key=lambda song: order.get(song.entity_id, len(order)))
    return _made(at, ref.name, ref.credit, f"{at.home}/{kind}/{ref.entity_id}", songs[:_MOST])


def _made(at: Visit, title: str, credit: str, back: str, songs: list[EntityRef]) -> Queue:
    links = at.services.playlinks.of(at.owner.user_id, [song.entity_id for song in songs])
    items = tuple(Item(ref=song, links=links[song.entity_id]) for song in songs if song.entity_id in links)
    return Queue(title=title, credit=credit, back=back, items=items, songs=len(songs))


def _played(at: Visit, form: Form) -> Played:
    return Played(
        owner_id=at.owner.user_id,
        recording_id=form.number("recording"),
        service=cast(Service, form.choice("service", SERVICES)),
        duration_ms=form.number("duration_ms"),
    )


@signed_in
async def _started(request: Request) -> Response:
    at, form = await visit(request), await read_form(request)
    began = await blocking(at.services.player.started, user_of(request).user_id, _played(at, form))
    return JSONResponse({"started_at": began})


@signed_in
async def _heard(request: Request) -> Response:
    at, form = await visit(request), await read_form(request)
    played, start, heard_ms = _played(at, form), form.number("started_at"), form.number("heard_ms")
    try:
        new = await blocking(at.services.player.heard, user_of(request).user_id, played, start, heard_ms)
    except Rejected as fault:
        # Said to a script, which cannot read an error page.
        return JSONResponse({"error": str(fault)}, 400)
    return JSONResponse({"kept": True, "new": new})


@signed_in
async def _stopped(request: Request) -> Response:
    at = await visit(request)
    at.services.player.stopped(user_of(request).user_id)
    return Response(status_code=204)


routes = [
    Route("/{user}/player", _show, methods=["GET"]),
    Route("/{user}/player/started", _started, methods=["POST"]),
    Route("/{user}/player/heard", _heard, methods=["POST"]),
    Route("/{user}/player/stopped", _stopped, methods=["POST"]),
]
