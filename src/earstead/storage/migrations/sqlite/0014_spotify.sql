-- Serves "whose Spotify accounts are followed, with which tokens, and where was it left off?", the page that counts down to
-- the end of a consent, and "who is locked out of what until when?" after a restart. Without the quota's row a restart
-- would forget a lock and run into it again.

CREATE TABLE spotify_clients (
    client_id TEXT NOT NULL,
    developer TEXT NOT NULL,
    capabilities TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (client_id)
) WITHOUT ROWID;

CREATE TABLE spotify_accounts (
    account_id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    spotify_key TEXT NOT NULL,
    spotify_id TEXT NOT NULL,
    name TEXT NOT NULL,
    features TEXT NOT NULL,
    scopes TEXT NOT NULL,
    state TEXT NOT NULL,
    error TEXT NOT NULL,
    tokens TEXT NOT NULL,
    authorized_at INTEGER NOT NULL,
    told_days INTEGER NOT NULL,
    redirect_uri TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX spotify_accounts_by_user ON spotify_accounts (user_id, spotify_key);
CREATE INDEX spotify_accounts_by_client ON spotify_accounts (client_id, account_id);

-- Where the work on an account stands, by the name of the work.
CREATE TABLE spotify_cursors (
    account_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account_id, name)
) WITHOUT ROWID;

-- Sign-ins that are under way, an hour at most; the state is kept as a hash, the verifier sealed.
CREATE TABLE spotify_logins (
    state_hash TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    login TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (state_hash)
) WITHOUT ROWID;
CREATE INDEX spotify_logins_by_user ON spotify_logins (user_id, expires_at);

CREATE TABLE spotify_quota (
    developer TEXT NOT NULL,
    state TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (developer)
) WITHOUT ROWID;
