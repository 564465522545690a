"""Sessions, tokens and app passwords: by which a request says whose it is. Only hashes of the secrets are here."""

from __future__ import annotations

from earstead.storage import ids
from earstead.storage.accounts import USER_COLUMNS
from earstead.storage.engine import Row, Tx

MOST_KEYS = 1000
"""Of each sort a user may hold; also the limit of their lists."""


def add_session(tx: Tx, user_id: int, token_hash: str, agent: str, now: int) -> int:
    """Store a session; returns its id."""
    session_id = ids.take(tx, "session")
    tx.run(
        """
        INSERT INTO sessions (session_id, user_id, token_hash, agent, created_at, seen_at)
        VALUES (:session_id, :user_id, :token_hash, :agent, :now, :now)
        """,
        session_id=session_id,
        user_id=user_id,
        token_hash=token_hash,
        agent=agent,
        now=now,
    )
    return session_id


def session(tx: Tx, token_hash: str) -> Row | None:
    """(session_id, seen_at) and the user's columns."""
    return tx.one(
        f"""
        SELECT s.session_id, s.seen_at, {USER_COLUMNS}
        FROM sessions s
        JOIN users u ON u.user_id = s.user_id
        WHERE s.token_hash = :token_hash
        """,  # noqa: S608 - our own column names
        token_hash=token_hash,
    )


def sessions(tx: Tx, user_id: int) -> list[Row]:
    """(session_id, created_at, seen_at, agent), latest made first."""
    return tx.all(
        """
        SELECT session_id, created_at, seen_at, agent
        FROM sessions
        WHERE user_id = :user_id
        ORDER BY session_id DESC
        LIMIT :limit
        """,
        user_id=user_id,
        limit=MOST_KEYS,
    )


def session_seen(tx: Tx, session_id: int, now: int) -> None:
    """Remember that a session was used."""
    tx.run("UPDATE sessions SET seen_at = :now WHERE session_id = :session_id", session_id=session_id, now=now)


def end_session(tx: Tx, user_id: int, session_id: int) -> int:
    """Remove a session; returns the rows touched."""
    return tx.run(
        "DELETE FROM sessions WHERE user_id = :user_id AND session_id = :session_id",
        user_id=user_id,
        session_id=session_id,
    )


def sign_out(tx: Tx, token_hash: str) -> None:
    """Remove the session of a token."""
    tx.run("DELETE FROM sessions WHERE token_hash = :token_hash", token_hash=token_hash)


def end_sessions(tx: Tx, user_id: int) -> None:
    """Remove all sessions of a user."""
    tx.run("DELETE FROM sessions WHERE user_id = :user_id", user_id=user_id)


def end_other_sessions(tx: Tx, user_id: int, kept_hash: str) -> None:
    """Remove all sessions of a user but one."""
    tx.run(
        "DELETE FROM sessions WHERE user_id = :user_id AND token_hash <> :kept_hash",
        user_id=user_id,
        kept_hash=kept_hash,
    )


def end_unseen(tx: Tx, before: int) -> None:
    """Remove the sessions that nobody used since `before`."""
    tx.run("DELETE FROM sessions WHERE seen_at < :before", before=before)


def add_token(tx: Tx, user_id: int, token_hash: str, label: str, scopes: str, now: int) -> int:
    """Store a token; returns its id."""
    token_id = ids.take(tx, "token")
    tx.run(
        """
        INSERT INTO tokens (token_id, user_id, token_hash, label, scopes, created_at, used_at)
        VALUES (:token_id, :user_id, :token_hash, :label, :scopes, :now, 0)
        """,
        token_id=token_id,
        user_id=user_id,
        token_hash=token_hash,
        label=label,
        scopes=scopes,
        now=now,
    )
    return token_id


def token(tx: Tx, token_hash: str) -> Row | None:
    """(token_id, scopes, used_at) and the user's columns."""
    return tx.one(
        f"""
        SELECT t.token_id, t.scopes, t.used_at, {USER_COLUMNS}
        FROM tokens t
        JOIN users u ON u.user_id = t.user_id
        WHERE t.token_hash = :token_hash AND u.role <> 'erased'
        """,  # noqa: S608 - our own column names
        token_hash=token_hash,
    )


def tokens(tx: Tx, user_id: int) -> list[Row]:
    """(token_id, label, scopes, created_at, used_at), latest made first."""
    return tx.all(
        """
        SELECT token_id, label, scopes, created_at, used_at
        FROM tokens
        WHERE user_id = :user_id
        ORDER BY token_id DESC
        LIMIT :limit
        """,
        user_id=user_id,
        limit=MOST_KEYS,
    )


def token_used(tx: Tx, token_id: int, now: int) -> None:
    """Remember that a token was used."""
    tx.run("UPDATE tokens SET used_at = :now WHERE token_id = :token_id", token_id=token_id, now=now)


def remove_token(tx: Tx, user_id: int, token_id: int) -> int:
    """Remove a token; returns the rows touched."""
    return tx.run(
        "DELETE FROM tokens WHERE user_id = :user_id AND token_id = :token_id", user_id=user_id, token_id=token_id
    )


def remove_tokens(tx: Tx, user_id: int) -> None:
    """Remove all tokens of a user."""
    tx.run("DELETE FROM tokens WHERE user_id = :user_id", user_id=user_id)


def add_app_password(tx: Tx, user_id: int, secret_hash: str, sealed_md5: str, label: str, now: int) -> int:
    """Store an app password; returns its id."""
    app_password_id = ids.take(tx, "app_password")
    tx.run(
        """
        INSERT INTO app_passwords (app_password_id, user_id, secret_hash, sealed_md5, label, created_at, used_at)
        VALUES (:app_password_id, :user_id, :secret_hash, :sealed_md5, :label, :now, 0)
        """,
        app_password_id=app_password_id,
        user_id=user_id,
        secret_hash=secret_hash,
        sealed_md5=sealed_md5,
        label=label,
        now=now,
    )
    return app_password_id


def app_passwords(tx: Tx, user_id: int) -> list[Row]:
    """(app_password_id, label, created_at, used_at, sealed_md5), latest made first."""
    return tx.all(
        """
        SELECT app_password_id, label, created_at, used_at, sealed_md5
        FROM app_passwords
        WHERE user_id = :user_id
        ORDER BY app_password_id DESC
        LIMIT :limit
        """,
        user_id=user_id,
        limit=MOST_KEYS,
    )


def all_sealed(tx: Tx, *, limit: int) -> list[Row]:
    """(user name, label, sealed_md5) of every app password, for the doctor and after a restore."""
    return tx.all(
        """
        SELECT u.name, a.label, a.sealed_md5
        FROM app_passwords a
        JOIN users u ON u.user_id = a.user_id
        ORDER BY a.app_password_id
        LIMIT :limit
        """,
        limit=limit,
    )


def sealed_connections(tx: Tx, *, limit: int) -> list[Row]:
    """(user name, what it is, its name, what is sealed) of every relay, webhook and Spotify account that holds secrets,
    for the doctor."""
    return tx.all(
        """
        SELECT u.name, s.what, s.name, s.sealed
        FROM (
            SELECT user_id, 'relay' AS what, CASE WHEN url = '' THEN kind ELSE url END AS name, secrets AS sealed
            FROM relays
            UNION ALL
            SELECT user_id, 'webhook', CASE WHEN label = '' THEN url ELSE label END, secrets
            FROM webhook_endpoints
            UNION ALL
            SELECT user_id, 'Spotify account', name, tokens
            FROM spotify_accounts
        ) s
        JOIN users u ON u.user_id = s.user_id
        WHERE s.sealed <> ''
        ORDER BY s.what, u.name, s.name
        LIMIT :limit
        """,
        limit=limit,
    )


def app_password(tx: Tx, user_id: int, secret_hash: str) -> Row | None:
    """(app_password_id, used_at) of a user's app password."""
    return tx.one(
        """
        SELECT app_password_id, used_at
        FROM app_passwords
        WHERE secret_hash = :secret_hash AND user_id = :user_id
        """,
        user_id=user_id,
        secret_hash=secret_hash,
    )


def app_password_used(tx: Tx, app_password_id: int, now: int) -> None:
    """Remember that an app password was used."""
    tx.run(
        "UPDATE app_passwords SET used_at = :now WHERE app_password_id = :app_password_id",
        app_password_id=app_password_id,
        now=now,
    )


def remove_app_password(tx: Tx, user_id: int, app_password_id: int) -> int:
    """Remove an app password; returns the rows touched."""
    return tx.run(
        "DELETE FROM app_passwords WHERE user_id = :user_id AND app_password_id = :app_password_id",
        user_id=user_id,
        app_password_id=app_password_id,
    )


def remove_app_passwords(tx: Tx, user_id: int) -> None:
    """Remove all app passwords of a user."""
    tx.run("DELETE FROM app_passwords WHERE user_id = :user_id", user_id=user_id)
