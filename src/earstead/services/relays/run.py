"""The job that sends: one request a run, oldest first, noted before the next one goes out.

Nothing is forgotten before the other service took it. A crash between an answer and its note sends the same
listens again, in the same order; the services know a play by its time and names, so that is harmless. What arrives goes
before what is back-filled; each of the two keeps its order. A request that is refused for what it holds is
halved until the listen at fault stands alone; that one is put aside with the reason, the others go on.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from earstead.core.backoff import backoff_s
from earstead.core.errors import NotFound, Refused, RetryLater, Upstream
from earstead.core.ids import hash63
from earstead.kit.clock import Clock
from earstead.kit.secrets import CannotOpen, Vault
from earstead.kit.texts import storable
from earstead.services.insights.insights import Insights
from earstead.services.relays.rows import (
    fill_from,
    goes,
    play_of_listen,
    play_of_row,
    relay_from,
    target_of,
    unseal,
)
from earstead.services.relays.types import Carrier, Delivery, Fill, Relay, Target
from earstead.services.views import ListenRow
from earstead.services.worker import Worker
from earstead.storage import pages
from earstead.storage import relays as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

log = logging.getLogger(__name__)

JOB = "relay"
LOOK = 500
"""Listens looked at in one step of a back-fill, of which the filter may let through any number."""
MOST_REASON = 300
BLOCKED = 2
_HIDDEN, _VISIBILITY = 5, 19
"""Places in the columns of `storage.pages`."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """What goes out next: (the id under which it waits, the listen), and the ids that have nothing left to send.

    `most` is what a request may carry. Of a back-fill also the cursor that holds once all of it is dealt with.
    """

    most: int
    listens: tuple[tuple[int, ListenRow], ...] = ()
    gone: tuple[int, ...] = ()
    fill: Fill | None = None
    cursor: tuple[int, int] = (0, 0)
    last: bool = False


class Runner:
    """See the module."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        vault: Vault,
        insights: Insights,
        worker: Worker,
        carrier: Carrier,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._vault = vault
        self._insights = insights
        self._worker = worker
        self.carrier = carrier
        worker.handle(JOB, self.run, lane=lambda payload: str(payload["relay_id"]))

    def wake(self, tx: Tx, relay_id: int, *, run_at: int = 0) -> None:
        """Queue the job of a relay in this transaction, for now or for a time to come."""
        # A job that waits for its time must not stand for one that is due: what arrives, and a user who says "now",
        # would wait along with it.
        later = run_at > self._clock.now()
        dedupe = f"{relay_id}@{run_at}" if later else str(relay_id)
        self._worker.enqueue(tx, JOB, {"relay_id": relay_id}, run_at=run_at, dedupe=dedupe)

    def target(self, tx: Tx, relay: Relay) -> Target:
        """Where a relay sends. Raises CannotOpen."""
        secrets = unseal(self._vault, table.secrets(tx, relay.relay_id))
        return target_of(relay.kind, relay.url, secrets, table.mark(tx, relay.user_id))

    def run(self, payload: Mapping[str, Any]) -> None:
        """Send the next request of a relay, if it is time, and queue the one after it."""
        with self._engine.read() as tx:
            row = table.get(tx, int(payload["relay_id"]))
            relay = relay_from(row) if row else None
        if relay is None or relay.state != "on":
            return
        if relay.next_at > self._clock.now():
            self._writer.do(lambda tx: self.wake(tx, relay.relay_id, run_at=relay.next_at)).result()
            return
        try:
            with self._engine.read() as tx:
                target = self.target(tx, relay)
        except CannotOpen:
            self._hold(relay, "The key that seals secrets was changed: connect this account again.")
            return
        most = self.carrier.most(target)
        batch = self._queued(relay, most) or self._backfilled(relay, most)
        if batch is not None:
            self._send(relay, target, batch)

    # ---- what goes next ----------------------------------------------------------------------------------

    def _queued(self, relay: Relay, most: int) -> _Batch | None:
        with self._engine.read() as tx:
            found: dict[int, tuple[int, ListenRow]] = {}
            gone, mark = [], table.mark(tx, relay.user_id)
            rows = table.waiting(tx, relay.relay_id, relay.batch or most)
            for listen_id, *_ in rows:
                listen = self._listen(tx, relay, listen_id)
                if listen is None or not goes(relay, mark, play_of_listen(listen)):
                    gone.append(listen_id)
                elif listen.listen_id != listen_id and table.known(tx, relay.relay_id, listen.listen_id):
                    gone.append(listen_id)  # absorbed by a listen that has a row of its own
                else:
                    found.setdefault(listen.listen_id, (listen_id, listen))
        return _Batch(most, tuple(found.values()), tuple(gone)) if rows else None

    def _backfilled(self, relay: Relay, most: int) -> _Batch | None:
        with self._engine.read() as tx:
            row = table.latest_fill(tx, relay.relay_id)
            fill = fill_from(row) if row else None
            if fill is None or fill.state != "running":
                return None
            rows = table.unsent(tx, relay.user_id, relay.relay_id, after=fill.cursor, before=fill.end, limit=LOOK)
            cursor, last = fill.cursor, len(rows) < LOOK
            chosen: list[int] = []
            mark = table.mark(tx, relay.user_id)
            for place in rows:
                if goes(relay, mark, play_of_row(place)):
                    if len(chosen) == (relay.batch or most):
                        last = False
                        break
                    chosen.append(place[1])
                cursor = (place[0], place[1])
            listens = [(i, listen) for i in chosen if (listen := self._listen(tx, relay, i)) is not None]
        return _Batch(most, tuple(listens), (), fill, cursor, last)

    def _listen(self, tx: Tx, relay: Relay, listen_id: int) -> ListenRow | None:
        """A listen that may be sent; None when it was deleted, blocked or erased meanwhile."""
        row = pages.one(tx, relay.user_id, listen_id)
        if row is None or row[_HIDDEN] or row[_VISIBILITY] >= BLOCKED:
            return None
        try:
            return self._insights.listen_in(tx, relay.user_id, row[0])
        except NotFound:
            return None

    # ---- sending -----------------------------------------------------------------------------------------

    def _send(self, relay: Relay, target: Target, batch: _Batch) -> None:
        if not batch.listens:
            self._writer.do(lambda tx: self._note(tx, relay, batch, Delivery(refused=()))).result()
            return
        listens = [listen for _, listen in batch.listens]
        try:
            delivery = self.carrier.deliver(target, listens)
        except RetryLater as fault:
            self._wait(relay, fault)
        except Refused as fault:
            self._refused(relay, batch, fault)
        except Upstream as fault:
            self._hold(relay, str(fault))
        else:
            self._writer.do(lambda tx: self._note(tx, relay, batch, delivery)).result()

    def _wait(self, relay: Relay, fault: RetryLater) -> None:
        attempt, now = relay.failures + 1, self._clock.now()
        pause = backoff_s(attempt, hash63(str(relay.relay_id), str(attempt)) / 2**63)
        next_at = now + max(pause, round(fault.after_s))
        log.info("relay %d waits until %d: %s", relay.relay_id, next_at, fault)
        values = {"error": _plain(str(fault)), "failures": attempt, "next_at": next_at}

        def work(tx: Tx) -> None:
            if table.change(tx, relay.relay_id, values):
                self.wake(tx, relay.relay_id, run_at=next_at)

        self._writer.do(work).result()

    def _hold(self, relay: Relay, why: str) -> None:
        """Send nothing more until the user acts; what arrives goes on waiting."""
        log.warning("relay %d needs its user: %s", relay.relay_id, why)

        def work(tx: Tx) -> None:
            row = table.get(tx, relay.relay_id)
            if row is not None and relay_from(row).state == "on":
                table.change(tx, relay.relay_id, {"state": "reconnect", "error": _plain(why)})

        self._writer.do(work).result()

    def _refused(self, relay: Relay, batch: _Batch, fault: Refused) -> None:
        count = len(batch.listens)

        def work(tx: Tx) -> None:
            if count == 1:
                self._note(tx, relay, batch, Delivery(refused=(fault.why or "refused",)))
            elif table.change(tx, relay.relay_id, {"batch": count // 2}):
                self.wake(tx, relay.relay_id, run_at=self._clock.now())

        self._writer.do(work).result()

    def _note(self, tx: Tx, relay: Relay, batch: _Batch, delivery: Delivery) -> None:
        """Write down what became of a batch, and queue the next request."""
        row = table.get(tx, relay.relay_id)
        if row is None:  # removed while it was sending
            return
        now, again = self._clock.now(), delivery.again or (False,) * len(delivery.refused)
        rows, absorbed = [], list(batch.gone)
        for (waited_as, listen), why, later in zip(batch.listens, delivery.refused, again, strict=True):
            if later:
                continue
            state = "failed" if why else "sent"
            rows.append(
                {
                    "relay_id": relay.relay_id,
                    "listen_id": listen.listen_id,
                    "state": state,
                    "reason": _plain(why),
                    "at": now,
                }
            )
            if waited_as != listen.listen_id:
                absorbed.append(waited_as)
        table.note(tx, rows)
        if absorbed:
            table.forget(tx, relay.relay_id, absorbed)
        if batch.fill is not None:
            self._advance(tx, batch.fill, batch, rows, again)
        self._count(tx, relay_from(row), batch, rows, delivery)

    def _advance(
        self, tx: Tx, fill: Fill, batch: _Batch, rows: Sequence[Mapping[str, Any]], again: Sequence[bool]
    ) -> None:
        sent = sum(row["state"] == "sent" for row in rows)
        complete = not any(again)
        # With some of it left for later, the cursor stays: what was taken is known and is not sent a second time.
        cursor = batch.cursor if complete else fill.cursor
        table.advance_fill(tx, fill.fill_id, cursor=cursor, done=len(rows), sent=sent, failed=len(rows) - sent)
        if batch.last and complete:
            table.end_fill(tx, fill.fill_id, "done", self._clock.now())

    def _count(
        self, tx: Tx, relay: Relay, batch: _Batch, rows: Sequence[Mapping[str, Any]], delivery: Delivery
    ) -> None:
        now, sent = self._clock.now(), sum(row["state"] == "sent" for row in rows)
        values: dict[str, Any] = {}
        if batch.listens:
            later = [why for why, again in zip(delivery.refused, delivery.again, strict=False) if again]
            error = _plain(later[0]) if later else ""
            values = {"error": error, "failures": 0, "next_at": now + round(delivery.pause_s)}
            # After a bad listen was looked for, requests grow again slowly: it may have bad neighbours.
            values["batch"] = relay.batch * 2 if relay.batch * 2 < batch.most else 0
        if sent:
            values |= {"sent": relay.sent + sent, "sent_at": now}
        if values:
            table.change(tx, relay.relay_id, values)
        if relay.state == "on" and (table.counts(tx, relay.relay_id)[0] or _fills(tx, relay.relay_id)):
            self.wake(tx, relay.relay_id, run_at=now + round(delivery.pause_s))


def _fills(tx: Tx, relay_id: int) -> bool:
    row = table.latest_fill(tx, relay_id)
    return row is not None and fill_from(row).state == "running"


def _plain(text: str) -> str:
    return storable(text)[:MOST_REASON]
