"""The client's changes, kept in the journal of the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earstead.creators.changes import Change, State
from earstead.services.creators.changes import Begun, Changes

OWN_UNDO = frozenset({"comment.pin", "comment.unpin", "show.comments", "poll.put"})
"""Changes that the client does not take back by itself, and `Hand.undo` does."""


class ServerLog:
    """A `ChangeLog` over `services.creators.changes`, for the client of one account."""

    def __init__(self, changes: Changes, account_id: int, user_id: int) -> None:
        self._changes = changes
        self._account_id = account_id
        self._user_id = user_id

    def begin(self, change: Change) -> str:
        """Keep a change; its id in the journal."""
        begun = Begun(
            action=change.action,
            target=_target(change),
            words=change.target,
            before=change.before,
            after=change.after,
            undo=change.undo,
            undoable=change.can_undo or change.action in OWN_UNDO,
        )
        return str(self._changes.begin(self._account_id, self._user_id, begun))

    def step(self, change_id: str, step: str) -> None:
        """Keep a request of it."""
        self._changes.step(int(change_id), step)

    def recall(self, episode: str) -> Mapping[str, Any]:
        """The last value of each field that was written to an episode."""
        return self._changes.written(self._account_id, episode)

    def finish(self, change_id: str, state: State, after: Mapping[str, Any], error: str) -> None:
        """Keep how it ended."""
        self._changes.finish(int(change_id), str(state), after, error)
        made = after.get("anchor_id")
        if made:  # what was begun for the show was made an episode: later changes are looked for under its name
            self._changes.refine(int(change_id), target=str(made))


def _target(change: Change) -> str:
    """What a change was done to, as the service calls it."""
    if change.action.startswith("comment."):
        return change.target
    return change.episode or change.show_uri or change.target
