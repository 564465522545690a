"""Who follows whom. A follow names somebody; it means whoever has that name here, if anybody has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage.accounts import USER_COLUMNS
from earstead.storage.engine import Row, Tx

# Public people are shown to everybody, everybody to themselves, unlisted ones only in one's own list.
_SEEN = """
    u.role <> 'erased'
    AND (u.visibility = 'public' OR u.user_id = :viewer_id OR (u.visibility = 'unlisted' AND :viewer_id = :user_id))
"""


def put(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store follows, each a mapping of all columns; one that stands already stays as it is."""
    tx.many(
        """
        INSERT INTO follows (user_id, name_key, name, at)
        VALUES (:user_id, :name_key, :name, :at)
        ON CONFLICT (user_id, name_key) DO NOTHING
        """,
        rows,
    )


def take(tx: Tx, user_id: int, name_key: str) -> int:
    """Remove a follow; returns the rows touched."""
    return tx.run(
        "DELETE FROM follows WHERE user_id = :user_id AND name_key = :name_key", user_id=user_id, name_key=name_key
    )


def forget_followed(tx: Tx, user_id: int) -> None:
    """Remove the follows of somebody who goes: their name may come to be somebody else's."""
    tx.run(
        "DELETE FROM follows WHERE name_key IN (SELECT name_key FROM users WHERE user_id = :user_id)",
        user_id=user_id,
    )


def count(tx: Tx, user_id: int) -> int:
    """How many names a user follows, of people here or not."""
    row = tx.one("SELECT count(*) FROM follows WHERE user_id = :user_id", user_id=user_id)
    return int(row[0]) if row else 0


def follows(tx: Tx, user_id: int, name_key: str) -> bool:
    """Whether a user follows a name."""
    found = tx.one(
        "SELECT at FROM follows WHERE user_id = :user_id AND name_key = :name_key", user_id=user_id, name_key=name_key
    )
    return found is not None


def following(tx: Tx, user_id: int, viewer_id: int, *, limit: int, offset: int) -> list[Row]:
    """The user columns of those whom a user follows, latest first."""
    return tx.all(
        f"""
        SELECT {USER_COLUMNS}
        FROM follows f
        JOIN users u ON u.name_key = f.name_key
        WHERE f.user_id = :user_id
          AND {_SEEN}
        ORDER BY f.at DESC, u.user_id
        LIMIT :limit OFFSET :offset
        """,  # noqa: S608 - our own column names
        user_id=user_id,
        viewer_id=viewer_id,
        limit=limit,
        offset=offset,
    )


def count_following(tx: Tx, user_id: int, viewer_id: int) -> int:
    """How many there are in `following`."""
    row = tx.one(
        f"""
        SELECT count(*)
        FROM follows f
        JOIN users u ON u.name_key = f.name_key
        WHERE f.user_id = :user_id
          AND {_SEEN}
        """,  # noqa: S608 - a constant condition
        user_id=user_id,
        viewer_id=viewer_id,
    )
    return int(row[0]) if row else 0


def followers(tx: Tx, user_id: int, name_key: str, viewer_id: int, *, limit: int, offset: int) -> list[Row]:
    """The user columns of those who follow the user with this id and name, latest first."""
    return tx.all(
        f"""
        SELECT {USER_COLUMNS}
        FROM follows f
        JOIN users u ON u.user_id = f.user_id
        WHERE f.name_key = :name_key
          AND {_SEEN}
        ORDER BY f.at DESC, u.user_id
        LIMIT :limit OFFSET :offset
        """,  # noqa: S608 - our own column names
        user_id=user_id,
        name_key=name_key,
        viewer_id=viewer_id,
        limit=limit,
        offset=offset,
    )


def count_followers(tx: Tx, user_id: int, name_key: str, viewer_id: int) -> int:
    """How many there are in `followers`."""
    row = tx.one(
        f"""
        SELECT count(*)
        FROM follows f
        JOIN users u ON u.user_id = f.user_id
        WHERE f.name_key = :name_key
          AND {_SEEN}
        """,  # noqa: S608 - a constant condition
        user_id=user_id,
        name_key=name_key,
        viewer_id=viewer_id,
    )
    return int(row[0]) if row else 0


def everything(tx: Tx, user_id: int) -> list[Row]:
    """(at, name) of all that a user follows; the caller orders them (collations differ)."""
    return tx.all("SELECT at, name FROM follows WHERE user_id = :user_id", user_id=user_id)
