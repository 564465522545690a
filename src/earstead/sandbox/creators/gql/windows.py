"""From the names of windows to days, and from days to the points of a series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from earstead.sandbox.creators.gql.errors import refused
from earstead.sandbox.creators.world import day_text, read_day

_LAST: Final = {
    "WINDOW_LAST_SEVEN_DAYS": 7,
    "WINDOW_LAST_THIRTY_DAYS": 30,
    "WINDOW_LAST_SIXTY_DAYS": 60,
    "WINDOW_LAST_NINETY_DAYS": 90,
}
_FIRST: Final = {"WINDOW_FIRST_SEVEN_DAYS": 7, "WINDOW_FIRST_THIRTY_DAYS": 30, "WINDOW_FIRST_SIXTY_DAYS": 60}
_WEEK: Final = 7
_LONGEST: Final = 4000


@dataclass(frozen=True, slots=True)
class Span:
    """Days since 1970-01-01, both included; an empty span ends before it begins."""

    start: int
    end: int

    @property
    def days(self) -> int:
        """How many."""
        return max(0, self.end - self.start + 1)

    def before(self) -> Span:
        """The span of the same length just before this one."""
        return Span(self.start - self.days, self.start - 1)

    def said(self) -> dict[str, str]:
        """As an answer says it."""
        return {"startDate": day_text(self.start), "endDate": day_text(max(self.start, self.end))}


def custom(asked: Mapping[str, Any]) -> Span:
    """A span given by two dates, both included.

    Raises:
        GraphQLError: what stands there is no date, the end is before the start, or it is longer than eleven years.
    """
    try:
        span = Span(read_day(str(asked.get("startDate"))), read_day(str(asked.get("endDate"))))
    except ValueError:
        raise refused("startDate and endDate are dates as YYYY-MM-DD") from None
    if not 1 <= span.days <= _LONGEST:
        raise refused(f"a span has from 1 to {_LONGEST} days")
    return span


def span_of(asked: Mapping[str, Any], last_day: int, first_day: int, *, episode: bool) -> Span:
    """The days that a request is about.

    Args:
        asked: `window` and, for WINDOW_CUSTOM, `customDateRange`.
        last_day: the last whole day there are figures of.
        first_day: when the subject appeared.
        episode: whether the subject is one; a show knows no windows that begin with its publication.

    Raises:
        GraphQLError: the window is not for this subject, or lacks its dates.
    """
    window = asked["window"]
    if window in _LAST:
        return Span(last_day - _LAST[window] + 1, last_day)
    if window == "WINDOW_CUSTOM":
        if not asked.get("customDateRange"):
            raise refused("WINDOW_CUSTOM needs customDateRange")
        return custom(asked["customDateRange"])
    if window == "WINDOW_YEAR_TO_DATE":
        return Span(read_day(f"{day_text(last_day)[:4]}-01-01"), last_day)
    if window in ("WINDOW_ALL_TIME", "WINDOW_UNSPECIFIED"):
        return Span(first_day, last_day)
    if not episode:
        raise refused(f"{window} is not for shows")
    days = _FIRST.get(window, last_day - first_day + 1)
    return Span(first_day, min(last_day, first_day + days - 1))


def buckets(span: Span, aggregation: str) -> list[Span]:
    """The days, weeks (counted from the first day) or calendar months of a span; the last may be cut short."""
    found = []
    start = span.start
    while start <= span.end:
        end = min(span.end, _end_of(start, aggregation))
        found.append(Span(start, end))
        start = end + 1
    return found


def _end_of(start: int, aggregation: str) -> int:
    if aggregation == "AGGREGATION_TYPE_WEEKLY":
        return start + _WEEK - 1
    if aggregation == "AGGREGATION_TYPE_MONTHLY":
        year, month = (int(part) for part in day_text(start).split("-")[:2])
        return read_day(f"{year + month // 12:04d}-{month % 12 + 1:02d}-01") - 1
    return start
