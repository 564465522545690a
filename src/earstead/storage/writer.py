"""The one thread that writes.

Callers hand over closures and get a future. The thread drains what waits, gives each closure a savepoint,
commits them together and only then answers: a client that was answered will find its row after a crash.
Bulk work comes in small closures (about 20 ms each). At most one of them stands behind quick ones; with nothing
quick in sight several share a transaction, because a commit writes every page that was touched, and an index is
touched at random. The quick ones are looked for before each closure, so that a listener's scrobble waits for one
closure of somebody's import and its commit, no longer.
Nothing sleeps: under load the group grows by itself, alone a closure is committed at once.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from earstead.kit.clock import Clock, SystemClock
from earstead.storage.engine import Engine, Tx, WriteSession

log = logging.getLogger(__name__)

T = TypeVar("T")
GROUP = 256
BULK_GROUP = 8
BULK_GROUP_S = 0.5
"""For how long a transaction of bulk work takes closures in, and so how far a crash sets an import back."""


class _Unit(NamedTuple):
    work: Callable[[Tx], Any]
    future: Future[Any]
    bulk: bool


class Writer:
    """Owns all writing of one engine."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()
        self._quick: deque[_Unit] = deque()
        self._bulk: deque[_Unit] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._after: list[Callable[[], object]] = []
        self._thread = threading.Thread(target=self._main, name="writer", daemon=True)
        self._thread.start()

    def do(self, work: Callable[[Tx], T], *, bulk: bool = False) -> Future[T]:
        """Run `work` in a transaction; the future answers after the commit, or raises what `work` raised."""
        future: Future[T] = Future()
        with self._wake:
            if self._closing:
                raise RuntimeError("the writer is closed")
            (self._bulk if bulk else self._quick).append(_Unit(work, future, bulk))
            self._wake.notify()
        return future

    def after_commit(self, call: Callable[[], object]) -> None:
        """Within a unit of work: have `call` made once that is durable; never when it is taken back.

        It is made in the writer's thread, in the order of the units, before their futures answer: it must not block.
        """
        self._after.append(call)

    def close(self) -> None:
        """Write what waits, then end."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _main(self) -> None:
        units = self._next_group()
        while units:
            try:
                with self._engine.write() as session:
                    while units:
                        self._commit(session, units)
                        units = self._next_group()
            except Exception as fault:
                # The connection broke, or cannot be had: tell those who wait, and try a new one for the next.
                _fail(units, fault)
                units = self._next_group()

    def _next_group(self) -> list[_Unit]:
        with self._wake:
            while not (self._quick or self._bulk or self._closing):
                self._wake.wait()
            units = [self._quick.popleft() for _ in range(min(GROUP, len(self._quick)))]
            if self._bulk and len(units) < GROUP:
                units.append(self._bulk.popleft())
            return units

    def _more_bulk(self, units: list[_Unit], until: float) -> Iterator[_Unit]:
        """Bulk closures to go into the open transaction of bulk `units`, each added to them, until it is time."""
        while units and units[0].bulk and len(units) < BULK_GROUP and self._clock.monotonic() < until:
            with self._wake:
                if self._quick or not self._bulk:
                    return
                unit = self._bulk.popleft()
            if unit.future.set_running_or_notify_cancel():
                units.append(unit)
                yield unit

    def _commit(self, session: WriteSession, units: list[_Unit]) -> None:
        # A caller may have gone while its unit waited; from here on a unit can no longer be cancelled.
        units = [unit for unit in units if unit.future.set_running_or_notify_cancel()]
        answers: list[tuple[Future[Any], Any, BaseException | None]] = []
        until = self._clock.monotonic() + BULK_GROUP_S
        try:
            session.begin()
            for unit in chain(tuple(units), self._more_bulk(units, until)):
                before = len(self._after)
                answers.append((unit.future, *_attempt(session, unit.work)))
                if answers[-1][2] is not None:
                    del self._after[before:]
            session.commit()
        except BaseException as fault:
            # The group was not made durable: nobody may be told that it was.
            self._after.clear()
            _fail(units, fault)
            session.rollback()
            return
        self._call_after()
        for future, result, error in answers:
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

    def _call_after(self) -> None:
        calls, self._after = self._after, []
        for call in calls:
            try:
                call()
            except Exception:
                # What was written stands, whoever hears of it.
                log.exception("a call after a commit failed")


def _fail(units: list[_Unit], fault: BaseException) -> None:
    for unit in units:
        if not unit.future.done():
            unit.future.set_exception(fault)


def _attempt(session: WriteSession, work: Callable[[Tx], Any]) -> tuple[Any, BaseException | None]:
    session.savepoint()
    try:
        result = work(session)
    except Exception as error:
        session.undo()
        return None, error
    session.release()
    return result, None
