"""Play links: where recordings can be played, by a user's own word and by what sources said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from earstead.storage.engine import Row, Tx


def put(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store links, each a mapping of all columns; a word as late or later takes the place of the one before."""
    tx.many(
        """
        INSERT INTO playlinks (
            user_id, recording_id, service, target, item_name, item_credit, at
        )
        VALUES (
            :user_id, :recording_id, :service, :target, :item_name, :item_credit, :at
        )
        ON CONFLICT (user_id, recording_id, service) DO UPDATE
        SET target = excluded.target,
            item_name = excluded.item_name,
            item_credit = excluded.item_credit,
            at = excluded.at
        WHERE playlinks.at <= excluded.at
        """,
        rows,
    )


def take(tx: Tx, user_id: int, recording_id: int, service: str) -> int:
    """Remove a link; returns the rows touched."""
    return tx.run(
        """
        DELETE FROM playlinks
        WHERE user_id = :user_id
          AND recording_id = :recording_id
          AND service = :service
        """,
        user_id=user_id,
        recording_id=recording_id,
        service=service,
    )


def of(tx: Tx, user_id: int, recording_ids: Sequence[int]) -> list[Row]:
    """(recording_id, service, target) as a user said; at most 4,096 ids."""
    return tx.all(
        """
        SELECT recording_id, service, target
        FROM playlinks
        WHERE user_id = :user_id
          AND recording_id IN (:recording_ids*)
        """,
        user_id=user_id,
        recording_ids=recording_ids,
    )


def observed(tx: Tx, user_id: int, recording_ids: Sequence[int]) -> list[Row]:
    """(recording_id, Spotify URI) as sources said, the smallest where they disagree; at most 4,096 ids."""
    return tx.all(
        """
        SELECT m.recording_id, min(t.spotify_uri)
        FROM track_map m
        JOIN tracks t ON t.track_id = m.track_id
        WHERE m.user_id = :user_id
          AND m.recording_id IN (:recording_ids*)
          AND t.spotify_uri <> ''
        GROUP BY m.recording_id
        """,
        user_id=user_id,
        recording_ids=recording_ids,
    )


def count(tx: Tx, user_id: int) -> int:
    """How many links a user gave."""
    row = tx.one("SELECT count(*) FROM playlinks WHERE user_id = :user_id", user_id=user_id)
    return int(row[0]) if row else 0


def mark(tx: Tx, user_id: int) -> Row:
    """Numbers that differ whenever the links are others: how many, the latest time, a sum over the recordings."""
    row = tx.one(
        """
        SELECT count(*), coalesce(max(at), 0), coalesce(sum(recording_id % 8191), 0)
        FROM playlinks
        WHERE user_id = :user_id
        """,
        user_id=user_id,
    )
    return row or (0, 0, 0)


def everything(tx: Tx, user_id: int) -> Iterator[Row]:
    """(at, recording_id, service, target, item_name, item_credit) of a user's links by time and recording.

    Ties are the caller's to order (collations differ).
    """
    return tx.each(
        """
        SELECT at, recording_id, service, target, item_name, item_credit
        FROM playlinks
        WHERE user_id = :user_id
        ORDER BY at, recording_id
        """,
        user_id=user_id,
    )
