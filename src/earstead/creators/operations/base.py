"""What all typed operations do: name shows and episodes as the service wants them, open a change before a write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from earstead.core.creators.ids import episode_uri, parse_episode, parse_show, show_uri
from earstead.core.errors import Rejected
from earstead.creators.answers import Answered
from earstead.creators.changes import Journal
from earstead.creators.errors import ValidationError
from earstead.creators.graph import CUSTOM, Graph, custom_range

Days = tuple[date, date]
"""The first and the last day, both included."""
BOTH_LISTS = ("LIST_COMMENT_PRIMARY_FILTER_PUBLISHED", "LIST_COMMENT_PRIMARY_FILTER_NEEDS_REVIEW")
"""Published comments, and those that wait for review."""
ROOT_COMMENTS = ("LIST_COMMENT_TYPE_FILTER_ROOT",)
"""Comments only, no answers to them."""


class Calls:
    """The base of the typed operations."""

    def __init__(self, graph: Graph, journal: Journal) -> None:
        self.graph = graph
        self._journal = journal

    def _read(self, operation: str, *, fallbacks: Sequence[str] = (), **variables: Any) -> Answered:
        return self.graph.call(operation, _plain(variables), windows=fallbacks)

    def _write(self, operation: str, **variables: Any) -> Answered:
        """A mutation, as a change of its own or a step of the one that is open."""
        sent = _plain(variables)
        with self._journal.writing(
            f"graph.{operation}",
            str(sent.get("commentUri") or sent.get("parentCommentUri") or sent.get("username") or ""),
            show_uri=str(sent.get("showUri") or ""),
            episode=str(sent.get("episodeUri") or ""),
            after=sent,
        ):
            return self.graph.call(operation, sent)


def show_uri_of(show: str) -> str:
    """The URI of a show given by address, URI or id.

    Raises:
        ValidationError: it names no show.
    """
    try:
        return show_uri(parse_show(show))
    except Rejected as cause:
        raise ValidationError(cause.field, cause.why) from cause


def episode_uri_of(episode: str) -> str:
    """The URI of an episode given by address, URI or 22-character id.

    Raises:
        ValidationError: it names no episode, or names it by a number that must be resolved first.
    """
    try:
        found = parse_episode(episode)
    except Rejected as cause:
        raise ValidationError(cause.field, cause.why) from cause
    if isinstance(found, int):
        raise ValidationError("episode", f"{episode} is an Anchor id; resolve it to its Spotify URI first")
    return episode_uri(found)


def windowed(window: str, days: Days | None) -> dict[str, Any]:
    """The variables of a window: the named one, or the days, never both."""
    if days is None:
        return {"dateRangeWindow": window}
    return {"dateRangeWindow": CUSTOM, "customDateRange": custom_range(*days)}


def moment(seconds: int | None) -> dict[str, int] | None:
    """A TimestampInput of Unix seconds."""
    return None if seconds is None else {"seconds": seconds}


def choices(options: Sequence[str]) -> list[dict[str, str]]:
    """The options of a poll as the mutation takes them."""
    return [{"description": option} for option in options]


def _plain(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Variables as JSON takes them: those that are None left out, tuples as lists, days as ISO texts."""
    return {name: _value(value) for name, value in variables.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
