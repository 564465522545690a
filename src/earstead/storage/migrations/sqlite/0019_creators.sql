-- Serves "what did this show and each of its episodes do on every day we ever read, and how do we know?". What makes two
-- values one series (scope, window, aggregation, definition, operation) stands once a series, so that saying where a
-- figure comes from costs a point nothing. Without creator_reads every sync would ask everything again.

-- A sign-in to Spotify for Creators. state: on, ended, off. cookies: sealed, "" when they are gone.
CREATE TABLE creator_accounts (
    account_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    label TEXT NOT NULL,
    state TEXT NOT NULL,
    error TEXT NOT NULL,
    mend TEXT NOT NULL,
    cookies TEXT NOT NULL,
    has_key INTEGER NOT NULL,
    connected_at INTEGER NOT NULL,
    cookie_at INTEGER NOT NULL,
    last_ok_at INTEGER NOT NULL,
    synced_at INTEGER NOT NULL
);
CREATE INDEX creator_accounts_by_user ON creator_accounts (user_id, account_id);

CREATE TABLE creator_shows (
    show_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    uri TEXT NOT NULL,
    name TEXT NOT NULL,
    station_id TEXT NOT NULL,
    remote_user_id TEXT NOT NULL,
    web_station_id TEXT NOT NULL,
    hosting TEXT NOT NULL,
    permissions TEXT NOT NULL,
    author TEXT NOT NULL,
    description TEXT NOT NULL,
    category TEXT NOT NULL,
    language TEXT NOT NULL,
    feed_url TEXT NOT NULL,
    cover_url TEXT NOT NULL,
    episode_count INTEGER NOT NULL,
    followers INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    gone_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX creator_shows_by_uri ON creator_shows (account_id, uri);
CREATE INDEX creator_shows_by_user ON creator_shows (user_id, show_id);

-- remote_key: the URI, or "anchor:" and the number where there is none yet. totals: all-time figures as JSON.
CREATE TABLE creator_episodes (
    episode_id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    remote_key TEXT NOT NULL,
    uri TEXT NOT NULL,
    anchor_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    state TEXT NOT NULL,
    episode_type TEXT NOT NULL,
    content_type TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    cover_url TEXT NOT NULL,
    transcript_chars INTEGER NOT NULL,
    totals TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    gone_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX creator_episodes_by_key ON creator_episodes (show_id, remote_key);
CREATE INDEX creator_episodes_by_date ON creator_episodes (show_id, published_at, episode_id);
CREATE INDEX creator_episodes_by_user ON creator_episodes (user_id, uri);
CREATE INDEX creator_episodes_by_anchor ON creator_episodes (user_id, anchor_id);

-- episode_id 0: the whole show. span: the window ("" for values of single days). breakdown: what buckets divide it by.
CREATE TABLE creator_series (
    series_id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL,
    episode_id INTEGER NOT NULL,
    metric TEXT NOT NULL,
    breakdown TEXT NOT NULL,
    aggregation TEXT NOT NULL,
    span TEXT NOT NULL,
    definition TEXT NOT NULL,
    operation TEXT NOT NULL,
    scope TEXT NOT NULL,
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    points INTEGER NOT NULL,
    fetched_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX creator_series_by_key ON creator_series (
    show_id, episode_id, metric, breakdown, aggregation, span, definition, operation, scope
);
CREATE INDEX creator_series_by_metric ON creator_series (show_id, metric, breakdown, aggregation, episode_id);

-- day: since 1970-01-01, UTC. bucket: "" for the figure itself. quality: 0 final, 1 provisional, 2 inferred, 3 partial.
CREATE TABLE creator_points (
    series_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    bucket TEXT NOT NULL,
    value REAL NOT NULL,
    fetched_at INTEGER NOT NULL,
    quality INTEGER NOT NULL,
    PRIMARY KEY (series_id, day, bucket)
) WITHOUT ROWID;

-- What a bucket is called: "AT" of "country" is Austria.
CREATE TABLE creator_buckets (
    breakdown TEXT NOT NULL,
    bucket TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (breakdown, bucket)
) WITHOUT ROWID;

-- points: JSON [[second, listeners], ...]; percentiles: JSON {"95": 51.0}, in percent.
CREATE TABLE creator_retention (
    episode_id INTEGER NOT NULL,
    operation TEXT NOT NULL,
    show_id INTEGER NOT NULL,
    points TEXT NOT NULL,
    percentiles TEXT NOT NULL,
    median_s REAL NOT NULL,
    most INTEGER NOT NULL,
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (episode_id, operation)
) WITHOUT ROWID;
CREATE INDEX creator_retention_by_show ON creator_retention (show_id);

-- What the service answered, word for word: zlib, base85. asked: the question beside the operation, as JSON.
CREATE TABLE creator_answers (
    answer_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    show_id INTEGER NOT NULL,
    episode_id INTEGER NOT NULL,
    operation TEXT NOT NULL,
    asked TEXT NOT NULL,
    digest TEXT NOT NULL,
    status INTEGER NOT NULL,
    size INTEGER NOT NULL,
    body TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
);
CREATE INDEX creator_answers_by_question ON creator_answers (account_id, show_id, episode_id, operation, asked, answer_id);
CREATE INDEX creator_answers_by_age ON creator_answers (account_id, seen_at);

-- The days that were read of a piece of the service, and when; state: "" or why it was refused.
CREATE TABLE creator_reads (
    show_id INTEGER NOT NULL,
    episode_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    refused TEXT NOT NULL,
    PRIMARY KEY (show_id, episode_id, name)
) WITHOUT ROWID;

CREATE TABLE creator_comments (
    comment_id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    episode_id INTEGER NOT NULL,
    comment_uri TEXT NOT NULL,
    parent_uri TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    author_id TEXT NOT NULL,
    author_name TEXT NOT NULL,
    author_cover TEXT NOT NULL,
    by_show INTEGER NOT NULL,
    language TEXT NOT NULL,
    answered INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    liked INTEGER NOT NULL,
    was_read INTEGER NOT NULL,
    blocked INTEGER NOT NULL,
    flagged INTEGER NOT NULL,
    replies INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL,
    read_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX creator_comments_by_uri ON creator_comments (show_id, comment_uri);
CREATE INDEX creator_comments_by_date ON creator_comments (show_id, state, created_ms, comment_id);
CREATE INDEX creator_comments_by_episode ON creator_comments (episode_id, created_ms, comment_id);
CREATE INDEX creator_comments_by_parent ON creator_comments (show_id, parent_uri, created_ms);

-- chapters: JSON [[second, title], ...].
CREATE TABLE creator_transcripts (
    episode_id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    chapters TEXT NOT NULL,
    operation TEXT NOT NULL,
    fetched_at INTEGER NOT NULL
);
CREATE INDEX creator_transcripts_by_show ON creator_transcripts (show_id);

-- state: waiting, running, done, stopped, failed.
CREATE TABLE creator_syncs (
    sync_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    done INTEGER NOT NULL,
    planned INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    doing TEXT NOT NULL,
    notes TEXT NOT NULL,
    error TEXT NOT NULL,
    mend TEXT NOT NULL
);
CREATE INDEX creator_syncs_by_account ON creator_syncs (account_id, sync_id);
