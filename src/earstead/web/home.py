"""A user's home: what plays now, this month in words, a picture and lists, when one listens, what came last."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from sse_starlette.sse import EventSourceResponse
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from earstead.core.listen import NowPlaying
from earstead.core.periods import date_of, period
from earstead.kit.http import blocking
from earstead.pagekit import not_modified, page
from earstead.services.views import EntityKind
from earstead.web import friends, said, search, sentences, year
from earstead.web.auth import current_user, services_of
from earstead.web.visit import Visit, chosen_period, fair_before, visit

_LATEST = 12
_TOP = 8
_TOPS: tuple[tuple[EntityKind, str, str], ...] = (
    ("artist", "Artists", "artists"),
    ("release", "Albums", "releases"),
    ("recording", "Tracks", "recordings"),
)


async def _root(request: Request) -> Response:
    user = current_user(request)
    if user is not None:
        return RedirectResponse(f"/{user.name}", 303)
    has_owner = await blocking(services_of(request).accounts.has_owner)
    return RedirectResponse("/sign-in" if has_owner else "/welcome", 303)


async def _home(request: Request) -> Response:
    at = await visit(request)
    playing = at.services.playing.get(at.owner.user_id)
    followed = await friends.followed(at, current_user(request))
    loves = await blocking(at.services.feedback.mark, at.owner.user_id)
    etag = at.state(request.query_params.get("period", ""), playing.started_at if playing else 0, followed, loves)
    if (held := not_modified(request, etag)) is not None:
        return held
    context = await blocking(_gather, request, at)
    return page(request, "home.html", etag=etag, at=at, playing=_playing(playing, at), followed=followed, **context)


def _gather(request: Request, at: Visit) -> dict[str, Any]:
    """All figures of the page; blocking."""
    insights, user_id = at.services.insights, at.owner.user_id
    shown = chosen_period(request, at, "month")
    then, cut = fair_before(at, shown)
    totals = insights.totals(user_id, shown.span)
    totals_then = insights.totals(user_id, then) if then else None
    tops = [(title, path, insights.chart(user_id, kind, shown.span, limit=_TOP)) for kind, title, path in _TOPS]
    this_year = period("year", at.owner.zone, at.now)
    calendar_year = int(this_year.label)
    unit = "day" if shown.span and shown.span.end - shown.span.start < 100 * 86_400 else "month"
    history = insights.history(user_id, shown.span, unit)
    today = date_of(at.today).isoformat()
    return {
        "period": shown,
        "sentence": sentences.summary(shown, totals, totals_then, tops[0][2].rows, cut=cut),
        "totals": totals,
        "then": totals_then,
        "plays_ever": insights.sums(user_id),
        "tops": tops,
        "history": history,
        "passed": sum(1 for bucket in history if bucket.start <= today),
        "history_then": insights.history(user_id, shown.previous, unit) if shown.previous else (),
        "previous_label": sentences.name_before(shown),
        "week": insights.clock(user_id, shown.span),
        "year": calendar_year,
        "days": insights.calendar(user_id, calendar_year),
        "disc": insights.disc(user_id, calendar_year),
        "latest": (latest := insights.listens(user_id, limit=_LATEST).items),
        "hearts": said.hearts(at, latest),
    }


def _playing(now: NowPlaying | None, at: Visit) -> dict[str, Any] | None:
    """Now playing as the template draws it: names, and how far it is."""
    if now is None:
        return None
    said = now.submission
    return {
        "track": said.track_name,
        "artist": said.artist_name,
        "release": said.release_name,
        "elapsed_ms": max(0, at.now - now.started_at) * 1000,
        "duration_ms": said.duration_ms or 0,
    }


async def _live(request: Request) -> Response:
    """The parts of the home page that change by themselves, fetched by `app.js` when an event arrives."""
    at = await visit(request)
    latest = await blocking(at.services.insights.listens, at.owner.user_id, limit=_LATEST)
    playing = _playing(at.services.playing.get(at.owner.user_id), at)
    hearts = await blocking(said.hearts, at, latest.items)
    return page(request, "home_live.html", at=at, playing=playing, latest=latest.items, hearts=hearts)


async def _events(request: Request) -> Response:
    at = await visit(request)

    async def stream() -> AsyncIterator[dict[str, str]]:
        async with at.services.hub.subscribe(at.owner.user_id) as events:
            async for event in events:
                # The page asks for what it shows; the event only says that there is something to ask for.
                yield {"id": str(event.id), "event": event.name, "data": json.dumps({"user": at.owner.name})}

    return EventSourceResponse(stream(), ping=30)


routes = [
    Route("/", _root, methods=["GET"]),
    *search.routes,
    Route("/{user}", _home, methods=["GET"]),
    Route("/{user}/live", _live, methods=["GET"]),
    Route("/{user}/events", _events, methods=["GET"]),
    *year.routes,
    *friends.routes,
]
