"""The journal: what happened to each user, written down before it is told.

An event is a row first, in the transaction of what it tells of wherever there is one; the hub and the webhooks
hear of it after the commit. So nothing is told that did not happen, nothing that happened is lost by a crash, and
whoever was away asks for what came after the last id it saw. Ids rise over the whole server.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from earstead.kit import jsontext
from earstead.kit.clock import Clock
from earstead.services.events import Hub
from earstead.services.worker import Worker
from earstead.storage import events, ids
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

log = logging.getLogger(__name__)

KEPT_DAYS = 30
PRUNE_JOB = "events.prune"
PRUNE_EVERY_S = 6 * 3600
PRUNED_AT_ONCE = 1_000
MOST_PAGE = 1_000
HUB_NAME = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEvent:
    """One event. `at_ms`: when it happened, unix milliseconds; `data`: as the schema of its type says."""

    event_id: int
    type: str
    at_ms: int
    data: Mapping[str, Any]

    def told(self) -> dict[str, Any]:
        """The event as it leaves the server, by whichever way."""
        at = datetime.fromtimestamp(self.at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return {
            "id": self.event_id,
            "type": self.type,
            "timestamp": f"{at}.{self.at_ms % 1000:03d}Z",
            "data": self.data,
        }


Follower = Callable[[Tx, int, Sequence[JournalEvent]], None]
"""Called with (transaction, user, the events just written)."""


class Journal:
    """See the module. The types and their data: `src/earstead/webhooks/schema`."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, hub: Hub, worker: Worker) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._hub = hub
        self._followers: list[Follower] = []
        worker.every(PRUNE_JOB, PRUNE_EVERY_S, self._prune)

    def followed_by(self, follower: Follower) -> None:
        """Have events followed by more in their own transaction: rows that wait to be sent, never the network."""
        self._followers.append(follower)

    # ---- writing -----------------------------------------------------------------------------------------

    def add(self, user_id: int, type: str, data: Mapping[str, Any], *, at_ms: int | None = None) -> int:  # noqa: A002
        """Write an event and tell it; blocks until it is on disk, and returns its id."""
        return self._writer.do(lambda tx: self.add_in(tx, user_id, type, data, at_ms=at_ms)).result()

    def add_soon(self, user_id: int, type: str, data: Mapping[str, Any], *, at_ms: int | None = None) -> None:  # noqa: A002
        """`add` without waiting, for callers that must not block; lost only if the process ends in this moment."""
        at = self._clock.now_ms() if at_ms is None else at_ms
        try:
            self._writer.do(lambda tx: self.add_in(tx, user_id, type, data, at_ms=at))
        except RuntimeError:  # the server is closing: what plays is told again by the player
            log.info("an event of type %s came too late to be written", type)

    def add_in(
        self,
        tx: Tx,
        user_id: int,
        type: str,  # noqa: A002
        data: Mapping[str, Any],
        *,
        at_ms: int | None = None,
    ) -> int:
        """Write an event within a transaction of the writer; it is told once that is committed. Returns its id."""
        return self.add_all_in(tx, user_id, [(type, data)], at_ms=at_ms)

    def add_all_in(
        self, tx: Tx, user_id: int, told: Sequence[tuple[str, Mapping[str, Any]]], *, at_ms: int | None = None
    ) -> int:
        """`add_in` for several (type, data) of one moment; returns the id of the last, 0 when there are none."""
        if not told:
            return 0
        first = ids.take(tx, "event", len(told))
        now = self._clock.now_ms()
        at = now if at_ms is None else min(at_ms, now)
        written = [
            JournalEvent(event_id=first + i, type=name, at_ms=at, data=data) for i, (name, data) in enumerate(told)
        ]
        events.add(tx, [_row(user_id, event) for event in written])
        for follow in self._followers:
            follow(tx, user_id, written)
        self._writer.after_commit(lambda: self._tell(user_id, written))
        return written[-1].event_id

    def _tell(self, user_id: int, written: Sequence[JournalEvent]) -> None:
        for event in written:
            data = {"event_id": event.event_id, "type": event.type, "at_ms": event.at_ms, "data": event.data}
            self._hub.publish(user_id, HUB_NAME, data)

    # ---- reading -----------------------------------------------------------------------------------------

    def since(self, user_id: int, event_id: int, limit: int = 500) -> tuple[JournalEvent, ...]:
        """A user's events behind an id, oldest first; ids that were pruned count as seen."""
        with self._engine.read() as tx:
            rows = events.since(tx, user_id, event_id, min(limit, MOST_PAGE))
        return tuple(event_from(row) for row in rows)

    def latest(self, user_id: int, limit: int = 50, before: int = 0) -> tuple[JournalEvent, ...]:
        """A user's events, latest first, below the id `before` (0: the latest of all)."""
        with self._engine.read() as tx:
            rows = events.before(tx, user_id, before or 1 << 62, min(limit, MOST_PAGE))
        return tuple(event_from(row) for row in rows)

    def last_id(self) -> int:
        """The latest id of this server: where a stream begins that asks for nothing of the past."""
        with self._engine.read() as tx:
            return events.last_id(tx)

    # ---- forgetting --------------------------------------------------------------------------------------

    def prune(self) -> int:
        """Remove events of more than 30 days ago; returns how many."""
        before_ms = self._clock.now_ms() - KEPT_DAYS * 86_400_000
        gone = 0
        while piece := self._writer.do(lambda tx: events.prune(tx, before_ms, PRUNED_AT_ONCE), bulk=True).result():
            gone += piece
        return gone

    def _prune(self, _: object) -> None:
        self.prune()


def _row(user_id: int, event: JournalEvent) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "user_id": user_id,
        "type": event.type,
        "at_ms": event.at_ms,
        "data": jsontext.dumps(event.data),
    }


def event_from(row: Row) -> JournalEvent:
    """A row (event_id, type, at_ms, data) as a record."""
    return JournalEvent(event_id=row[0], type=row[1], at_ms=row[2], data=jsontext.loads(row[3]))
