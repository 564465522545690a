"""A year as a disc: `/{user}/year/2025`."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earstead.core.errors import Rejected
from earstead.core.periods import period
from earstead.kit.http import blocking
from earstead.pagekit import not_modified, page
from earstead.web import sentences
from earstead.web.visit import Visit, visit

_TOP = 10


async def _year(request: Request) -> Response:
    at = await visit(request)
    name = request.path_params["year"]
    if len(name) != 4 or not (name.isascii() and name.isdigit()):
        raise Rejected("year", "a year has four digits")
    if (held := not_modified(request, at.state())) is not None:
        return held
    context = await blocking(_gather, at, name)
    return page(request, "year.html", etag=at.state(), at=at, **context)


def _gather(at: Visit, name: str) -> dict[str, Any]:
    """All figures of the page; blocking. Raises Rejected for a year outside 1970 to 2100."""
    shown = period(name, at.owner.zone, at.now)
    insights, user_id, number = at.services.insights, at.owner.user_id, int(name)
    totals = insights.totals(user_id, shown.span)
    days = insights.calendar(user_id, number)
    artists = insights.chart(user_id, "artist", shown.span, limit=_TOP)
    return {
        "year": number,
        "period": shown,
        "years": insights.years(user_id),
        "totals": totals,
        "sentence": sentences.year_sentence(number, totals, artists.rows, sum(1 for plays in days.values() if plays)),
        "disc": insights.disc(user_id, number),
        "days": days,
        "week": insights.clock(user_id, shown.span),
        "months": insights.history(user_id, shown.span, "month"),
        "tops": [
            ("Artists", "artists", artists),
            ("Albums", "releases", insights.chart(user_id, "release", shown.span, limit=_TOP)),
            ("Tracks", "recordings", insights.chart(user_id, "recording", shown.span, limit=_TOP)),
        ],
    }


routes = [Route("/{user}/year/{year}", _year, methods=["GET"])]
