"""The worker: does what follows a write, again when it failed, and stops cleanly."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from earstead.core.errors import Refused, RetryLater
from earstead.kit.clock import FixedClock
from earstead.services.worker import LOOK_ROUND_S, MOST_ATTEMPTS, Worker
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer


@dataclass
class Bench:
    worker: Worker
    writer: Writer
    clock: FixedClock

    def enqueue(self, kind: str, payload: Mapping[str, Any] | None = None, dedupe: str = "") -> None:
        self.writer.do(lambda tx: self.worker.enqueue(tx, kind, payload or {}, dedupe=dedupe)).result()


@pytest.fixture
def bench(engine: Engine) -> Iterator[Bench]:
    writer, clock = Writer(engine), FixedClock(1_700_000_000)
    bench = Bench(Worker(engine, writer, clock), writer, clock)
    yield bench
    bench.worker.stop()
    writer.close()


def test_a_job_reaches_its_handler_with_its_payload(bench: Bench) -> None:
    """What was queued is handed over as it was, once."""
    seen: list[Mapping[str, Any]] = []
    bench.worker.handle("relay", seen.append)
    bench.enqueue("relay", {"listen_ids": [1, 2], "name": "Sigur Rós"})
    assert bench.worker.run_due() == 1
    assert bench.worker.run_due() == 0
    assert seen == [{"listen_ids": [1, 2], "name": "Sigur Rós"}]


def test_a_job_of_a_taken_back_write_does_not_exist(bench: Bench) -> None:
    """A job queued in a transaction that fails is gone with it."""

    def work(tx: Tx) -> None:
        bench.worker.enqueue(tx, "relay", {})
        raise ValueError("the write failed")

    with pytest.raises(ValueError, match="the write failed"):
        bench.writer.do(work).result()
    assert bench.worker.run_due() == 0


def test_a_failing_job_is_tried_again_later_and_at_last_kept(bench: Bench) -> None:
    """Each failure waits at least as long as half the one before, and the last leaves a dead letter."""
    tried: list[int] = []

    def fail(_: Mapping[str, Any]) -> None:
        tried.append(bench.clock.now())
        raise OSError("no answer")

    bench.worker.handle("relay", fail)
    bench.enqueue("relay")
    while not bench.worker.dead():
        if not bench.worker.run_due():
            bench.clock.advance(1)
    pauses = [after - before for before, after in itertools.pairwise(tried)]
    assert len(tried) == MOST_ATTEMPTS
    assert pauses[0] >= 2
    assert pauses[-1] >= 900
    assert [row.error for row in bench.worker.dead()] == ["OSError: no answer"]


def test_a_named_pause_is_kept(bench: Bench) -> None:
    """A handler that says when to come back is not called before."""
    tried: list[int] = []

    def limited(_: Mapping[str, Any]) -> None:
        tried.append(1)
        raise RetryLater("spotify", "too many requests", 77)

    bench.worker.handle("poll", limited)
    bench.enqueue("poll")
    bench.worker.run_due()
    bench.clock.advance(76)
    assert bench.worker.run_due() == 0
    bench.clock.advance(1)
    assert bench.worker.run_due() == 1
    assert len(tried) == 2


def test_a_refusal_and_an_unknown_kind_are_given_up_at_once(bench: Bench) -> None:
    """What cannot succeed is not tried twice, and says why."""

    def refuse(_: Mapping[str, Any]) -> None:
        raise Refused("relay", "the account is closed")

    bench.worker.handle("relay", refuse)
    bench.enqueue("relay")
    bench.enqueue("unheard of")
    assert bench.worker.run_due() == 2
    assert {row.kind: row.error for row in bench.worker.dead()} == {
        "relay": "relay: the account is closed",
        "unheard of": "nothing here does jobs of this kind",
    }


def test_a_periodic_job_queues_itself_again(bench: Bench) -> None:
    """It runs at the start, then once a period, and only one of it ever waits."""
    runs: list[int] = []
    ran = threading.Event()

    def tidy(_: Mapping[str, Any]) -> None:
        runs.append(bench.clock.now())
        ran.set()

    bench.worker.every("tidy", 3600, tidy)
    bench.worker.start()
    assert ran.wait(LOOK_ROUND_S)
    bench.worker.stop()
    other = Worker(bench.worker._engine, bench.writer, bench.clock)
    other.every("tidy", 3600, tidy)
    assert other.run_due() == 0
    bench.clock.advance(3600)
    assert other.run_due() == 1
    assert runs == [1_700_000_000, 1_700_003_600]


def test_stopping_finishes_the_job_in_hand(bench: Bench) -> None:
    """stop() waits for the job that was begun and leaves the next one waiting."""
    begun, may_end, ended = threading.Event(), threading.Event(), []

    def slow(_: Mapping[str, Any]) -> None:
        begun.set()
        may_end.wait(5)
        ended.append(1)

    bench.worker.handle("slow", slow)
    bench.enqueue("slow")
    bench.enqueue("slow")
    bench.worker.start()
    assert begun.wait(5)
    stopper = threading.Thread(target=bench.worker.stop)
    stopper.start()
    may_end.set()
    stopper.join(5)
    assert not stopper.is_alive()
    assert ended == [1]


def test_a_job_queued_while_the_worker_waits_is_done_at_once(bench: Bench) -> None:
    """The thread is woken by the queueing; it does not wait for its look-round."""
    done = threading.Event()
    bench.worker.handle("relay", lambda _: done.set())
    bench.worker.start()
    bench.enqueue("relay")
    assert done.wait(LOOK_ROUND_S / 2)
