"""Events: what happened to each user, in the order in which it was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage.engine import Row, Tx


def add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store events: rows of {event_id, user_id, type, at_ms, data as JSON text}."""
    tx.many(
        """
        INSERT INTO events (event_id, user_id, type, at_ms, data)
        VALUES (:event_id, :user_id, :type, :at_ms, :data)
        """,
        rows,
    )


def since(tx: Tx, user_id: int, event_id: int, limit: int) -> list[Row]:
    """(event_id, type, at_ms, data) of a user's events behind an id, oldest first."""
    return tx.all(
        """
        SELECT event_id, type, at_ms, data
        FROM events
        WHERE user_id = :user_id AND event_id > :event_id
        ORDER BY event_id
        LIMIT :limit
        """,
        user_id=user_id,
        event_id=event_id,
        limit=limit,
    )


def before(tx: Tx, user_id: int, event_id: int, limit: int) -> list[Row]:
    """(event_id, type, at_ms, data) of a user's events below an id, latest first."""
    return tx.all(
        """
        SELECT event_id, type, at_ms, data
        FROM events
        WHERE user_id = :user_id AND event_id < :event_id
        ORDER BY event_id DESC
        LIMIT :limit
        """,
        user_id=user_id,
        event_id=event_id,
        limit=limit,
    )


def last_id(tx: Tx) -> int:
    """The latest id that was given on this server, 0 before the first."""
    row = tx.one("SELECT last_id FROM last_ids WHERE name = 'event'")
    return int(row[0]) if row else 0


def first_id(tx: Tx) -> int:
    """The oldest event that is kept, of whomever; 0 when there is none."""
    row = tx.one("SELECT coalesce(min(event_id), 0) FROM events")
    return int(row[0]) if row else 0


def prune(tx: Tx, before_ms: int, chunk: int) -> int:
    """Remove what is older than a time among the `chunk` oldest events; returns how many went."""
    return tx.run(
        """
        DELETE FROM events
        WHERE event_id IN (
            SELECT old.event_id
            FROM (SELECT event_id, at_ms FROM events WHERE event_id > 0 ORDER BY event_id LIMIT :chunk) old
            WHERE old.at_ms < :before_ms
        )
        """,
        before_ms=before_ms,
        chunk=chunk,
    )
