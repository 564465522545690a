"""Jobs as rows: claimed once, tried again, kept when given up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from earstead.storage import jobs
from earstead.storage.engine import Engine, WriteSession


@pytest.fixture
def tx(engine: Engine) -> Iterator[WriteSession]:
    with engine.write() as session:
        session.begin()
        yield session
        session.rollback()


def add(tx: WriteSession, kind: str = "mail", *, dedupe: str = "", run_at: int = 0) -> bool:
    return jobs.add(tx, kind=kind, payload="{}", dedupe=dedupe, run_at=run_at, now=100)


def test_a_job_is_claimed_by_one_alone(tx: WriteSession) -> None:
    """While the lease of a claim holds, nobody else gets the job."""
    add(tx)
    assert jobs.claim(tx, now=100, lease_until=200) is not None
    assert jobs.claim(tx, now=199, lease_until=300) is None


def test_a_lease_that_ran_out_frees_the_job(tx: WriteSession) -> None:
    """After a crash the job is claimed again, counts as a second attempt, and the first claim can end nothing."""
    add(tx)
    first = jobs.claim(tx, now=100, lease_until=200)
    second = jobs.claim(tx, now=200, lease_until=300)
    assert first is not None
    assert second is not None
    assert (second.job_id, second.attempts) == (first.job_id, 2)
    assert not jobs.finish(tx, first)
    assert jobs.finish(tx, second)


def test_jobs_come_in_the_order_they_are_due(tx: WriteSession) -> None:
    """The longest due comes first, the future one not at all."""
    for kind, run_at in (("later", 90), ("sooner", 50), ("future", 101)):
        add(tx, kind, run_at=run_at)
    claimed = [jobs.claim(tx, now=100, lease_until=200) for _ in range(3)]
    assert [job.kind if job else None for job in claimed] == ["sooner", "later", None]
    assert jobs.next_at(tx) == 101


def test_a_named_job_waits_only_once(tx: WriteSession) -> None:
    """A second one is refused while the first waits, and taken once it runs: it may have read before the change."""
    assert add(tx, dedupe="user 1")
    assert not add(tx, dedupe="user 1")
    assert jobs.claim(tx, now=100, lease_until=200) is not None
    assert add(tx, dedupe="user 1")


def test_a_failed_job_gives_way_to_its_waiting_twin(tx: WriteSession) -> None:
    """A named job that must be tried again disappears when an equal one waits already."""
    add(tx, dedupe="user 1")
    job = jobs.claim(tx, now=100, lease_until=200)
    assert job is not None
    add(tx, dedupe="user 1")
    jobs.retry(tx, job, run_at=150, error="no answer")
    twin = jobs.claim(tx, now=1000, lease_until=2000)
    assert twin is not None
    assert twin.job_id != job.job_id
    assert jobs.claim(tx, now=1000, lease_until=2000) is None


def test_dead_letters_are_kept_and_not_claimed(tx: WriteSession) -> None:
    """What was given up stays with its error and is never run again."""
    add(tx)
    job = jobs.claim(tx, now=100, lease_until=200)
    assert job is not None
    jobs.bury(tx, job, error="gone")
    assert jobs.claim(tx, now=10_000, lease_until=20_000) is None
    assert [(row.kind, row.error, row.attempts) for row in jobs.dead(tx, limit=10)] == [("mail", "gone", 1)]
