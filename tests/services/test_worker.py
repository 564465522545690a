"""The worker: does what follows a write, again when it failed, and stops cleanly."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from earstead.core.errors import Refused, RetryLater
from earstead.kit.clock import FixedClock, SystemClock
from earstead.services.worker import LEASE_S, LOOK_ROUND_S, MOST_ATTEMPTS, MOST_BESIDE, STOP_S, Worker
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


def test_jobs_in_lanes_run_beside_the_others(bench: Bench) -> None:
    """A hanging target holds its own lane alone: another one, and the jobs in line, go on; the lane's next job follows
    the one before, and nothing runs twice, though leases run out meanwhile."""
    may_end, hanging = threading.Event(), threading.Event()
    seen: list[tuple[str, int]] = []
    twice: list[str] = []
    at_work: set[str] = set()
    done = {name: threading.Event() for name in ("b1", "line", "a2")}

    def relay(payload: Mapping[str, Any]) -> None:
        lane, number = payload["lane"], payload["number"]
        twice.extend([lane] * (lane in at_work))
        at_work.add(lane)
        if (lane, number) == ("a", 1):
            hanging.set()
            may_end.wait(10)
        seen.append((lane, number))
        at_work.discard(lane)
        if (name := f"{lane}{number}") in done:
            done[name].set()

    bench.worker.handle("relay", relay, lane=lambda payload: payload["lane"])
    bench.worker.handle("line", lambda _: done["line"].set())
    for lane, number in (("a", 1), ("a", 2)):
        bench.enqueue("relay", {"lane": lane, "number": number})
    bench.worker.start()
    assert hanging.wait(10)
    bench.clock.advance(LEASE_S + 1)
    bench.enqueue("relay", {"lane": "b", "number": 1})
    bench.enqueue("line")
    assert done["b1"].wait(10) and done["line"].wait(10)
    assert seen == [("b", 1)]
    may_end.set()
    assert done["a2"].wait(10)
    bench.worker.stop()
    assert (seen, twice) == ([("b", 1), ("a", 1), ("a", 2)], [])
    assert bench.worker.run_due() == 0


def test_no_more_lanes_are_busy_than_there_may_be(bench: Bench) -> None:
    """Jobs beyond the bound wait for a free place, and are all done once."""
    may_end, lock = threading.Event(), threading.Lock()
    at_once, most, done = 0, 0, []
    full, all_done = threading.Event(), threading.Event()

    def relay(payload: Mapping[str, Any]) -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
            if at_once == MOST_BESIDE:
                full.set()
        may_end.wait(10)
        with lock:
            at_once -= 1
            done.append(payload["lane"])
            if len(done) == 3 * MOST_BESIDE:
                all_done.set()

    bench.worker.handle("relay", relay, lane=lambda payload: str(payload["lane"]))
    for lane in range(3 * MOST_BESIDE):
        bench.enqueue("relay", {"lane": lane})
    bench.worker.start()
    assert full.wait(10)
    may_end.set()
    assert all_done.wait(20)
    assert most == MOST_BESIDE
    assert sorted(done) == list(range(3 * MOST_BESIDE))


def test_stopping_does_not_wait_for_what_hangs(engine: Engine) -> None:
    """stop() ends within two seconds; the job counts as not done, and is done again when its lease ran out."""
    may_end, hanging = threading.Event(), threading.Event()
    writer, clock = Writer(engine), SystemClock()
    worker = Worker(engine, writer, clock)

    def hang(_: Mapping[str, Any]) -> None:
        hanging.set()
        may_end.wait(30)

    worker.handle("relay", hang, lane=lambda _: "a")
    writer.do(lambda tx: worker.enqueue(tx, "relay", {})).result()
    worker.start()
    assert hanging.wait(10)
    begun = clock.monotonic()
    worker.stop()
    assert clock.monotonic() - begun < STOP_S + 1
    later = FixedClock(clock.now() + LEASE_S + 1)
    again: list[int] = []
    other = Worker(engine, writer, later)
    other.handle("relay", lambda _: again.append(1))
    assert (other.run_due(), again) == (1, [1])
    may_end.set()
    writer.close()
