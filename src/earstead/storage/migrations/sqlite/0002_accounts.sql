-- Serves "who is this?" on every request: by session, by token, by app password, by name. Without the unique
-- indexes each request would read all rows; without name_key two people could be called the same.

-- Ids that are given once and never again: a bookmark, a cached answer or a waiting job of somebody who was
-- erased must not come to mean somebody else.
CREATE TABLE last_ids (
    name TEXT PRIMARY KEY,
    last_id INTEGER NOT NULL
);

CREATE TABLE users (
    user_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    zone TEXT NOT NULL,
    visibility TEXT NOT NULL,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE sessions (
    session_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id, session_id);
-- Old sessions are cleared away when somebody signs in.
CREATE INDEX sessions_by_seen ON sessions (seen_at);

CREATE TABLE tokens (
    token_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
);
CREATE INDEX tokens_by_user ON tokens (user_id, token_id);

CREATE TABLE app_passwords (
    app_password_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    sealed_md5 TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
);
CREATE INDEX app_passwords_by_user ON app_passwords (user_id, app_password_id);

CREATE TABLE user_settings (
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (user_id, name)
) WITHOUT ROWID;

-- At most one row: the link that makes the first owner.
CREATE TABLE owner_links (
    token_hash TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL
);
