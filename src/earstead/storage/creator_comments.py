"""Comments as an inbox: pages by what there is to do, and what became of them here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage.engine import Row, Tx

COMMENT = """
    comment_id, show_id, episode_id, comment_uri, parent_uri, text, state, author_id, author_name, author_cover,
    by_show, language, answered, pinned, liked, was_read, blocked, flagged, replies, created_ms, first_seen_at, read_at
"""
_SETTABLE = frozenset("state answered pinned was_read blocked replies".split())
# What a page shows; each begins threads of listeners, newest first. `states` are two so that one text serves all.
_WHERE: Mapping[str, tuple[str, str, int, int]] = {
    "open": ("published", "review", 0, 0),
    "answered": ("published", "published", 1, 1),
    "review": ("review", "review", 0, 1),
    "all": ("published", "review", 0, 1),
}
VIEWS = tuple(_WHERE)


def _bounds(view: str) -> dict[str, Any]:
    first, second, least, most = _WHERE[view]
    return {"states": [first, second], "least": least, "most": most}


def _of(episode_id: int) -> str:
    # A condition of its own, so that those of one episode come from its own index.
    return "episode_id = :episode_id AND" if episode_id else ""


def page(tx: Tx, user_id: int, show_id: int, view: str, offset: int, limit: int, *, episode_id: int = 0) -> list[Row]:
    """Beginnings of threads (`COMMENT`) of a view, newest first; with `episode_id` of that episode alone."""
    return tx.all(
        f"""
        SELECT {COMMENT}
        FROM creator_comments
        WHERE {_of(episode_id)} show_id = :show_id AND state IN (:states*) AND user_id = :user_id
          AND parent_uri = '' AND by_show = 0 AND answered >= :least AND answered <= :most
        ORDER BY created_ms DESC, comment_id DESC
        LIMIT :limit OFFSET :offset
        """,  # noqa: S608
        user_id=user_id,
        show_id=show_id,
        offset=offset,
        limit=limit,
        **({"episode_id": episode_id} if episode_id else {}),
        **_bounds(view),
    )


def count(tx: Tx, user_id: int, show_id: int, view: str, *, episode_id: int = 0) -> int:
    """How many a view has; with `episode_id` of that episode alone."""
    row = tx.one(
        f"""
        SELECT count(*)
        FROM creator_comments
        WHERE {_of(episode_id)} show_id = :show_id AND state IN (:states*) AND user_id = :user_id
          AND parent_uri = '' AND by_show = 0 AND answered >= :least AND answered <= :most
        """,  # noqa: S608
        user_id=user_id,
        show_id=show_id,
        **({"episode_id": episode_id} if episode_id else {}),
        **_bounds(view),
    )
    return int(row[0]) if row else 0


def replies(tx: Tx, show_id: int, parent_uris: Sequence[str]) -> list[Row]:
    """Answers (`COMMENT`) below comments, at most 4,096 of these; oldest first."""
    return tx.all(
        f"""
        SELECT {COMMENT}
        FROM creator_comments
        WHERE show_id = :show_id AND parent_uri IN (:uris*) AND state <> 'deleted'
        ORDER BY created_ms, comment_id
        LIMIT 5000
        """,  # noqa: S608
        show_id=show_id,
        uris=parent_uris,
    )


def get(tx: Tx, comment_id: int) -> Row | None:
    """A comment (`COMMENT`, user_id), or None."""
    return tx.one(
        f"SELECT {COMMENT}, user_id FROM creator_comments WHERE comment_id = :comment_id",  # noqa: S608
        comment_id=comment_id,
    )


def change(tx: Tx, comment_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of a comment. Raises ValueError for one that may not be set."""
    if not _SETTABLE.issuperset(values):
        raise ValueError(f"not to be set: {sorted(set(values) - _SETTABLE)}")
    what = ", ".join(f"{name} = :{name}" for name in sorted(values))
    tx.run(f"UPDATE creator_comments SET {what} WHERE comment_id = :comment_id", comment_id=comment_id, **values)  # noqa: S608


def pinned(tx: Tx, episode_id: int) -> list[int]:
    """Ids of the comments of an episode that are pinned."""
    rows = tx.all(
        "SELECT comment_id FROM creator_comments WHERE episode_id = :episode_id AND pinned = 1 LIMIT 100",
        episode_id=episode_id,
    )
    return [row[0] for row in rows]


def block_author(tx: Tx, show_id: int, author_id: str) -> None:
    """Mark what somebody wrote on a show as of one who is blocked."""
    for state in ("published", "review", "deleted"):
        tx.run(
            """
            UPDATE creator_comments
            SET blocked = 1
            WHERE show_id = :show_id AND state = :state AND author_id = :author_id
            """,
            show_id=show_id,
            state=state,
            author_id=author_id,
        )


def news(tx: Tx, show_id: int, after: int, limit: int) -> list[Row]:
    """Listeners' comments (`COMMENT`) of a show behind one of our ids, in order of ids."""
    return tx.all(
        f"""
        SELECT {COMMENT}
        FROM creator_comments
        WHERE comment_id > :after AND show_id = :show_id AND by_show = 0 AND state IN ('published', 'review')
        ORDER BY comment_id
        LIMIT :limit
        """,  # noqa: S608
        show_id=show_id,
        after=after,
        limit=limit,
    )
