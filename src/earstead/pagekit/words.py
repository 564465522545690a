"""Numbers and times as people read them. Every time is shown in the zone of the user whose listens they are."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
THIN = "\N{NARROW NO-BREAK SPACE}"
MOST_OF_A_NAME = 60
"""Characters of a name within a sentence. Nobody reads a sentence whose subject is longer."""


def number(value: int) -> str:
    """Grouped: 7412 as "7,412"."""
    return f"{value:,}"


def plural(value: int, one: str, many: str = "") -> str:
    """A grouped number with its noun: "1 play", "412 plays"."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def named(name: str) -> str:
    """A name within a sentence: shortened where it is very long, and set apart where it runs from right to left.

    Without the isolate, such a name would turn round the words and figures beside it.
    """
    if len(name) > MOST_OF_A_NAME:
        name = name[: MOST_OF_A_NAME - 1].rstrip() + "…"
    if any(unicodedata.bidirectional(character) in ("R", "AL", "RLE", "RLO", "RLI") for character in name):
        return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"
    return name


def hours(milliseconds: int) -> str:
    """A time spent: "21 h", "1,204 h", "4 h 10 min" below ten hours, "12 min" below one, "40 s" below a minute."""
    seconds = milliseconds // 1000
    if seconds < 60:
        return f"{seconds}{THIN}s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes}{THIN}min"
    if minutes < 600 and minutes % 60:
        return f"{minutes // 60}{THIN}h {minutes % 60}{THIN}min"
    return f"{minutes // 60:,}{THIN}h"


def duration(milliseconds: int) -> str:
    """A length of a recording: "5:05", "1:02:03"; "" where it is unknown (0 or less)."""
    if milliseconds <= 0:
        return ""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    whole, minutes = divmod(minutes, 60)
    return f"{whole}:{minutes:02}:{seconds:02}" if whole else f"{minutes}:{seconds:02}"


def local(timestamp: int, zone: str) -> datetime:
    """Unix seconds as the wall clock of a zone (IANA name)."""
    return datetime.fromtimestamp(timestamp, ZoneInfo(zone))


def clock(timestamp: int, zone: str) -> str:
    """ "14:02"."""
    return f"{local(timestamp, zone):%H:%M}"


def day(timestamp: int, zone: str) -> str:
    """ "3 March 2009"."""
    return long_date(local(timestamp, zone).date())


def moment(timestamp: int, zone: str) -> str:
    """ "3 March 2009, 14:02"."""
    return f"{day(timestamp, zone)}, {clock(timestamp, zone)}"


def seconds(timestamp: int, zone: str) -> str:
    """ "14:02:31"."""
    return f"{local(timestamp, zone):%H:%M:%S}"


def iso(timestamp: int, zone: str) -> str:
    """For the `datetime` attribute of `time`."""
    return local(timestamp, zone).isoformat()


def long_date(value: date) -> str:
    """ "3 March 2009"; the year without leading zeros."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def short_date(value: date) -> str:
    """ "3 Mar"."""
    return f"{value.day} {MONTHS[value.month - 1][:3]}"


def weekday_date(timestamp: int, zone: str) -> str:
    """ "Tuesday, 3 March 2026": the heading of a day in a list of listens."""
    value = local(timestamp, zone)
    return f"{WEEKDAYS[value.weekday()]}, {long_date(value.date())}"


def percent(value: float) -> str:
    """ "9 %" for 0.09; one decimal below one percent."""
    hundred = value * 100
    return f"{hundred:.1f}{THIN}%" if 0 < abs(hundred) < 0.95 else f"{hundred:.0f}{THIN}%"


def brief(timestamp: int, zone: str, now: int) -> str:
    """When, in a narrow column: "14:02" today, "3 Mar" this year, "3 Mar 2009" else."""
    value, today = local(timestamp, zone).date(), local(now, zone).date()
    if value == today:
        return clock(timestamp, zone)
    return short_date(value) if value.year == today.year else f"{short_date(value)} {value.year}"


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "plural": plural,
    "hours": hours,
    "duration": duration,
    "clock": clock,
    "brief": brief,
    "day": day,
    "moment": moment,
    "seconds": seconds,
    "iso": iso,
    "weekday_date": weekday_date,
    "percent": percent,
}
