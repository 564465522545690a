"""Taking changes back: each is a change of its own, in the journal beside the one it takes back.

Before anything is taken back, what is there is compared with what the change left, and where the service does not tell,
what was written from here since: whoever changed it later would lose their words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from earstead.core.creators.html import same
from earstead.core.errors import Conflict
from earstead.kit.clock import Clock
from earstead.services.creators import taking
from earstead.services.creators.changes import Acting, Changes
from earstead.services.creators.doing import Doing, episode_at
from earstead.services.creators.hands import Hand
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.write_types import Actor, Change, moment_text
from earstead.storage.engine import Tx
from earstead.storage.writer import Writer

_MOVES = ("episode.schedule", "episode.draft")
_MOVED = ("publish_on", "state")
"""What these changed; whatever else they noted was only kept."""


class Undoing:
    """See the module. Methods block, and wait for Spotify."""

    def __init__(self, writer: Writer, clock: Clock, shows: CreatorShows, changes: Changes, doing: Doing) -> None:
        self._writer = writer
        self._clock = clock
        self._shows = shows
        self._changes = changes
        self._doing = doing

    def undo(self, change: Change, actor: Actor, dry_run: bool) -> Change:
        """Take a change back; the change that did it, or with `dry_run` the one that would, and nobody is called.

        Raises:
            Conflict: it cannot be taken back, was taken back, did not happen, or something else is there by now.
        """
        self._check(change)
        self._latest(change)
        if dry_run:
            return replace(backwards(change), actor=actor)
        acting = Acting(
            user_id=change.user_id,
            account_id=change.account_id,
            show_id=change.show_id,
            episode_id=change.episode_id,
            actor=actor,
            title=f"Undo: {change.title}",
            undoes=change.change_id,
        )

        show_uri = self._shows.get(change.user_id, change.show_id).uri if change.show_id else ""

        def call(hand: Hand) -> None:
            if change.action in ("episode.edit", *_MOVES):
                self._unchanged(hand, change)
            if change.action == "show.edit":
                _compare(change, hand.show_now(show_uri))
            hand.undo(change, show_uri)
            if change.episode_id:
                self._read_back(hand, change)

        return self._doing.do(acting, call)[1]

    def _check(self, change: Change) -> None:
        if change.state == "undone":
            raise Conflict("This was taken back already.")
        if change.state != "confirmed":
            raise Conflict("Only what is known to have been done can be taken back.")
        if not change.undoable:
            raise Conflict(change.undo or "This cannot be taken back.")

    def _unchanged(self, hand: Hand, change: Change) -> None:
        """Hold that an episode is still as the change left it, as far as the service shows it."""
        show = self._shows.get(change.user_id, change.show_id)
        episode = self._shows.episode(change.user_id, change.episode_id)
        now = hand.look(episode_at(show, episode))
        _compare(change, {"state": now.state})
        if now.state == "draft":  # it shows nothing else of itself
            return
        found = {"title": now.title, "description": now.description, "publish_on": moment_text(now.publish_on)}
        _compare(change, found)

    def _latest(self, change: Change) -> None:
        """Hold that nothing written from here since replaced what the change wrote."""
        written = self._changes.written(change.account_id, change.target)
        names = _MOVED if change.action in _MOVES else tuple(written)
        _compare(change, {name: written[name] for name in names if name in written})

    def _read_back(self, hand: Hand, change: Change) -> None:
        show = self._shows.get(change.user_id, change.show_id)
        episode = self._shows.episode(change.user_id, change.episode_id)
        found = hand.look(episode_at(show, episode))
        at = self._clock.now()

        def work(tx: Tx) -> None:
            taking.take_episode(tx, episode.episode_id, found, change.before, at)

        self._writer.do(work).result()


def backwards(change: Change) -> Change:
    """What taking a change back would write, as a planned change."""
    kept = {name: change.before[name] for name in change.after if name in change.before}
    return replace(
        change,
        change_id=0,
        state="planned",
        before={name: change.after[name] for name in kept},
        after=kept,
        undo="The undoing stands in the journal as a change of its own.",
        error="",
    )


def _compare(change: Change, there: Mapping[str, Any]) -> None:
    """Raises Conflict where something else is there than what a change wrote."""
    for name, found in there.items():
        sent = change.after.get(name)
        alike = same(str(sent), str(found)) if name == "description" else sent == found
        if sent is not None and not alike:
            raise Conflict(f"The {name.replace('_', ' ')} was changed since: undoing this would undo that as well.")
