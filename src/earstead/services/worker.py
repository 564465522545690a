"""Does what must follow a write: claims jobs, tries again with growing pauses, stops cleanly.

A handler is a plain function of the job's payload. It may be called again for the same job (a crash, a lease
that ran out), so it must be safe to repeat. It raises to be tried again: `RetryLater` names the pause, `Refused`
gives up at once, anything else waits by `core.backoff`. What failed `MOST_ATTEMPTS` times stays as a dead letter.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from earstead.core.backoff import backoff_s
from earstead.core.errors import Refused, RetryLater
from earstead.core.ids import hash63
from earstead.kit.clock import Clock
from earstead.storage import jobs
from earstead.storage.engine import Engine, Tx
from earstead.storage.jobs import DeadRow, JobRow
from earstead.storage.writer import Writer

log = logging.getLogger(__name__)

Handler = Callable[[Mapping[str, Any]], None]
LEASE_S = 120
MOST_ATTEMPTS = 12
# Jobs queued here wake the thread; the look-round finds those that another process queued.
LOOK_ROUND_S = 5.0


class Worker:
    """Runs jobs one after another in a thread of its own."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._handlers: dict[str, Handler] = {}
        self._periods: dict[str, int] = {}
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def handle(self, kind: str, handler: Handler) -> None:
        """Name who does the jobs of a kind. Jobs nobody handles become dead letters, and can be seen there."""
        self._handlers[kind] = handler

    def every(self, kind: str, period_s: int, handler: Handler) -> None:
        """A job that queues itself again `period_s` after it ended, whether it succeeded or was given up."""
        self.handle(kind, handler)
        self._periods[kind] = period_s

    def enqueue(self, tx: Tx, kind: str, payload: Mapping[str, Any], run_at: int = 0, dedupe: str = "") -> bool:
        """Queue a job in the caller's transaction: it exists if and only if the write it follows does.

        `run_at` is the time before which it is not done, unix seconds, 0 for at once. While a job of the same kind
        and `dedupe` (not "") waits, no second one is queued, and the answer is False.
        """
        text = json.dumps(payload, separators=(",", ":"), sort_keys=True)
        added = jobs.add(tx, kind=kind, payload=text, dedupe=dedupe, run_at=run_at, now=self._clock.now())
        # The claim goes through the writer as well, behind this transaction: waking before its commit loses nothing.
        self._wake.set()
        return added

    def start(self) -> None:
        """Queue the periodic jobs that do not wait yet, and begin."""

        def work(tx: Tx) -> None:
            for kind in self._periods:
                self._enqueue_period(tx, kind, 0)

        self._writer.do(work).result()
        self._thread = threading.Thread(target=self._main, name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the job in hand, take no other, end the thread. Harmless when it never started."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def run_due(self) -> int:
        """Do everything that is due now, in this thread; returns how many jobs were tried."""
        tried = 0
        while not self._stopping.is_set() and (job := self._claim()) is not None:
            self._attempt(job)
            tried += 1
        return tried

    def dead(self, limit: int = 50) -> tuple[DeadRow, ...]:
        """The jobs that were given up, latest first."""
        with self._engine.read() as tx:
            return tuple(jobs.dead(tx, limit=limit))

    def _main(self) -> None:
        woken = True
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                # A wake means a transaction that may not be committed yet: a read would miss it, the writer will not.
                # Otherwise a read is enough to see that nothing is due, and costs no write lock.
                if woken or self._pause() <= 0:
                    self.run_due()
                pause = self._pause()
            except Exception:
                # A database that cannot be reached for a moment must not end the thread for good.
                log.exception("the worker could not look for jobs")
                pause = LOOK_ROUND_S
            woken = self._wake.wait(pause)

    def _pause(self) -> float:
        with self._engine.read() as tx:
            at = jobs.next_at(tx)
        return LOOK_ROUND_S if at is None else min(LOOK_ROUND_S, max(0.0, at - self._clock.now()))

    def _claim(self) -> JobRow | None:
        now = self._clock.now()
        return self._writer.do(lambda tx: jobs.claim(tx, now=now, lease_until=now + LEASE_S)).result()

    def _attempt(self, job: JobRow) -> None:
        handler = self._handlers.get(job.kind)
        if handler is None:
            self._give_up(job, "nothing here does jobs of this kind")
            return
        try:
            handler(json.loads(job.payload))
        except Refused as error:
            self._give_up(job, str(error))
        except Exception as error:
            self._failed(job, error)
        else:
            self._done(job)

    def _done(self, job: JobRow) -> None:
        def work(tx: Tx) -> None:
            if jobs.finish(tx, job):
                self._enqueue_period(tx, job.kind, self._clock.now())

        self._writer.do(work).result()

    def _failed(self, job: JobRow, error: Exception) -> None:
        log.warning("job %d (%s), attempt %d: %s", job.job_id, job.kind, job.attempts, error)
        if job.attempts >= MOST_ATTEMPTS:
            self._give_up(job, _text(error))
            return
        # Any spread will do, and one that follows from the job needs no source of randomness.
        pause = backoff_s(job.attempts, hash63(str(job.job_id), str(job.attempts)) / 2**63)
        if isinstance(error, RetryLater):
            pause = max(1, round(error.after_s))
        run_at = self._clock.now() + pause
        self._writer.do(lambda tx: jobs.retry(tx, job, run_at=run_at, error=_text(error))).result()

    def _give_up(self, job: JobRow, error: str) -> None:
        log.error("job %d (%s) was given up: %s", job.job_id, job.kind, error)

        def work(tx: Tx) -> None:
            jobs.bury(tx, job, error=error)
            self._enqueue_period(tx, job.kind, self._clock.now())

        self._writer.do(work).result()

    def _enqueue_period(self, tx: Tx, kind: str, after: int) -> None:
        period = self._periods.get(kind)
        if period is not None:
            self.enqueue(tx, kind, {}, run_at=after + period if after else 0, dedupe=kind)


def _text(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}"[:500]
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
