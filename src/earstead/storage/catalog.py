"""Tracks, the entities they lead to, and each user's map between them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from anyascii import anyascii

from earstead.core.catalog import Entity, MapRules, Track, map_track
from earstead.core.listen import Kind
from earstead.storage.engine import Row, Tx

TRACK_COLUMNS = """
    t.track_id, t.kind, t.artist_name, t.track_name, t.release_name, t.artist_names, t.recording_mbid,
    t.release_mbid, t.artist_mbids, t.isrc, t.spotify_uri, t.match_key, t.id_key
"""


def track(row: Row) -> Track:
    """A row of `TRACK_COLUMNS` columns as a core record."""
    return Track(
        track_id=row[0],
        kind=Kind(row[1]),
        artist_name=row[2],
        track_name=row[3],
        release_name=row[4],
        artist_names=tuple(json.loads(row[5])),
        recording_mbid=row[6],
        release_mbid=row[7],
        artist_mbids=tuple(json.loads(row[8])),
        isrc=row[9],
        spotify_uri=row[10],
        match_key=row[11],
        id_key=row[12],
    )


def unmapped(tx: Tx, user_id: int, track_ids: Sequence[int]) -> set[int]:
    """Those tracks that this user's map does not know yet."""
    left = set(track_ids)
    for start in range(0, len(track_ids), 1024):
        rows = tx.all(
            """
            SELECT track_id
            FROM track_map
            WHERE user_id = :user_id AND track_id IN (:track_ids*)
            """,
            user_id=user_id,
            track_ids=track_ids[start : start + 1024],
        )
        left.difference_update(row[0] for row in rows)
    return left


def add_tracks(tx: Tx, tracks: Iterable[Track]) -> None:
    """Store tracks; those already there stay as they are (their id is a hash of all they hold)."""
    tx.many(
        """
        INSERT INTO tracks (
            track_id, kind, artist_name, track_name, release_name, artist_names, recording_mbid, release_mbid,
            artist_mbids, isrc, spotify_uri, match_key, id_key
        )
        VALUES (
            :track_id, :kind, :artist_name, :track_name, :release_name, :artist_names, :recording_mbid, :release_mbid,
            :artist_mbids, :isrc, :spotify_uri, :match_key, :id_key
        )
        ON CONFLICT (track_id) DO NOTHING
        """,
        [
            {
                "track_id": t.track_id,
                "kind": int(t.kind),
                "artist_name": t.artist_name,
                "track_name": t.track_name,
                "release_name": t.release_name,
                "artist_names": json.dumps(t.artist_names, ensure_ascii=False),
                "recording_mbid": t.recording_mbid,
                "release_mbid": t.release_mbid,
                "artist_mbids": json.dumps(t.artist_mbids),
                "isrc": t.isrc,
                "spotify_uri": t.spotify_uri,
                "match_key": t.match_key,
                "id_key": t.id_key,
            }
            for t in tracks
        ],
    )


def map_tracks(tx: Tx, user_id: int, tracks: Sequence[Track], rules: MapRules) -> None:
    """Write where tracks lead for a user, in the place of what stood there."""
    mapped = [(t, map_track(t, rules)) for t in tracks]
    tx.many(
        """
        INSERT INTO track_map (user_id, track_id, kind, recording_id, release_id, visibility)
        VALUES (:user_id, :track_id, :kind, :recording_id, :release_id, :visibility)
        ON CONFLICT (user_id, track_id) DO UPDATE
        SET recording_id = excluded.recording_id,
            release_id = excluded.release_id,
            visibility = excluded.visibility
        """,
        [
            {
                "user_id": user_id,
                "track_id": t.track_id,
                "kind": int(t.kind),
                "recording_id": m.recording.entity_id,
                "release_id": m.release.entity_id if m.release else 0,
                "visibility": m.visibility,
            }
            for t, m in mapped
        ],
    )
    for start in range(0, len(tracks), 1024):
        tx.run(
            "DELETE FROM track_artist WHERE user_id = :user_id AND track_id IN (:track_ids*)",
            user_id=user_id,
            track_ids=[t.track_id for t in tracks[start : start + 1024]],
        )
    tx.many(
        """
        INSERT INTO track_artist (user_id, track_id, position, artist_id)
        VALUES (:user_id, :track_id, :position, :artist_id)
        """,
        [
            {"user_id": user_id, "track_id": t.track_id, "position": i, "artist_id": a.entity_id}
            for t, m in mapped
            for i, a in enumerate(m.artists)
        ],
    )
    _add_entities(tx, (e for _, m in mapped for e in (m.recording, m.release, *m.artists) if e))


def _add_entities(tx: Tx, entities: Iterable[Entity]) -> None:
    """Store entities under the first words seen; count further spellings, so that readers know when to look."""
    named = {(e.entity_id, e.name, e.credit, e.credit_id): e for e in entities}
    first = {e.entity_id: e for e in reversed(named.values())}
    ids = list(first)
    for start in range(0, len(ids), 1024):
        piece = ids[start : start + 1024]
        for (entity_id,) in tx.all("SELECT entity_id FROM entities WHERE entity_id IN (:ids*)", ids=piece):
            del first[entity_id]
    tx.many(
        """
        INSERT INTO entities (entity_id, kind, name, credit, credit_id, search_key, spellings)
        VALUES (:entity_id, :kind, :name, :credit, :credit_id, :search_key, 1)
        ON CONFLICT (entity_id) DO NOTHING
        """,
        [
            {
                "entity_id": e.entity_id,
                "kind": e.kind,
                "name": e.name,
                "credit": e.credit,
                "credit_id": e.credit_id,
                "search_key": anyascii(f"{e.name} {e.credit}").lower()[:400],
            }
            for e in first.values()
        ],
    )
    tx.many(
        """
        UPDATE entities
        SET spellings = 2
        WHERE entity_id = :entity_id
          AND spellings = 1
          AND (name <> :name OR credit <> :credit OR credit_id <> :credit_id)
        """,
        [
            {"entity_id": e.entity_id, "name": e.name, "credit": e.credit, "credit_id": e.credit_id}
            for e in named.values()
        ],
    )


def tracks_of(tx: Tx, user_id: int, entity_id: int) -> list[Track]:
    """The tracks that lead to an entity for a user, whatever its kind."""
    rows = tx.all(
        f"""
        SELECT {TRACK_COLUMNS}
        FROM tracks t
        JOIN (
            SELECT track_id FROM track_map WHERE user_id = :user_id AND recording_id = :entity_id
            UNION
            SELECT track_id FROM track_map WHERE user_id = :user_id AND release_id = :entity_id
            UNION
            SELECT track_id FROM track_artist WHERE user_id = :user_id AND artist_id = :entity_id
        ) m ON m.track_id = t.track_id
        """,  # noqa: S608 - a constant list of columns
        user_id=user_id,
        entity_id=entity_id,
    )
    return [track(row) for row in rows]


def all_tracks(tx: Tx, user_id: int, after: int, limit: int) -> list[Track]:
    """The tracks of a user's map in order of id, after one, for a rebuild."""
    rows = tx.all(
        f"""
        SELECT {TRACK_COLUMNS}
        FROM track_map m
        JOIN tracks t ON t.track_id = m.track_id
        WHERE m.user_id = :user_id AND m.track_id > :after
        ORDER BY m.track_id
        LIMIT :limit
        """,  # noqa: S608
        user_id=user_id,
        after=after,
        limit=limit,
    )
    return [track(row) for row in rows]


def tracks_by_id(tx: Tx, track_ids: Sequence[int]) -> dict[int, Track]:
    """The tracks of the given ids."""
    rows = tx.all(
        f"SELECT {TRACK_COLUMNS} FROM tracks t WHERE t.track_id IN (:track_ids*)",  # noqa: S608
        track_ids=track_ids,
    )
    return {row[0]: track(row) for row in rows}


def forget_unheard(tx: Tx, user_id: int) -> None:
    """Drop tracks from a user's map that no listen points at any more."""
    for table in ("track_artist", "track_map"):
        tx.run(
            f"""
            DELETE FROM {table}
            WHERE user_id = :user_id
              AND track_id NOT IN (SELECT track_id FROM observations WHERE user_id = :user_id)
              AND track_id NOT IN (SELECT track_id FROM listens WHERE user_id = :user_id)
            """,  # noqa: S608 - our own names
            user_id=user_id,
        )
