"""Jobs as rows: the outbox of what must follow a write.

A job waits, is claimed with a lease, and is deleted when done. A failed one waits again or, after too many
tries, stays as a dead letter. A claim whose lease ran out (the process died) may be claimed again: handlers
must be safe to repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earstead.storage.engine import Row, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A claimed job. `attempts` counts this one; `payload` is JSON text."""

    job_id: int
    kind: str
    payload: str
    dedupe: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadRow:
    """A job that was given up, with the last error."""

    job_id: int
    kind: str
    payload: str
    attempts: int
    error: str
    created_at: int


def add(tx: Tx, *, kind: str, payload: str, dedupe: str, run_at: int, now: int) -> bool:
    """Queue a job; False when one with the same (kind, dedupe) waits already."""
    return bool(
        tx.run(
            """
            INSERT INTO jobs (job_id, kind, payload, dedupe, state, run_at, lease_until, attempts, error, created_at)
            SELECT coalesce(max(job_id), 0) + 1, :kind, :payload, :dedupe, 'waiting', :run_at, 0, 0, '', :now
            FROM jobs
            WHERE true
            ON CONFLICT DO NOTHING
            """,
            kind=kind,
            payload=payload,
            dedupe=dedupe,
            run_at=run_at,
            now=now,
        )
    )


def claim(
    tx: Tx,
    *,
    now: int,
    lease_until: int,
    without: Sequence[str] = (),
    may: Callable[[JobRow], bool] = lambda job: True,
) -> JobRow | None:
    """Take the job that is due longest, or one whose lease ran out; None when nothing is due.

    Args:
        without: kinds that are left waiting.
        may: says no to a job that has to wait for another one; asked about the first 64.
    """
    due = (_job(row) for look in (_due, _abandoned) for row in look(tx, now, without or [""]))
    found = next(filter(may, due), None)
    if found is None:
        return None
    # The condition repeats what was seen: of two that saw the same job, the row count tells who has it.
    touched = tx.run(
        """
        UPDATE jobs
        SET state = 'running', lease_until = :lease_until, attempts = attempts + 1
        WHERE job_id = :job_id
          AND attempts = :attempts
          AND ((state = 'waiting' AND run_at <= :now) OR (state = 'running' AND lease_until <= :now))
        """,
        job_id=found.job_id,
        attempts=found.attempts - 1,
        now=now,
        lease_until=lease_until,
    )
    return found if touched == 1 else None


def _due(tx: Tx, now: int, without: Sequence[str]) -> list[Row]:
    return tx.all(
        """
        SELECT job_id, kind, payload, dedupe, attempts
        FROM jobs
        WHERE state = 'waiting'
          AND run_at <= :now
          AND kind NOT IN (:without*)
        ORDER BY run_at, job_id
        LIMIT 64
        """,
        now=now,
        without=without,
    )


def _abandoned(tx: Tx, now: int, without: Sequence[str]) -> list[Row]:
    return tx.all(
        """
        SELECT job_id, kind, payload, dedupe, attempts
        FROM jobs
        WHERE state = 'running'
          AND lease_until <= :now
          AND kind NOT IN (:without*)
        ORDER BY lease_until, job_id
        LIMIT 64
        """,
        now=now,
        without=without,
    )


def _job(row: Row) -> JobRow:
    job_id, kind, payload, dedupe, attempts = row
    return JobRow(job_id=job_id, kind=kind, payload=payload, dedupe=dedupe, attempts=attempts + 1)


def finish(tx: Tx, job: JobRow) -> bool:
    """Forget a job that is done; False when it was claimed by somebody else in the meantime."""
    return bool(
        tx.run(
            """
            DELETE FROM jobs
            WHERE job_id = :job_id
              AND attempts = :attempts
              AND state = 'running'
            """,
            job_id=job.job_id,
            attempts=job.attempts,
        )
    )


def retry(tx: Tx, job: JobRow, *, run_at: int, error: str) -> None:
    """Let a failed job wait until `run_at`; where an equal one waits already, that one covers it."""
    touched = tx.run(
        """
        UPDATE jobs
        SET state = 'waiting', run_at = :run_at, error = :error
        WHERE job_id = :job_id
          AND attempts = :attempts
          AND state = 'running'
          AND (
            dedupe = ''
            OR NOT EXISTS (
              SELECT 1
              FROM jobs AS twin
              WHERE twin.kind = jobs.kind
                AND twin.dedupe = jobs.dedupe
                AND twin.dedupe <> ''
                AND twin.state = 'waiting'
            )
          )
        """,
        job_id=job.job_id,
        attempts=job.attempts,
        run_at=run_at,
        error=error,
    )
    if not touched:
        finish(tx, job)


def bury(tx: Tx, job: JobRow, *, error: str) -> None:
    """Keep a job that is given up, with its last error."""
    tx.run(
        """
        UPDATE jobs
        SET state = 'dead', error = :error
        WHERE job_id = :job_id
          AND attempts = :attempts
          AND state = 'running'
        """,
        job_id=job.job_id,
        attempts=job.attempts,
        error=error,
    )


def next_at(tx: Tx) -> int | None:
    """When the next job is due or the next lease runs out, unix seconds; None when there is neither."""
    waiting = tx.one("SELECT run_at FROM jobs WHERE state = 'waiting' ORDER BY run_at LIMIT 1")
    running = tx.one("SELECT lease_until FROM jobs WHERE state = 'running' ORDER BY lease_until LIMIT 1")
    times = [row[0] for row in (waiting, running) if row]
    return min(times) if times else None


def dead(tx: Tx, *, limit: int) -> list[DeadRow]:
    """The dead letters, latest first."""
    rows = tx.all(
        """
        SELECT job_id, kind, payload, attempts, error, created_at
        FROM jobs
        WHERE state = 'dead'
        ORDER BY run_at DESC, job_id DESC
        LIMIT :limit
        """,
        limit=limit,
    )
    return [
        DeadRow(job_id=job_id, kind=kind, payload=payload, attempts=attempts, error=error, created_at=created_at)
        for job_id, kind, payload, attempts, error, created_at in rows
    ]
