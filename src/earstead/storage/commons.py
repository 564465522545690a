"""Questions across users. Whose rows may answer is decided above: every function takes the user ids.

Lists of users and of ids are asked in pieces of 1,024. A thing is *heard* where a counted listen of a track leads to
it and it is neither banned nor blocked.
"""

from __future__ import annotations

from collections.abc import Sequence

from earstead.storage.engine import Row, Tx

PIECE = 1024
# By which column a thing is reached, and which kinds of track lead to it.
_REACHED = {
    "artist": ("a.artist_id", "m.kind = 0"),
    "show": ("a.artist_id", "m.kind > 0"),
    "release": ("m.release_id", "m.kind = 0"),
    "recording": ("m.recording_id", "m.kind = 0"),
    "episode": ("m.recording_id", "m.kind > 0"),
}


def _reach(kind: str) -> str:
    """FROM and WHERE that give the rows `m` of the map (and `a` of its artists) behind things of a kind."""
    column, condition = _REACHED[kind]
    # CROSS JOIN holds the order for SQLite, which has no statistics: from the few ids asked for to their listens.
    if column == "a.artist_id":
        return f"""
            FROM track_artist a
            CROSS JOIN track_map m
            CROSS JOIN listens l
            WHERE a.user_id IN (:user_ids*) AND a.artist_id IN (:ids*)
              AND m.user_id = a.user_id AND m.track_id = a.track_id AND {condition} AND m.visibility = 0
              AND l.user_id = m.user_id AND l.track_id = m.track_id AND l.counted = 1
        """
    return f"""
        FROM track_map m
        CROSS JOIN listens l
        WHERE m.user_id IN (:user_ids*) AND {column} IN (:ids*) AND {condition} AND m.visibility = 0
          AND l.user_id = m.user_id AND l.track_id = m.track_id AND l.counted = 1
    """


_HEARD = {kind: f"SELECT 1 {_reach(kind)} LIMIT 1" for kind in _REACHED}
_PLAYS = {
    kind: f"SELECT m.user_id, {column}, count(*) {_reach(kind)} GROUP BY m.user_id, {column}"
    for kind, (column, _) in _REACHED.items()
}
_PARTS = {
    (whole, part): f"""
        SELECT m.user_id, m.{part}_id, count(*)
        {_reach(whole)}
          {"AND a.position = 0 AND m.release_id <> 0" if (whole, part) == ("artist", "release") else ""}
        GROUP BY m.user_id, m.{part}_id
    """
    for whole, part in (("artist", "release"), ("artist", "recording"), ("release", "recording"))
} | {
    ("recording", "release"): f"""
        SELECT m.user_id, m.release_id, count(*)
        {_reach("recording")}
          AND m.release_id <> 0
        GROUP BY m.user_id, m.release_id
    """
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


# ---- words -------------------------------------------------------------------------------------------------------


def _words(kind: str) -> str:
    column, condition = _REACHED[kind]
    there = "EXISTS (SELECT 1 FROM listens l WHERE l.user_id = m.user_id AND l.track_id = m.track_id AND l.counted = 1)"
    if column == "a.artist_id":
        return f"""
            SELECT m.track_id
            FROM track_artist a
            CROSS JOIN track_map m
            WHERE a.user_id IN (:user_ids*) AND a.artist_id IN (:ids*)
              AND m.user_id = a.user_id AND m.track_id = a.track_id AND {condition} AND m.visibility = 0 AND {there}
            LIMIT :limit
        """  # noqa: S608 - constants above
    return f"""
        SELECT m.track_id
        FROM track_map m
        WHERE m.user_id IN (:user_ids*) AND {column} IN (:ids*) AND {condition} AND m.visibility = 0 AND {there}
        LIMIT :limit
    """  # noqa: S608


_WORDS = {kind: _words(kind) for kind in _REACHED}


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
    kind: (
        "SELECT 1 FROM track_artist a WHERE a.user_id IN (:user_ids*) AND a.artist_id = e.entity_id"
        if column == "a.artist_id"
        else f"SELECT 1 FROM track_map m WHERE m.user_id IN (:user_ids*) AND {column} = e.entity_id"  # noqa: S608
    )
    for kind, (column, _) in _REACHED.items()
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
            FROM track_map m
            CROSS JOIN tracks t
            WHERE m.user_id IN (:user_ids*) AND m.recording_id IN (:ids*) AND m.visibility = 0
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
    kind: f"SELECT DISTINCT l.listened_at {_reach(kind)} ORDER BY l.listened_at DESC LIMIT :limit"
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
