-- Serves "what does this playlist hold, what did it hold, and since when?", and "what comes next in this shuffle?".
-- Without the intervals, a change would be known only to whoever looked at the right moment; without the indexes of
-- shuffle_items, every play would read all items of every shuffle.

-- A list of a Spotify account as it was read last. kind: playlist, liked, artists, albums.
CREATE TABLE mirror_lists (
    list_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    name TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    readable INTEGER NOT NULL,
    own INTEGER NOT NULL,
    snapshot TEXT NOT NULL,
    seen_snapshot TEXT NOT NULL,
    reads INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    unconfirmed INTEGER NOT NULL,
    absent INTEGER NOT NULL,
    gone_at INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX mirror_lists_by_remote ON mirror_lists (account_id, kind, remote_id);
CREATE INDEX mirror_lists_by_user ON mirror_lists (user_id, list_id);

-- What a list holds (removed_at 0) and held: one row for each time that something was in it.
CREATE TABLE mirror_items (
    list_id INTEGER NOT NULL,
    uri TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    removed_at INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    position INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    group_key TEXT NOT NULL,
    track_name TEXT NOT NULL,
    artist_names TEXT NOT NULL,
    release_name TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    isrc TEXT NOT NULL,
    PRIMARY KEY (list_id, uri, seen_at)
) WITHOUT ROWID;
CREATE INDEX mirror_items_by_place ON mirror_items (list_id, removed_at, position);

-- Pages of a read that is under way: a long list is read in pieces, over hours if the quota wants that.
CREATE TABLE mirror_pages (
    list_id INTEGER NOT NULL,
    page INTEGER NOT NULL,
    snapshot TEXT NOT NULL,
    following TEXT NOT NULL,
    items TEXT NOT NULL,
    PRIMARY KEY (list_id, page)
) WITHOUT ROWID;

-- A shuffle. dealt: the order as JSON; mirrored: the items of its playlist as far as we know, as JSON.
CREATE TABLE shuffles (
    shuffle_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    list_id INTEGER NOT NULL,
    rules TEXT NOT NULL,
    state TEXT NOT NULL,
    dealt TEXT NOT NULL,
    round_at INTEGER NOT NULL,
    playlist_id TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    mirrored TEXT NOT NULL,
    doubt TEXT NOT NULL,
    doubt_at INTEGER NOT NULL,
    removed_day TEXT NOT NULL,
    removed INTEGER NOT NULL,
    error TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX shuffles_by_user ON shuffles (user_id, shuffle_id);
CREATE INDEX shuffles_by_state ON shuffles (state, shuffle_id);

CREATE TABLE shuffle_items (
    shuffle_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    uri TEXT NOT NULL,
    match_key INTEGER NOT NULL,
    group_key TEXT NOT NULL,
    track_name TEXT NOT NULL,
    artist_name TEXT NOT NULL,
    release_name TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    dealt_at INTEGER NOT NULL,
    plays INTEGER NOT NULL,
    heard_at INTEGER NOT NULL,
    PRIMARY KEY (shuffle_id, item_id)
) WITHOUT ROWID;
CREATE INDEX shuffle_items_by_match ON shuffle_items (shuffle_id, match_key);
CREATE INDEX shuffle_items_by_uri ON shuffle_items (shuffle_id, uri);

-- What was done to a shuffle, so that a day can be taken back.
CREATE TABLE shuffle_log (
    shuffle_id INTEGER NOT NULL,
    log_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    round INTEGER NOT NULL,
    place INTEGER NOT NULL,
    listen_id INTEGER NOT NULL,
    detail TEXT NOT NULL,
    undone_at INTEGER NOT NULL,
    PRIMARY KEY (shuffle_id, log_id)
) WITHOUT ROWID;
CREATE INDEX shuffle_log_by_day ON shuffle_log (shuffle_id, day, log_id);
CREATE INDEX shuffle_log_by_listen ON shuffle_log (shuffle_id, listen_id) WHERE listen_id <> 0;
