"""Access of programs to accounts: session keys, and the tokens they are made of. Only hashes are here."""

from __future__ import annotations

from earstead.storage import ids
from earstead.storage.accounts import USER_COLUMNS
from earstead.storage.applications import COLUMNS
from earstead.storage.engine import Row, Tx


def add(tx: Tx, user_id: int, application_id: int, key_hash: str, now: int) -> int:
    """Store a session; returns its id."""
    app_session_id = ids.take(tx, "app_session")
    tx.run(
        """
        INSERT INTO app_sessions (app_session_id, user_id, application_id, key_hash, created_at, used_at)
        VALUES (:app_session_id, :user_id, :application_id, :key_hash, :now, :now)
        """,
        app_session_id=app_session_id,
        user_id=user_id,
        application_id=application_id,
        key_hash=key_hash,
        now=now,
    )
    return app_session_id


def by_key(tx: Tx, key_hash: str) -> Row | None:
    """(app_session_id, application_id, used_at) and the user's columns."""
    return tx.one(
        f"""
        SELECT s.app_session_id, s.application_id, s.used_at, {USER_COLUMNS}
        FROM app_sessions s
        JOIN users u ON u.user_id = s.user_id
        WHERE s.key_hash = :key_hash AND u.role <> 'erased'
        """,  # noqa: S608 - our own column names
        key_hash=key_hash,
    )


def of_user(tx: Tx, user_id: int, *, limit: int) -> list[Row]:
    """(app_session_id, created_at, used_at) and the application's columns, latest used first."""
    return tx.all(
        f"""
        SELECT s.app_session_id, s.created_at, s.used_at, {COLUMNS}
        FROM app_sessions s
        JOIN applications a ON a.application_id = s.application_id
        WHERE s.user_id = :user_id
        ORDER BY s.used_at DESC, s.app_session_id DESC
        LIMIT :limit
        """,  # noqa: S608 - our own column names
        user_id=user_id,
        limit=limit,
    )


def make_room(tx: Tx, user_id: int, most: int) -> int:
    """Remove a user's sessions but the `most` latest used; returns the rows touched."""
    return tx.run(
        """
        DELETE FROM app_sessions
        WHERE app_session_id IN (
            SELECT app_session_id
            FROM app_sessions
            WHERE user_id = :user_id
            ORDER BY used_at DESC, app_session_id DESC
            LIMIT 1000 OFFSET :most
        )
        """,
        user_id=user_id,
        most=most,
    )


def used(tx: Tx, app_session_id: int, now: int) -> None:
    """Remember that a session was used."""
    tx.run(
        "UPDATE app_sessions SET used_at = :now WHERE app_session_id = :app_session_id",
        app_session_id=app_session_id,
        now=now,
    )


def remove(tx: Tx, user_id: int, app_session_id: int) -> int:
    """Remove a session of a user; returns the rows touched."""
    return tx.run(
        "DELETE FROM app_sessions WHERE user_id = :user_id AND app_session_id = :app_session_id",
        user_id=user_id,
        app_session_id=app_session_id,
    )


def remove_of_application(tx: Tx, user_id: int, application_id: int) -> int:
    """Remove all sessions that a user gave to an application; returns the rows touched."""
    return tx.run(
        "DELETE FROM app_sessions WHERE user_id = :user_id AND application_id = :application_id",
        user_id=user_id,
        application_id=application_id,
    )


def add_token(tx: Tx, token_hash: str, application_id: int, user_id: int, now: int) -> None:
    """Store a token; `user_id` is 0 while nobody approved it."""
    tx.run(
        """
        INSERT INTO auth_tokens (token_hash, application_id, user_id, created_at, consumed)
        VALUES (:token_hash, :application_id, :user_id, :now, 0)
        """,
        token_hash=token_hash,
        application_id=application_id,
        user_id=user_id,
        now=now,
    )


def token(tx: Tx, token_hash: str) -> Row | None:
    """(application_id, user_id, created_at, consumed) of a token."""
    return tx.one(
        """
        SELECT application_id, user_id, created_at, consumed
        FROM auth_tokens
        WHERE token_hash = :token_hash
        """,
        token_hash=token_hash,
    )


def approve(tx: Tx, token_hash: str, user_id: int) -> None:
    """Remember who approved a token."""
    tx.run(
        "UPDATE auth_tokens SET user_id = :user_id WHERE token_hash = :token_hash",
        token_hash=token_hash,
        user_id=user_id,
    )


def consume(tx: Tx, token_hash: str) -> None:
    """Use a token up."""
    tx.run("UPDATE auth_tokens SET consumed = 1 WHERE token_hash = :token_hash", token_hash=token_hash)


def forget_tokens(tx: Tx, before: int) -> None:
    """Remove the tokens made before a time."""
    tx.run("DELETE FROM auth_tokens WHERE created_at < :before", before=before)


def remove_all(tx: Tx, user_id: int) -> None:
    """Void all access that a user gave, and all access through the applications that the user made."""
    tx.run("DELETE FROM app_sessions WHERE user_id = :user_id", user_id=user_id)
    tx.run("DELETE FROM auth_tokens WHERE user_id = :user_id", user_id=user_id)
    for table in ("app_sessions", "auth_tokens"):
        tx.run(
            f"""
            DELETE FROM {table}
            WHERE application_id IN (SELECT application_id FROM applications WHERE user_id = :user_id)
            """,  # noqa: S608 - our own names
            user_id=user_id,
        )
    tx.run("DELETE FROM applications WHERE user_id = :user_id", user_id=user_id)
