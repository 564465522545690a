"""Users, and everything by which a request says whose it is. Secrets arrive here hashed or sealed."""

from __future__ import annotations

from earstead.storage import ids
from earstead.storage.engine import Row, Tx

USER_COLUMNS = "u.user_id, u.name, u.role, u.zone, u.visibility, u.display_name, u.created_at"
# The role 'erased' marks an account whose rows are being removed (see `erasing`): it is invisible everywhere.


def add_user(tx: Tx, *, name: str, name_key: str, role: str, password_hash: str, now: int) -> int:
    """Store a user; returns the id, 0 when the name is taken."""
    if tx.one("SELECT user_id FROM users WHERE name_key = :name_key", name_key=name_key):
        return 0
    user_id = ids.take(tx, "user")
    tx.run(
        """
        INSERT INTO users (
            user_id, name, name_key, role, zone, visibility, display_name, password_hash, created_at
        )
        VALUES (:user_id, :name, :name_key, :role, 'UTC', 'private', '', :password_hash, :now)
        """,
        user_id=user_id,
        name=name,
        name_key=name_key,
        role=role,
        password_hash=password_hash,
        now=now,
    )
    return user_id


def user(tx: Tx, user_id: int) -> Row | None:
    """The `USER_COLUMNS` of a user."""
    return tx.one(
        f"SELECT {USER_COLUMNS} FROM users u WHERE u.user_id = :user_id AND u.role <> 'erased'",  # noqa: S608 - ours
        user_id=user_id,
    )


def named(tx: Tx, name_key: str) -> Row | None:
    """The `USER_COLUMNS` and the password hash of a user."""
    return tx.one(
        f"""
        SELECT {USER_COLUMNS}, u.password_hash
        FROM users u
        WHERE u.name_key = :name_key AND u.role <> 'erased'
        """,  # noqa: S608 - our own column names
        name_key=name_key,
    )


def users(tx: Tx, *, limit: int) -> list[Row]:
    """The `USER_COLUMNS` of all users, oldest first."""
    return tx.all(
        f"""
        SELECT {USER_COLUMNS}
        FROM users u
        WHERE u.role <> 'erased'
        ORDER BY u.user_id
        LIMIT :limit
        """,  # noqa: S608 - our own column names
        limit=limit,
    )


def has_owner(tx: Tx) -> bool:
    """Whether somebody owns this server. There are few users; no index is worth it."""
    return tx.one("SELECT user_id FROM users WHERE role = 'owner' LIMIT 1") is not None


def password_hash(tx: Tx, user_id: int) -> str:
    """The password hash of a user, "" for nobody."""
    row = tx.one("SELECT password_hash FROM users WHERE user_id = :user_id", user_id=user_id)
    return str(row[0]) if row else ""


def set_password(tx: Tx, user_id: int, password_hash: str) -> None:
    """Replace the password hash."""
    tx.run(
        "UPDATE users SET password_hash = :password_hash WHERE user_id = :user_id",
        user_id=user_id,
        password_hash=password_hash,
    )


def update(tx: Tx, user_id: int, *, zone: str, visibility: str, display_name: str) -> None:
    """Replace what a user may choose."""
    tx.run(
        """
        UPDATE users
        SET zone = :zone, visibility = :visibility, display_name = :display_name
        WHERE user_id = :user_id
        """,
        user_id=user_id,
        zone=zone,
        visibility=visibility,
        display_name=display_name,
    )


def set_owner_link(tx: Tx, token_hash: str, expires_at: int) -> None:
    """Make this the one valid link; any earlier one dies."""
    tx.run("DELETE FROM owner_links")
    tx.run(
        "INSERT INTO owner_links (token_hash, expires_at) VALUES (:token_hash, :expires_at)",
        token_hash=token_hash,
        expires_at=expires_at,
    )


def use_owner_link(tx: Tx, token_hash: str, now: int) -> bool:
    """Use the link up; False when it is unknown or too old."""
    return bool(
        tx.run(
            "DELETE FROM owner_links WHERE token_hash = :token_hash AND expires_at > :now",
            token_hash=token_hash,
            now=now,
        )
    )


def setting(tx: Tx, user_id: int, name: str) -> str | None:
    """The JSON text of a setting."""
    row = tx.one(
        "SELECT value FROM user_settings WHERE user_id = :user_id AND name = :name", user_id=user_id, name=name
    )
    return str(row[0]) if row else None


def settings(tx: Tx, user_id: int) -> list[Row]:
    """(name, JSON text) of all settings of a user, by name."""
    return tx.all(
        """
        SELECT name, value
        FROM user_settings
        WHERE user_id = :user_id
        ORDER BY name
        """,
        user_id=user_id,
    )


def set_setting(tx: Tx, user_id: int, name: str, value: str) -> None:
    """Store the JSON text of a setting."""
    tx.run(
        """
        INSERT INTO user_settings (user_id, name, value)
        VALUES (:user_id, :name, :value)
        ON CONFLICT (user_id, name) DO UPDATE
        SET value = excluded.value
        """,
        user_id=user_id,
        name=name,
        value=value,
    )
