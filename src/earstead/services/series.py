"""Time series over local days: steps of days, weeks, months, years."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from earstead.core.errors import Rejected
from earstead.core.periods import add_months, date_of
from earstead.services.views import Bucket

MOST = 40_000
"""Steps of one series; a century of days is 36,525."""


def _first_of(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _next(day: date, unit: str) -> date:
    if unit in ("month", "year"):
        return add_months(day, 1 if unit == "month" else 12)
    return day + timedelta(days=7 if unit == "week" else 1)


def _label(day: date, unit: str) -> str:
    formats = {"day": f"{day.day} {day:%b %Y}", "week": f"week of {day.day} {day:%b %Y}", "month": f"{day:%b %Y}"}
    return formats.get(unit, str(day.year))


def buckets(points: Iterable[tuple[int, int, int]], first: int, last: int, unit: str) -> tuple[Bucket, ...]:
    """Sums of (day, plays, heard ms) by step, from the step of day `first` to that of day `last`, empty ones
    included. Rejected for a unit that is none of day, week, month, year."""
    if unit not in ("day", "week", "month", "year"):
        raise Rejected("unit", "one of day, week, month, year")
    plays: dict[date, list[int]] = {}
    step, end = _first_of(date_of(first), unit), date_of(last)
    while step <= end and len(plays) < MOST:
        plays[step] = [0, 0]
        step = _next(step, unit)
    starts = {day: _first_of(date_of(day), unit) for day in {p[0] for p in points}} if isinstance(points, list) else {}
    for day, count, ms in points:
        found = plays.get(starts.get(day) or _first_of(date_of(day), unit))
        if found:
            found[0] += count
            found[1] += ms
    return tuple(
        Bucket(start=day_of_step.isoformat(), label=_label(day_of_step, unit), plays=p, listened_ms=ms)
        for day_of_step, (p, ms) in plays.items()
    )
