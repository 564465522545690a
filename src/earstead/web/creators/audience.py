"""Who listens, from where and with what; how listeners are found; how the show does beside others of its kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import NotFound
from earstead.kit.http import blocking
from earstead.pagekit import charts
from earstead.pagekit.words import named, percent, plural
from earstead.services.creators.types import Benchmark, Breakdown, CreatorEpisode, Funnel
from earstead.web.auth import signed_in
from earstead.web.creators.figures import caveats, line_chart
from earstead.web.creators.frame import Seat, chosen_days, seat, show_page
from earstead.web.creators.words import BENCHMARKS, POOLS
from earstead.web.forms import query

_KINDS = (("country", "Countries"), ("gender", "Gender"), ("app", "Apps"), ("device", "Devices"))
_MOST_PARTS = 4


@signed_in
async def _audience(request: Request) -> Response:
    at, asked = await seat(request), query(request)
    days = await chosen_days(request, at)
    episode_id = asked.number("episode") if asked.text("episode") else 0

    def read() -> dict[str, Any]:
        return {
            "episode": _episode(at, episode_id),
            "parts": [(label, _part(at, kind, days.name, episode_id)) for kind, label in _KINDS],
            "ages": _part(at, "age", days.name, episode_id),
            "regions": _part(at, "region", days.name, episode_id),
            "cities": _part(at, "city", days.name, episode_id),
        }

    found = await blocking(read)
    ages: Breakdown | None = found["ages"]
    return show_page(
        request,
        at,
        "audience.html",
        room="/audience",
        days=days,
        age_chart=age_chart(ages) if ages else None,
        places=_places(found),
        lead=lead(dict(found["parts"]), ages),
        keep={"episode": episode_id} if episode_id else {},
        **found,
    )


def _episode(at: Seat, episode_id: int) -> CreatorEpisode | None:
    return at.creators.shows.episode(at.user.user_id, episode_id) if episode_id else None


def _places(found: Mapping[str, Any]) -> dict[str, str]:
    """What the service calls the places that regions and cities lie in, by its keys: "DE" and "DE/BE"."""
    countries: Breakdown | None = dict(found["parts"]).get("Countries")
    regions: Breakdown | None = found["regions"]
    named_so = {one.key: one.name for one in countries.slices} if countries else {}
    inside = {f"{regions.within}/{one.key}": one.name for one in regions.slices} if regions else {}
    return named_so | inside


def _part(at: Seat, kind: str, period: str, episode_id: int) -> Breakdown | None:
    """A breakdown, None where it has no parts or was never told."""
    try:
        found = at.creators.figures.breakdown(at.show.show_id, kind, period, episode_id=episode_id)
    except NotFound:
        return None
    return found if found.slices else None


def age_chart(found: Breakdown) -> Markup:
    """Age groups, each divided by gender where that was told."""
    names = list(dict.fromkeys(part.name for one in found.slices for part in one.parts))[:_MOST_PARTS]
    if not names:
        return charts.stacked("By age", ["All"], [(one.name, (_amount(one.count, one.share),)) for one in found.slices])
    rows = []
    for one in found.slices:
        held: dict[str, float] = defaultdict(float)
        for part in one.parts:
            held[part.name] += _amount(part.count, part.share)
        rows.append((one.name, tuple(held[name] for name in names)))
    return charts.stacked("By age and gender", names, rows)


def _amount(count: float | None, share: float) -> float:
    return count if count is not None else round(share * 100, 2)


def lead(parts: dict[str, Breakdown | None], ages: Breakdown | None) -> str:
    """The first sentence: the largest part of each kind."""
    told = []
    for label, word in (("Countries", "from"), ("Apps", "with"), ("Devices", "on")):
        found = parts.get(label)
        if found and found.slices:
            told.append(f"{percent(found.slices[0].share)} {word} {named(found.slices[0].name)}")
    if ages and ages.slices:
        most = max(ages.slices, key=lambda one: one.share)
        told.append(f"{percent(most.share)} aged {most.name}")
    return f"{', '.join(told)}." if told else "Nothing was told of the audience of these days."


# --- how they find it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Comparable shows by one measure, under the service's own words for it.

    `chart` is None where one step was told alone; then `levels` has all: (so many of 100 are below, value).
    """

    title: str
    pool: str
    chart: Markup | None
    levels: tuple[tuple[int, float], ...]
    first: Benchmark

    def say(self, value: float) -> str:
        """A value as it stands; as percent where all of them are parts of one."""
        return percent(value) if all(one <= 1 for _, one in self.levels) else f"{value:,.0f}"


@signed_in
async def _discovery(request: Request) -> Response:
    at = await seat(request)
    days = await chosen_days(request, at)

    def read() -> dict[str, Any]:
        figures, show_id = at.creators.figures, at.show.show_id
        return {
            "funnel": figures.funnel(show_id, days.name),
            "sources": _part(at, "source", days.name, 0),
            "impressions": figures.daily(show_id, "impressions", days.start, days.end),
            "pools": pools(figures.benchmarks(show_id)),
        }

    found = await blocking(read)
    series = found["impressions"]
    funnel: Funnel | None = found["funnel"]
    return show_page(
        request,
        at,
        "discovery.html",
        room="/discovery",
        days=days,
        chart=line_chart(series, to=f"{at.base}/discovery?period=") if series.points else None,
        caveats=caveats(series),
        steps=_steps(funnel) if funnel else [],
        **found,
    )


def _steps(funnel: Funnel) -> list[tuple[str, str, int, str, str]]:
    """(title, value, its part of the widest bar in 1/1000, how many go on, how it moved) of each step."""
    counts = [step.value for step in funnel.steps if step.unit != "share"]
    widest = max(counts, default=0)
    rows = []
    for step in funnel.steps:
        share = step.unit == "share"
        wide = step.value if share else step.value / widest if widest else 0
        goes_on = f"{percent(step.to_next)} go on" if step.to_next is not None else ""
        moved = f"{'+' if step.change >= 0 else '−'}{percent(abs(step.change))}" if step.change is not None else ""
        rows.append(
            (step.title, percent(step.value) if share else f"{step.value:,.0f}", round(wide * 1000), goes_on, moved)
        )
    return rows


def pools(found: Sequence[Benchmark]) -> list[Pool]:
    """Benchmarks of the same measure and pool as one chart each, its steps in the order they were told."""
    grouped: dict[tuple[str, str], list[Benchmark]] = defaultdict(list)
    for one in found:
        grouped[one.metric_type, one.pool].append(one)
    made = []
    for (metric_type, pool), steps in grouped.items():
        levels = sorted({level for one in steps for level in one.percentiles})
        lines = [(level, tuple(one.percentiles.get(level, 0.0) for one in steps)) for level in levels]
        bare = metric_type.replace("METRIC_TYPE_", "")
        title = BENCHMARKS.get(bare) or bare.replace("_", " ").capitalize()
        chart = charts.band(f"{title} of comparable shows", [_label(one.label) for one in steps], lines)
        made.append(
            Pool(
                title=title,
                pool=POOLS.get(pool) or pool.replace("_", " ").lower(),
                chart=chart if len(steps) > 1 else None,
                levels=tuple(sorted(steps[0].percentiles.items())),
                first=replace(steps[0], label=_label(steps[0].label)),
            )
        )
    return made


def _label(label: str) -> str:
    """A step of a benchmark; a bare number counts the days since an episode came out."""
    return f"after {plural(int(label), 'day')}" if label.isdigit() else label


_SHOW = "/create/{show_id:int}"
routes: list[BaseRoute] = [
    Route(f"{_SHOW}/audience", _audience, methods=["GET"]),
    Route(f"{_SHOW}/discovery", _discovery, methods=["GET"]),
]
