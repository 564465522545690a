"""Where the courier fetches what is due and reports what became of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future

from earstead.core.ids import hash63
from earstead.kit.clock import Clock
from earstead.kit.secrets import CannotOpen, Vault
from earstead.services.journal import event_from
from earstead.services.webhooks.rows import Secrets, endpoint_from, settled, unseal
from earstead.services.webhooks.types import Courier, Endpoint, Letter, Outcome, Parcel
from earstead.storage import webhooks as table
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

_UNREADABLE = "The key that seals secrets was changed: rotate the secret of this webhook, then let it go on."


class Office:
    """See the module. `changed(user_id)` is called in the writer's thread when an endpoint was switched off."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        vault: Vault,
        courier: Courier,
        changed: Callable[[int], None],
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._vault = vault
        self._courier = courier
        self._changed = changed
        self._opened: dict[int, tuple[str, Secrets]] = {}

    def agenda(self) -> tuple[tuple[int, int], ...]:
        """(endpoint, when its next delivery may go, unix ms) of all that have one waiting."""
        with self._engine.read() as tx:
            return tuple((row[0], row[1]) for row in table.agenda(tx))

    def parcel(self, endpoint_id: int, limit: int, without: Collection[int]) -> Parcel | None:
        """What is due at an endpoint now, except for some deliveries; None when nothing is."""
        now_ms = self._clock.now_ms()
        with self._engine.read() as tx:
            row = table.get(tx, endpoint_id)
            endpoint = endpoint_from(row) if row else None
            if endpoint is None or endpoint.state != "on" or endpoint.rest_until_ms > now_ms:
                return None
            rows = table.due(tx, endpoint_id, now_ms, limit + len(without))
            sealed = table.secrets(tx, endpoint_id) if rows else ""
        letters = [
            Letter(
                delivery_id=row[0], attempts=row[1], message_id=message_id(row[2], row[4]), event=event_from(row[2:6])
            )
            for row in rows
            if row[0] not in without
        ]
        if not letters:
            return None
        try:
            secrets = self._secrets(endpoint_id, sealed)
        except CannotOpen:
            self._switch_off(endpoint, _UNREADABLE)
            return None
        return Parcel(
            endpoint_id=endpoint_id,
            url=endpoint.url,
            secrets=secrets.valid(now_ms),
            failures=endpoint.failures,
            letters=tuple(letters[:limit]),
        )

    def settle(self, outcomes: Sequence[Outcome]) -> Future[None]:
        """Write down what became of attempts, and what follows from it for their endpoints."""
        by_endpoint: dict[int, list[Outcome]] = {}
        for outcome in outcomes:
            by_endpoint.setdefault(outcome.endpoint_id, []).append(outcome)

        def work(tx: Tx) -> None:
            for endpoint_id, group in by_endpoint.items():
                row = table.get(tx, endpoint_id)
                if row is not None:  # removed while it was being sent to
                    self._settle(tx, endpoint_from(row), group)

        return self._writer.do(work)

    def _settle(self, tx: Tx, before: Endpoint, outcomes: Sequence[Outcome]) -> None:
        after, rows, came_back = settled(before, outcomes)
        table.settle(tx, rows)
        names = ("state", "reason", "failures", "failing_since_ms", "rest_until_ms", "delivered", "delivered_ms")
        table.change(tx, before.endpoint_id, {name: getattr(after, name) for name in names})
        if came_back and table.hurry(tx, before.endpoint_id, self._clock.now_ms()):
            self._writer.after_commit(lambda: self._courier.wake({before.endpoint_id}))
        if after.state != before.state:
            self._writer.after_commit(lambda: self._changed(before.user_id))

    def _switch_off(self, endpoint: Endpoint, why: str) -> None:
        def work(tx: Tx) -> None:
            table.change(tx, endpoint.endpoint_id, {"state": "off", "reason": why})
            self._writer.after_commit(lambda: self._changed(endpoint.user_id))

        self._writer.do(work).result()

    def _secrets(self, endpoint_id: int, sealed: str) -> Secrets:
        # Opening a seal takes longer than signing with what is in it.
        held = self._opened.get(endpoint_id)
        if held is None or held[0] != sealed:
            held = self._opened[endpoint_id] = (sealed, unseal(self._vault, sealed))
        return held[1]


def message_id(event_id: int, at_ms: int) -> str:
    """The id of an event's deliveries, the same at every attempt and replay.

    Event ids alone would come back after a backup was put back, and receivers would take what is new for known.
    """
    return f"msg_{event_id}_{hash63(str(event_id), str(at_ms)) & 0xFFFF_FFFF:08x}"


def _letter(row: Row) -> Letter:
    return Letter(
        delivery_id=row[0], attempts=row[1], message_id=message_id(row[2], row[4]), event=event_from(row[2:6])
    )
