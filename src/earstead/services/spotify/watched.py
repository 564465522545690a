"""Keeps what a watched player brought: plays, events and how far the watching got, together or not at all.

A crash between two of them would tell an event twice, or lose a play for good: the player never shows it again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from earstead.core.listen import Submission
from earstead.core.rules import problem
from earstead.kit.clock import Clock
from earstead.services.ingest import Ingest, IngestResult
from earstead.services.journal import Journal
from earstead.services.spotify.types import LinkedAccount
from earstead.storage import spotify as table
from earstead.storage.engine import Tx
from earstead.storage.writer import Writer

log = logging.getLogger(__name__)

NOTHING = IngestResult(new=0, merged=0, known=0, outcomes=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event that is to be told. `type` as the journal names it, `at_ms` when it happened."""

    type: str
    at_ms: int
    data: Mapping[str, Any]


class Watching(Protocol):
    """What follows linked accounts in the background: `sources.spotify.watch.Watcher`."""

    def start(self) -> None:
        """Begin; without linked accounts nothing runs."""

    def refresh(self) -> None:
        """Accounts were linked, renewed or given up."""

    def listen_to(self, account: LinkedAccount, address: str) -> None:
        """Let a Soloist on this machine tell the account's changes by itself; "" ends that. Raises Rejected."""

    def stop(self) -> None:
        """End within two seconds; what was seen is kept."""


class Watched:
    """See the module. Blocks until everything is on disk."""

    def __init__(self, writer: Writer, ingest: Ingest, journal: Journal, clock: Clock) -> None:
        self._writer = writer
        self._ingest = ingest
        self._journal = journal
        self._clock = clock

    def keep(
        self,
        account: LinkedAccount,
        cursors: Mapping[str, str],
        *,
        plays: Sequence[Submission] = (),
        events: Sequence[Told] = (),
    ) -> IngestResult:
        """Keep what one look or one answer brought. A play that no history can hold is left out, and logged."""
        good = [play for play in plays if self._can_be_kept(play)]

        def work(tx: Tx) -> None:
            for name, value in cursors.items():
                table.set_cursor(tx, account.account_id, name, value)
            for event in events:
                self._journal.add_in(tx, account.user_id, event.type, event.data, at_ms=event.at_ms)

        if good:
            return self._ingest.add_now(account.user_id, good, also=lambda tx, _: work(tx))
        if cursors or events:
            self._writer.do(work).result()
        return NOTHING

    def _can_be_kept(self, play: Submission) -> bool:
        why = problem(play, self._clock.now())
        if why:
            log.info("a play told by %s is left out: %s", play.source, why)
        return not why
