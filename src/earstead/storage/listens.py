"""Listens in key order, and each user's counters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage.engine import Row, Tx

EVERYTHING = (0, 1 << 62)
TOUCHES = 256
"""As many of a user's last writes are known by what they touched, at least."""
COLUMNS = (
    "user_id, listened_at, listen_id, track_id, day, hour, played_ms, duration_ms, counted, hidden, skipped, withheld"
)


def insert(tx: Tx, rows: Sequence[Row]) -> None:
    """Store listens, as values of `COLUMNS`."""
    tx.insert("listens", COLUMNS, rows)


def take(tx: Tx, listen_ids: Sequence[int]) -> list[Row]:
    """Remove listens; returns what they added to the counters: (listen_id, counted, played_ms, skipped, hidden,
    listened_at)."""
    removed: list[Row] = []
    for start in range(0, len(listen_ids), 1024):
        piece = listen_ids[start : start + 1024]
        removed += tx.all(
            """
            SELECT listen_id, counted, played_ms, skipped, hidden, listened_at
            FROM listens
            WHERE listen_id IN (:listen_ids*)
            """,
            listen_ids=piece,
        )
        tx.run("DELETE FROM listens WHERE listen_id IN (:listen_ids*)", listen_ids=piece)
    return removed


def count(
    tx: Tx,
    user_id: int,
    *,
    plays: int = 0,
    listened_ms: int = 0,
    all_plays: int = 0,
    skipped: int = 0,
    touched: tuple[int, int] = EVERYTHING,
) -> None:
    """Add differences to the counters; every call raises the write counter.

    Args:
        touched: (first, last) time of the listens that changed.
    """
    row = tx.one(
        """
        INSERT INTO counters (user_id, plays, listened_ms, all_plays, skipped, version)
        VALUES (:user_id, :plays, :listened_ms, :all_plays, :skipped, 1)
        ON CONFLICT (user_id) DO UPDATE
        SET plays = counters.plays + excluded.plays,
            listened_ms = counters.listened_ms + excluded.listened_ms,
            all_plays = counters.all_plays + excluded.all_plays,
            skipped = counters.skipped + excluded.skipped,
            version = counters.version + 1
        RETURNING version
        """,
        user_id=user_id,
        plays=plays,
        listened_ms=listened_ms,
        all_plays=all_plays,
        skipped=skipped,
    )
    assert row is not None, "an upsert always returns its row"
    tx.insert("touches", "user_id, version, first_at, last_at", [(user_id, row[0], *touched)])
    if row[0] % TOUCHES == 0:
        tx.run(
            "DELETE FROM touches WHERE user_id = :user_id AND version <= :version",
            user_id=user_id,
            version=row[0] - TOUCHES,
        )


def touched(tx: Tx, user_id: int, since: int, until: int, start: int, end: int) -> bool:
    """Whether a write after `since`, up to `until` (write counters), may have changed listens in a span; half open."""
    row = tx.one(
        """
        SELECT count(*), coalesce(sum(CASE WHEN first_at < :end AND last_at >= :start THEN 1 ELSE 0 END), 0)
        FROM touches
        WHERE user_id = :user_id AND version > :since AND version <= :until
        """,
        user_id=user_id,
        since=since,
        until=until,
        start=start,
        end=end,
    )
    # Notes of long ago are gone: where one is missing, anything may have changed.
    return row is None or row[0] != until - since or row[1] > 0


def counters(tx: Tx, user_id: int) -> tuple[int, int, int, int, int]:
    """(plays, listened_ms, all_plays, skipped, version) of a user; zeros when nothing was heard yet."""
    row = tx.one(
        """
        SELECT plays, listened_ms, all_plays, skipped, version
        FROM counters
        WHERE user_id = :user_id
        """,
        user_id=user_id,
    )
    return (row[0], row[1], row[2], row[3], row[4]) if row else (0, 0, 0, 0, 0)


def zone_of(tx: Tx, user_id: int) -> str:
    """The user's time zone, an IANA name; UTC for a user that is not there."""
    row = tx.one("SELECT zone FROM users WHERE user_id = :user_id", user_id=user_id)
    return str(row[0]) if row else "UTC"


def times(tx: Tx, user_id: int, after: int, after_id: int, limit: int) -> list[Row]:
    """(listened_at, listen_id) in order of time after a position, for a change of zone."""
    return tx.all(
        """
        SELECT listened_at, listen_id
        FROM listens
        WHERE user_id = :user_id AND (listened_at, listen_id) > (:after, :after_id)
        ORDER BY listened_at, listen_id
        LIMIT :limit
        """,
        user_id=user_id,
        after=after,
        after_id=after_id,
        limit=limit,
    )


def set_days(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write days and hours anew: rows of {user_id, listened_at, listen_id, day, hour}."""
    tx.many(
        """
        UPDATE listens
        SET day = :day, hour = :hour
        WHERE user_id = :user_id AND listened_at = :listened_at AND listen_id = :listen_id
        """,
        rows,
    )


def recount(tx: Tx, user_id: int) -> None:
    """Set the counters from the listens themselves."""
    row = tx.one(
        """
        SELECT
            coalesce(sum(counted), 0),
            coalesce(sum(CASE WHEN counted = 1 THEN played_ms ELSE 0 END), 0),
            coalesce(sum(CASE WHEN hidden = 0 THEN 1 ELSE 0 END), 0),
            coalesce(sum(CASE WHEN skipped = 1 AND hidden = 0 THEN 1 ELSE 0 END), 0)
        FROM listens
        WHERE user_id = :user_id
        """,
        user_id=user_id,
    )
    held = counters(tx, user_id)
    exact = [int(value) for value in row] if row else [0, 0, 0, 0]
    count(
        tx,
        user_id,
        plays=exact[0] - held[0],
        listened_ms=exact[1] - held[1],
        all_plays=exact[2] - held[2],
        skipped=exact[3] - held[3],
    )
