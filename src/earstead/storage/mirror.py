"""Lists of Spotify accounts as they were read: what each holds, what it held, and the pages of a read under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage.engine import Row, Tx

LIST = """
    list_id, user_id, account_id, kind, remote_id, name, owner_id, readable, own, snapshot, seen_snapshot, reads,
    read_at, unconfirmed, absent, gone_at, first_seen_at
"""
ITEM = "uri, added_at, group_key, track_name, artist_names, release_name, duration_ms, isrc"
_SETTABLE = frozenset(
    "name owner_id readable own snapshot seen_snapshot reads read_at unconfirmed absent gone_at".split()
)
_MOST_LISTS = 20_000


# --- lists --------------------------------------------------------------------------------------------------------


def add(tx: Tx, values: Mapping[str, Any]) -> int:
    """Store a list that was never read, given user_id, account_id, kind, remote_id, name, first_seen_at; its id.

    One that is there already keeps its row.
    """
    tx.run(
        """
        INSERT INTO mirror_lists (
            list_id, user_id, account_id, kind, remote_id, name, owner_id, readable, own, snapshot, seen_snapshot,
            reads, read_at, unconfirmed, absent, gone_at, first_seen_at
        )
        SELECT coalesce(max(list_id), 0) + 1, :user_id, :account_id, :kind, :remote_id, :name, '', 1, 1, '', '',
            0, 0, 0, 0, 0, :first_seen_at
        FROM mirror_lists
        WHERE true
        ON CONFLICT DO NOTHING
        """,
        **values,
    )
    row = find(tx, values["account_id"], values["kind"], values["remote_id"])
    assert row is not None, "it was there or was added"
    return int(row[0])


def find(tx: Tx, account_id: int, kind: str, remote_id: str) -> Row | None:
    """The list of an account (`LIST`) by its name there, or None."""
    return tx.one(
        f"""
        SELECT {LIST}
        FROM mirror_lists
        WHERE account_id = :account_id AND kind = :kind AND remote_id = :remote_id
        """,  # noqa: S608
        account_id=account_id,
        kind=kind,
        remote_id=remote_id,
    )


def get(tx: Tx, list_id: int) -> Row | None:
    """A list (`LIST`), or None."""
    return tx.one(
        f"""
        SELECT {LIST}
        FROM mirror_lists
        WHERE list_id = :list_id
        """,  # noqa: S608
        list_id=list_id,
    )


def of_account(tx: Tx, account_id: int) -> list[Row]:
    """The lists of an account (`LIST`), by kind and name there."""
    return tx.all(
        f"""
        SELECT {LIST}
        FROM mirror_lists
        WHERE account_id = :account_id
        ORDER BY kind, remote_id
        LIMIT :limit
        """,  # noqa: S608
        account_id=account_id,
        limit=_MOST_LISTS,
    )


def of_user(tx: Tx, user_id: int) -> list[Row]:
    """The lists of all of a user's accounts (`LIST`)."""
    return tx.all(
        f"""
        SELECT {LIST}
        FROM mirror_lists
        WHERE user_id = :user_id
        ORDER BY list_id
        LIMIT :limit
        """,  # noqa: S608
        user_id=user_id,
        limit=_MOST_LISTS,
    )


def change(tx: Tx, list_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of a list. Raises ValueError for one that may not be set."""
    if not _SETTABLE.issuperset(values):
        raise ValueError(f"not to be set: {sorted(set(values) - _SETTABLE)}")
    columns = ", ".join(f"{name} = :{name}" for name in sorted(values))
    tx.run(f"UPDATE mirror_lists SET {columns} WHERE list_id = :list_id", list_id=list_id, **values)  # noqa: S608


# --- what they hold -----------------------------------------------------------------------------------------------


def held(tx: Tx, list_id: int) -> list[Row]:
    """(uri, seen_at, missing, position) of what a list holds, in its order."""
    return tx.all(
        """
        SELECT uri, seen_at, missing, position
        FROM mirror_items
        WHERE list_id = :list_id AND removed_at = 0
        ORDER BY position
        """,
        list_id=list_id,
    )


def items(tx: Tx, list_id: int) -> list[Row]:
    """(`ITEM`, missing) of what a list holds, in its order."""
    return tx.all(
        f"""
        SELECT {ITEM}, missing
        FROM mirror_items
        WHERE list_id = :list_id AND removed_at = 0
        ORDER BY position
        """,  # noqa: S608
        list_id=list_id,
    )


def by_uris(tx: Tx, list_id: int, uris: Sequence[str]) -> list[Row]:
    """`ITEM` of what a list holds by their URIs."""
    return tx.all(
        f"""
        SELECT {ITEM}
        FROM mirror_items
        WHERE list_id = :list_id AND uri IN (:uris*) AND removed_at = 0
        """,  # noqa: S608
        list_id=list_id,
        uris=uris,
    )


def put(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store what is new: the columns of the table but removed_at and missing."""
    tx.many(
        """
        INSERT INTO mirror_items (
            list_id, uri, seen_at, removed_at, missing, position, added_at, group_key, track_name, artist_names,
            release_name, duration_ms, isrc
        )
        VALUES (
            :list_id, :uri, :seen_at, 0, 0, :position, :added_at, :group_key, :track_name, :artist_names,
            :release_name, :duration_ms, :isrc
        )
        ON CONFLICT (list_id, uri, seen_at) DO UPDATE
        SET removed_at = 0, missing = 0, position = excluded.position
        """,
        rows,
    )


def place(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write anew where things stand and how often they were missing: {list_id, uri, seen_at, position, missing}."""
    tx.many(
        """
        UPDATE mirror_items
        SET position = :position, missing = :missing
        WHERE list_id = :list_id AND uri = :uri AND seen_at = :seen_at
        """,
        rows,
    )


def remove(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down what is gone: {list_id, uri, seen_at, removed_at}."""
    tx.many(
        """
        UPDATE mirror_items
        SET removed_at = :removed_at, missing = 0
        WHERE list_id = :list_id AND uri = :uri AND seen_at = :seen_at
        """,
        rows,
    )


def changes(tx: Tx, list_id: int, since: int, limit: int) -> list[Row]:
    """(at, whether it came, uri, track_name, artist_names) of what came and went after a moment, latest first."""
    return tx.all(
        """
        SELECT seen_at, 1, uri, track_name, artist_names
        FROM mirror_items
        WHERE list_id = :list_id AND seen_at > :since
        UNION ALL
        SELECT removed_at, 0, uri, track_name, artist_names
        FROM mirror_items
        WHERE list_id = :list_id AND removed_at > :since
        ORDER BY 1 DESC, 2, 3
        LIMIT :limit
        """,
        list_id=list_id,
        since=since,
        limit=limit,
    )


def first_read(tx: Tx, list_id: int) -> int:
    """When a list was read first, 0 for never."""
    row = tx.one("SELECT coalesce(min(seen_at), 0) FROM mirror_items WHERE list_id = :list_id", list_id=list_id)
    return int(row[0]) if row else 0


# --- reads under way ----------------------------------------------------------------------------------------------


def put_page(tx: Tx, list_id: int, page: int, snapshot: str, following: str, text: str) -> None:
    """Keep a page of a read: `following` continues it, "" at the end."""
    tx.run(
        """
        INSERT INTO mirror_pages (list_id, page, snapshot, following, items)
        VALUES (:list_id, :page, :snapshot, :following, :text)
        ON CONFLICT (list_id, page) DO UPDATE
        SET snapshot = excluded.snapshot, following = excluded.following, items = excluded.items
        """,
        list_id=list_id,
        page=page,
        snapshot=snapshot,
        following=following,
        text=text,
    )


def last_page(tx: Tx, list_id: int) -> Row | None:
    """(page, snapshot, following) of the page that was read last, or None."""
    return tx.one(
        """
        SELECT page, snapshot, following
        FROM mirror_pages
        WHERE list_id = :list_id
        ORDER BY page DESC
        LIMIT 1
        """,
        list_id=list_id,
    )


def pages(tx: Tx, list_id: int) -> list[str]:
    """The pages of a read in order, as they were kept."""
    rows = tx.all("SELECT items FROM mirror_pages WHERE list_id = :list_id ORDER BY page", list_id=list_id)
    return [str(row[0]) for row in rows]


def drop_pages(tx: Tx, list_id: int) -> None:
    """Forget a read under way."""
    tx.run("DELETE FROM mirror_pages WHERE list_id = :list_id", list_id=list_id)


# --- forgetting ---------------------------------------------------------------------------------------------------


def forget_account(tx: Tx, account_id: int) -> None:
    """Remove everything that was read of an account."""
    for table in ("mirror_items", "mirror_pages"):
        tx.run(
            f"""
            DELETE FROM {table}
            WHERE list_id IN (SELECT l.list_id FROM mirror_lists l WHERE l.account_id = :account_id)
            """,  # noqa: S608
            account_id=account_id,
        )
    tx.run("DELETE FROM mirror_lists WHERE account_id = :account_id", account_id=account_id)
