-- Serves "what was changed of this show, by whom, and what was there before?", "what was sent and never heard of again?"
-- after a crash, "how far is this upload?", and "was this already told?". Without the row that is written before the
-- first request, a crash in the middle would leave a change that nobody knows of.

-- What was written at the service. before, after: JSON of the fields that matter; steps: its requests, one a line.
-- state: sent, confirmed, failed, ambiguous, undone. holder: the process that sends it; checks: how often it was looked
-- for after nobody heard how it ended.
CREATE TABLE creator_changes (
    change_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    show_id BIGINT NOT NULL,
    episode_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    ended_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    title TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    steps TEXT NOT NULL,
    state TEXT NOT NULL,
    error TEXT NOT NULL,
    undo TEXT NOT NULL,
    undoable BIGINT NOT NULL,
    undone_by BIGINT NOT NULL,
    undoes BIGINT NOT NULL,
    holder TEXT NOT NULL,
    checks BIGINT NOT NULL
);
CREATE INDEX creator_changes_by_user ON creator_changes (user_id, change_id);
CREATE INDEX creator_changes_by_show ON creator_changes (show_id, change_id);
CREATE INDEX creator_changes_by_target ON creator_changes (account_id, target, change_id);
CREATE INDEX creator_changes_by_state ON creator_changes (state, change_id);

-- A media file on its way. wanted: the episode as JSON.
CREATE TABLE creator_uploads (
    upload_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    show_id BIGINT NOT NULL,
    episode_id BIGINT NOT NULL,
    anchor_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    filename TEXT NOT NULL,
    path TEXT NOT NULL,
    size BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    state TEXT NOT NULL,
    step TEXT NOT NULL,
    wanted TEXT NOT NULL,
    actor TEXT NOT NULL,
    error TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX creator_uploads_by_user ON creator_uploads (user_id, upload_id);
CREATE INDEX creator_uploads_by_show ON creator_uploads (show_id, upload_id);
CREATE INDEX creator_uploads_by_state ON creator_uploads (state, upload_id);

-- How far was told of what: the last comment of a show, the last day of a metric, the age of cookies.
CREATE TABLE creator_told (
    user_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    value BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (user_id, kind, subject)
);

-- How an account's last answers were.
CREATE TABLE creator_health (
    account_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    cause TEXT NOT NULL,
    words TEXT NOT NULL,
    mend TEXT NOT NULL,
    ok_at BIGINT NOT NULL,
    checked_at BIGINT NOT NULL
);
CREATE INDEX creator_health_by_user ON creator_health (user_id);

-- Recordings of the dashboard's traffic, without their secrets; registry: the operations they bring, as JSON.
CREATE TABLE creator_captures (
    capture_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    found TEXT NOT NULL,
    registry TEXT NOT NULL,
    report TEXT NOT NULL,
    adopted_at BIGINT NOT NULL,
    live BIGINT NOT NULL
);
CREATE INDEX creator_captures_by_user ON creator_captures (user_id, capture_id);
CREATE INDEX creator_captures_live ON creator_captures (live, adopted_at);

-- Which episodes were to be published by now?
CREATE INDEX creator_episodes_by_state ON creator_episodes (state, published_at);
