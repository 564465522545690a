"""Does what must follow a write: claims jobs, tries again with growing pauses, stops cleanly.

A handler is a plain function of the job's payload. It may be called again for the same job (a crash, a lease
that ran out), so it must be safe to repeat. It raises to be tried again: `RetryLater` names the pause, `Refused`
gives up at once, anything else waits by `core.backoff`. What failed `MOST_ATTEMPTS` times stays as a dead letter.

Jobs are done one after another, but for those that wait for other machines (`lane` in `handle`): a few of them run
beside the others, one in each lane, so that a target that hangs holds up nobody else.
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
from earstead.kit.texts import storable
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
MOST_BESIDE = 4
"""So many lanes are busy at once, besides the one in which jobs follow each other."""
STOP_S = 2.0
BUSY_LOOK_S = 1.0
_IN_LINE = ""

Lane = Callable[[Mapping[str, Any]], str]


class Worker:
    """Hands jobs out from a thread of its own, each to a thread that ends with it."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._handlers: dict[str, Handler] = {}
        self._periods: dict[str, int] = {}
        self._lanes: dict[str, Lane] = {}
        self._lock = threading.Lock()
        self._busy: dict[str, tuple[int, threading.Thread]] = {}
        """lane -> the job that is done in it, and its thread"""
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def handle(self, kind: str, handler: Handler, *, lane: Lane | None = None) -> None:
        """Name who does the jobs of a kind. Jobs nobody handles become dead letters, and can be seen there.

        Args:
            lane: names the lane of a job by its payload, for kinds that may run beside others; never two of one lane
                at once. Without it jobs stand in line with all others.
        """
        self._handlers[kind] = handler
        if lane is not None:
            self._lanes[kind] = lane

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
        """Take no other job, and give those in hand two seconds to end. Harmless when it never started.

        What has not ended by then counts as not done, as after a crash: its lease runs out, and it is done again.
        """
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        with self._lock:
            at_work = [thread for _, thread in self._busy.values()]
        until = self._clock.monotonic() + STOP_S
        for thread in at_work:
            thread.join(max(0.0, until - self._clock.monotonic()))

    @property
    def running(self) -> bool:
        """Whether jobs are done by its own thread: a server runs. A command does what is due itself, by `run_due`."""
        return self._thread is not None and self._thread.is_alive()

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
                    while not self._stopping.is_set() and (job := self._claim()) is not None:
                        self._hand_out(job)
                pause = self._pause()
                if pause <= 0 and self._busy:
                    # What is due and was not claimed waits for a lane, whose end wakes us.
                    pause = BUSY_LOOK_S
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
        with self._lock:
            lanes, in_hand = set(self._busy), {job_id for job_id, _ in self._busy.values()}
        beside = len(lanes - {_IN_LINE})
        without = [kind for kind in self._handlers if self._full(kind, lanes, beside)]

        def may(job: JobRow) -> bool:
            # A job in hand whose lease ran out is not abandoned: it only takes long.
            return job.job_id not in in_hand and self._lane(job) not in lanes

        return self._writer.do(
            lambda tx: jobs.claim(tx, now=now, lease_until=now + LEASE_S, without=without, may=may)
        ).result()

    def _full(self, kind: str, lanes: set[str], beside: int) -> bool:
        return beside >= MOST_BESIDE if kind in self._lanes else _IN_LINE in lanes

    def _lane(self, job: JobRow) -> str:
        lane = self._lanes.get(job.kind)
        return f"{job.kind} {lane(json.loads(job.payload))}" if lane else _IN_LINE

    def _hand_out(self, job: JobRow) -> None:
        lane = self._lane(job)
        thread = threading.Thread(target=self._work, args=(job, lane), name=f"worker {job.kind}", daemon=True)
        with self._lock:
            self._busy[lane] = job.job_id, thread
        thread.start()

    def _work(self, job: JobRow, lane: str) -> None:
        try:
            self._attempt(job)
        except Exception:
            # Its lease runs out, and it is done again; after a stop there is nobody left to write to.
            if not self._stopping.is_set():
                log.exception("how job %d (%s) ended could not be written", job.job_id, job.kind)
        finally:
            with self._lock:
                del self._busy[lane]
            self._wake.set()

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
    return storable(f"{type(error).__name__}: {error}"[:500])
