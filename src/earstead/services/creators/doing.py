"""One way to do anything at Spotify for Creators: say who acts, let the hand do it, give back the journal's entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from earstead.core.errors import AppError, Conflict
from earstead.kit.clock import Clock
from earstead.services.creators.changes import Acting, Changes
from earstead.services.creators.hands import Hand, Hands
from earstead.services.creators.types import CreatorEpisode, CreatorShow
from earstead.services.creators.write_types import Actor, Change, EpisodeAt
from earstead.services.worker import Worker
from earstead.storage.engine import Tx
from earstead.storage.writer import Writer

T = TypeVar("T")

SETTLE_JOB = "creators.settle"
SETTLE_AFTER_S = 60
"""So long the service gets to show what it did before we look."""

_LOST = "It cannot be taken back."
UNDO: Mapping[str, tuple[bool, str]] = {
    "episode.create": (False, "Delete the draft to take it back."),
    "episode.edit": (True, "Undo writes the earlier values again."),
    "episode.schedule": (True, "Undo sets the earlier date again, if there was one."),
    "episode.draft": (True, "Undo schedules it as before."),
    "episode.publish": (
        False,
        "A published episode cannot be taken back through this interface; delete it, or hide it there.",
    ),
    "episode.delete": (False, _LOST),
    "episode.sponsored": (True, "Undo sets the earlier answer again."),
    "episode.cover": (False, "Upload the earlier picture again."),
    "show.cover": (False, "Upload the earlier picture again."),
    "show.edit": (True, "Undo writes the earlier values again."),
    "show.slug": (True, "Undo asks for the earlier address again, as long as nobody else has taken it."),
    "poll.put": (True, "Undo deletes the poll, with the votes cast."),
    "poll.delete": (False, "The votes are gone; the poll can only be made anew."),
    "comment.reply": (False, "Delete the answer in the dashboard."),
    "comment.approve": (False, "The service knows no way back; the comment can be deleted."),
    "comment.delete": (False, _LOST),
    "comment.pin": (True, "Undo takes the pin off."),
    "comment.unpin": (True, "Undo pins it again."),
    "comment.block": (False, "Lift the block in the dashboard."),
    "comment.read": (False, "The service knows no way back."),
    "show.comments": (True, "Undo switches back."),
    "show.moderation": (False, "The earlier policy is not told by the service."),
}
"""What a plan says of the way back; once done, the client's own words stand in the journal."""


def episode_at(show: CreatorShow, episode: CreatorEpisode) -> EpisodeAt:
    """An episode as a hand wants it named."""
    return EpisodeAt(
        show_uri=show.uri,
        uri=episode.uri,
        anchor_id=episode.anchor_id,
        title=episode.title,
        description=episode.description,
        state=episode.state,
        known=bool(episode.title),
    )


class Doing:
    """See the module. Methods block."""

    def __init__(self, changes: Changes, writer: Writer, worker: Worker, clock: Clock) -> None:
        self._changes = changes
        self._writer = writer
        self._worker = worker
        self._clock = clock
        self._hands: Hands | None = None

    def served_by(self, hands: Hands) -> None:
        """Who speaks with the service. Given once, by `app`, before anything is asked."""
        self._hands = hands

    @property
    def hands(self) -> Hands:
        """Who speaks with the service."""
        if self._hands is None:
            raise Conflict("Nothing here speaks with Spotify for Creators.")
        return self._hands

    def close(self) -> None:
        """Close the connections to the service, if there are any."""
        if self._hands is not None:
            self._hands.close()

    def do(self, acting: Acting, call: Callable[[Hand], T]) -> tuple[T, Change]:
        """Have something done; what came of it, and the change as it stands in the journal.

        Raises:
            Conflict: nothing had to be sent.
            AppError: whatever the hand raised; the journal has it by then, and what became of a change whose answer
                was lost is looked for a minute later.
        """
        hand = self.hands.open(acting.account_id)
        with self._changes.acting(acting):
            try:
                done = call(hand)
            except AppError:
                self._look_later(acting)
                raise
        if not acting.ids:
            raise Conflict("It is like that already; nothing was sent.")
        # An undo of both words and date is two changes: the last one finished it.
        return done, self._changes.get(acting.user_id, acting.ids[-1])

    def planned(
        self,
        acting: Acting,
        action: str,
        target: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> Change:
        """The change that would be made: no request, no row."""
        undoable, undo = UNDO[action]
        return Change(
            change_id=0,
            user_id=acting.user_id,
            account_id=acting.account_id,
            show_id=acting.show_id,
            episode_id=acting.episode_id,
            at_ms=self._clock.now_ms(),
            ended_ms=0,
            actor=acting.actor,
            action=action,
            target=target,
            title=acting.title,
            before=dict(before),
            after=dict(after),
            state="planned",
            error="",
            undo=undo,
            undoable=undoable,
        )

    def _look_later(self, acting: Acting) -> None:
        found = [self._changes.get(acting.user_id, change_id) for change_id in acting.ids]
        if not any(change.state == "ambiguous" for change in found):
            return
        at = self._clock.now() + SETTLE_AFTER_S

        def work(tx: Tx) -> None:
            self._worker.enqueue(tx, SETTLE_JOB, {}, run_at=at, dedupe=f"after {at}")

        self._writer.do(work).result()


def acting_on(show: CreatorShow, actor: Actor, *, episode: CreatorEpisode | None = None, title: str = "") -> Acting:
    """Who acts on a show, or on one of its episodes."""
    named = title or (episode.title if episode else "") or show.name
    return Acting(
        user_id=show.user_id,
        account_id=show.account_id,
        show_id=show.show_id,
        episode_id=episode.episode_id if episode else 0,
        actor=actor,
        title=named,
    )
