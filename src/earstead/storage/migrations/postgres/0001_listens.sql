-- Serves every question about listens: paging in time order, charts of a range, charts of all time.
-- Without the key order, a page of 50 in a million is a sort; without (user_id, track_id), an all-time chart
-- reads whole rows.

CREATE TABLE sources (
    source_id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE clients (
    client_id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    origin TEXT NOT NULL,
    UNIQUE (name, origin)
);

-- What was said: exact words and ids; immutable; shared by all users.
CREATE TABLE tracks (
    track_id BIGINT PRIMARY KEY,
    kind BIGINT NOT NULL,
    artist_name TEXT NOT NULL,
    track_name TEXT NOT NULL,
    release_name TEXT NOT NULL,
    artist_names TEXT NOT NULL,
    recording_mbid TEXT NOT NULL,
    release_mbid TEXT NOT NULL,
    artist_mbids TEXT NOT NULL,
    isrc TEXT NOT NULL,
    spotify_uri TEXT NOT NULL,
    match_key BIGINT NOT NULL,
    id_key BIGINT NOT NULL
);
-- Reconciliation asks which differently named tracks share an id.
CREATE INDEX tracks_by_id_key ON tracks (id_key, match_key) WHERE id_key <> 0;

CREATE TABLE entities (
    entity_id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    credit TEXT NOT NULL,
    credit_id BIGINT NOT NULL,
    search_key TEXT NOT NULL,
    spellings BIGINT NOT NULL
);

CREATE TABLE track_map (
    user_id BIGINT NOT NULL,
    track_id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    recording_id BIGINT NOT NULL,
    release_id BIGINT NOT NULL,
    visibility BIGINT NOT NULL,
    PRIMARY KEY (user_id, track_id)
);
-- Entity pages and decisions ask for the tracks of a recording or release.
CREATE INDEX track_map_by_recording ON track_map (user_id, recording_id);
CREATE INDEX track_map_by_release ON track_map (user_id, release_id);
-- Totals leave out what is banned or blocked; without this they would read the whole map to find that nothing is.
CREATE INDEX track_map_muted ON track_map (user_id, track_id) WHERE visibility > 0;

CREATE TABLE track_artist (
    user_id BIGINT NOT NULL,
    track_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    artist_id BIGINT NOT NULL,
    PRIMARY KEY (user_id, track_id, position)
);
CREATE INDEX track_artist_by_artist ON track_artist (user_id, artist_id);

CREATE TABLE observations (
    seq BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    fingerprint BIGINT NOT NULL,
    track_id BIGINT NOT NULL,
    match_key BIGINT NOT NULL,
    client_id BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    played_ms BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    traits BIGINT NOT NULL,
    listen_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    extra TEXT NOT NULL
);
-- Idempotence: the same submission twice is one row. The start stands before the fingerprint (a hash, which it is part
-- of), so that a history in order of time is appended to this index instead of being scattered over it.
CREATE UNIQUE INDEX observations_by_fingerprint ON observations (user_id, source_id, started_at, fingerprint);
-- Reconciliation asks what was heard of the same name at about the same time.
CREATE INDEX observations_by_match ON observations (user_id, match_key, started_at);

CREATE TABLE listens (
    user_id BIGINT NOT NULL,
    listened_at BIGINT NOT NULL,
    listen_id BIGINT NOT NULL,
    track_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    played_ms BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    hidden BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    PRIMARY KEY (user_id, listened_at, listen_id)
);
CREATE INDEX listens_by_track ON listens (user_id, track_id, listened_at, counted, played_ms, listen_id);
CREATE UNIQUE INDEX listens_by_id ON listens (listen_id);

CREATE TABLE counters (
    user_id BIGINT PRIMARY KEY,
    plays BIGINT NOT NULL,
    listened_ms BIGINT NOT NULL,
    all_plays BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- What one source brought one user, and when it was heard: tells whether two sources can overlap at all.
CREATE TABLE user_sources (
    user_id BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    observations BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, source_id)
);

CREATE TABLE decisions (
    decision_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    summary TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    undone_at BIGINT NOT NULL,
    by_user TEXT NOT NULL
);
CREATE INDEX decisions_by_user ON decisions (user_id, decision_id);

-- Decisions about plays are found by the observation they name.
CREATE TABLE decision_keys (
    user_id BIGINT NOT NULL,
    observation_key TEXT NOT NULL,
    decision_id BIGINT NOT NULL,
    PRIMARY KEY (user_id, observation_key, decision_id)
);

-- Charts of a range read no heap pages, and very large ranges skip whole blocks.
CREATE UNIQUE INDEX listens_by_time ON listens (user_id, listened_at, listen_id) INCLUDE (track_id, day, hour, played_ms, counted, hidden);
CREATE INDEX listens_brin ON listens USING brin (listened_at);
