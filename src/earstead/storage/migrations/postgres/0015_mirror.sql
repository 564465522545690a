-- Serves "what does this playlist hold, what did it hold, and since when?", and "what comes next in this shuffle?".
-- Without the intervals, a change would be known only to whoever looked at the right moment; without the indexes of
-- shuffle_items, every play would read all items of every shuffle.

-- A list of a Spotify account as it was read last. kind: playlist, liked, artists, albums.
CREATE TABLE mirror_lists (
    list_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    name TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    readable BIGINT NOT NULL,
    own BIGINT NOT NULL,
    snapshot TEXT NOT NULL,
    seen_snapshot TEXT NOT NULL,
    reads BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    unconfirmed BIGINT NOT NULL,
    absent BIGINT NOT NULL,
    gone_at BIGINT NOT NULL,
    first_seen_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX mirror_lists_by_remote ON mirror_lists (account_id, kind, remote_id);
CREATE INDEX mirror_lists_by_user ON mirror_lists (user_id, list_id);

-- What a list holds (removed_at 0) and held: one row for each time that something was in it.
CREATE TABLE mirror_items (
    list_id BIGINT NOT NULL,
    uri TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    removed_at BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    position BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    group_key TEXT NOT NULL,
    track_name TEXT NOT NULL,
    artist_names TEXT NOT NULL,
    release_name TEXT NOT NULL,
    duration_ms BIGINT NOT NULL,
    isrc TEXT NOT NULL,
    PRIMARY KEY (list_id, uri, seen_at)
);
CREATE INDEX mirror_items_by_place ON mirror_items (list_id, removed_at, position);

-- Pages of a read that is under way: a long list is read in pieces, over hours if the quota wants that.
CREATE TABLE mirror_pages (
    list_id BIGINT NOT NULL,
    page BIGINT NOT NULL,
    snapshot TEXT NOT NULL,
    following TEXT NOT NULL,
    items TEXT NOT NULL,
    PRIMARY KEY (list_id, page)
);

-- A shuffle. dealt: the order as JSON; mirrored: the items of its playlist as far as we know, as JSON.
CREATE TABLE shuffles (
    shuffle_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    list_id BIGINT NOT NULL,
    rules TEXT NOT NULL,
    state TEXT NOT NULL,
    dealt TEXT NOT NULL,
    round_at BIGINT NOT NULL,
    playlist_id TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    mirrored TEXT NOT NULL,
    doubt TEXT NOT NULL,
    doubt_at BIGINT NOT NULL,
    removed_day TEXT NOT NULL,
    removed BIGINT NOT NULL,
    error TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX shuffles_by_user ON shuffles (user_id, shuffle_id);
CREATE INDEX shuffles_by_state ON shuffles (state, shuffle_id);

CREATE TABLE shuffle_items (
    shuffle_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL,
    uri TEXT NOT NULL,
    match_key BIGINT NOT NULL,
    group_key TEXT NOT NULL,
    track_name TEXT NOT NULL,
    artist_name TEXT NOT NULL,
    release_name TEXT NOT NULL,
    duration_ms BIGINT NOT NULL,
    dealt_at BIGINT NOT NULL,
    plays BIGINT NOT NULL,
    heard_at BIGINT NOT NULL,
    PRIMARY KEY (shuffle_id, item_id)
);
CREATE INDEX shuffle_items_by_match ON shuffle_items (shuffle_id, match_key);
CREATE INDEX shuffle_items_by_uri ON shuffle_items (shuffle_id, uri);

-- What was done to a shuffle, so that a day can be taken back.
CREATE TABLE shuffle_log (
    shuffle_id BIGINT NOT NULL,
    log_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    item_id BIGINT NOT NULL,
    round BIGINT NOT NULL,
    place BIGINT NOT NULL,
    listen_id BIGINT NOT NULL,
    detail TEXT NOT NULL,
    undone_at BIGINT NOT NULL,
    PRIMARY KEY (shuffle_id, log_id)
);
CREATE INDEX shuffle_log_by_day ON shuffle_log (shuffle_id, day, log_id);
CREATE INDEX shuffle_log_by_listen ON shuffle_log (shuffle_id, listen_id) WHERE listen_id <> 0;
