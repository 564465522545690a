-- Serves "how often was each episode downloaded, whoever serves the file?". Requests are kept as numbers for whoever
-- asked, never with an address, for as long as windows of counting need them; what they amount to stands in
-- creator_points like every other figure.

-- The feed of a show. counting: rolling or day. op3_token: sealed, "" for none. prefix: whether /dl counts for it.
CREATE TABLE creator_feeds (
    show_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    podcast_guid TEXT NOT NULL,
    counting TEXT NOT NULL,
    prefix INTEGER NOT NULL,
    op3_token TEXT NOT NULL,
    op3_show TEXT NOT NULL,
    op3_until INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX creator_feeds_by_user ON creator_feeds (user_id, show_id);
CREATE INDEX creator_feeds_by_prefix ON creator_feeds (prefix, show_id);

-- target: host and path without detours. episode_id 0: no episode of the dashboard has this file.
CREATE TABLE creator_files (
    file_id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL,
    target TEXT NOT NULL,
    host TEXT NOT NULL,
    url TEXT NOT NULL,
    guid TEXT NOT NULL,
    title TEXT NOT NULL,
    episode_id INTEGER NOT NULL,
    size INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    gone_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX creator_files_by_target ON creator_files (show_id, target);
CREATE INDEX creator_files_by_host ON creator_files (host, show_id);

-- source: log or prefix. who: a keyed hash of address and program. digest: the same line is kept once.
CREATE TABLE creator_hits (
    hit_id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL,
    source TEXT NOT NULL,
    digest INTEGER NOT NULL,
    file_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    who INTEGER NOT NULL,
    agent TEXT NOT NULL,
    referer INTEGER NOT NULL,
    method TEXT NOT NULL,
    status INTEGER NOT NULL,
    first_byte INTEGER NOT NULL,
    last_byte INTEGER NOT NULL,
    sent INTEGER NOT NULL
);
CREATE UNIQUE INDEX creator_hits_by_digest ON creator_hits (show_id, source, digest);
CREATE INDEX creator_hits_by_file ON creator_hits (show_id, source, file_id, at);
CREATE INDEX creator_hits_by_time ON creator_hits (at, hit_id);

-- Logs that were given to be read. state: waiting, running, done, failed. left_out: JSON {reason: lines}.
CREATE TABLE creator_logs (
    log_id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    size INTEGER NOT NULL,
    done INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    new INTEGER NOT NULL,
    left_out TEXT NOT NULL,
    error TEXT NOT NULL,
    begun_at INTEGER NOT NULL
);
CREATE INDEX creator_logs_by_show ON creator_logs (show_id, log_id);
