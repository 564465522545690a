"""Pages of listens, in key order, with everything a row shows."""

from __future__ import annotations

from typing import Any

from earstead.storage.engine import Row, Tx

COLUMNS = """
    l.listen_id, l.listened_at, l.track_id, l.played_ms, l.counted, l.hidden, l.skipped,
    t.kind, t.artist_name, t.track_name, t.release_name, t.artist_names, t.recording_mbid, t.release_mbid,
    t.artist_mbids, t.isrc, t.spotify_uri,
    m.recording_id, m.release_id, m.visibility,
    o.received_at, l.duration_ms, o.extra, s.name, c.name
"""
JOINED = """
    JOIN tracks t ON t.track_id = l.track_id
    JOIN track_map m ON m.user_id = l.user_id AND m.track_id = l.track_id
    JOIN observations o ON o.seq = l.listen_id
    JOIN sources s ON s.source_id = o.source_id
    JOIN clients c ON c.client_id = o.client_id
"""
# Each clause stands or falls alone; a page is one text per set of clauses, so the plans stay few and guarded.
CLAUSES = {
    "artist_id": (
        "l.track_id IN (SELECT track_id FROM track_artist WHERE user_id = :user_id AND artist_id = :artist_id)"
    ),
    "release_id": (
        "l.track_id IN (SELECT track_id FROM track_map WHERE user_id = :user_id AND release_id = :release_id)"
    ),
    "recording_id": (
        "l.track_id IN (SELECT track_id FROM track_map WHERE user_id = :user_id AND recording_id = :recording_id)"
    ),
    "text": (
        "l.track_id IN (SELECT track_id FROM tracks"
        " WHERE lower(track_name || ' ' || artist_name || ' ' || release_name) LIKE :text ESCAPE '\\')"
    ),
    "source": "s.name = :source",
    "skipped": "l.skipped = :skipped",
    "counted": "l.counted = :counted",
}


def page(
    tx: Tx,
    user_id: int,
    *,
    after: tuple[int, int],
    before: tuple[int, int],
    limit: int,
    oldest_first: bool,
    hidden: bool = False,
    visible_only: bool = True,
    filters: dict[str, Any],
) -> list[Row]:
    """Rows of `COLUMNS` between two places (listened_at, listen_id), both exclusive, nearest to one end.

    Args:
        visible_only: leave out tracks that are blocked.
        filters: names of `CLAUSES` with their values.
    """
    clauses = [CLAUSES[name] for name in sorted(filters)]
    if visible_only:
        clauses.append("m.visibility < 2")
    order = "" if oldest_first else "DESC"
    return tx.all(
        f"""
        SELECT {COLUMNS}
        FROM listens l
        {JOINED}
        WHERE l.user_id = :user_id
          AND (l.listened_at, l.listen_id) > (:after, :after_id)
          AND (l.listened_at, l.listen_id) < (:before, :before_id)
          AND l.hidden = :hidden
          {"".join(f"AND {clause} " for clause in clauses)}
        ORDER BY l.listened_at {order}, l.listen_id {order}
        LIMIT :limit
        """,  # noqa: S608 - constant clauses
        user_id=user_id,
        after=after[0],
        after_id=after[1],
        before=before[0],
        before_id=before[1],
        hidden=int(hidden),
        limit=limit,
        **filters,
    )


def one(tx: Tx, user_id: int, listen_id: int) -> Row | None:
    """One listen of a user by its id, or by the id of any observation it absorbed."""
    return tx.one(
        f"""
        SELECT {COLUMNS}
        FROM observations w
        JOIN listens l ON l.listen_id = w.listen_id
        {JOINED}
        WHERE w.seq = :listen_id AND w.user_id = :user_id
        """,  # noqa: S608
        user_id=user_id,
        listen_id=listen_id,
    )


def reported_at(tx: Tx, user_id: int, at: int) -> list[Row]:
    """(listen_id, artist_name, track_name, artist_names) as each source said them of the plays, not hidden ones, that
    it had begin at a second."""
    # CROSS JOIN holds the order for SQLite: a dozen sources of a person, then observations by source and time.
    return tx.all(
        """
        SELECT DISTINCT o.listen_id, t.artist_name, t.track_name, t.artist_names
        FROM user_sources u
        CROSS JOIN observations o
        JOIN listens l ON l.listen_id = o.listen_id
        JOIN tracks t ON t.track_id = o.track_id
        WHERE u.user_id = :user_id
          AND o.user_id = u.user_id
          AND o.source_id = u.source_id
          AND o.started_at = :at
          AND l.hidden = 0
        ORDER BY o.listen_id
        """,
        user_id=user_id,
        at=at,
    )


def witnesses(tx: Tx, user_id: int, seqs: list[int]) -> list[Row]:
    """What observations said, first received first: (seq, source, fingerprint, client, received_at, started_at,
    ended_at, played_ms, duration_ms, artist_name, track_name, release_name, reason, extra)."""
    return tx.all(
        """
        SELECT o.seq, s.name, o.fingerprint, c.name, o.received_at, o.started_at, o.ended_at, o.played_ms,
            o.duration_ms, t.artist_name, t.track_name, t.release_name, o.reason, o.extra
        FROM observations o
        JOIN sources s ON s.source_id = o.source_id
        JOIN clients c ON c.client_id = o.client_id
        JOIN tracks t ON t.track_id = o.track_id
        WHERE o.seq IN (:seqs*) AND o.user_id = :user_id
        ORDER BY o.seq
        """,
        user_id=user_id,
        seqs=seqs,
    )
