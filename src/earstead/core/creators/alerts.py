"""When a creator is told that something happened: a day far out of the usual, cookies that grow old. Pure.

A day is compared with what is usual for it: the median of the four weeks before it, and the median of the same weekday
over eight weeks, because a weekly show has a weekly mountain. A spike must rise above the higher of the two, a drop
fall below the lower one, both by a factor and by more than the usual scatter; so that a small show is not told of every
other day. Figures that settle late only rise: a spike is told at once, a drop when the day had time to settle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final, Literal

WEEKS: Final = 8
DAYS: Final = 28
LEAST_DAYS: Final = 14
"""With fewer known days before it, nothing is usual."""
SPIKE: Final = 2.0
DROP: Final = 0.5
LEAST: Final = 20.0
"""Differences below this many are never told, nor drops from less."""
SCATTERS: Final = 4.0
"""A difference must be this many times the usual one (median distance from the median, as a standard deviation)."""
SETTLED_DAYS: Final = 3
LOOK_BACK_DAYS: Final = 4
"""Older days are not told any more: whoever connects a show wants no news of last year."""
COOKIE_DAYS: Final = (90, 180, 270, 330)
"""The ages of cookies that are told, each once. They are good "for months" or "about a year"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """A day that is far from what is usual. `ratio` is value over usual, 0 where nothing is usual."""

    kind: Literal["spike", "drop"]
    day: date
    value: float
    usual: float
    ratio: float


def unusual(values: Mapping[date, float], today: date) -> tuple[Unusual, ...]:
    """The unusual ones of the last days, in order of days.

    Args:
        values: by day; days that are not there are not known, and are no zeros. Today's is not over and is left out.
    """
    found = (_judged(values, today - timedelta(days=back), back) for back in range(LOOK_BACK_DAYS, 0, -1))
    return tuple(one for one in found if one is not None)


def cookie_step(age_days: int) -> int:
    """The last of the `COOKIE_DAYS` that cookies have reached, 0 for none."""
    return max((step for step in COOKIE_DAYS if age_days >= step), default=0)


def _judged(values: Mapping[date, float], day: date, age_days: int) -> Unusual | None:
    value = values.get(day)
    before = [values[d] for d in _days_before(day, 1, DAYS) if d in values]
    if value is None or len(before) < LEAST_DAYS:
        return None
    same_weekday = [values[d] for d in _days_before(day, 7, WEEKS) if d in values]
    usual = [median(before), *([median(same_weekday)] if len(same_weekday) >= 3 else [])]
    scatter = 1.4826 * median(abs(one - usual[0]) for one in before) * SCATTERS
    high, low = max(usual), min(usual)
    if value >= SPIKE * high and value - high >= max(LEAST, scatter):
        return Unusual(kind="spike", day=day, value=value, usual=high, ratio=value / high if high else 0.0)
    if age_days >= SETTLED_DAYS and low >= LEAST and value <= DROP * low and low - value >= scatter:
        return Unusual(kind="drop", day=day, value=value, usual=low, ratio=value / low)
    return None


def _days_before(day: date, step: int, count: int) -> Sequence[date]:
    return [day - timedelta(days=step * i) for i in range(1, count + 1)]
