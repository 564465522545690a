"""What looking at the beginning of a file finds out, and the user's column mapping. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from earstead.sources.exports.wire_table import REQUIRED, ROLES

MAPPED = frozenset((*ROLES, "time_of_day"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A format with what its reader must know, or the reason why there is none."""

    format: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    ignored: str = ""


def ignored(why: str) -> Finding:
    """Not read, for this reason."""
    return Finding(ignored=why)


def mapping_of(options: Mapping[str, Any]) -> dict[str, str]:
    """The user's mapping, role to column name; {} when none was given or it is no mapping of texts."""
    given = options.get("mapping")
    if not isinstance(given, dict):
        return {}
    return {str(role): str(column) for role, column in given.items() if str(column).strip()}


def mapping_fault(mapping: Mapping[str, str], columns: Sequence[str]) -> str:
    """Why a mapping does not fit these columns; "" when it does."""
    if unknown := sorted(set(mapping) - MAPPED):
        return f"the column mapping speaks of {', '.join(unknown)}; it can say {', '.join(sorted(MAPPED))}"
    if missing := [role for role in REQUIRED if role not in mapping]:
        return f"the column mapping lacks {', '.join(missing)}; {listing(columns)}"
    if absent := sorted({column for column in mapping.values() if column not in columns}):
        return f"there is no column {', '.join(absent)}; {listing(columns)}"
    return ""


def unknown_table(columns: Sequence[str]) -> str:
    """What to do about a table that nobody knows."""
    return f"not a table that is known here; say which columns hold artist, track and time; {listing(columns)}"


def listing(columns: Sequence[str]) -> str:
    """The columns found, shortened."""
    shown = [column.strip()[:40] or "(no name)" for column in columns[:30]]
    return f"columns found: {', '.join(shown)}{', ...' if len(columns) > 30 else ''}"
