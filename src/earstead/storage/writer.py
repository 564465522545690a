"""The one thread that writes.

Callers hand over closures and get a future. The thread drains what waits, gives each closure a savepoint,
commits them together and only then answers: a client that was answered will find its row after a crash.
Bulk work comes in small closures (about 20 ms each) and at most one of them stands in a transaction, behind
everything else that waits, so that a listener's scrobble does not wait for somebody's import.
Nothing sleeps: under load the group grows by itself, alone a closure is committed at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from earstead.storage.engine import Engine, Tx, WriteSession

T = TypeVar("T")
_Unit = tuple[Callable[[Tx], Any], "Future[Any]"]
GROUP = 256


class Writer:
    """Owns all writing of one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._quick: deque[_Unit] = deque()
        self._bulk: deque[_Unit] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._main, name="writer", daemon=True)
        self._thread.start()

    def do(self, work: Callable[[Tx], T], *, bulk: bool = False) -> Future[T]:
        """Run `work` in a transaction; the future answers after the commit, or raises what `work` raised."""
        future: Future[T] = Future()
        with self._wake:
            if self._closing:
                raise RuntimeError("the writer is closed")
            (self._bulk if bulk else self._quick).append((work, future))
            self._wake.notify()
        return future

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

    def _commit(self, session: WriteSession, units: list[_Unit]) -> None:
        # A caller may have gone while its unit waited; from here on a unit can no longer be cancelled.
        units = [unit for unit in units if unit[1].set_running_or_notify_cancel()]
        answers: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            session.begin()
            for work, future in units:
                answers.append((future, *_attempt(session, work)))
            session.commit()
        except BaseException as fault:
            # The group was not made durable: nobody may be told that it was.
            _fail(units, fault)
            session.rollback()
            return
        for future, result, error in answers:
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)


def _fail(units: list[_Unit], fault: BaseException) -> None:
    for _, future in units:
        if not future.done():
            future.set_exception(fault)


def _attempt(session: WriteSession, work: Callable[[Tx], Any]) -> tuple[Any, BaseException | None]:
    session.savepoint()
    try:
        result = work(session)
    except Exception as error:
        session.undo()
        return None, error
    session.release()
    return result, None
