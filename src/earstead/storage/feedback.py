"""Loved and hated recordings: one word a recording and user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from earstead.core.catalog import Track, map_track
from earstead.storage import catalog
from earstead.storage.engine import Row, Tx


def put(tx: Tx, user_id: int, track: Track, *, score: int, at: int) -> bool:
    """Set the score (1 love, -1 hate) of the recording a track leads to; a later word replaces an earlier one.

    Returns False, and changes nothing, when a word as late or later stands already.
    """
    catalog.add_tracks(tx, [track])
    return bool(
        tx.run(
            """
            INSERT INTO feedback (user_id, recording_id, track_id, score, at)
            VALUES (:user_id, :recording_id, :track_id, :score, :at)
            ON CONFLICT (user_id, recording_id) DO UPDATE
            SET track_id = excluded.track_id,
                score = excluded.score,
                at = excluded.at
            WHERE feedback.at < excluded.at
            """,
            user_id=user_id,
            recording_id=recording_of(tx, user_id, track),
            track_id=track.track_id,
            score=score,
            at=at,
        )
    )


def take(tx: Tx, user_id: int, recording_ids: Sequence[int]) -> bool:
    """Remove the words on a recording, which may have several ids; False when there was none."""
    return bool(
        tx.run(
            """
            DELETE FROM feedback
            WHERE user_id = :user_id
              AND recording_id IN (:recording_ids*)
            """,
            user_id=user_id,
            recording_ids=recording_ids,
        )
    )


def recording_of(tx: Tx, user_id: int, track: Track) -> int:
    """Where the track leads for this user; for a track never heard, where its names lead."""
    row = tx.one(
        """
        SELECT recording_id
        FROM track_map
        WHERE user_id = :user_id
          AND track_id = :track_id
        """,
        user_id=user_id,
        track_id=track.track_id,
    )
    return int(row[0]) if row else map_track(track).recording.entity_id


def said(tx: Tx, user_id: int, recording_ids: Sequence[int]) -> list[Row]:
    """(recording_id, at, score) of those that have a word."""
    return tx.all(
        """
        SELECT recording_id, at, score
        FROM feedback
        WHERE user_id = :user_id
          AND recording_id IN (:recording_ids*)
        """,
        user_id=user_id,
        recording_ids=recording_ids,
    )


def count(tx: Tx, user_id: int, score: int, without: Sequence[int] = ()) -> int:
    """How many recordings have this score, some left out."""
    row = tx.one(
        """
        SELECT count(*)
        FROM feedback
        WHERE user_id = :user_id
          AND score = :score
          AND recording_id NOT IN (:without*)
        """,
        user_id=user_id,
        score=score,
        without=without or [0],
    )
    return int(row[0]) if row else 0


def mark(tx: Tx, user_id: int) -> Row:
    """Numbers that differ whenever something else is said: how many, the latest time, a sum over what is said."""
    row = tx.one(
        """
        SELECT count(*), coalesce(max(at), 0), coalesce(sum(score * (recording_id % 8191)), 0)
        FROM feedback
        WHERE user_id = :user_id
        """,
        user_id=user_id,
    )
    return row or (0, 0, 0)


def page(tx: Tx, user_id: int, score: int, without: Sequence[int] = (), *, limit: int, offset: int) -> list[Row]:
    """(recording_id, track_id, score, at) of one score, some left out, latest first."""
    return tx.all(
        """
        SELECT recording_id, track_id, score, at
        FROM feedback
        WHERE user_id = :user_id
          AND score = :score
          AND recording_id NOT IN (:without*)
        ORDER BY at DESC, recording_id DESC
        LIMIT :limit OFFSET :offset
        """,
        user_id=user_id,
        score=score,
        without=without or [0],
        limit=limit,
        offset=offset,
    )


def everything(tx: Tx, user_id: int) -> Iterator[Row]:
    """(track_id, score, at) of a user in an order that does not depend on when it was said here."""
    return tx.each(
        """
        SELECT track_id, score, at
        FROM feedback
        WHERE user_id = :user_id
        ORDER BY at, track_id
        """,
        user_id=user_id,
    )
