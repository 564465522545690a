"""Questions about what was heard. Charts group by track first and join the map after: two levels, so that the
large side of the join is tracks, not listens. Narrow windows read the key order of a span, wide ones and all time the
index by track; each has its own text, because the planner cannot choose for both.
"""

from __future__ import annotations

from earstead.core.catalog import Track
from earstead.storage.catalog import TRACK_COLUMNS, track
from earstead.storage.engine import Row, Tx

# The limit keeps SQLite from pulling the window into the grouping, where it would read all of the user's index by
# track because that comes in the order of the groups (48 ms instead of 1 for a day of 200,000 listens).
_NARROW = """
    SELECT w.track_id, count(*) AS plays, sum(w.played_ms) AS heard
    FROM (
        SELECT track_id, played_ms
        FROM listens
        WHERE user_id = :user_id AND listened_at >= :start AND listened_at < :end AND counted = 1
        LIMIT 4611686018427387904
    ) w
    GROUP BY w.track_id
"""
# Of a window that holds a good part of all listens, the index by track is read faster than groups are sorted.
_WIDE = """
    SELECT track_id, count(*) AS plays, sum(played_ms) AS heard
    FROM listens
    WHERE user_id = :user_id AND listened_at >= :start AND listened_at < :end AND counted = 1
    GROUP BY track_id
"""
WIDE = 0.3
"""From which share of the time between a user's first and last listen a window is wide."""
_ALL_TIME = """
    SELECT track_id, count(*) AS plays, sum(played_ms) AS heard
    FROM listens
    WHERE user_id = :user_id AND counted = 1
    GROUP BY track_id
"""
# By which column an entity is reached, and which kinds of track stand in its chart.
_JOINS = {
    "artist": ("a.artist_id", "m.kind = 0"),
    "show": ("a.artist_id", "m.kind > 0"),
    "release": ("m.release_id", "m.kind = 0 AND m.release_id <> 0"),
    "recording": ("m.recording_id", "m.kind = 0"),
    "episode": ("m.recording_id", "m.kind > 0"),
}


_TEXTS = {"narrow": _NARROW, "wide": _WIDE, "all": _ALL_TIME}


def _grouped(kind: str, width: str) -> str:
    column, condition = _JOINS[kind]
    joined = "a.user_id = m.user_id AND a.track_id = m.track_id AND" if column == "a.artist_id" else ""
    # CROSS JOIN holds the order for SQLite: without statistics it would read the user's whole map and look up the
    # few tracks of a window in it (29 ms instead of 1 for a month of 200,000 listens).
    return f"""
        SELECT {column} AS entity_id, CAST(sum(t.plays) AS BIGINT) AS plays, CAST(sum(t.heard) AS BIGINT) AS heard
        FROM ({_TEXTS[width]}) t
        CROSS JOIN track_map m
        {"CROSS JOIN track_artist a" if joined else ""}
        WHERE m.user_id = :user_id AND m.track_id = t.track_id AND {joined} {condition} AND m.visibility = 0
        GROUP BY {column}
    """  # noqa: S608 - built from the constants above


CHARTS = {(kind, width): _grouped(kind, width) for kind in _JOINS for width in _TEXTS}


def chart(tx: Tx, user_id: int, kind: str, span: tuple[int, int] | None) -> list[Row]:
    """(entity_id, plays, heard ms) of every entity of a kind heard in a span, in no order.

    The whole of it: ranks, totals and movement are made of it in memory, and it is small (entities, not listens).
    """
    if span is None:
        return tx.all(CHARTS[kind, "all"], user_id=user_id)
    first, last = ends(tx, user_id)
    wide = min(span[1], last) - max(span[0], first) > WIDE * (last - first)
    return tx.all(CHARTS[kind, "wide" if wide else "narrow"], user_id=user_id, start=span[0], end=span[1])


def sizes(tx: Tx, user_id: int) -> tuple[int, int, int]:
    """How many (artists, releases, recordings) stand in the all-time charts, without making the charts: what it
    costs goes with the tracks, not with the listens."""
    artists, releases, recordings = set(), {0}, set()
    # Told apart here: three `count(DISTINCT ...)` cost SQLite twice the time.
    for artist_id, release_id, recording_id in tx.each(
        """
        SELECT a.artist_id, m.release_id, m.recording_id
        FROM track_map m
        CROSS JOIN track_artist a
        WHERE m.user_id = :user_id AND m.kind = 0 AND m.visibility = 0
          AND a.user_id = m.user_id AND a.track_id = m.track_id
          AND EXISTS (
            SELECT 1 FROM listens l WHERE l.user_id = :user_id AND l.track_id = m.track_id AND l.counted = 1
          )
        """,
        user_id=user_id,
    ):
        artists.add(artist_id)
        releases.add(release_id)
        recordings.add(recording_id)
    return len(artists), len(releases) - 1, len(recordings)


def names(tx: Tx, entity_ids: list[int]) -> list[Row]:
    """(entity_id, kind, name, credit, credit_id, spellings) of entities."""
    found: list[Row] = []
    for start in range(0, len(entity_ids), 1024):
        found += tx.all(
            """
            SELECT entity_id, kind, name, credit, credit_id, spellings
            FROM entities
            WHERE entity_id IN (:ids*)
            """,
            ids=entity_ids[start : start + 1024],
        )
    return found


def tracks_of_entities(tx: Tx, user_id: int, kind: str, entity_ids: list[int]) -> list[tuple[Track, int]]:
    """(track, plays) of every track behind entities of a kind, for choosing the spelling written most often."""
    column = _JOINS[kind][0]
    artists = (
        "JOIN track_artist a ON a.user_id = m.user_id AND a.track_id = m.track_id" if column == "a.artist_id" else ""
    )
    rows = tx.all(
        f"""
        SELECT {TRACK_COLUMNS},
            (SELECT count(*) FROM listens l WHERE l.user_id = :user_id AND l.track_id = m.track_id)
        FROM track_map m
        {artists}
        JOIN tracks t ON t.track_id = m.track_id
        WHERE m.user_id = :user_id AND {column} IN (:ids*)
        """,  # noqa: S608
        user_id=user_id,
        ids=entity_ids,
    )
    return [(track(row), row[-1]) for row in rows]


def sums(tx: Tx, user_id: int, start: int, end: int) -> Row:
    """(plays, heard ms, all plays, skipped, first_at, last_at) of a span, muted tracks included."""
    row = tx.one(
        """
        SELECT
            CAST(coalesce(sum(counted), 0) AS BIGINT),
            CAST(coalesce(sum(counted * played_ms), 0) AS BIGINT),
            count(*),
            CAST(coalesce(sum(CASE WHEN skipped = 1 THEN 1 ELSE 0 END), 0) AS BIGINT),
            coalesce(min(listened_at), 0),
            coalesce(max(listened_at), 0)
        FROM listens
        WHERE user_id = :user_id AND listened_at >= :start AND listened_at < :end AND hidden = 0
        """,
        user_id=user_id,
        start=start,
        end=end,
    )
    return row or (0, 0, 0, 0, 0, 0)


def muted(tx: Tx, user_id: int, start: int, end: int) -> tuple[int, int]:
    """(plays, heard ms) of banned and blocked tracks in a span: what totals leave out."""
    row = tx.one(
        """
        SELECT count(*), CAST(coalesce(sum(l.played_ms), 0) AS BIGINT)
        FROM track_map m
        CROSS JOIN listens l
        WHERE m.user_id = :user_id AND m.visibility > 0
          AND l.user_id = m.user_id AND l.track_id = m.track_id AND l.counted = 1
          AND l.listened_at >= :start AND l.listened_at < :end
        """,
        user_id=user_id,
        start=start,
        end=end,
    )
    return (row[0], row[1]) if row else (0, 0)


def ends(tx: Tx, user_id: int) -> tuple[int, int]:
    """(oldest, latest) time of a counted listen; zeros when there is none."""
    first = tx.one(
        """
        SELECT listened_at
        FROM listens
        WHERE user_id = :user_id AND counted = 1
        ORDER BY listened_at
        LIMIT 1
        """,
        user_id=user_id,
    )
    last = tx.one(
        """
        SELECT listened_at
        FROM listens
        WHERE user_id = :user_id AND counted = 1
        ORDER BY listened_at DESC
        LIMIT 1
        """,
        user_id=user_id,
    )
    return (first[0], last[0]) if first and last else (0, 0)


def days(tx: Tx, user_id: int, start: int, end: int) -> list[Row]:
    """(day, hour, plays, heard ms) of a span, by local day and hour."""
    return tx.all(
        """
        SELECT day, hour, count(*), CAST(sum(played_ms) AS BIGINT)
        FROM listens
        WHERE user_id = :user_id AND listened_at >= :start AND listened_at < :end AND counted = 1
        GROUP BY day, hour
        """,
        user_id=user_id,
        start=start,
        end=end,
    )


OF_ENTITY = """
    (
        SELECT track_id FROM track_map WHERE user_id = :user_id AND recording_id = :entity_id
        UNION
        SELECT track_id FROM track_map WHERE user_id = :user_id AND release_id = :entity_id
        UNION
        SELECT track_id FROM track_artist WHERE user_id = :user_id AND artist_id = :entity_id
    )
"""


def times_of(tx: Tx, user_id: int, entity_id: int, start: int, end: int) -> list[Row]:
    """(listened_at, played_ms) of every counted listen of an entity in a span."""
    return tx.all(
        f"""
        SELECT l.listened_at, l.played_ms
        FROM {OF_ENTITY} e
        JOIN listens l ON l.user_id = :user_id AND l.track_id = e.track_id
        WHERE l.listened_at >= :start AND l.listened_at < :end AND l.counted = 1
        """,  # noqa: S608
        user_id=user_id,
        entity_id=entity_id,
        start=start,
        end=end,
    )


def sums_of(tx: Tx, user_id: int, entity_id: int) -> Row:
    """(plays, heard ms, all plays, skipped) of an entity over all time."""
    row = tx.one(
        f"""
        SELECT
            CAST(coalesce(sum(l.counted), 0) AS BIGINT),
            CAST(coalesce(sum(l.counted * l.played_ms), 0) AS BIGINT),
            count(*),
            CAST(coalesce(sum(CASE WHEN l.skipped = 1 THEN 1 ELSE 0 END), 0) AS BIGINT)
        FROM {OF_ENTITY} e
        JOIN listens l ON l.user_id = :user_id AND l.track_id = e.track_id
        WHERE l.hidden = 0
        """,  # noqa: S608
        user_id=user_id,
        entity_id=entity_id,
    )
    return row or (0, 0, 0, 0)


def inside(tx: Tx, user_id: int, entity_id: int, kind: str, limit: int) -> list[Row]:
    """(entity_id, plays, heard ms) of the entities of a kind that share tracks with an entity, most played first."""
    column, condition = _JOINS[kind]
    artists = (
        "JOIN track_artist a ON a.user_id = m.user_id AND a.track_id = m.track_id" if column == "a.artist_id" else ""
    )
    return tx.all(
        f"""
        SELECT {column}, count(*), CAST(sum(l.played_ms) AS BIGINT)
        FROM {OF_ENTITY} e
        JOIN track_map m ON m.user_id = :user_id AND m.track_id = e.track_id
        {artists}
        JOIN listens l ON l.user_id = :user_id AND l.track_id = e.track_id
        WHERE l.counted = 1 AND m.visibility < 2 AND {condition}
        GROUP BY {column}
        ORDER BY count(*) DESC, {column}
        LIMIT :limit
        """,  # noqa: S608
        user_id=user_id,
        entity_id=entity_id,
        limit=limit,
    )


def search(tx: Tx, user_id: int, key: str, limit: int) -> list[Row]:
    """(entity_id, kind) of what a user heard whose transliterated name holds the key, best match first."""
    return tx.all(
        """
        SELECT e.entity_id, e.kind
        FROM entities e
        WHERE e.search_key LIKE :pattern ESCAPE '\\'
          AND (
            EXISTS (SELECT 1 FROM track_map m WHERE m.user_id = :user_id AND m.recording_id = e.entity_id)
            OR EXISTS (SELECT 1 FROM track_map m WHERE m.user_id = :user_id AND m.release_id = e.entity_id)
            OR EXISTS (SELECT 1 FROM track_artist a WHERE a.user_id = :user_id AND a.artist_id = e.entity_id)
          )
        ORDER BY
            CASE WHEN e.search_key LIKE :start ESCAPE '\\' THEN 0 ELSE 1 END,
            CASE e.kind WHEN 'artist' THEN 0 WHEN 'show' THEN 1 WHEN 'release' THEN 2 ELSE 3 END,
            length(e.search_key),
            e.entity_id
        LIMIT :limit
        """,
        user_id=user_id,
        pattern=f"%{key}%",
        start=f"{key}%",
        limit=limit,
    )


def around(tx: Tx, user_id: int, times: list[int]) -> dict[int, int]:
    """artist_id -> listens within half an hour of the given times (a listen near two of them counts once)."""
    found: dict[int, set[int]] = {}
    reached = 0
    for at in times:
        start, reached = max(at - 1800, reached), at + 1800
        rows = tx.all(
            """
            SELECT a.artist_id, l.listen_id
            FROM listens l
            JOIN track_artist a ON a.user_id = l.user_id AND a.track_id = l.track_id
            WHERE l.user_id = :user_id AND l.listened_at >= :start AND l.listened_at < :end AND l.counted = 1
            LIMIT 500
            """,
            user_id=user_id,
            start=start,
            end=reached,
        )
        for artist_id, listen_id in rows:
            found.setdefault(artist_id, set()).add(listen_id)
    return {artist_id: len(ids) for artist_id, ids in found.items()}


def plays_of_tracks(tx: Tx, user_id: int, track_ids: list[int]) -> int:
    """Listens of the given tracks, short ones included."""
    plays = 0
    for start in range(0, len(track_ids), 1024):
        row = tx.one(
            """
            SELECT count(*)
            FROM listens
            WHERE user_id = :user_id AND track_id IN (:track_ids*)
            """,
            user_id=user_id,
            track_ids=track_ids[start : start + 1024],
        )
        plays += row[0] if row else 0
    return plays
