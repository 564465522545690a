-- Serves "where can this be played, as this user said?". By the recording's words too, as tags keep them: an archive
-- repeats them, and a link outlives the listens that made the recording known.
CREATE TABLE playlinks (
    user_id BIGINT NOT NULL,
    recording_id BIGINT NOT NULL,
    service TEXT NOT NULL,
    target TEXT NOT NULL,
    item_name TEXT NOT NULL,
    item_credit TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (user_id, recording_id, service)
);
