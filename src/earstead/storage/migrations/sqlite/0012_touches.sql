-- Serves "does what was said about this span still hold?": the times that each of a user's last writes touched. Without
-- it a listen that arrives now would make every answer about the past be worked out anew.
CREATE TABLE touches (
    user_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, version)
) WITHOUT ROWID;
