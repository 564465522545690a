"""Questions across users. Whose rows may answer is decided above: every function takes the user ids.

Lists of users and of ids are asked in pieces of 1,024. A thing is *heard* where a counted listen of a track leads to
it and it is neither banned nor blocked.
"""

from __future__ import annotations

from collections.abc import Sequence

from earstead.storage.engine import Row, Tx

PIECE = 1024
# By which index a thing is reached (table, column), and which kinds of track lead to it.
_REACHED = {
    "artist": ("track_artist", "artist_id", "m.kind = 0"),
    "show": ("track_artist", "artist_id", "m.kind > 0"),
    "release": ("track_map", "release_id", "m.kind = 0"),
    "recording": ("track_map", "recording_id", "m.kind = 0"),
    "episode": ("track_map", "recording_id", "m.kind > 0"),
}


def _mapped(kind: str) -> str:
    """FROM and WHERE that give the rows `m` of the map behind things of a kind, reached by rows `r`.

    CROSS JOIN holds the order for SQLite, which has no statistics: from the few ids asked for to their tracks. The
    map is joined to itself, because of an index that holds all it is asked for SQLite uses both columns; of one that
    does not, it prefers to read the whole map of each user (a name took 8 ms instead of 0.1 at 180,000 listens).
    """
    table, column, condition = _REACHED[kind]
    return f"""
        FROM {table} r
        CROSS JOIN track_map m
        WHERE r.user_id IN (:user_ids*) AND r.{column} IN (:ids*)
          AND m.user_id = r.user_id AND m.track_id = r.track_id AND {condition} AND m.visibility = 0
    """


def _heard(kind: str) -> str:
    """The same with the counted listens `l` of these tracks."""
    return f"""
        {_mapped(kind).replace("CROSS JOIN track_map m", "CROSS JOIN track_map m CROSS JOIN listens l")}
          AND l.user_id = m.user_id AND l.track_id = m.track_id AND l.counted = 1
    """


_HEARD = {kind: f"SELECT 1 {_heard(kind)} LIMIT 1" for kind in _REACHED}
_PLAYS = {
    kind: f"SELECT r.user_id, r.{column}, count(*) {_heard(kind)} GROUP BY r.user_id, r.{column}"
    for kind, (_, column, _) in _REACHED.items()
}
_PARTS = {
    (whole, part): f"""
        SELECT m.user_id, m.{part}_id, count(*)
        {_heard(whole)}
          {only}
        GROUP BY m.user_id, m.{part}_id
    """
    for whole, part, only in (
        ("artist", "recording", ""),
        ("artist", "release", "AND r.position = 0 AND m.release_id <> 0"),
        ("release", "recording", ""),
        ("recording", "release", "AND m.release_id <> 0"),
    )
}


def _pieces(values: Sequence[int]) -> list[Sequence[int]]:
    return [values[start : start + PIECE] for start in range(0, len(values), PIECE)]


def circle(tx: Tx, viewer_id: int) -> list[Row]:
    """(user_id, write counter) of everybody who is public, and of one more (0: nobody more), by id."""
    return tx.all(
        """
        SELECT u.user_id, coalesce(c.version, 0)
        FROM users u
        LEFT JOIN counters c ON c.user_id = u.user_id
        WHERE u.role <> 'erased' AND (u.visibility = 'public' OR u.user_id = :viewer_id)
        ORDER BY u.user_id
        """,
        viewer_id=viewer_id,
    )


def settings(tx: Tx, user_ids: Sequence[int], name: str) -> list[Row]:
    """(user_id, JSON text) of one setting of those users who made it."""
    found: list[Row] = []
    for piece in _pieces(user_ids):
        found += tx.all(
            """
            SELECT user_id, value
            FROM user_settings
            WHERE user_id IN (:user_ids*) AND name = :name
            """,
            user_ids=piece,
            name=name,
        )
    return found


def deciders(tx: Tx, user_ids: Sequence[int]) -> list[int]:
    """Those of these users with standing decisions that merge or rename things."""
    return [
        row[0]
        for piece in _pieces(user_ids)
        for row in tx.all(
            """
            SELECT DISTINCT user_id
            FROM decisions
            WHERE user_id IN (:user_ids*) AND kind IN ('merge', 'rename') AND undone_at = 0
            """,
            user_ids=piece,
        )
    ]


def heard(tx: Tx, kind: str, user_ids: Sequence[int], ids: Sequence[int]) -> bool:
    """Whether any of these users heard any of these things."""
    return any(tx.one(_HEARD[kind], user_ids=piece, ids=ids) for piece in _pieces(user_ids))


def plays(tx: Tx, kind: str, user_ids: Sequence[int], ids: Sequence[int]) -> list[Row]:
    """(user_id, entity_id, plays) of things of a kind, without those never heard."""
    return [
        row
        for users in _pieces(user_ids)
        for piece in _pieces(ids)
        for row in tx.all(_PLAYS[kind], user_ids=users, ids=piece)
    ]


def parts(tx: Tx, whole: str, part: str, user_ids: Sequence[int], ids: Sequence[int]) -> list[Row]:
    """(user_id, entity_id, plays) of the recordings of a release or artist, of the releases of an artist (those whose
    first artist it is) or of a recording. `ids` are one thing under all its ids."""
    return [row for users in _pieces(user_ids) for row in tx.all(_PARTS[whole, part], user_ids=users, ids=ids)]


_ALBUMS = f"""
    SELECT m.recording_id, m.release_id, count(*)
    {_heard("recording")}
      AND m.release_id <> 0
    GROUP BY m.recording_id, m.release_id
"""


def albums(tx: Tx, user_ids: Sequence[int], ids: Sequence[int]) -> list[Row]:
    """(recording_id, release_id, plays) of recordings by the releases they are heard from."""
    return [
        row
        for users in _pieces(user_ids)
        for piece in _pieces(ids)
        for row in tx.all(_ALBUMS, user_ids=users, ids=piece)
    ]


# ---- words -------------------------------------------------------------------------------------------------------


_WORDS = {
    kind: f"""
        SELECT m.track_id
        {_mapped(kind)}
          AND EXISTS (
            SELECT 1 FROM listens l WHERE l.user_id = m.user_id AND l.track_id = m.track_id AND l.counted = 1
          )
        LIMIT :limit
    """  # noqa: S608 - constants above
    for kind in _REACHED
}


def words(tx: Tx, kind: str, user_ids: Sequence[int], ids: Sequence[int], limit: int) -> set[int]:
    """Tracks that lead to a thing for any of these users; about `limit` of them, which ones is open."""
    found: set[int] = set()
    for piece in _pieces(user_ids):
        if len(found) < limit:
            found.update(row[0] for row in tx.all(_WORDS[kind], user_ids=piece, ids=ids, limit=limit))
    return found


def plays_of_tracks(tx: Tx, user_ids: Sequence[int], track_ids: Sequence[int]) -> dict[int, int]:
    """track_id -> counted listens of these users together."""
    found: dict[int, int] = {}
    for users in _pieces(user_ids):
        for piece in _pieces(track_ids):
            for track_id, count in tx.all(
                """
                SELECT track_id, count(*)
                FROM listens
                WHERE user_id IN (:user_ids*) AND track_id IN (:track_ids*) AND counted = 1
                GROUP BY track_id
                """,
                user_ids=users,
                track_ids=piece,
            ):
                found[track_id] = found.get(track_id, 0) + count
    return found


def recordings_of_match(tx: Tx, user_ids: Sequence[int], match_key: int, limit: int) -> set[int]:
    """Recordings behind the first reports under a match key: same first artist and title, whatever the credit."""
    found: set[int] = set()
    for piece in _pieces(user_ids):
        rows = tx.all(
            """
            SELECT DISTINCT m.recording_id
            FROM (
                SELECT user_id, track_id
                FROM observations
                WHERE user_id IN (:user_ids*) AND match_key = :match_key
                LIMIT :limit
            ) o
            CROSS JOIN track_map m
            WHERE m.user_id = o.user_id AND m.track_id = o.track_id
            """,
            user_ids=piece,
            match_key=match_key,
            limit=limit,
        )
        found.update(row[0] for row in rows)
    return found


# The empty value is named in each text, so that the partial index of the column serves it.
_BY_MBID = {
    column: f"""
        SELECT track_id
        FROM tracks
        WHERE {column} = :mbid AND {column} <> '{empty}'
        LIMIT :limit
    """  # noqa: S608 - our own columns
    for column, empty in (("recording_mbid", ""), ("release_mbid", ""), ("artist_mbids", "[]"))
}


def tracks_of_mbid(tx: Tx, column: str, mbid: str, limit: int) -> list[int]:
    """Tracks said under an id (of `artist_mbids`: its JSON text), whoever said them."""
    return [row[0] for row in tx.all(_BY_MBID[column], mbid=mbid, limit=limit)]


_HAS = {
    kind: f"SELECT 1 FROM {table} r WHERE r.user_id IN (:user_ids*) AND r.{column} = e.entity_id"  # noqa: S608
    for kind, (table, column, _) in _REACHED.items()
}


def search(tx: Tx, kind: str, user_ids: Sequence[int], patterns: Sequence[str], start: str, limit: int) -> list[int]:
    """Things of a kind in the maps of these users whose transliterated name is like every pattern; those that begin
    like `start` first, shorter names first."""
    found: dict[int, None] = {}
    alike = "\n".join(f"AND e.search_key LIKE :like_{i} ESCAPE '\\'" for i in range(len(patterns)))
    for piece in _pieces(user_ids):
        rows = tx.all(
            f"""
            SELECT e.entity_id
            FROM entities e
            WHERE e.kind = :kind
              {alike}
              AND EXISTS ({_HAS[kind]})
            ORDER BY
                CASE WHEN e.search_key LIKE :start ESCAPE '\\' THEN 0 ELSE 1 END,
                length(e.search_key),
                e.entity_id
            LIMIT :limit
            """,  # noqa: S608 - constants above
            kind=kind,
            user_ids=piece,
            start=start,
            limit=limit,
            **{f"like_{i}": pattern for i, pattern in enumerate(patterns)},
        )
        found.update(dict.fromkeys(row[0] for row in rows))
    return list(found)


# ---- reports -----------------------------------------------------------------------------------------------------


def tracks_of_recordings(tx: Tx, user_ids: Sequence[int], ids: Sequence[int]) -> list[Row]:
    """(recording_id, release_id, user_id, track_id, match_key) of recordings in the maps of these users."""
    return [
        row
        for users in _pieces(user_ids)
        for piece in _pieces(ids)
        for row in tx.all(
            """
            SELECT m.recording_id, m.release_id, m.user_id, m.track_id, t.match_key
            FROM track_map r
            CROSS JOIN track_map m
            CROSS JOIN tracks t
            WHERE r.user_id IN (:user_ids*) AND r.recording_id IN (:ids*)
              AND m.user_id = r.user_id AND m.track_id = r.track_id AND m.visibility = 0
              AND t.track_id = m.track_id
            ORDER BY m.recording_id, m.user_id, m.track_id
            """,
            user_ids=users,
            ids=piece,
        )
    ]


def reports(tx: Tx, user_id: int, match_key: int, limit: int) -> list[Row]:
    """(track_id, duration_ms, extra as JSON text) of the latest reports under a match key."""
    return tx.all(
        """
        SELECT track_id, duration_ms, extra
        FROM observations
        WHERE user_id = :user_id AND match_key = :match_key
        ORDER BY started_at DESC
        LIMIT :limit
        """,
        user_id=user_id,
        match_key=match_key,
        limit=limit,
    )


# ---- sessions ----------------------------------------------------------------------------------------------------

_TIMES = {
    kind: f"SELECT DISTINCT l.listened_at {_heard(kind)} ORDER BY l.listened_at DESC LIMIT :limit"
    for kind in ("artist", "recording")
}


def times(tx: Tx, kind: str, user_id: int, ids: Sequence[int], limit: int) -> list[int]:
    """When a user heard a thing, latest first."""
    return [row[0] for row in tx.all(_TIMES[kind], user_ids=[user_id], ids=ids, limit=limit)]


_AROUND = {
    kind: f"""
        SELECT l.listen_id, l.listened_at, l.played_ms, {column}
        FROM listens l
        CROSS JOIN track_map m
        {"CROSS JOIN track_artist a" if column == "a.artist_id" else ""}
        WHERE l.user_id = :user_id AND l.listened_at >= :start AND l.listened_at < :end AND l.counted = 1
          AND m.user_id = l.user_id AND m.track_id = l.track_id AND m.kind = 0 AND m.visibility = 0
          {"AND a.user_id = l.user_id AND a.track_id = l.track_id" if column == "a.artist_id" else ""}
        ORDER BY l.listened_at DESC
        LIMIT :limit
    """  # noqa: S608
    for kind, column in (("artist", "a.artist_id"), ("recording", "m.recording_id"))
}


def around(tx: Tx, kind: str, user_id: int, start: int, end: int, limit: int) -> list[Row]:
    """(listen_id, listened_at, played_ms, entity_id) of what a user heard in a span, latest first; a listen of two
    artists gives two rows."""
    return tx.all(_AROUND[kind], user_id=user_id, start=start, end=end, limit=limit)
