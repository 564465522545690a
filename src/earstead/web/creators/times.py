"""Times as a form takes them: the clock of the one who fills it in, without a zone of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from earstead.core.errors import Rejected


def moment_of(field: str, text: str, zone: str) -> int:
    """ "2026-06-01T09:00" on the clock of a zone as unix seconds; 0 for "".

    Raises Rejected for what is no time, and for an hour that the change of the clocks leaves out.
    """
    if not text:
        return 0
    try:
        said = datetime.fromisoformat(text)
    except ValueError as fault:
        raise Rejected(field, "is no date and time; write it as 2026-06-01T09:00") from fault
    if said.tzinfo is not None:
        raise Rejected(field, f"is read on the clock of {zone}; leave the offset out")
    try:
        at = said.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except OverflowError as fault:
        raise Rejected(field, "lies too far away") from fault
    if at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != said:
        raise Rejected(field, f"does not exist in {zone}: the clocks go forward over it")
    return int(at.timestamp())


def field_of(at: int, zone: str) -> str:
    """Unix seconds as such a field shows them; "" for 0."""
    return f"{datetime.fromtimestamp(at, ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if at else ""
