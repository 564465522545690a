-- Serves "which program is this, for whom does it speak, and may it?" on every request to the Last.fm API.
-- Without the unique columns each request would read all rows.

-- user_id is 0 for a program that registered itself by using a key; it then has no secret.
CREATE TABLE applications (
    application_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    homepage TEXT NOT NULL,
    callback TEXT NOT NULL,
    api_key TEXT NOT NULL UNIQUE,
    sealed_secret TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    suspended TEXT NOT NULL
);
-- A person's applications; and, of those that registered themselves, the one used longest ago.
CREATE INDEX applications_by_user ON applications (user_id, used_at);

CREATE TABLE app_sessions (
    app_session_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    application_id INTEGER NOT NULL,
    key_hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
);
CREATE INDEX app_sessions_by_user ON app_sessions (user_id, used_at);
CREATE INDEX app_sessions_by_application ON app_sessions (application_id);

-- user_id is 0 until somebody approves; consumed is 1 once a session was made of it.
CREATE TABLE auth_tokens (
    token_hash TEXT PRIMARY KEY,
    application_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    consumed INTEGER NOT NULL
);
CREATE INDEX auth_tokens_by_user ON auth_tokens (user_id);
CREATE INDEX auth_tokens_by_application ON auth_tokens (application_id);
-- Old tokens are cleared away when one is made.
CREATE INDEX auth_tokens_by_age ON auth_tokens (created_at);

-- Addresses and networks the owner shut out; until is 0 for "until further notice".
CREATE TABLE address_blocks (
    address TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    until INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
