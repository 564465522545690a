"""Series as charts draw them: short stretches by day, longer ones as means over weeks or months.

A mean a day stays on one scale at every zoom, and a missing day neither pulls it down nor empties the week it is in.
Of a running total the last value is taken, since means of it say nothing. No step crosses the day on which plays got
another meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from markupsafe import Markup

from earstead.core.creators.metrics import REDEFINED_ON, Aggregation, Metric, Quality, Unit
from earstead.core.periods import add_months
from earstead.pagekit import charts
from earstead.pagekit.charts import Mark, Trace
from earstead.pagekit.words import plural, short_date
from earstead.services.creators.types import Series
from earstead.web.creators.words import days_words

_MOST_DAYS, _MOST_WEEKS = 120, 800
CHANGED = "a play is 30 s from here on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Stretches of days that a chart draws as one step each. `unit`: "day", "week", "month"."""

    unit: str
    spans: tuple[tuple[date, date], ...]

    @property
    def labels(self) -> list[str]:
        """A short name of each: its first day, with the year where the years are several."""
        years = len({first.year for first, _ in self.spans}) > 1
        return [f"{short_date(first)} {first.year}" if years else short_date(first) for first, _ in self.spans]


def steps_of(start: date, end: date, *, redefined: bool = False) -> Steps:
    """How to cut a stretch of days (both ends included) into steps."""
    days = (end - start).days + 1
    unit = "day" if days <= _MOST_DAYS else "week" if days <= _MOST_WEEKS else "month"
    starts = _starts(start, end, unit)
    if redefined and start < REDEFINED_ON <= end:
        starts = sorted({*starts, REDEFINED_ON})
    one = timedelta(days=1)
    return Steps(unit=unit, spans=tuple((a, b - one) for a, b in pairwise([*starts, end + one])))


def _starts(start: date, end: date, unit: str) -> list[date]:
    if unit == "month":
        found, first = [start], add_months(start.replace(day=1), 1)
        while first <= end:
            found.append(first)
            first = add_months(first, 1)
        return found
    length = 7 if unit == "week" else 1
    return [start + timedelta(days=n) for n in range(0, (end - start).days + 1, length)]


def values_of(series: Series, steps: Steps) -> tuple[float | None, ...]:
    """The value of each step: the mean of its known days, or the last of a running total; None without any."""
    known = {point.date: point.value for point in series.points}
    running = series.provenance.aggregation is Aggregation.RUNNING

    def value(first: date, last: date) -> float | None:
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        found = [known[day] for day in days if day in known]
        if not found:
            return None
        return found[-1] if running else sum(found) / len(found)

    return tuple(value(first, last) for first, last in steps.spans)


def line_chart(series: Series, *, name: str = "", half: bool = False, to: str = "") -> Markup:
    """A series with its holes and, where plays changed their meaning, with that marked.

    `to`: address that ends where a period's name follows; a range can then be chosen on the plot.
    """
    steps = steps_of(series.start, series.end, redefined=series.metric.redefined)
    return charts.traces(
        name or heading(series.metric, steps, running=series.provenance.aggregation is Aggregation.RUNNING),
        steps.labels,
        [Trace(series.metric.title, values_of(series, steps))],
        marks=marks_of(steps, series.metric),
        share=series.metric.unit is Unit.SHARE,
        half=half,
        head=steps.unit.capitalize(),
        spans=[f"{first}..{last}" for first, last in steps.spans],
        to=to,
    )


def heading(metric: Metric, steps: Steps, *, running: bool) -> str:
    """What such a chart shows: "Plays by day", "Plays a day, mean of each week", "Followers by week"."""
    if steps.unit == "day" or running:
        return f"{metric.title} by {steps.unit}"
    return f"{metric.title} a day, mean of each {steps.unit}"


def marks_of(steps: Steps, metric: Metric) -> tuple[Mark, ...]:
    """Where the meaning of a metric changed among these steps."""
    if not metric.redefined:
        return ()
    return tuple(Mark(n, CHANGED) for n, (first, _) in enumerate(steps.spans) if n and first == REDEFINED_ON)


def caveats(series: Series) -> str:
    """What is missing or may still change of a series, as a sentence; "" for nothing."""
    parts = []
    missing = holes(series)
    if missing:
        shown = ", ".join(days_words(first, last) for first, last in missing[:3])
        more = f" and {len(missing) - 3} more stretches" if len(missing) > 3 else ""
        parts.append(f"No figures: {shown}{more}.")
    young = sum(1 for point in series.points if point.quality is Quality.PROVISIONAL)
    if young:
        parts.append(f"The last {plural(young, 'day')} may still change." if young > 1 else "The last day may change.")
    told = sum(1 for point in series.points if point.quality in (Quality.INFERRED, Quality.PARTIAL))
    if told:
        parts.append(f"{plural(told, 'day')} came beside an error and may be incomplete.")
    return " ".join(parts)


def holes(series: Series) -> Sequence[tuple[date, date]]:
    """Stretches without a value between two that have one."""
    one = timedelta(days=1)
    return [
        (before.date + one, after.date - one)
        for before, after in pairwise(series.points)
        if (after.date - before.date).days > 1
    ]
