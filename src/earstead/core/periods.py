"""Calendar periods in a person's own time zone, daylight saving included.

A day is named by its number: local days since 1970-01-01, so that no query needs a date function
(weekday = (day + 3) % 7, Monday 0). Spans are half open, in unix seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from earstead.core.errors import Rejected

EPOCH = date(1970, 1, 1)
_STEP = 900
"""Zone offsets change at multiples of a quarter of an hour in every zone since 1970 but a handful of seconds-odd
rules before 1972; within a step the offset is looked up once."""


@dataclass(frozen=True, slots=True)
class Span:
    """Half open: `start <= t < end`, unix seconds."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A named stretch of time. `span` is None for all time; `previous` is the one it is compared with.

    `previous_name` and `next_name` are the neighbours' names, "" where there is none.
    """

    name: str
    label: str
    span: Span | None
    previous: Span | None
    previous_name: str = ""
    next_name: str = ""


@lru_cache(maxsize=512)
def zone_info(zone: str) -> tzinfo:
    """The zone of an IANA name; Rejected where there is none."""
    if zone == "UTC":
        return UTC
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise Rejected("zone", f"{zone!r} is not a time zone; use a name like Europe/Berlin") from error


@lru_cache(maxsize=65536)
def _offset(step: int, zone: str) -> int:
    found = datetime.fromtimestamp(step * _STEP, zone_info(zone)).utcoffset()
    return int(found.total_seconds()) if found else 0


def day_and_hour(at: int, zone: str) -> tuple[int, int]:
    """Local day number and hour (0..23) of a moment."""
    local = at + _offset(at // _STEP, zone)
    return local // 86_400, local % 86_400 // 3_600


def midnight(day: int, zone: str) -> int:
    """The first second of a local day, also where midnight does not exist."""
    local = datetime.combine(date_of(day), datetime.min.time(), zone_info(zone))
    at = int(local.timestamp())
    # In a gap, fold=0 counts with the offset before the change and lands inside the day; step back over it.
    while day_and_hour(at - 1, zone)[0] >= day:
        at -= _STEP
    while day_and_hour(at, zone)[0] < day:
        at += _STEP
    return at


def date_of(day: int) -> date:
    """The calendar date of a day number."""
    return EPOCH + timedelta(days=day)


def day_of(value: date) -> int:
    """The day number of a calendar date."""
    return (value - EPOCH).days


def days_span(first: date, after_last: date, zone: str) -> Span:
    """The span of whole local days from `first` up to but without `after_last`."""
    return Span(midnight(day_of(first), zone), midnight(day_of(after_last), zone))


def add_months(first: date, months: int) -> date:
    """The first of the month `months` later."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


_ROLLING = {"7d": 7, "30d": 30, "90d": 90, "180d": 180, "365d": 365}
_YEAR = re.compile(r"(\d{4})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")


def period(name: str, zone: str, now: int) -> Period:
    """The period of a name.

    Names: `7d 30d 90d 180d 365d` (whole local days up to today), `all`, `week month year` (the current one),
    `2025`, `2025-03`, `2025-W09`, and `2025-03-01..2025-03-31` (both days included).

    Raises:
        Rejected: no such period.
    """
    today = date_of(day_and_hour(now, zone)[0])
    try:
        return _period(name, zone, today)
    except (ValueError, OverflowError) as error:
        raise Rejected(
            "period", f"{name[:40]!r} is not a period; use 30d, 2025, 2025-03 or 2025-03-01..2025-03-31"
        ) from error


def _period(name: str, zone: str, today: date) -> Period:
    if name == "all":
        return Period(name=name, label="all time", span=None, previous=None)
    if name in _ROLLING:
        days = timedelta(days=_ROLLING[name])
        tomorrow = today + timedelta(days=1)
        return _days(name, f"last {days.days} days", tomorrow - days, tomorrow, zone)
    if name == "year":
        return _year(name, today.year, zone, today)
    if name == "month":
        return _month(name, today.replace(day=1), zone, today)
    if name == "week":
        return _week(name, today - timedelta(days=today.weekday()), zone, today)
    if found := _YEAR.fullmatch(name):
        return _year(name, int(found[1]), zone, today)
    if found := _MONTH.fullmatch(name):
        return _month(name, date(int(found[1]), int(found[2]), 1), zone, today)
    if found := _WEEK.fullmatch(name):
        return _week(name, date.fromisocalendar(int(found[1]), int(found[2]), 1), zone, today)
    if found := _RANGE.fullmatch(name):
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
        if last < first:
            raise ValueError("ends before it starts")
        return _days(
            name, f"{_day_label(first)} to {_day_label(last)}", first, last + timedelta(days=1), zone, walk=True
        )
    raise ValueError(name)


def _in_reach(first: date) -> date:
    if not 1970 <= first.year <= 2100:
        raise ValueError("years 1970 to 2100")
    return first


def _day_label(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _days(name: str, label: str, first: date, after: date, zone: str, *, walk: bool = False) -> Period:
    length = after - _in_reach(first)
    _in_reach(after - timedelta(days=1))
    before = max(first - length, EPOCH)
    one = timedelta(days=1)
    return Period(
        name=name,
        label=label,
        span=days_span(first, after, zone),
        previous=days_span(before, first, zone),
        previous_name=f"{before}..{first - one}" if walk and before < first else "",
        next_name=f"{after}..{after + length - one}" if walk and after.year < 2100 else "",
    )


def _year(name: str, year: int, zone: str, today: date) -> Period:
    first = _in_reach(date(year, 1, 1))
    return Period(
        name=name,
        label=str(year),
        span=days_span(first, date(year + 1, 1, 1), zone),
        previous=days_span(date(year - 1, 1, 1), first, zone),
        previous_name=str(year - 1) if year > 1970 else "",
        next_name=str(year + 1) if year < today.year else "",
    )


def _month(name: str, first: date, zone: str, today: date) -> Period:
    after, before = add_months(_in_reach(first), 1), add_months(first, -1)
    return Period(
        name=name,
        label=f"{first:%B %Y}",
        span=days_span(first, after, zone),
        previous=days_span(before, first, zone),
        previous_name=f"{before:%Y-%m}" if before.year >= 1970 else "",
        next_name=f"{after:%Y-%m}" if after <= today else "",
    )


def _week(name: str, monday: date, zone: str, today: date) -> Period:
    after, before = _in_reach(monday) + timedelta(days=7), monday - timedelta(days=7)
    return Period(
        name=name,
        label=f"week of {_day_label(monday)}",
        span=days_span(monday, after, zone),
        previous=days_span(before, monday, zone),
        previous_name=f"{before:%G-W%V}" if before.year >= 1970 else "",
        next_name=f"{after:%G-W%V}" if after <= today else "",
    )
