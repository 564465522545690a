"""What an answer becomes: figures under the key that says what they are. Pure.

Points of plays are parted at 2026-06-11, when the word got another meaning; running totals and totals that reach over
that day are of a mixed definition, and say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from earstead.core.creators.metrics import (
    METRICS,
    REMOTE_WINDOWS,
    Aggregation,
    Definition,
    Quality,
    SeriesKey,
    Window,
    definition_of,
    quality_of,
)
from earstead.creators.answers import Answered
from earstead.creators.keeping.plan import Ask
from earstead.creators.records import Facets, Place, Series, Slice
from earstead.services.creators.audience import BENCHMARK, FUNNEL, SHARE
from earstead.services.creators.memory import CurveRead, Figures
from earstead.services.creators.rows import day_of, number_of

FUNNEL_METRIC = "impressions"


@dataclass(slots=True, kw_only=True)
class Found:
    """What one question brought.

    `empty`: it brought nothing, and why; `partial`: errors came beside it, so that it is asked for anew; `notes` are
    told once a sync.
    """

    figures: list[Figures] = field(default_factory=list)
    curve: CurveRead | None = None
    transcript: tuple[str, str] | None = None
    chapters: tuple[tuple[float, str], ...] | None = None
    empty: str = ""
    partial: bool = False
    notes: list[str] = field(default_factory=list)


def from_answer(answered: Answered) -> Found:
    """The beginning of a `Found`: what was wrong with an answer."""
    found = Found(empty=str(answered.empty), partial=answered.is_partial)
    found.notes += [f"{answered.operation}: {error.words}" for error in answered.partial_errors]
    return found


def daily(
    ask: Ask, metric: str, operation: str, points: Iterable[tuple[str, float]], *, partial: bool = False
) -> list[Figures]:
    """Values of days, parted by definition."""
    return _dated(ask, metric, operation, points, Aggregation.DAILY, Window.NONE, partial=partial)


def running(
    ask: Ask, metric: str, operation: str, points: Iterable[tuple[str, float]], *, window: Window = Window.NONE
) -> list[Figures]:
    """Values that hold all before them: they reach over all days since the beginning."""
    return _dated(ask, metric, operation, points, Aggregation.RUNNING, window)


def snapshot(ask: Ask, metric: str, operation: str, value: float) -> list[Figures]:
    """A running total as of today, of all time; kept where it has changed."""
    made = running(ask, metric, operation, [(day_of(ask.today).isoformat(), value)], window=Window.ALL_TIME)
    return [replace(one, sparse=True) for one in made]


def weekly(ask: Ask, metric: str, operation: str, points: Iterable[tuple[str, float]]) -> list[Figures]:
    """Values of weeks, each at its first day."""
    return _dated(ask, metric, operation, points, Aggregation.WEEKLY, Window.NONE)


def _dated(
    ask: Ask,
    metric: str,
    operation: str,
    points: Iterable[tuple[str, float]],
    aggregation: Aggregation,
    window: Window,
    *,
    partial: bool = False,
) -> list[Figures]:
    today, began = day_of(ask.today), day_of(ask.subject.since)
    by_definition: dict[Definition, list[tuple[int, str, float, Quality]]] = {}
    for text, value in points:
        day = _day(text)
        # Windows begin before an episode did: such a zero is no figure of it.
        if day is None or day > today or (day < began and not value):
            continue
        start = began if aggregation is Aggregation.RUNNING else day
        quality = Quality.PARTIAL if partial else quality_of(metric, day, today)
        row = (number_of(day), "", float(value), quality)
        by_definition.setdefault(definition_of(metric, min(start, day), day), []).append(row)
    return [
        Figures(key=key(ask, metric, operation, aggregation, window, definition), points=rows)
        for definition, rows in by_definition.items()
    ]


def key(
    ask: Ask,
    metric: str,
    operation: str,
    aggregation: Aggregation,
    window: Window = Window.NONE,
    definition: Definition = Definition.NONE,
    breakdown: str = "",
) -> SeriesKey:
    """The key of a series about what was asked."""
    return SeriesKey(
        metric=metric,
        scope=METRICS[metric.removesuffix(SHARE)].scope,
        window=window,
        aggregation=aggregation,
        operation=operation,
        definition=definition,
        breakdown=breakdown,
        episode_id=ask.subject.episode_id,
    )


def total(ask: Ask, metric: str, operation: str, value: float | None, window: Window) -> list[Figures]:
    """One number of a window, at the day it was read for."""
    if value is None:
        return []
    definition = _definition(ask, metric, window)
    row = (ask.today, "", float(value), Quality.FINAL)
    return [Figures(key=key(ask, metric, operation, Aggregation.TOTAL, window, definition), points=[row])]


def parts(
    ask: Ask,
    metric: str,
    operation: str,
    breakdown: str,
    values: Mapping[str, float],
    *,
    window: Window,
    names: Mapping[str, str] | None = None,
) -> list[Figures]:
    """A breakdown of a window. `metric` ends with `SHARE` where the values are shares of 1."""
    if not values:
        return []
    definition = _definition(ask, metric.removesuffix(SHARE), window)
    rows = [(ask.today, bucket, float(value), Quality.FINAL) for bucket, value in values.items()]
    made = key(ask, metric, operation, Aggregation.TOTAL, window, definition, breakdown)
    return [Figures(key=made, points=rows, names=names or {}, replaces=True)]


def parts_of_day(
    ask: Ask, metric: str, operation: str, breakdown: str, day: int, values: Mapping[str, float], inferred: bool
) -> list[Figures]:
    """A breakdown of one day. Buckets without anybody are left out: a day without buckets is a day of nobody."""
    plain = {bucket: value for bucket, value in values.items() if value} or {"": 0.0}
    quality = Quality.INFERRED if inferred else quality_of(metric, day_of(day), day_of(ask.today))
    made = key(ask, metric, operation, Aggregation.DAILY, breakdown=breakdown)
    rows = [(day, bucket, float(value), quality) for bucket, value in plain.items()]
    return [Figures(key=made, points=rows, replaces=True)]


def places(found: Sequence[Place]) -> tuple[dict[str, float], dict[str, str]]:
    """(share by code, name by code); where no code came the name stands for it."""
    values = {one.code or one.name: one.share for one in found}
    return values, {one.code or one.name: one.name for one in found}


def slices(found: Sequence[Slice]) -> dict[str, float]:
    """Share by name."""
    return {one.name: one.share for one in found}


def facets(found: Facets) -> tuple[dict[str, float], dict[str, float], dict[str, str]]:
    """(ages with genders below them, genders, names)."""
    ages: dict[str, float] = {}
    names: dict[str, str] = {}
    for one in found.ages:
        ages[one.bracket] = one.total
        names |= {one.bracket: one.name} if one.name else {}
        ages |= {f"{one.bracket}/{gender.gender}": gender.count for gender in one.genders}
    genders = {one.gender: float(one.count) for one in found.genders}
    names |= {one.gender: one.name for one in found.genders if one.name}
    return ages, genders, names


def steps(
    ask: Ask, operation: str, window: Window, found: Iterable[tuple[str, float | None, float | None, float | None, str]]
) -> list[Figures]:
    """A funnel: (name, value, share to the next, change to the stretch before, title) of each step."""
    values: dict[str, float] = {}
    names: dict[str, str] = {}
    for name, value, to_next, change, title in found:
        if value is None:
            continue
        values[name] = value
        names |= {name: title} if title else {}
        values |= {f"{name}:next": to_next} if to_next is not None else {}
        values |= {f"{name}:change": change} if change is not None else {}
    return parts(ask, FUNNEL_METRIC, operation, FUNNEL, values, window=window, names=names)


def benchmark(
    ask: Ask, operation: str, metric_type: str, pool: str, points: Iterable[tuple[str, Iterable[tuple[int, float]]]]
) -> list[Figures]:
    """Percentiles of shows of the same kind, by label."""
    rows = [
        (ask.today, f"{label}|{percentile}", float(value), Quality.FINAL)
        for label, values in points
        for percentile, value in values
    ]
    made = SeriesKey(
        metric=f"{BENCHMARK}{metric_type}",
        scope=METRICS["plays"].scope,
        window=Window.ALL_TIME,
        aggregation=Aggregation.TOTAL,
        operation=operation,
        breakdown=f"percentile:{pool}",
    )
    return [Figures(key=made, points=rows, replaces=True)] if rows else []


def pairs(series: Series[int] | Series[float]) -> list[tuple[str, float]]:
    """(day, value) of a series."""
    return [(point.date, float(point.value)) for point in series.points]


def window_of(answered: Answered) -> Window:
    """Which window answered."""
    return REMOTE_WINDOWS.get(answered.answered_window or answered.asked_window, Window.NONE)


def _definition(ask: Ask, metric: str, window: Window) -> Definition:
    reach = {Window.LAST_7: 7, Window.LAST_30: 30, Window.LAST_60: 60, Window.LAST_90: 90}.get(window)
    start = ask.today - reach if reach else min(ask.subject.since, ask.today)
    return definition_of(metric, day_of(start), day_of(ask.today))


def day_number(text: str) -> int | None:
    """The number of a day in ISO form, None for what is none."""
    day = _day(text)
    return None if day is None else number_of(day)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
