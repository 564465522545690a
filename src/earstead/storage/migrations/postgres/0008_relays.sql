-- Serves "what of this user goes on to which service, and what waits next?" in the order in which it was heard of, the
-- pages that show what waits and what failed, and "was this listen sent there already?" of a back-fill. Without the row
-- of a listen that was sent, a back-fill would send it again; without the partial indexes, each look for what waits
-- would read all that was ever sent.

CREATE TABLE relays (
    relay_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    account TEXT NOT NULL,
    state TEXT NOT NULL,
    filter TEXT NOT NULL,
    playing BIGINT NOT NULL,
    peer_mark TEXT NOT NULL,
    secrets TEXT NOT NULL,
    error TEXT NOT NULL,
    failures BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    batch BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX relays_by_user ON relays (user_id, relay_id);

CREATE TABLE relay_items (
    relay_id BIGINT NOT NULL,
    listen_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (relay_id, listen_id)
);
CREATE INDEX relay_items_waiting ON relay_items (relay_id, position, at) WHERE state = 'waiting';
CREATE INDEX relay_items_failed ON relay_items (relay_id, at, listen_id) WHERE state = 'failed';

CREATE TABLE relay_fills (
    fill_id BIGINT PRIMARY KEY,
    relay_id BIGINT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    cursor_at BIGINT NOT NULL,
    cursor_id BIGINT NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL
);
CREATE INDEX relay_fills_by_relay ON relay_fills (relay_id, fill_id);

-- The name under which a user's copies travel; random, and of this server alone: no archive takes it elsewhere.
CREATE TABLE relay_marks (
    user_id BIGINT PRIMARY KEY,
    mark TEXT NOT NULL
);
