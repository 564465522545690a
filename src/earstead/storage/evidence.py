"""What is known of entities from what was said about the tracks that lead to them: MusicBrainz ids, albums."""

from __future__ import annotations

import json
from collections.abc import Sequence

from earstead.core.names import credited_artists
from earstead.storage.engine import Tx

_COLUMNS = {"recording": ("m.recording_id", "t.recording_mbid"), "release": ("m.release_id", "t.release_mbid")}


def mbids(tx: Tx, user_id: int, kind: str, entity_ids: Sequence[int]) -> dict[int, str]:
    """entity_id -> MBID of recordings or releases that have one; where ids disagree, the smallest. At most 4,096."""
    entity, said = _COLUMNS[kind]
    return dict(
        tx.all(
            f"""
            SELECT {entity}, min({said})
            FROM track_map m
            JOIN tracks t ON t.track_id = m.track_id
            WHERE m.user_id = :user_id AND {entity} IN (:ids*) AND {said} <> ''
            GROUP BY {entity}
            """,  # noqa: S608 - our own names
            user_id=user_id,
            ids=entity_ids,
        )
    )


def artist_mbids(tx: Tx, user_id: int, artist_ids: Sequence[int]) -> dict[int, str]:
    """artist_id -> MBID of those that have one; where ids disagree, the smallest. At most 4,096 ids."""
    rows = tx.all(
        """
        SELECT DISTINCT a.artist_id, a.position, t.artist_name, t.artist_names, t.artist_mbids
        FROM track_artist a
        JOIN tracks t ON t.track_id = a.track_id
        WHERE a.user_id = :user_id AND a.artist_id IN (:ids*) AND t.artist_mbids <> '[]'
        """,
        user_id=user_id,
        ids=artist_ids,
    )
    found: dict[int, str] = {}
    for artist_id, position, credit, names, said in rows:
        ids = json.loads(said)
        # Ids belong to the credited artists in order. Another number of them tells nothing about who is who.
        if position < len(ids) == len(credited_artists(credit, tuple(json.loads(names)))):
            found[artist_id] = min(found.get(artist_id, ids[position]), ids[position])
    return found


def releases(tx: Tx, user_id: int, recording_ids: Sequence[int]) -> dict[int, int]:
    """recording_id -> the release that a user mostly hears it from; recordings without one are left out. At most
    4,096 ids."""
    # CROSS JOIN holds the order for SQLite, which would rather count all of the user's listens (90 ms of 200,000).
    rows = tx.all(
        """
        SELECT m.recording_id, m.release_id, count(*)
        FROM track_map m
        CROSS JOIN listens l
        WHERE m.user_id = :user_id AND m.recording_id IN (:ids*) AND m.release_id <> 0
          AND l.user_id = m.user_id AND l.track_id = m.track_id AND l.counted = 1
        GROUP BY m.recording_id, m.release_id
        ORDER BY count(*), m.release_id
        """,
        user_id=user_id,
        ids=recording_ids,
    )
    return {recording_id: release_id for recording_id, release_id, _ in rows}
