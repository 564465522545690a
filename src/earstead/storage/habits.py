"""Questions about how plays ended. The large side is read once, listens beside their first reports in key order;
everything else is as small as the tracks, or as the plays that more than one source told of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from earstead.core.listen import END_SHIFT
from earstead.storage.engine import Row, Tx

# What a report says of an end: 4 when the time heard was reported, plus the `End` among its traits. In a listen the
# time heard may be the length of the track, put there where nobody reported it; only the report knows.
_SAID = f"(CASE WHEN o.played_ms >= 0 THEN 4 ELSE 0 END) + (o.traits / {1 << END_SHIFT}) % 4"


def plays(tx: Tx, user_id: int) -> Iterator[Row]:
    """(listen_id, track_id, hour, played_ms, duration_ms, skipped, said) of every play that is not deleted; `said` by
    its first report (see `others`).

    In no order: asked for track by track, SQLite reads by the index of tracks, seven times as slowly."""
    # CROSS JOIN holds the order for SQLite: a listen has the id of its first report, which so is one step away.
    return tx.each(
        f"""
        SELECT l.listen_id, l.track_id, l.hour, l.played_ms, l.duration_ms, l.skipped, {_SAID}
        FROM listens l
        CROSS JOIN observations o
        WHERE l.user_id = :user_id AND l.hidden = 0 AND o.seq = l.listen_id
        """,  # noqa: S608 - constants above
        user_id=user_id,
    )


def others(tx: Tx, user_id: int, source_ids: Sequence[int]) -> list[Row]:
    """(listen_id, said) of reports of these sources that joined a play which another one had begun, where they say
    anything. By source, because that reads them in order of time; by user alone SQLite reads them in the order of
    their names, five times as slowly."""
    return tx.all(
        f"""
        SELECT o.listen_id, {_SAID}
        FROM observations o
        WHERE o.user_id = :user_id AND o.source_id IN (:source_ids*) AND o.seq <> o.listen_id
          AND (o.played_ms >= 0 OR (o.traits / {1 << END_SHIFT}) % 4 > 0)
        """,  # noqa: S608
        user_id=user_id,
        source_ids=source_ids,
    )


def count(tx: Tx, user_id: int) -> int:
    """How many plays a user has, deleted ones included."""
    row = tx.one("SELECT count(*) FROM listens WHERE user_id = :user_id", user_id=user_id)
    return int(row[0]) if row else 0


def sources(tx: Tx, user_id: int) -> list[Row]:
    """(source_id, name, reports) of what a user has reports from."""
    return tx.all(
        """
        SELECT u.source_id, s.name, u.observations
        FROM user_sources u
        JOIN sources s ON s.source_id = u.source_id
        WHERE u.user_id = :user_id AND u.observations > 0
        """,
        user_id=user_id,
    )


def contexts(tx: Tx, user_id: int, source_ids: Sequence[int]) -> Iterator[Row]:
    """(listen_id, extra as JSON text) of reports of these sources that name what was played from."""
    return tx.each(
        """
        SELECT listen_id, extra
        FROM observations
        WHERE user_id = :user_id AND source_id IN (:source_ids*) AND extra LIKE '%"context_uri"%'
        """,
        user_id=user_id,
        source_ids=source_ids,
    )


def songs(tx: Tx, user_id: int) -> list[Row]:
    """(track_id, recording_id) of all music in a user's map that is neither banned nor blocked."""
    return tx.all(
        """
        SELECT track_id, recording_id
        FROM track_map
        WHERE user_id = :user_id AND kind = 0 AND visibility = 0
        """,
        user_id=user_id,
    )


def artists(tx: Tx, user_id: int) -> list[Row]:
    """(track_id, artist_id) of everything in a user's map; a track of two artists gives two rows."""
    return tx.all("SELECT track_id, artist_id FROM track_artist WHERE user_id = :user_id", user_id=user_id)


def of_recording(tx: Tx, user_id: int, recording_id: int) -> list[Row]:
    """(listen_id, track_id, hour, played_ms, duration_ms, skipped, said) of the plays of one recording; of a play that
    several sources told of, `said` by each."""
    return tx.all(
        f"""
        SELECT l.listen_id, l.track_id, l.hour, l.played_ms, l.duration_ms, l.skipped, {_SAID}
        FROM track_map m
        CROSS JOIN tracks t
        CROSS JOIN observations o
        CROSS JOIN listens l
        WHERE m.user_id = :user_id AND m.recording_id = :recording_id AND t.track_id = m.track_id
          AND o.user_id = m.user_id AND o.match_key = t.match_key
          AND l.listen_id = o.listen_id AND l.track_id = m.track_id AND l.hidden = 0
        """,  # noqa: S608
        user_id=user_id,
        recording_id=recording_id,
    )
