"""Episodes laid over each other by days since publication, so that old and new ones are fairly compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.creators.metrics import Unit
from earstead.core.errors import Rejected
from earstead.kit.http import blocking
from earstead.pagekit import charts
from earstead.pagekit.charts import Trace
from earstead.pagekit.charts.traces import MOST_TRACES
from earstead.services.creators.types import Comparison
from earstead.web.auth import signed_in
from earstead.web.creators.frame import seat, show_page
from earstead.web.forms import query, whole

LENGTHS = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "a year"))
_MOST = 12
_AT_DAYS = (0, 6, 29, 89, 364)
_SHORT = 40


@signed_in
async def _compare(request: Request) -> Response:
    at, asked = await seat(request), query(request)
    chosen = [whole("episode", one) for one in asked.all("episode") if one][:_MOST]
    days = whole("days", asked.text("days") or "30")
    if days not in dict(LENGTHS):
        raise Rejected("days", "choose 7, 30, 90 or 365")

    def read() -> dict[str, Any]:
        figures = at.creators.figures
        offers = [one for one in figures.metrics(at.show.show_id) if one.episodes]
        names = [one.metric.name for one in offers]
        wanted, found = asked.text("metric"), None
        for name in [wanted] if wanted else names:
            # Without a wish, the first figure that makes lines: of some the service tells only totals of today.
            wanted, found = name, figures.compare(at.show.show_id, name, chosen, days)
            if any(sum(value is not None for value in line.values) > 1 for line in found.lines):
                break
        newest = at.creators.shows.episodes(at.user.user_id, at.show.show_id, state="published", size=100)
        return {"offers": offers, "wanted": wanted, "found": found, "newest": newest.items}

    read_of = await blocking(read)
    found: Comparison | None = read_of["found"]
    drawn = compared(found) if found and found.lines else None
    steps = [day for day in _AT_DAYS if day < days]
    if found and found.lines:
        chosen = [line.episode.episode_id for line in found.lines]
    return show_page(
        request,
        at,
        "compare.html",
        room="/compare",
        days=days,
        lengths=LENGTHS,
        chosen=chosen,
        chart=drawn,
        steps=steps,
        most=MOST_TRACES - 1,
        today=at.today,
        median=fair_median(found) if found else (),
        **read_of,
    )


def compared(found: Comparison) -> Markup:
    """The first lines, and the middle of all that are compared."""
    lines = [Trace(_short(line.episode.title), line.values) for line in found.lines[: MOST_TRACES - 1]]
    if len(found.lines) > 1:
        lines.append(Trace(f"Median of {len(found.lines)}", fair_median(found)))
    return charts.traces(
        f"{found.metric.title} since publication",
        [f"day {n}" for n in range(_length(lines))],
        lines,
        share=found.metric.unit is Unit.SHARE,
        head="Day",
    )


def fair_median(found: Comparison) -> tuple[float | None, ...]:
    """The median as long as at least half of the episodes have reached the day; behind that it would jump."""
    reached = [sum(line.values[day] is not None for line in found.lines) for day in range(len(found.median))]
    return tuple(
        value if 2 * count >= len(found.lines) else None for value, count in zip(found.median, reached, strict=True)
    )


def _length(lines: Sequence[Trace]) -> int:
    return max((len(line.values) for line in lines), default=0)


def _short(title: str) -> str:
    return (title if len(title) <= _SHORT else f"{title[: _SHORT - 1].rstrip()}…") or "(no title)"


routes: list[BaseRoute] = [Route("/create/{show_id:int}/compare", _compare, methods=["GET"])]
