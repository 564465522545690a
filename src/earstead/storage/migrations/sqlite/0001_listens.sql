-- Serves every question about listens: paging in time order, charts of a range, charts of all time.
-- Without the key order, a page of 50 in a million is a sort; without (user_id, track_id), an all-time chart
-- reads whole rows.

CREATE TABLE sources (
    source_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE clients (
    client_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    origin TEXT NOT NULL,
    UNIQUE (name, origin)
);

-- What was said: exact words and ids; immutable; shared by all users.
CREATE TABLE tracks (
    track_id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    artist_name TEXT NOT NULL,
    track_name TEXT NOT NULL,
    release_name TEXT NOT NULL,
    artist_names TEXT NOT NULL,
    recording_mbid TEXT NOT NULL,
    release_mbid TEXT NOT NULL,
    artist_mbids TEXT NOT NULL,
    isrc TEXT NOT NULL,
    spotify_uri TEXT NOT NULL,
    match_key INTEGER NOT NULL,
    id_key INTEGER NOT NULL
);
-- Reconciliation asks which differently named tracks share an id.
CREATE INDEX tracks_by_id_key ON tracks (id_key, match_key) WHERE id_key <> 0;

CREATE TABLE entities (
    entity_id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    credit TEXT NOT NULL,
    credit_id INTEGER NOT NULL,
    search_key TEXT NOT NULL,
    spellings INTEGER NOT NULL
);

CREATE TABLE track_map (
    user_id INTEGER NOT NULL,
    track_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    recording_id INTEGER NOT NULL,
    release_id INTEGER NOT NULL,
    visibility INTEGER NOT NULL,
    PRIMARY KEY (user_id, track_id)
) WITHOUT ROWID;
-- Entity pages and decisions ask for the tracks of a recording or release.
CREATE INDEX track_map_by_recording ON track_map (user_id, recording_id);
CREATE INDEX track_map_by_release ON track_map (user_id, release_id);
-- Totals leave out what is banned or blocked; without this they would read the whole map to find that nothing is.
CREATE INDEX track_map_muted ON track_map (user_id, track_id) WHERE visibility > 0;

CREATE TABLE track_artist (
    user_id INTEGER NOT NULL,
    track_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    artist_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, track_id, position)
) WITHOUT ROWID;
CREATE INDEX track_artist_by_artist ON track_artist (user_id, artist_id);

CREATE TABLE observations (
    seq INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    track_id INTEGER NOT NULL,
    match_key INTEGER NOT NULL,
    client_id INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    played_ms INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    traits INTEGER NOT NULL,
    listen_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    extra TEXT NOT NULL
);
-- Idempotence: the same submission twice is one row. The start stands before the fingerprint (a hash, which it is part
-- of), so that a history in order of time is appended to this index instead of being scattered over it.
CREATE UNIQUE INDEX observations_by_fingerprint ON observations (user_id, source_id, started_at, fingerprint);
-- Reconciliation asks what was heard of the same name at about the same time.
CREATE INDEX observations_by_match ON observations (user_id, match_key, started_at);

CREATE TABLE listens (
    user_id INTEGER NOT NULL,
    listened_at INTEGER NOT NULL,
    listen_id INTEGER NOT NULL,
    track_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    played_ms INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    PRIMARY KEY (user_id, listened_at, listen_id)
) WITHOUT ROWID;
CREATE INDEX listens_by_track ON listens (user_id, track_id, listened_at, counted, played_ms);
CREATE UNIQUE INDEX listens_by_id ON listens (listen_id);

CREATE TABLE counters (
    user_id INTEGER PRIMARY KEY,
    plays INTEGER NOT NULL,
    listened_ms INTEGER NOT NULL,
    all_plays INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    version INTEGER NOT NULL
);

-- What one source brought one user, and when it was heard: tells whether two sources can overlap at all.
CREATE TABLE user_sources (
    user_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    observations INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, source_id)
) WITHOUT ROWID;

CREATE TABLE decisions (
    decision_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    summary TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    undone_at INTEGER NOT NULL,
    by_user TEXT NOT NULL
);
CREATE INDEX decisions_by_user ON decisions (user_id, decision_id);

-- Decisions about plays are found by the observation they name.
CREATE TABLE decision_keys (
    user_id INTEGER NOT NULL,
    observation_key TEXT NOT NULL,
    decision_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, observation_key, decision_id)
) WITHOUT ROWID;
