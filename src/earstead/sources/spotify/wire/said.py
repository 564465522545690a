"""Reading values whose type nobody guarantees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any


def text(value: Any) -> str:
    """A text as it stands, "" for anything else."""
    return value if isinstance(value, str) else ""


def number(value: Any, default: int = 0) -> int:
    """A whole number; Spotify has sent some as 1.0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    return int(value) if abs(value) < 1 << 62 else default


def yes(value: Any) -> bool:
    """True for true alone."""
    return value is True


def maybe(value: Any) -> bool | None:
    """True, False, or None for anything else."""
    return value if isinstance(value, bool) else None


def mapping(value: Any) -> Mapping[str, Any]:
    """An object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> Sequence[Any]:
    """An array, an empty one for anything else."""
    return value if isinstance(value, list) else ()


def moment_ms(value: Any) -> int:
    """Unix milliseconds of an RFC 3339 time, 0 for anything else."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return 0
    at = found if found.tzinfo else found.replace(tzinfo=UTC)
    return max(0, round(at.timestamp() * 1000))


def last_part(uri: str) -> str:
    """The id of a URI: what stands behind its last colon."""
    return uri.rpartition(":")[2]
