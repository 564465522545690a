"""Webhooks: to which addresses of a user events are sent, what waits for them, and what became of it.

`_queue` runs behind the journal, in the transaction of the event: an event that exists has its deliveries, so a
crash loses none. The courier carries them; one that was carried and not yet settled at a crash is carried again,
under the same id, by which receivers know it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.core.event_types import TEST, is_choice, wants
from earstead.core.names import clean
from earstead.kit.addresses import Resolver, guarded, hook_address, system_resolver
from earstead.kit.clock import Clock
from earstead.kit.secrets import CannotOpen, Vault
from earstead.services.journal import Journal, JournalEvent
from earstead.services.webhooks.office import Office
from earstead.services.webhooks.rows import (
    Secrets,
    delivery_from,
    endpoint_from,
    new_secret,
    seal,
    types_text,
    unseal,
)
from earstead.services.webhooks.types import MAX_LABEL, MOST_ENDPOINTS, Courier, Delivery, Endpoint
from earstead.services.worker import Worker
from earstead.storage import events
from earstead.storage import webhooks as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

T = TypeVar("T")
MOST_COUNTED = 10_000
MOST_REPLAYED = 1_000
BOTH_SECRETS_S = 86_400
"""For how long after a rotation deliveries carry the signatures of both secrets."""
PRUNE_JOB = "webhooks.prune"
PRUNE_EVERY_S = 6 * 3600
PRUNED_AT_ONCE = 1_000


class Webhooks:
    """See the module. Methods block; each takes the user first, and other users' endpoints are not found."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        vault: Vault,
        journal: Journal,
        worker: Worker,
        courier: Courier,
        *,
        allow_private: bool,
        resolve: Resolver = system_resolver,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._vault = vault
        self._journal = journal
        self._courier = courier
        self._office = Office(engine, writer, clock, vault, courier, self._changed)
        self._allow_private = allow_private
        self._resolve = resolve
        self._known: dict[int, tuple[Endpoint, ...]] = {}
        journal.followed_by(self._queue)
        worker.every(PRUNE_JOB, PRUNE_EVERY_S, self._prune)

    def start(self) -> None:
        """Let the courier begin, with what a stopped process left behind."""
        self._courier.start(self._office)

    def close(self) -> None:
        """Let the courier end."""
        self._courier.close()

    # ---- endpoints ---------------------------------------------------------------------------------------

    def of_user(self, user_id: int) -> tuple[tuple[Endpoint, int], ...]:
        """A user's endpoints with how many deliveries wait at each (counted up to 10,000), oldest first."""
        with self._engine.read() as tx:
            found = [endpoint_from(row) for row in table.of_user(tx, user_id, MOST_ENDPOINTS)]
            return tuple((one, table.waiting(tx, one.endpoint_id, MOST_COUNTED)) for one in found)

    def get(self, user_id: int, endpoint_id: int) -> Endpoint:
        """One endpoint. Raises NotFound."""
        with self._engine.read() as tx:
            return _own(tx, user_id, endpoint_id)

    def waiting(self, user_id: int, endpoint_id: int) -> int:
        """How many deliveries wait, counted up to 10,000."""
        with self._engine.read() as tx:
            return table.waiting(tx, _own(tx, user_id, endpoint_id).endpoint_id, MOST_COUNTED)

    def add(self, user_id: int, url: str, *, label: str = "", types: Sequence[str] = ()) -> tuple[Endpoint, str]:
        """A new endpoint, and its secret, which is told this once.

        Raises:
            Rejected: no address, one this server may not be sent to, or no such type.
            Conflict: there are too many.
        """
        values = self._checked(url, label, types)
        secret = new_secret()
        sealed = seal(self._vault, Secrets(current=secret))

        def work(tx: Tx) -> Endpoint:
            if len(table.of_user(tx, user_id, MOST_ENDPOINTS)) >= MOST_ENDPOINTS:
                raise Conflict(f"You have {MOST_ENDPOINTS} webhooks; remove one first.")
            row = {"user_id": user_id, "state": "on", "secrets": sealed, "created_at": self._clock.now()}
            return _own(tx, user_id, table.add(tx, {**values, **row}))

        return self._write(user_id, work), secret

    def change(
        self,
        user_id: int,
        endpoint_id: int,
        *,
        url: str | None = None,
        label: str | None = None,
        types: Sequence[str] | None = None,
    ) -> Endpoint:
        """Change what is given; what waits goes to the new address. Raises Rejected, NotFound."""
        before = self.get(user_id, endpoint_id)
        values = self._checked(
            before.url if url is None else url,
            before.label if label is None else label,
            before.types if types is None else types,
        )
        return self._set(user_id, endpoint_id, values)

    def pause(self, user_id: int, endpoint_id: int) -> Endpoint:
        """Send nothing and queue nothing until it is resumed."""
        return self._set(user_id, endpoint_id, {"state": "paused", "reason": ""})

    def resume(self, user_id: int, endpoint_id: int) -> Endpoint:
        """Go on, also after it was switched off; what waits is due at once. Conflict when it has no secret."""
        fresh = {"state": "on", "reason": "", "failures": 0, "failing_since_ms": 0, "rest_until_ms": 0}

        def work(tx: Tx) -> Endpoint:
            _own(tx, user_id, endpoint_id)
            if not table.secrets(tx, endpoint_id):
                raise Conflict("This webhook has no secret; make one first.")
            table.change(tx, endpoint_id, fresh)
            table.hurry(tx, endpoint_id, self._clock.now_ms())
            self._writer.after_commit(lambda: self._courier.wake({endpoint_id}))
            return _own(tx, user_id, endpoint_id)

        return self._write(user_id, work)

    def rotate(self, user_id: int, endpoint_id: int) -> str:
        """A new secret, told this once; for a day deliveries are signed with the old one as well."""
        secret = new_secret()

        def work(tx: Tx) -> None:
            _own(tx, user_id, endpoint_id)
            try:
                before = unseal(self._vault, table.secrets(tx, endpoint_id)).current
            except CannotOpen:
                before = ""
            until_ms = self._clock.now_ms() + BOTH_SECRETS_S * 1000
            held = Secrets(current=secret, previous=before, until_ms=until_ms)
            table.change(tx, endpoint_id, {"secrets": seal(self._vault, held)})

        self._write(user_id, work)
        return secret

    def remove(self, user_id: int, endpoint_id: int) -> None:
        """Remove an endpoint, what waits for it and its log."""

        def work(tx: Tx) -> None:
            _own(tx, user_id, endpoint_id)
            table.remove(tx, endpoint_id)

        self._write(user_id, work)

    def forget(self, user_id: int) -> None:
        """Send nothing more for a user who is being erased."""
        self._write(user_id, lambda tx: table.silence(tx, user_id))

    # ---- the log -----------------------------------------------------------------------------------------

    def log(self, user_id: int, endpoint_id: int, *, limit: int = 50, before: int = 0) -> tuple[Delivery, ...]:
        """Deliveries, latest first, below the id `before` (0: the latest of all)."""
        with self._engine.read() as tx:
            _own(tx, user_id, endpoint_id)
            return _log(tx, endpoint_id, limit, before)

    def look(
        self, user_id: int, endpoint_id: int, *, limit: int = 50, before: int = 0
    ) -> tuple[Endpoint, tuple[Delivery, ...], int]:
        """An endpoint, its log as `log` gives it, and how many deliveries wait, all of one moment."""
        with self._engine.read() as tx:
            endpoint = _own(tx, user_id, endpoint_id)
            return endpoint, _log(tx, endpoint_id, limit, before), table.waiting(tx, endpoint_id, MOST_COUNTED)

    def replay(self, user_id: int, endpoint_id: int, delivery_id: int) -> Delivery:
        """Send the event of a delivery once more, under the id it had. NotFound when its event was pruned."""

        def work(tx: Tx) -> Delivery:
            self._ready(tx, user_id, endpoint_id)
            row = table.delivery(tx, endpoint_id, delivery_id)
            if row is None or not delivery_from(row).type:
                raise NotFound("There is no such delivery, or its event is older than 30 days.")
            first = self._post(tx, [(endpoint_id, delivery_from(row).event_id)])
            queued = table.delivery(tx, endpoint_id, first)
            assert queued is not None, "it was just stored"
            return delivery_from(queued)

        return self._writer.do(work).result()

    def replay_since(self, user_id: int, endpoint_id: int, event_id: int) -> int:
        """Send what the endpoint hears of and what came behind an event, once more and up to 1,000; returns how many.

        For a receiver that lost what it was sent, or was not there yet.
        """

        def work(tx: Tx) -> int:
            endpoint = self._ready(tx, user_id, endpoint_id)
            rows = events.since(tx, user_id, event_id, MOST_REPLAYED)
            pairs = [(endpoint_id, int(row[0])) for row in rows if wants(endpoint.types, row[1])]
            if pairs:
                self._post(tx, pairs)
            return len(pairs)

        return self._writer.do(work).result()

    def test(self, user_id: int, endpoint_id: int) -> Delivery:
        """Send an event of type webhook.test to this endpoint alone."""

        def work(tx: Tx) -> Delivery:
            endpoint = self._ready(tx, user_id, endpoint_id)
            event_id = self._journal.add_in(tx, user_id, TEST, {"endpoint_id": endpoint_id, "label": endpoint.label})
            row = table.delivery(tx, endpoint_id, self._post(tx, [(endpoint_id, event_id)]))
            assert row is not None, "it was just stored"
            return delivery_from(row)

        return self._writer.do(work).result()

    def prune(self) -> int:
        """Remove deliveries whose events are gone; returns how many."""
        with self._engine.read() as tx:
            first = events.first_id(tx) or events.last_id(tx) + 1
        gone = 0
        while piece := self._writer.do(lambda tx: table.prune(tx, first, PRUNED_AT_ONCE), bulk=True).result():
            gone += piece
        return gone

    def _prune(self, _: object) -> None:
        self.prune()

    # ---- queueing ----------------------------------------------------------------------------------------

    def _queue(self, tx: Tx, user_id: int, written: Sequence[JournalEvent]) -> None:
        known = self._known.get(user_id)
        if known is None:
            found = (endpoint_from(row) for row in table.of_user(tx, user_id, MOST_ENDPOINTS))
            known = self._known[user_id] = tuple(one for one in found if one.state == "on")
        pairs = [
            (one.endpoint_id, event.event_id) for event in written for one in known if wants(one.types, event.type)
        ]
        if pairs:
            self._post(tx, pairs)

    def _post(self, tx: Tx, pairs: Sequence[tuple[int, int]]) -> int:
        first = table.queue(tx, pairs, self._clock.now_ms())
        endpoint_ids = {endpoint_id for endpoint_id, _ in pairs}
        self._writer.after_commit(lambda: self._courier.wake(endpoint_ids))
        return first

    def _ready(self, tx: Tx, user_id: int, endpoint_id: int) -> Endpoint:
        endpoint = _own(tx, user_id, endpoint_id)
        if endpoint.state != "on":
            raise Conflict("This webhook is not on; let it go on first.")
        return endpoint

    def _set(self, user_id: int, endpoint_id: int, values: dict[str, object]) -> Endpoint:
        def work(tx: Tx) -> Endpoint:
            _own(tx, user_id, endpoint_id)
            table.change(tx, endpoint_id, values)
            return _own(tx, user_id, endpoint_id)

        return self._write(user_id, work)

    def _write(self, user_id: int, work: Callable[[Tx], T]) -> T:
        def guarded_work(tx: Tx) -> T:
            done = work(tx)
            self._writer.after_commit(lambda: self._changed(user_id))
            return done

        return self._writer.do(guarded_work).result()

    def _changed(self, user_id: int) -> None:
        # In the writer's thread, as `_queue`: between the commit and this nothing was queued by the old state.
        self._known.pop(user_id, None)

    def _checked(self, url: str, label: str, types: Sequence[str]) -> dict[str, object]:
        address = hook_address(url)
        guarded(address, allow_private=self._allow_private, resolve=self._resolve)
        if len(label) > MAX_LABEL:
            raise Rejected("label", f"at most {MAX_LABEL} characters")
        if unknown := [choice for choice in types if not is_choice(choice)]:
            raise Rejected("types", f"there is no type of events {unknown[0][:60]!r}")
        return {"url": address, "label": clean(label), "types": types_text(types)}


def _log(tx: Tx, endpoint_id: int, limit: int, before: int) -> tuple[Delivery, ...]:
    return tuple(delivery_from(row) for row in table.log(tx, endpoint_id, before or 1 << 62, limit))


def _own(tx: Tx, user_id: int, endpoint_id: int) -> Endpoint:
    row = table.get(tx, endpoint_id)
    if row is None or row[1] != user_id:
        raise NotFound("There is no such webhook.")
    return endpoint_from(row)
