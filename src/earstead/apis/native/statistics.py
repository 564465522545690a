"""Statistics: totals, charts, entities, series, clock, calendar, search."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path, Query

from earstead.apis.native import answers
from earstead.apis.native.callers import Caller, Fresh, Held, new_router
from earstead.apis.native.shapes import EntityIdPath, EntityKind, Limit, Measure, Offset, PeriodName
from earstead.core.periods import Period, period
from earstead.kit.http import blocking
from earstead.services.container import Services

router = new_router("statistics")

Unit = Literal["day", "week", "month", "year"]
Year = Annotated[int, Path(ge=1970, le=2100)]
Compare = Annotated[bool, Query(description="Tell each place in the period before.")]


def _period(services: Services, who: Caller, name: str) -> Period:
    return period(name, who.user.zone, services.clock.now())


@router.get("/totals", response_model=answers.Totals)
async def totals(who: Fresh, services: Held, period: PeriodName = "all") -> Any:
    """How much was heard in a period."""
    return await blocking(services.insights.totals, who.id, _period(services, who, period).span)


@router.get("/charts/{kind}", response_model=answers.Chart)
async def chart(
    who: Fresh,
    services: Held,
    kind: EntityKind,
    period: PeriodName = "all",
    by: Measure = "plays",
    limit: Limit = 50,
    offset: Offset = 0,
    compare: Compare = False,
) -> Any:
    """The most heard of a kind in a period, by plays or by time."""
    when = _period(services, who, period)
    before = when.previous if compare else None
    ask = services.insights.chart
    return await blocking(ask, who.id, kind, when.span, by=by, limit=limit, offset=offset, compare=before)


@router.get("/entities/{kind}/{entity_id}", response_model=answers.EntityDetail)
async def entity(who: Fresh, services: Held, kind: EntityKind, entity_id: EntityIdPath) -> Any:
    """Everything about an artist, release, recording, episode or show."""
    return await blocking(services.insights.entity, who.id, kind, entity_id)


@router.get("/entities/{kind}/{entity_id}/history", response_model=tuple[answers.Bucket, ...])
async def entity_history(
    who: Fresh,
    services: Held,
    kind: EntityKind,
    entity_id: EntityIdPath,
    period: PeriodName = "all",
    unit: Unit = "month",
) -> Any:
    """Plays of an entity over time; steps without a play are told too."""
    span = _period(services, who, period).span
    return await blocking(services.insights.history, who.id, span, unit, kind=kind, entity_id=entity_id)


@router.get("/entities/{kind}/{entity_id}/ranks", response_model=tuple[answers.YearRank, ...])
async def entity_ranks(who: Fresh, services: Held, kind: EntityKind, entity_id: EntityIdPath) -> Any:
    """The entity's place in each year's chart."""
    ranks = await blocking(services.insights.rank_history, who.id, kind, entity_id)
    return [answers.YearRank(label=label, rank=rank, plays=plays) for label, rank, plays in ranks]


@router.get("/history", response_model=tuple[answers.Bucket, ...])
async def history(who: Fresh, services: Held, period: PeriodName = "365d", unit: Unit = "month") -> Any:
    """Plays over time; steps without a play are told too."""
    return await blocking(services.insights.history, who.id, _period(services, who, period).span, unit)


@router.get("/clock", response_model=tuple[tuple[int, ...], ...])
async def clock(who: Fresh, services: Held, period: PeriodName = "all") -> Any:
    """Plays by weekday (7 rows, Monday first) and local hour (24 columns)."""
    return await blocking(services.insights.clock, who.id, _period(services, who, period).span)


@router.get("/calendar/{year}", response_model=dict[str, int])
async def calendar(who: Fresh, services: Held, year: Year) -> Any:
    """Plays by local date, days without plays left out."""
    return await blocking(services.insights.calendar, who.id, year)


@router.get("/search", response_model=tuple[answers.Entity, ...])
async def search(
    who: Fresh,
    services: Held,
    q: Annotated[str, Query(min_length=1, max_length=200, description="Part of a name, in any script.")],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Any:
    """Entities of your listens whose name matches, the most heard first."""
    return await blocking(services.insights.search, who.id, q, limit)
