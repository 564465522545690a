-- Serves "which job is due next?": the outbox that the worker empties. Without the index every look reads all
-- dead letters too; without the unique one the same work is queued once for every listen that asks for it.

CREATE TABLE jobs (
    job_id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    dedupe TEXT NOT NULL,
    state TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    error TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX jobs_by_time ON jobs (state, run_at, job_id);
CREATE INDEX jobs_by_lease ON jobs (state, lease_until);
-- A job that waits already covers a second one; a running one does not, since it may have read before the change.
CREATE UNIQUE INDEX jobs_by_dedupe ON jobs (kind, dedupe) WHERE dedupe <> '' AND state = 'waiting';
