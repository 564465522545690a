"""Moments as the service takes them, so that none becomes a second of 1970: it mangles what is of the wrong type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from earstead.creators.errors import ValidationError

_EPOCH_YEAR = 1970
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def aware(moment: Any, field: str = "publish_on") -> datetime:
    """A moment in UTC, without parts of a second.

    Raises:
        ValidationError: not a datetime, without a time zone, or before 2000.
    """
    if not isinstance(moment, datetime):
        raise ValidationError(field, "give a datetime with a time zone, neither a number nor a text")
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValidationError(field, "the time has no time zone; give one, such as datetime(..., tzinfo=UTC)")
    try:
        at = moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError as fault:
        raise ValidationError(field, "that is beyond the end of time") from fault
    if at < _EARLIEST:
        raise ValidationError(field, f"{at:%Y-%m-%d} is before there were podcasts")
    return at


def seconds(moment: datetime) -> int:
    """Unix seconds, the only form of `publishOn` that the service does not corrupt."""
    return int(moment.timestamp())


def iso(moment: datetime) -> str:
    """The form of `wizardDraftedToPublishOn`: `2026-05-31T21:00:00.000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def read(value: Any) -> datetime | None:
    """The moment that an answer names, from ISO text; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def corrupted(moment: datetime | None) -> bool:
    """Whether a moment that was read back is what the service makes of a text: one of 1970."""
    return moment is not None and moment.year == _EPOCH_YEAR


def hour_offset(moment: datetime) -> int:
    """`hourOffset` of a moment: minus the whole hours of its offset from UTC, as JavaScript counts; Japan is -9."""
    offset = moment.utcoffset()
    return -int(offset.total_seconds() // 3600) if offset else 0
