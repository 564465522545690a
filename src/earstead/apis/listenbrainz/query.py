"""The query parameters of a page of listens. Pure; unknown ones are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from earstead.core.errors import Rejected

DEFAULT_COUNT = 25
MAX_COUNT = 1_000

# The years 1 to 9999: what a date can hold.
_EARLIEST, _LATEST = -62_135_596_800, 253_402_300_799


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """At most `count` listens with min_ts < listened_at < max_ts; with `min_ts` those closest to it."""

    min_ts: int | None
    max_ts: int | None
    count: int


def parse_page(query: Mapping[str, str]) -> Page:
    """The page asked for. Raises Rejected in the protocol's words."""
    max_ts = _timestamp(query, "max_ts")
    min_ts = _timestamp(query, "min_ts")
    if min_ts is not None and max_ts is not None and max_ts <= min_ts:
        raise Rejected("max_ts", "max_ts should be greater than min_ts")
    count = _integer(query.get("count", str(DEFAULT_COUNT)))
    if count is None:
        raise Rejected("count", f"Invalid count argument: {query['count']}")
    if count < 0:
        raise Rejected("count", "Number of items requested should be positive")
    return Page(min_ts=min_ts, max_ts=max_ts, count=min(count, MAX_COUNT))


def _timestamp(query: Mapping[str, str], name: str) -> int | None:
    if name not in query:
        return None
    value = _integer(query[name])
    if value is None or not _EARLIEST <= value <= _LATEST:
        raise Rejected(name, f"Incorrect {name} timestamp argument: {query[name]}")
    return value


def _integer(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
