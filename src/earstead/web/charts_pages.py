"""Charts of any entity over any period, by plays or by time: `/{user}/artists?period=2025&by=time&page=2`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earstead.core.errors import Rejected
from earstead.core.periods import Period, Span
from earstead.kit.http import blocking
from earstead.pagekit import not_modified, page
from earstead.services.views import EntityKind, Measure
from earstead.web import sentences
from earstead.web.visit import Visit, chosen_period, fair_before, visit, whole_number

_PER_PAGE = 50
_MOST_PAGES = 100_000
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class _Page:
    kind: EntityKind
    title: str


PAGES = {
    "artists": _Page("artist", "Artists"),
    "releases": _Page("release", "Albums"),
    "recordings": _Page("recording", "Tracks"),
    "shows": _Page("show", "Shows"),
    "episodes": _Page("episode", "Episodes"),
}
"""By the last part of the address; the order is that of the tabs."""


async def _chart(request: Request) -> Response:
    at = await visit(request)
    shown = chosen_period(request, at, "30d")
    by = request.query_params.get("by") or "plays"
    if by not in ("plays", "time"):
        raise Rejected("by", "choose plays or time")
    number = whole_number(request, "page", 1, most=_MOST_PAGES)
    path = request.url.path.rsplit("/", 1)[-1]
    links = await blocking(at.services.playlinks.mark, at.owner.user_id) if path == "recordings" else ""
    etag = at.state(path, shown.name, by, number, links)
    if (held := not_modified(request, etag)) is not None:
        return held
    context = await blocking(_gather, at, PAGES[path].kind, shown, cast(Measure, by), number)
    return page(request, "chart.html", etag=etag, at=at, tab=path, tabs=PAGES, by=by, number=number, **context)


def _gather(at: Visit, kind: EntityKind, shown: Period, by: Measure, number: int) -> dict[str, Any]:
    """All figures of the page; blocking."""
    insights, user_id = at.services.insights, at.owner.user_id
    before, cut = fair_before(at, shown)
    offset = (number - 1) * _PER_PAGE
    chart = insights.chart(user_id, kind, shown.span, by=by, limit=_PER_PAGE, offset=offset, compare=before)
    first = chart.rows if offset == 0 else insights.chart(user_id, kind, shown.span, by=by, limit=1).rows
    totals = insights.totals(user_id, shown.span)
    ids = [row.entity.entity_id for row in chart.rows] if kind == "recording" else []
    return {
        "period": shown,
        "chart": chart,
        "compared_with": sentences.before(shown, cut=cut) if chart.compared else "",
        "whole": totals.listened_ms if by == "time" else totals.plays,
        "sentence": sentences.chart_sentence(kind, shown, first, chart.total, by),
        "history": insights.history(user_id, shown.span, fitting_unit(shown.span, insights.ends(user_id))),
        "playable": bool(at.services.playlinks.of(user_id, ids)),
        "more": offset + len(chart.rows) < chart.total,
        "offset": offset,
    }


def fitting_unit(span: Span | None, ends: tuple[int, int]) -> str:
    """The step that gives a series of at most some ninety bars: day, month or year.

    Args:
        span: what is shown, None for all time.
        ends: first and last listen, which bound all time.
    """
    length = span.end - span.start if span else ends[1] - ends[0]
    if length <= 93 * _DAY_S:
        return "day"
    return "month" if length <= 8 * 366 * _DAY_S else "year"


routes = [Route(f"/{{user}}/{path}", _chart, methods=["GET"]) for path in PAGES]
