"""The ways exports write a time, all to unix seconds. Pure.

`datetime.strptime` costs more than the rest of a row together; the fixed shapes are cut by hand and their
days are remembered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MINUTES = {f"{hour:02d}:{minute:02d}": hour * 3600 + minute * 60 for hour in range(24) for minute in range(60)}
# 60: a leap second, which unix time does not know.
_SECONDS = {f":{second:02d}": second for second in range(61)}

_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?:\[UTC\])?",
    re.ASCII | re.IGNORECASE,
)
_WORDED = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(\d{1,2})\s+([a-z]{3})[a-z]*\.?,?\s+(\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d+)?", re.ASCII)
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}


@lru_cache(maxsize=32768)
def _day_start(day: str) -> int:
    """Unix seconds of the first second of a day YYYY-MM-DD; raises ValueError for what is no day."""
    if not _DAY.fullmatch(day):
        raise ValueError(day)
    return (date.fromisoformat(day).toordinal() - _EPOCH_DAY) * 86_400


def utc_seconds(stamp: Any) -> int | None:
    """`YYYY-MM-DDTHH:MM:SSZ`, `YYYY-MM-DD HH:MM:SS` or `YYYY-MM-DD HH:MM`, all UTC; None for anything else."""
    if type(stamp) is not str:
        return None
    if not (16 <= len(stamp) <= 20 and (stamp[10] == "T" or stamp[10] == " ")) or stamp[19:] not in ("", "Z"):
        return None
    try:
        seconds = _SECONDS[stamp[16:19]] if len(stamp) > 16 else 0
        return _day_start(stamp[:10]) + _MINUTES[stamp[11:16]] + seconds
    except (KeyError, ValueError):
        return None


def zone_of(options: Mapping[str, Any]) -> tzinfo:
    """The zone in which local times of a file are to be read: `options["zone"]`, an IANA name; UTC by default.

    Raises:
        ValueError: when there is no such zone.
    """
    name = options.get("zone") or "UTC"
    try:
        return ZoneInfo(name) if name != "UTC" else UTC
    except (OSError, ValueError, TypeError, KeyError):
        raise ValueError(f"there is no time zone called {name!r}") from None


def seconds_of_number(value: float) -> int:
    """Unix seconds out of seconds, milliseconds, microseconds or nanoseconds, told apart by their size."""
    for unit, limit in ((1, 1e11), (1_000, 1e14), (1_000_000, 1e17)):
        if abs(value) < limit:
            return int(value // unit)
    return int(value // 1_000_000_000)


def seconds_of(value: Any, zone: tzinfo = UTC) -> int | None:
    """Unix seconds out of whatever a column of times holds; None when it cannot be read.

    Numbers (as text too) are seconds to nanoseconds since 1970; ISO 8601 and "01 Jan 2024, 12:34" with their own
    offset, else in `zone`. Dates by numbers in any other order are not guessed.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return seconds_of_number(value) if abs(value) < 1e20 else None
    if not isinstance(value, str):
        return None
    said = value.strip()
    if _NUMBER.fullmatch(said):
        return seconds_of_number(float(said) if "." in said else int(said))
    try:
        return _spelled(said, zone)
    except (ValueError, OverflowError):
        return None


def _spelled(said: str, zone: tzinfo) -> int | None:
    if found := _ISO.fullmatch(said):
        day, hour, minute, second, offset = found.groups()
        start = datetime.fromisoformat(day)
    elif found := _WORDED.fullmatch(said):
        number, month, year, hour, minute, second, offset = found.groups()
        start = datetime(int(year), _MONTHS.get(month.lower(), 0), int(number), tzinfo=UTC)
    else:
        return None
    moment = start.replace(hour=int(hour), minute=int(minute), second=min(int(second or 0), 59), tzinfo=UTC)
    if not offset and zone is not UTC:
        return local_seconds(moment, zone)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) - _offset_seconds(offset)


def _offset_seconds(offset: str | None) -> int:
    if not offset or offset[0] not in "+-":
        return 0
    ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    shift = int(timezone(ahead).utcoffset(None).total_seconds())
    return shift if offset[0] == "+" else -shift


def local_seconds(moment: datetime, zone: tzinfo) -> int:
    """Unix seconds of a wall-clock time in a zone; of an hour that comes twice, the first."""
    return int(moment.replace(tzinfo=zone).timestamp())
