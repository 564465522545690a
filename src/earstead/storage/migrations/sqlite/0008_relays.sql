-- Serves "what of this user goes on to which service, and what waits next?" in the order in which it was heard of, the
-- pages that show what waits and what failed, and "was this listen sent there already?" of a back-fill. Without the row
-- of a listen that was sent, a back-fill would send it again; without the partial indexes, each look for what waits
-- would read all that was ever sent.

CREATE TABLE relays (
    relay_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    account TEXT NOT NULL,
    state TEXT NOT NULL,
    filter TEXT NOT NULL,
    playing INTEGER NOT NULL,
    peer_mark TEXT NOT NULL,
    secrets TEXT NOT NULL,
    error TEXT NOT NULL,
    failures INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX relays_by_user ON relays (user_id, relay_id);

CREATE TABLE relay_items (
    relay_id INTEGER NOT NULL,
    listen_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (relay_id, listen_id)
) WITHOUT ROWID;
CREATE INDEX relay_items_waiting ON relay_items (relay_id, position, at) WHERE state = 'waiting';
CREATE INDEX relay_items_failed ON relay_items (relay_id, at, listen_id) WHERE state = 'failed';

CREATE TABLE relay_fills (
    fill_id INTEGER PRIMARY KEY,
    relay_id INTEGER NOT NULL,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    cursor_at INTEGER NOT NULL,
    cursor_id INTEGER NOT NULL,
    total INTEGER NOT NULL,
    done INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL
);
CREATE INDEX relay_fills_by_relay ON relay_fills (relay_id, fill_id);

-- The name under which a user's copies travel; random, and of this server alone: no archive takes it elsewhere.
CREATE TABLE relay_marks (
    user_id INTEGER PRIMARY KEY,
    mark TEXT NOT NULL
);
