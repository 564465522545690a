"""Reads everything a user has, in full and in order, for the archive. Rows stream; nothing is gathered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from earstead.storage.engine import Row, Tx


def observations(tx: Tx, user_id: int) -> Iterator[Row]:
    """Every observation in order of start.

    Columns: started_at, source, fingerprint, client, origin, ended_at, received_at, played_ms, duration_ms, traits,
    extra, kind, artist_name, track_name, release_name, artist_names, recording_mbid, release_mbid, artist_mbids,
    isrc, spotify_uri.

    One sort of the user's rows, which the database spills to disk: an index for it would cost every insert, and
    pages without one would sort again for each page. Ties are the caller's to order (collations differ).
    """
    return tx.each(
        """
        SELECT o.started_at, s.name, o.fingerprint, c.name, c.origin, o.ended_at, o.received_at, o.played_ms,
            o.duration_ms, o.traits, o.extra, t.kind, t.artist_name, t.track_name, t.release_name, t.artist_names,
            t.recording_mbid, t.release_mbid, t.artist_mbids, t.isrc, t.spotify_uri
        FROM observations o
        JOIN sources s ON s.source_id = o.source_id
        JOIN clients c ON c.client_id = o.client_id
        JOIN tracks t ON t.track_id = o.track_id
        WHERE o.user_id = :user_id
        ORDER BY o.started_at
        """,
        user_id=user_id,
    )


def decisions(tx: Tx, user_id: int) -> Iterator[Row]:
    """(kind, subject, summary, created_at, undone_at, by_user) of a user's decisions, oldest first."""
    return tx.each(
        """
        SELECT kind, subject, summary, created_at, undone_at, by_user
        FROM decisions
        WHERE user_id = :user_id
        ORDER BY decision_id
        """,
        user_id=user_id,
    )


def set_received(tx: Tx, times: Sequence[tuple[int, int]]) -> None:
    """Say when observations, given as (seq, unix seconds), were first received: they come from an archive."""
    tx.many(
        """
        UPDATE observations
        SET received_at = :received_at
        WHERE seq = :seq
        """,
        [{"seq": seq, "received_at": at} for seq, at in times],
    )
