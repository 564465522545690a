-- Serves the list of a user's imports, the resumption of those that were running, the report of skipped rows, and
-- the loved list. Without the cursor in the same transaction as its batch, a crash would lose rows or count them twice.

CREATE TABLE imports (
    import_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    files TEXT NOT NULL,
    options TEXT NOT NULL,
    parts TEXT NOT NULL,
    part_index BIGINT NOT NULL,
    row_index BIGINT NOT NULL,
    total_rows BIGINT NOT NULL,
    tally TEXT NOT NULL,
    error TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL
);
CREATE INDEX imports_by_user ON imports (user_id, import_id);
CREATE INDEX imports_by_state ON imports (state, import_id);

CREATE TABLE import_skips (
    import_id BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    place TEXT NOT NULL,
    reason TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    PRIMARY KEY (import_id, row_number)
);

-- One word per recording. The track keeps the words it was said about, so that it can be said again elsewhere.
CREATE TABLE feedback (
    user_id BIGINT NOT NULL,
    recording_id BIGINT NOT NULL,
    track_id BIGINT NOT NULL,
    score BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (user_id, recording_id)
);
CREATE INDEX feedback_by_time ON feedback (user_id, score, at, recording_id);
