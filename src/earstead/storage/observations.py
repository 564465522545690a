"""Observations: append-only rows of what was said, and the lookups of reconciliation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from earstead.core.listen import Observation, unpack_traits
from earstead.storage.engine import Row, Tx

COLUMNS = (
    "seq, user_id, source_id, fingerprint, track_id, match_key, client_id, started_at, ended_at, received_at, "
    "played_ms, duration_ms, traits, listen_id, reason, extra"
)
_SHORT = """
    SELECT
        o.seq, s.name, o.fingerprint, o.track_id, o.match_key, t.id_key, o.started_at, o.ended_at,
        o.played_ms, o.duration_ms, o.traits, o.listen_id
    FROM observations o
    JOIN sources s ON s.source_id = o.source_id
    JOIN tracks t ON t.track_id = o.track_id
"""


def observation(row: Row) -> Observation:
    """A row of `_SHORT` columns as a core record."""
    return Observation(
        seq=row[0],
        source=row[1],
        fingerprint=row[2],
        track_id=row[3],
        match_key=row[4],
        id_key=row[5],
        started_at=row[6],
        ended_at=row[7],
        played_ms=row[8],
        duration_ms=row[9],
        **unpack_traits(row[10]),
    )


def source_id(tx: Tx, name: str) -> int:
    """The id of a source, made when new."""
    if found := find_source(tx, name):
        return found
    row = tx.one("SELECT coalesce(max(source_id), 0) + 1 FROM sources")
    new = int(row[0]) if row else 1
    tx.run("INSERT INTO sources (source_id, name) VALUES (:id, :name)", id=new, name=name)
    return new


def client_id(tx: Tx, name: str, origin: str) -> int:
    """The id of a client (program and version, and the service it played from), made when new."""
    found = tx.one(
        """
        SELECT client_id
        FROM clients
        WHERE name = :name AND origin = :origin
        """,
        name=name,
        origin=origin,
    )
    if found:
        return int(found[0])
    row = tx.one("SELECT coalesce(max(client_id), 0) + 1 FROM clients")
    new = int(row[0]) if row else 1
    tx.run(
        "INSERT INTO clients (client_id, name, origin) VALUES (:id, :name, :origin)", id=new, name=name, origin=origin
    )
    return new


def known(tx: Tx, user_id: int, source: int, places: Sequence[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """fingerprint -> (seq, listen_id) of those of the (start, fingerprint) places that are stored already."""
    wanted = {fingerprint for _, fingerprint in places}
    starts = sorted({start for start, _ in places})
    found: dict[int, tuple[int, int]] = {}
    for piece in range(0, len(starts), 1024):
        rows = tx.all(
            """
            SELECT fingerprint, seq, listen_id
            FROM observations
            WHERE user_id = :user_id AND source_id = :source AND started_at IN (:starts*)
            """,
            user_id=user_id,
            source=source,
            starts=starts[piece : piece + 1024],
        )
        found.update((row[0], (row[1], row[2])) for row in rows if row[0] in wanted)
    return found


def near(tx: Tx, user_id: int, match_keys: Sequence[int], first: int, last: int) -> list[tuple[Observation, int]]:
    """(observation, its listen) of the given names that started in `first..last`, both included."""
    found: list[tuple[Observation, int]] = []
    for start in range(0, len(match_keys), 1024):
        rows = tx.all(
            f"""
            {_SHORT}
            WHERE o.user_id = :user_id
              AND o.match_key IN (:match_keys*)
              AND o.started_at BETWEEN :first AND :last
            """,
            user_id=user_id,
            match_keys=match_keys[start : start + 1024],
            first=first,
            last=last,
        )
        found += [(observation(row), row[11]) for row in rows]
    return found


def by_keys(tx: Tx, user_id: int, keys: Iterable[str]) -> list[tuple[Observation, int]]:
    """(observation, its listen) of the given observation keys; unknown keys are left out."""
    wanted = set(keys)
    starts: dict[str, set[int]] = {}
    for key in wanted:
        source, start, _ = key.rsplit(":", 2)
        starts.setdefault(source, set()).add(int(start))
    found: list[tuple[Observation, int]] = []
    for source, times in starts.items():
        ordered = sorted(times)
        for piece in range(0, len(ordered), 1024):
            rows = tx.all(
                f"""
                {_SHORT}
                WHERE s.name = :source AND o.user_id = :user_id AND o.started_at IN (:starts*)
                """,
                user_id=user_id,
                source=source,
                starts=ordered[piece : piece + 1024],
            )
            found += [(o, row[11]) for row in rows if (o := observation(row)).key in wanted]
    return found


def by_seqs(tx: Tx, user_id: int, seqs: Sequence[int]) -> list[tuple[Observation, int]]:
    """(observation, its listen) of the given rows of this user."""
    rows = tx.all(
        f"""
        {_SHORT}
        WHERE o.seq IN (:seqs*) AND o.user_id = :user_id
        """,
        user_id=user_id,
        seqs=seqs,
    )
    return [(observation(row), row[11]) for row in rows]


def span_of(tx: Tx, user_id: int, after_seq: int, limit: int) -> list[tuple[Observation, int]]:
    """(observation, its listen) in order of receipt, for a rebuild: `limit` rows after a seq."""
    rows = tx.all(
        f"""
        {_SHORT}
        WHERE o.user_id = :user_id AND o.seq > :after
        ORDER BY o.seq
        LIMIT :limit
        """,
        user_id=user_id,
        after=after_seq,
        limit=limit,
    )
    return [(observation(row), row[11]) for row in rows]


def linked_match_keys(tx: Tx, id_keys: Sequence[int]) -> dict[int, set[int]]:
    """id_key -> the match keys under which tracks with that id are known, where there is more than one name."""
    found: dict[int, set[int]] = {}
    for start in range(0, len(id_keys), 1024):
        rows = tx.all(
            """
            SELECT DISTINCT id_key, match_key
            FROM tracks
            WHERE id_key IN (:id_keys*) AND id_key <> 0
            """,
            id_keys=id_keys[start : start + 1024],
        )
        for key, match in rows:
            found.setdefault(key, set()).add(match)
    return {key: matches for key, matches in found.items() if len(matches) > 1}


def insert(tx: Tx, rows: Sequence[Row]) -> None:
    """Append observations, as values of `COLUMNS`; the caller has made sure that they are new."""
    tx.insert("observations", COLUMNS, rows)


def assign(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Point observations at their listen: rows of {seq, listen_id, reason}."""
    tx.many(
        """
        UPDATE observations
        SET listen_id = :listen_id, reason = :reason
        WHERE seq = :seq
        """,
        rows,
    )


def sources_of(tx: Tx, user_id: int) -> dict[int, tuple[int, int, int]]:
    """source_id -> (observations, first start, last start) of a user."""
    rows = tx.all(
        """
        SELECT source_id, observations, first_at, last_at
        FROM user_sources
        WHERE user_id = :user_id
        """,
        user_id=user_id,
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def named_sources(tx: Tx, user_id: int) -> list[Row]:
    """(source, observations, first start, last start) of a user, most observations first."""
    return tx.all(
        """
        SELECT s.name, u.observations, u.first_at, u.last_at
        FROM user_sources u
        JOIN sources s ON s.source_id = u.source_id
        WHERE u.user_id = :user_id AND u.observations > 0
        ORDER BY u.observations DESC, s.name
        """,
        user_id=user_id,
    )


def note_source(tx: Tx, user_id: int, source: int, count: int, first_at: int, last_at: int) -> None:
    """Add to what a source brought a user."""
    tx.run(
        """
        INSERT INTO user_sources (user_id, source_id, observations, first_at, last_at)
        VALUES (:user_id, :source, :count, :first_at, :last_at)
        ON CONFLICT (user_id, source_id) DO UPDATE
        SET observations = user_sources.observations + excluded.observations,
            first_at = CASE WHEN excluded.first_at < user_sources.first_at
                THEN excluded.first_at ELSE user_sources.first_at END,
            last_at = CASE WHEN excluded.last_at > user_sources.last_at
                THEN excluded.last_at ELSE user_sources.last_at END
        """,
        user_id=user_id,
        source=source,
        count=count,
        first_at=first_at,
        last_at=last_at,
    )


def forget_source(tx: Tx, user_id: int, source: int) -> list[int]:
    """Remove every observation of a source; returns the listens that they belonged to."""
    rows = tx.all(
        """
        SELECT DISTINCT listen_id
        FROM observations
        WHERE user_id = :user_id AND source_id = :source
        """,
        user_id=user_id,
        source=source,
    )
    tx.run("DELETE FROM observations WHERE user_id = :user_id AND source_id = :source", user_id=user_id, source=source)
    tx.run("DELETE FROM user_sources WHERE user_id = :user_id AND source_id = :source", user_id=user_id, source=source)
    return [row[0] for row in rows]


def find_source(tx: Tx, name: str) -> int:
    """The id of a source, 0 when nobody ever brought anything from it."""
    row = tx.one("SELECT source_id FROM sources WHERE name = :name", name=name)
    return int(row[0]) if row else 0


def companions(tx: Tx, user_id: int, source: int) -> list[int]:
    """Rows of other sources that share a listen with a row of this source. Reads all of the user's observations
    (there is no index by listen): only for erasing."""
    rows = tx.all(
        """
        SELECT seq
        FROM observations
        WHERE user_id = :user_id
          AND source_id <> :source
          AND listen_id IN (
              SELECT listen_id
              FROM observations
              WHERE user_id = :user_id AND source_id = :source
          )
        """,
        user_id=user_id,
        source=source,
    )
    return [row[0] for row in rows]
