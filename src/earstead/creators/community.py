"""What comments and polls have in common: a write by a captured mutation, as one change of the journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from earstead.creators.changes import Change, Journal, State
from earstead.creators.errors import ValidationError
from earstead.creators.operations import Operations
from earstead.creators.operations.base import episode_uri_of, show_uri_of

FINAL = "It cannot be taken back."


@dataclass(frozen=True, slots=True)
class Step:
    """One mutation: the operation and the call that sends it."""

    operation: str
    send: Callable[[], object]


class Community:
    """The base of `Comments` and `Polls`."""

    def __init__(self, operations: Operations, journal: Journal) -> None:
        self._ask = operations
        self._journal = journal

    def _done(
        self,
        action: str,
        target: str,
        steps: Sequence[Step],
        *,
        show: str = "",
        episode: str = "",
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        undo: str = FINAL,
    ) -> Change:
        """Send the steps in order as one change; a dry run only says them.

        Args:
            show, episode: which the change belongs to, by address, URI or id; "" when the caller did not say.

        Raises:
            Missing: the hash of a step is not known; nothing was sent, and no change was begun.
        """
        self._ask.graph.require(*(step.operation for step in steps))
        show_uri, episode_uri = show_uri_of(show) if show else "", episode_uri_of(episode) if episode else ""
        if self._ask.graph.dry_run:
            return Change(
                actor=self._journal.actor,
                show_uri=show_uri,
                episode=episode_uri,
                action=action,
                target=target,
                before=dict(before or {}),
                after=dict(after or {}),
                state=State.PLANNED,
                undo=undo,
                steps=tuple(f"GraphQL {step.operation}" for step in steps),
            )
        with self._journal.writing(
            action, target, show_uri=show_uri, episode=episode_uri, before=before, after=after, undo=undo
        ) as entry:
            for step in steps:
                step.send()
        return entry.change


def flagged(flag: bool, name: str, what: str) -> None:
    """Refuse what cannot be taken back and was not asked for by its own flag."""
    if not flag:
        raise ValidationError(name, f"{what}; say {name}=True if that is what you want")


def within(text: str, name: str, most: int) -> str:
    """A text that is not empty and not too long, trimmed."""
    text = text.strip()
    if not text:
        raise ValidationError(name, "is empty")
    if len(text) > most:
        raise ValidationError(name, f"has {len(text)} characters, {most} are allowed")
    return text
