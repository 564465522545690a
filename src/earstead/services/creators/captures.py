"""Recordings of the dashboard's traffic: what they bring, and what of it is in force on this server.

A recording is read in memory, and only what has no secrets is kept: operations, hashes, names of variables, shapes.
Nothing of it is used before somebody adopted it; that is the owner's, because it decides what the clients of all
users of this server send.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from earstead.core.creators.console import console_script
from earstead.core.creators.registry import Registry, diff
from earstead.core.errors import Conflict, Forbidden, NotFound, Rejected
from earstead.kit import jsontext
from earstead.kit.clock import Clock
from earstead.kit.texts import one_line, storable
from earstead.services.creators.accounts import CreatorAccounts
from earstead.services.creators.doing import Doing
from earstead.services.creators.hands import CaptureRead
from earstead.services.creators.write_types import Capture
from earstead.storage import creator_writes as table
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

MOST_BYTES = 64 * 1024 * 1024
MOST_LISTED = 100
_MOST_REPORT = 200_000


class Captures:
    """See the module. Methods block.

    Attributes:
        owns: whether a user is the owner of this server; given by `app`.
    """

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        accounts: CreatorAccounts,
        doing: Doing,
        owns: Callable[[int], bool],
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._accounts = accounts
        self._doing = doing
        self.owns = owns

    def of_user(self, user_id: int) -> tuple[Capture, ...]:
        """What a user brought, latest first."""
        with self._engine.read() as tx:
            return tuple(map(capture_from, table.captures_of_user(tx, user_id, MOST_LISTED)))

    def get(self, user_id: int, capture_id: int) -> Capture:
        """One of a user's captures. Raises NotFound."""
        with self._engine.read() as tx:
            row = table.capture(tx, capture_id)
        if row is None or row[1] != user_id:
            raise NotFound("There is no such capture here.")
        return capture_from(row)

    def add(self, user_id: int, name: str, data: bytes) -> Capture:
        """Read a recording (HAR, or what the console's script saved) and keep what it brings. Raises Rejected."""
        if not data:
            raise Rejected("file", "is empty")
        if len(data) > MOST_BYTES:
            raise Rejected("file", f"is larger than {MOST_BYTES >> 20} MB: record fewer clicks at once")
        return self._keep(user_id, name, self._doing.hands.read_capture(name, data))

    def harvest(self, user_id: int, account_id: int) -> Capture:
        """Look what the dashboard's own scripts hold today, and keep that like a capture. Raises NotFound, Upstream."""
        self._accounts.get(user_id, account_id)
        return self._keep(user_id, "the dashboard's scripts", self._doing.hands.harvest(account_id))

    def adopt(self, user_id: int, capture_id: int) -> Capture:
        """Put a capture in force for this server. Raises Forbidden for anybody but the owner."""
        return self._set_live(user_id, capture_id, True)

    def withdraw(self, user_id: int, capture_id: int) -> Capture:
        """Put it out of force; what was known before holds again. Raises Forbidden as `adopt`."""
        return self._set_live(user_id, capture_id, False)

    def remove(self, user_id: int, capture_id: int) -> None:
        """Forget a capture. Raises Conflict for one that is in force."""
        if self.get(user_id, capture_id).live:
            raise Conflict("This capture is in force: withdraw it first.")
        self._writer.do(lambda tx: table.remove_capture(tx, capture_id)).result()

    def script(self) -> str:
        """The script for the browser's console that records what the dashboard asks."""
        return console_script()

    def registry(self) -> Registry:
        """The operations in force: the pinned ones, with those of adopted captures laid over them."""
        with self._engine.read() as tx:
            texts = table.live_registries(tx)
        found = Registry.pinned()
        for text in texts:
            found = found.merged(Registry.read(text))
        return found

    def _keep(self, user_id: int, name: str, read: CaptureRead) -> Capture:
        brought = Registry.read(read.registry)
        old = self.registry()
        news = diff(old, old.merged(brought))
        found: dict[str, Any] = {
            "operations": len(brought),
            "added": [delta.name for delta in news.added],
            "changed": [delta.name for delta in news.changed],
            # Only a look at the whole of the dashboard's scripts can tell that something is no longer there.
            "gone": [delta.name for delta in diff(old, brought).gone] if read.kind == "harvest" else [],
            "mutations": [one.name for one in brought if one.is_write and one.callable],
        }
        values = {
            "user_id": user_id,
            "name": one_line(name) or "capture",
            "kind": read.kind,
            "at": self._clock.now(),
            "found": jsontext.dumps(found),
            "registry": read.registry,
            "report": storable(read.report)[:_MOST_REPORT],
        }
        return self.get(user_id, self._writer.do(lambda tx: table.add_capture(tx, values)).result())

    def _set_live(self, user_id: int, capture_id: int, live: bool) -> Capture:
        if not self.owns(user_id):
            raise Forbidden("What a capture brings holds for the whole server: only its owner decides that.")
        self.get(user_id, capture_id)

        def work(tx: Tx) -> None:
            table.set_live(tx, capture_id, live, self._clock.now())

        self._writer.do(work).result()
        self._doing.hands.refresh()
        return self.get(user_id, capture_id)


def capture_from(row: Row) -> Capture:
    """A row of `creator_writes.CAPTURE` as a record."""
    found = jsontext.loads(row[5])
    return Capture(
        capture_id=row[0],
        user_id=row[1],
        name=row[2],
        kind=row[3],
        at=row[4],
        operations=found["operations"],
        added=tuple(found["added"]),
        changed=tuple(found["changed"]),
        gone=tuple(found["gone"]),
        mutations=tuple(found["mutations"]),
        report=row[6],
        adopted_at=row[7],
        live=bool(row[8]),
    )
