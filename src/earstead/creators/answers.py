"""What a GraphQL call brought, and how much of it anybody has proven.

Every typed operation answers with one of three boxes: `Known` (path and leaves proven), `Part` (read as far as
known; fields may be None) or `Unknown` (only what came, unread). All three carry the `Answered` they were read from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)
SMALL_AUDIENCE = 50
"""Breakdowns over fewer plays than this are noise, and often not given at all."""


class Empty(StrEnum):
    """Why nothing came, as far as it can be told; they look the same on the wire."""

    NOT = ""
    """Something came."""
    NO_DATA = "no data"
    """The node is there and holds nothing."""
    WRONG_WINDOW = "wrong window"
    """The service refused the window, or has nothing for it."""
    STALE_HASH = "stale hash"
    """Not even the root came: what a hash that matches no document is answered with."""
    SMALL_AUDIENCE = "too small an audience"
    """The total of the same window is below what breakdowns are given for."""
    REFUSED = "refused"
    """A part of the service refused; with shows hosted elsewhere this is usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialError:
    """An error that came beside data.

    Attributes:
        path: where in the answer, () when it was not said.
        kind: the service's class, such as DataFetchingException; "" when it was not said.
    """

    message: str
    path: tuple[str, ...] = ()
    kind: str = ""

    @property
    def words(self) -> str:
        """For a person."""
        return ": ".join(part for part in (".".join(self.path), self.kind, self.message) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer, kept whole.

    Attributes:
        data: below `data`; unknown keys included.
        partial_errors: those that came beside it.
        hash: that answered; "" for free text.
        asked_window: the service's word, "" when the operation has none.
        answered_window: the one that brought data; "" if none did.
        tried: the windows asked for, in order.
        fetched_ms: when, Unix milliseconds.
        empty: why there is nothing, or NOT.
    """

    operation: str
    data: Mapping[str, Any] = field(default_factory=dict)
    partial_errors: tuple[PartialError, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    hash: str = ""
    asked_window: str = ""
    answered_window: str = ""
    tried: tuple[str, ...] = ()
    fetched_ms: int = 0
    empty: Empty = Empty.NOT

    @property
    def errors(self) -> tuple[PartialError, ...]:
        """The same as `partial_errors`: an answer with errors alone is raised instead."""
        return self.partial_errors

    @property
    def is_partial(self) -> bool:
        """Whether errors came beside the data."""
        return bool(self.partial_errors)


@dataclass(frozen=True, slots=True)
class Known(Generic[T_co]):
    """Path and leaves of this answer are proven by public sources."""

    value: T_co
    answered: Answered


@dataclass(frozen=True, slots=True)
class Part(Generic[T_co]):
    """A part of this answer is proven; the value holds that part, and what is missing is None or empty."""

    value: T_co
    answered: Answered


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody has published what this answers: look into `answered.data`, and do not build on it."""

    answered: Answered


def why_empty(
    data: Mapping[str, Any] | None, errors: tuple[PartialError, ...], *, root: str, total: int | None = None
) -> Empty:
    """Which of the empties an answer is.

    Args:
        root: the field below `data` that the operation answers with; "" when unknown.
        total: plays in the same window, if the caller knows them: few explain an empty breakdown.
    """
    found = unwrapped(data or {}, root)
    if any("window" in one.message.lower() or "daterange" in one.message.lower() for one in errors):
        return Empty.NOT if has_leaves(found) else Empty.WRONG_WINDOW
    if has_leaves(found):
        return Empty.NOT
    if errors:
        return Empty.REFUSED
    if not data and root:
        return Empty.STALE_HASH
    if total is not None and 0 < total < SMALL_AUDIENCE:
        return Empty.SMALL_AUDIENCE
    return Empty.NO_DATA


ROOTS = ("showByShowUri", "show", "showByStationId", "episodeByUri", "episode", "showsForUser")
"""The fields below `data` under which things were seen; `show` and `showByStationId` are older names."""


def unwrapped(data: Mapping[str, Any], root: str) -> Any:
    """What stands under the root, under one of its older names, or all of `data` when there is no root."""
    if root and root in data:
        return data[root]
    for other in ROOTS:
        if other in data and (not root or _same_kind(root, other)):
            return data[other]
    return None if root else data


def _same_kind(root: str, other: str) -> bool:
    return root.startswith("show") == other.startswith("show") and (root == "showsForUser") == (other == "showsForUser")


def has_leaves(node: Any) -> bool:
    """Whether anything but identifiers, type names and empty containers is in there."""
    if isinstance(node, Mapping):
        return any(has_leaves(value) for name, value in node.items() if name not in ("uri", "__typename"))
    if isinstance(node, list | tuple):
        return any(has_leaves(value) for value in node)
    return node is not None and node != ""
