"""Listens by their number in a list: for protocols whose callers ask for "page 312".

A page is found in two steps: keys alone are counted off in key order (no row of a listen is built for what is
skipped), then the rows of the page are read by key.
"""

from __future__ import annotations

from earstead.storage.charts import OF_ENTITY
from earstead.storage.engine import Row, Tx
from earstead.storage.listens import counters
from earstead.storage.pages import COLUMNS, JOINED

# "> 0" is said for SQLite: an index of a part of a table serves only those who repeat its condition.
_BLOCKED = """
    SELECT track_id
    FROM track_map
    WHERE user_id = :user_id AND visibility > 0 AND visibility > 1
"""

# CROSS JOIN holds the order for SQLite, which would rather go through all of the user's listens.
_HEARD = f"{OF_ENTITY} e CROSS JOIN track_map m CROSS JOIN listens l"
_SEEN = """
    m.user_id = :user_id AND m.track_id = e.track_id AND m.visibility < 2
    AND l.user_id = :user_id AND l.track_id = m.track_id
"""


def count(tx: Tx, user_id: int, span: tuple[int, int] | None) -> int:
    """Counted listens of a span that are not blocked."""
    if span is None:
        plays = counters(tx, user_id)[0]
    else:
        row = tx.one(
            """
            SELECT count(*)
            FROM listens
            WHERE user_id = :user_id AND listened_at >= :start AND listened_at < :end AND counted = 1
            """,
            user_id=user_id,
            start=span[0],
            end=span[1],
        )
        plays = row[0] if row else 0
    return int(plays) - _blocked(tx, user_id, span or (0, 1 << 62))


def _blocked(tx: Tx, user_id: int, span: tuple[int, int]) -> int:
    row = tx.one(
        f"""
        SELECT count(*)
        FROM ({_BLOCKED}) b
        CROSS JOIN listens l
        WHERE l.user_id = :user_id AND l.track_id = b.track_id AND l.counted = 1
          AND l.listened_at >= :start AND l.listened_at < :end
        """,  # noqa: S608 - constant clauses
        user_id=user_id,
        start=span[0],
        end=span[1],
    )
    return int(row[0]) if row else 0


def keys(
    tx: Tx, user_id: int, span: tuple[int, int], *, limit: int, offset: int, oldest_first: bool = False
) -> list[int]:
    """Ids of counted listens of a span that are not blocked, after `offset` of them, in order of time."""
    order = "" if oldest_first else "DESC"
    rows = tx.all(
        f"""
        SELECT listen_id
        FROM listens
        WHERE user_id = :user_id AND listened_at >= :start AND listened_at < :end AND counted = 1
          AND track_id NOT IN ({_BLOCKED})
        ORDER BY listened_at {order}, listen_id {order}
        LIMIT :limit OFFSET :offset
        """,  # noqa: S608
        user_id=user_id,
        start=span[0],
        end=span[1],
        limit=limit,
        offset=offset,
    )
    return [row[0] for row in rows]


def keys_after(tx: Tx, user_id: int, place: tuple[int, int], *, limit: int, offset: int) -> list[tuple[int, int]]:
    """Places (listened_at, listen_id) of counted listens that are not blocked: those after `offset` of the ones after
    a place, oldest first."""
    rows = tx.all(
        f"""
        SELECT listened_at, listen_id
        FROM listens
        WHERE user_id = :user_id AND (listened_at, listen_id) > (:at, :listen_id) AND counted = 1
          AND track_id NOT IN ({_BLOCKED})
        ORDER BY listened_at, listen_id
        LIMIT :limit OFFSET :offset
        """,  # noqa: S608
        user_id=user_id,
        at=place[0],
        listen_id=place[1],
        limit=limit,
        offset=offset,
    )
    return [(row[0], row[1]) for row in rows]


def marks(tx: Tx, user_id: int, end: int, step: int) -> list[tuple[int, int]]:
    """The place of every `step`-th listen as `keys_after` counts them from the oldest, up to a time."""
    found: list[tuple[int, int]] = []
    place = (-1, -1)
    while reached := keys_after(tx, user_id, place, limit=1, offset=step - 1):
        (place,) = reached
        if place[0] >= end:
            break
        found.append(place)
    return found


def count_of(tx: Tx, user_id: int, entity_id: int, span: tuple[int, int]) -> int:
    """`count`, of one entity."""
    row = tx.one(
        f"""
        SELECT count(*)
        FROM {_HEARD}
        WHERE {_SEEN}
          AND l.listened_at >= :start AND l.listened_at < :end AND l.counted = 1
        """,  # noqa: S608
        user_id=user_id,
        entity_id=entity_id,
        start=span[0],
        end=span[1],
    )
    return int(row[0]) if row else 0


def keys_of(tx: Tx, user_id: int, entity_id: int, span: tuple[int, int], *, limit: int, offset: int) -> list[int]:
    """`keys`, of one entity, newest first."""
    rows = tx.all(
        f"""
        SELECT l.listen_id
        FROM {_HEARD}
        WHERE {_SEEN}
          AND l.listened_at >= :start AND l.listened_at < :end AND l.counted = 1
        ORDER BY l.listened_at DESC, l.listen_id DESC
        LIMIT :limit OFFSET :offset
        """,  # noqa: S608
        user_id=user_id,
        entity_id=entity_id,
        start=span[0],
        end=span[1],
        limit=limit,
        offset=offset,
    )
    return [row[0] for row in rows]


def rows(tx: Tx, user_id: int, listen_ids: list[int]) -> list[Row]:
    """Rows of `pages.COLUMNS`, newest first; at most 4,096 ids."""
    # "+" keeps SQLite from finding the user first: for fifty ids it would rather read the whole history (180 ms).
    found = tx.all(
        f"""
        SELECT {COLUMNS}
        FROM listens l
        {JOINED}
        WHERE l.listen_id IN (:listen_ids*) AND +l.user_id = :user_id
        """,  # noqa: S608
        user_id=user_id,
        listen_ids=listen_ids,
    )
    return sorted(found, key=lambda row: (row[1], row[0]), reverse=True)
