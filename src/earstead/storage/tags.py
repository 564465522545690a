"""Tags: words that users give to artists, releases and recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from earstead.storage.engine import Row, Tx

# Whose tags may feed an answer about everybody. Users stand first and are few: SQLite then reads tags by an index.
_SEEN = "(u.visibility = 'public' OR u.user_id = :viewer_id) AND u.role <> 'erased'"


def put(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store tags, each a mapping of all columns; one that stands already, however written, stays as it is."""
    tx.many(
        """
        INSERT INTO tags (
            user_id, entity_id, tag_key, kind, name, item_name, item_credit, item_credit_id, at
        )
        VALUES (
            :user_id, :entity_id, :tag_key, :kind, :name, :item_name, :item_credit, :item_credit_id, :at
        )
        ON CONFLICT (user_id, entity_id, tag_key) DO NOTHING
        """,
        rows,
    )


def take(tx: Tx, user_id: int, entity_ids: Sequence[int], tag_key: str) -> int:
    """Remove a tag from an item, which may have several ids; returns the rows touched."""
    return tx.run(
        "DELETE FROM tags WHERE user_id = :user_id AND entity_id IN (:entity_ids*) AND tag_key = :tag_key",
        user_id=user_id,
        entity_ids=entity_ids,
        tag_key=tag_key,
    )


def of_item(tx: Tx, user_id: int, entity_ids: Sequence[int]) -> list[Row]:
    """(tag_key, name) of a user's tags on an item, which may have several ids, first given first."""
    return tx.all(
        """
        SELECT tag_key, name
        FROM tags
        WHERE user_id = :user_id
          AND entity_id IN (:entity_ids*)
        ORDER BY at, tag_key
        """,
        user_id=user_id,
        entity_ids=entity_ids,
    )


def top_of_item(tx: Tx, entity_ids: Sequence[int], viewer_id: int, *, limit: int) -> list[Row]:
    """(name, users) of the tags of an item, which may have several ids, most given first."""
    return tx.all(
        f"""
        SELECT min(t.name), count(DISTINCT t.user_id)
        FROM tags t
        JOIN users u ON u.user_id = t.user_id
        WHERE t.entity_id IN (:entity_ids*)
          AND {_SEEN}
        GROUP BY t.tag_key
        ORDER BY count(DISTINCT t.user_id) DESC, t.tag_key
        LIMIT :limit
        """,  # noqa: S608 - a constant condition
        entity_ids=entity_ids,
        viewer_id=viewer_id,
        limit=limit,
    )


def top_of_user(tx: Tx, user_id: int, *, limit: int) -> list[Row]:
    """(name, items) of a user's tags, most given first."""
    return tx.all(
        """
        SELECT min(name), count(*)
        FROM tags
        WHERE user_id = :user_id
        GROUP BY tag_key
        ORDER BY count(*) DESC, tag_key
        LIMIT :limit
        """,
        user_id=user_id,
        limit=limit,
    )


def items_of_user(
    tx: Tx, user_id: int, tag_key: str, kind: str, without: Sequence[int] = (), *, limit: int, offset: int
) -> list[Row]:
    """(entity_id, item_name, item_credit, item_credit_id) of what a user gave a tag to, some left out, latest first."""
    return tx.all(
        """
        SELECT entity_id, item_name, item_credit, item_credit_id
        FROM tags
        WHERE user_id = :user_id
          AND tag_key = :tag_key
          AND kind = :kind
          AND entity_id NOT IN (:without*)
        ORDER BY at DESC, entity_id
        LIMIT :limit OFFSET :offset
        """,
        user_id=user_id,
        tag_key=tag_key,
        kind=kind,
        without=without or [0],
        limit=limit,
        offset=offset,
    )


def tagged_of(tx: Tx, user_id: int, tag_key: str, kind: str, entity_ids: Sequence[int]) -> list[Row]:
    """(entity_id, at) of those items that a user gave a tag to."""
    return tx.all(
        """
        SELECT entity_id, at
        FROM tags
        WHERE user_id = :user_id
          AND tag_key = :tag_key
          AND kind = :kind
          AND entity_id IN (:entity_ids*)
        """,
        user_id=user_id,
        tag_key=tag_key,
        kind=kind,
        entity_ids=entity_ids,
    )


def count_items_of_user(tx: Tx, user_id: int, tag_key: str, kind: str, without: Sequence[int] = ()) -> int:
    """To how many items of a kind a user gave a tag, some left out."""
    row = tx.one(
        """
        SELECT count(*)
        FROM tags
        WHERE user_id = :user_id
          AND tag_key = :tag_key
          AND kind = :kind
          AND entity_id NOT IN (:without*)
        """,
        user_id=user_id,
        tag_key=tag_key,
        kind=kind,
        without=without or [0],
    )
    return int(row[0]) if row else 0


def count_of_user(tx: Tx, user_id: int) -> int:
    """How many tags a user gave."""
    row = tx.one("SELECT count(*) FROM tags WHERE user_id = :user_id", user_id=user_id)
    return int(row[0]) if row else 0


def usage(tx: Tx, tag_keys: Sequence[str], viewer_id: int) -> dict[str, tuple[str, int, int, int]]:
    """tag_key -> (name, taggings, users, items) of those that somebody gave."""
    rows = tx.all(
        f"""
        SELECT t.tag_key, min(t.name), count(*), count(DISTINCT t.user_id), count(DISTINCT t.entity_id)
        FROM tags t
        JOIN users u ON u.user_id = t.user_id
        WHERE t.tag_key IN (:tag_keys*)
          AND {_SEEN}
        GROUP BY t.tag_key
        """,  # noqa: S608 - a constant condition
        tag_keys=tag_keys,
        viewer_id=viewer_id,
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


def most_used(tx: Tx, viewer_id: int, *, limit: int, offset: int) -> list[Row]:
    """(name, taggings, users) of all tags, most given first."""
    return tx.all(
        f"""
        SELECT min(t.name), count(*), count(DISTINCT t.user_id)
        FROM users u
        CROSS JOIN tags t
        WHERE t.user_id = u.user_id
          AND {_SEEN}
        GROUP BY t.tag_key
        ORDER BY count(*) DESC, t.tag_key
        LIMIT :limit OFFSET :offset
        """,  # noqa: S608 - a constant condition
        viewer_id=viewer_id,
        limit=limit,
        offset=offset,
    )


def count_tags(tx: Tx, viewer_id: int) -> int:
    """How many different tags there are."""
    row = tx.one(
        f"""
        SELECT count(DISTINCT t.tag_key)
        FROM users u
        CROSS JOIN tags t
        WHERE t.user_id = u.user_id
          AND {_SEEN}
        """,  # noqa: S608 - a constant condition
        viewer_id=viewer_id,
    )
    return int(row[0]) if row else 0


def tagged(tx: Tx, tag_key: str, kind: str, viewer_id: int, *, limit: int, offset: int) -> list[Row]:
    """(entity_id, item_name, item_credit, item_credit_id) of what has a tag, given by most users first."""
    return tx.all(
        f"""
        SELECT t.entity_id, min(t.item_name), min(t.item_credit), min(t.item_credit_id)
        FROM tags t
        JOIN users u ON u.user_id = t.user_id
        WHERE t.tag_key = :tag_key
          AND t.kind = :kind
          AND {_SEEN}
        GROUP BY t.entity_id
        ORDER BY count(*) DESC, min(t.item_name), t.entity_id
        LIMIT :limit OFFSET :offset
        """,  # noqa: S608 - a constant condition
        tag_key=tag_key,
        kind=kind,
        viewer_id=viewer_id,
        limit=limit,
        offset=offset,
    )


def count_tagged(tx: Tx, tag_key: str, kind: str, viewer_id: int) -> int:
    """How many items of a kind have a tag."""
    row = tx.one(
        f"""
        SELECT count(DISTINCT t.entity_id)
        FROM tags t
        JOIN users u ON u.user_id = t.user_id
        WHERE t.tag_key = :tag_key
          AND t.kind = :kind
          AND {_SEEN}
        """,  # noqa: S608 - a constant condition
        tag_key=tag_key,
        kind=kind,
        viewer_id=viewer_id,
    )
    return int(row[0]) if row else 0


def beside(tx: Tx, tag_key: str, viewer_id: int, *, items: int, limit: int) -> list[Row]:
    """(tag_key, shared items) of the tags given to the same items, among the first `items` of them."""
    return tx.all(
        f"""
        SELECT t.tag_key, count(DISTINCT t.entity_id)
        FROM (
            SELECT DISTINCT t.entity_id AS entity_id
            FROM tags t
            JOIN users u ON u.user_id = t.user_id
            WHERE t.tag_key = :tag_key
              AND {_SEEN}
            ORDER BY t.entity_id
            LIMIT :items
        ) same
        JOIN tags t ON t.entity_id = same.entity_id
        JOIN users u ON u.user_id = t.user_id
        WHERE t.tag_key <> :tag_key
          AND {_SEEN}
        GROUP BY t.tag_key
        ORDER BY count(DISTINCT t.entity_id) DESC, t.tag_key
        LIMIT :limit
        """,  # noqa: S608 - a constant condition
        tag_key=tag_key,
        viewer_id=viewer_id,
        items=items,
        limit=limit,
    )


def everything(tx: Tx, user_id: int) -> Iterator[Row]:
    """(at, entity_id, kind, name, item_name, item_credit, item_credit_id) of a user's tags by time and item.

    Ties are the caller's to order (collations differ).
    """
    return tx.each(
        """
        SELECT at, entity_id, kind, name, item_name, item_credit, item_credit_id
        FROM tags
        WHERE user_id = :user_id
        ORDER BY at, entity_id
        """,
        user_id=user_id,
    )
