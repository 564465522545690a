-- Serves "how often was each episode downloaded, whoever serves the file?". Requests are kept as numbers for whoever
-- asked, never with an address, for as long as windows of counting need them; what they amount to stands in
-- creator_points like every other figure.

-- The feed of a show. counting: rolling or day. op3_token: sealed, "" for none. prefix: whether /dl counts for it.
CREATE TABLE creator_feeds (
    show_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    podcast_guid TEXT NOT NULL,
    counting TEXT NOT NULL,
    prefix BIGINT NOT NULL,
    op3_token TEXT NOT NULL,
    op3_show TEXT NOT NULL,
    op3_until BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX creator_feeds_by_user ON creator_feeds (user_id, show_id);
CREATE INDEX creator_feeds_by_prefix ON creator_feeds (prefix, show_id);

-- target: host and path without detours. episode_id 0: no episode of the dashboard has this file.
CREATE TABLE creator_files (
    file_id BIGINT PRIMARY KEY,
    show_id BIGINT NOT NULL,
    target TEXT NOT NULL,
    host TEXT NOT NULL,
    url TEXT NOT NULL,
    guid TEXT NOT NULL,
    title TEXT NOT NULL,
    episode_id BIGINT NOT NULL,
    size BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    gone_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX creator_files_by_target ON creator_files (show_id, target);
CREATE INDEX creator_files_by_host ON creator_files (host, show_id);

-- source: log or prefix. who: a keyed hash of address and program. digest: the same line is kept once.
CREATE TABLE creator_hits (
    hit_id BIGINT PRIMARY KEY,
    show_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    digest BIGINT NOT NULL,
    file_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    who BIGINT NOT NULL,
    agent TEXT NOT NULL,
    referer BIGINT NOT NULL,
    method TEXT NOT NULL,
    status BIGINT NOT NULL,
    first_byte BIGINT NOT NULL,
    last_byte BIGINT NOT NULL,
    sent BIGINT NOT NULL
);
CREATE UNIQUE INDEX creator_hits_by_digest ON creator_hits (show_id, source, digest);
CREATE INDEX creator_hits_by_file ON creator_hits (show_id, source, file_id, at);
CREATE INDEX creator_hits_by_time ON creator_hits (at, hit_id);

-- Logs that were given to be read. state: waiting, running, done, failed. left_out: JSON {reason: lines}.
CREATE TABLE creator_logs (
    log_id BIGINT PRIMARY KEY,
    show_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    size BIGINT NOT NULL,
    done BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    kept BIGINT NOT NULL,
    new BIGINT NOT NULL,
    left_out TEXT NOT NULL,
    error TEXT NOT NULL,
    begun_at BIGINT NOT NULL
);
CREATE INDEX creator_logs_by_show ON creator_logs (show_id, log_id);
