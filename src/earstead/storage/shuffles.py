"""Shuffles: their order, the items they name, and the log of what was done to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage.engine import Row, Tx

SHUFFLE = """
    shuffle_id, user_id, account_id, name, source, list_id, rules, state, dealt, round_at, playlist_id, snapshot,
    mirrored, doubt, doubt_at, removed_day, removed, error, created_at
"""
ITEM = """
    item_id, uri, match_key, group_key, track_name, artist_name, release_name, duration_ms, dealt_at, plays, heard_at
"""
ENTRY = "log_id, at, day, kind, item_id, round, place, listen_id, detail, undone_at"
_SETTABLE = frozenset(
    """
    account_id name source list_id rules state dealt round_at playlist_id snapshot mirrored doubt doubt_at removed_day
    removed error
    """.split()
)
_MOST = 200


# --- shuffles -----------------------------------------------------------------------------------------------------


def add(tx: Tx, values: Mapping[str, Any]) -> int:
    """Store a shuffle without a playlist: user_id, account_id, name, source, list_id, rules, dealt, now; its id."""
    row = tx.one("SELECT coalesce(max(shuffle_id), 0) + 1 FROM shuffles")
    shuffle_id = int(row[0]) if row else 1
    tx.run(
        """
        INSERT INTO shuffles (
            shuffle_id, user_id, account_id, name, source, list_id, rules, state, dealt, round_at, playlist_id,
            snapshot, mirrored, doubt, doubt_at, removed_day, removed, error, created_at
        )
        VALUES (
            :shuffle_id, :user_id, :account_id, :name, :source, :list_id, :rules, 'on', :dealt, :now, '',
            '', '[]', '', 0, '', 0, '', :now
        )
        """,
        shuffle_id=shuffle_id,
        **values,
    )
    return shuffle_id


def get(tx: Tx, shuffle_id: int) -> Row | None:
    """A shuffle (`SHUFFLE`), or None."""
    return tx.one(
        f"""
        SELECT {SHUFFLE}
        FROM shuffles
        WHERE shuffle_id = :shuffle_id
        """,  # noqa: S608
        shuffle_id=shuffle_id,
    )


def of_user(tx: Tx, user_id: int) -> list[Row]:
    """A user's shuffles (`SHUFFLE`), oldest first."""
    return tx.all(
        f"""
        SELECT {SHUFFLE}
        FROM shuffles
        WHERE user_id = :user_id
        ORDER BY shuffle_id
        LIMIT :limit
        """,  # noqa: S608
        user_id=user_id,
        limit=_MOST,
    )


def running(tx: Tx, after: int, limit: int) -> list[Row]:
    """(shuffle_id, user_id, account_id, list_id) of everybody's shuffles that are on, behind an id."""
    return tx.all(
        """
        SELECT shuffle_id, user_id, account_id, list_id
        FROM shuffles
        WHERE state = 'on' AND shuffle_id > :after
        ORDER BY shuffle_id
        LIMIT :limit
        """,
        after=after,
        limit=limit,
    )


def hearing(tx: Tx, user_id: int) -> list[Row]:
    """(shuffle_id, round_at) of a user's shuffles; paused ones hear as well."""
    return tx.all(
        """
        SELECT shuffle_id, round_at
        FROM shuffles
        WHERE user_id = :user_id
        ORDER BY shuffle_id
        LIMIT :limit
        """,
        user_id=user_id,
        limit=_MOST,
    )


def change(tx: Tx, shuffle_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of a shuffle. Raises ValueError for one that may not be set."""
    if not _SETTABLE.issuperset(values):
        raise ValueError(f"not to be set: {sorted(set(values) - _SETTABLE)}")
    columns = ", ".join(f"{name} = :{name}" for name in sorted(values))
    tx.run(f"UPDATE shuffles SET {columns} WHERE shuffle_id = :shuffle_id", shuffle_id=shuffle_id, **values)  # noqa: S608


def remove(tx: Tx, shuffle_id: int) -> None:
    """Remove a shuffle with all that belongs to it."""
    tx.run("DELETE FROM shuffle_log WHERE shuffle_id = :shuffle_id", shuffle_id=shuffle_id)
    tx.run("DELETE FROM shuffle_items WHERE shuffle_id = :shuffle_id", shuffle_id=shuffle_id)
    tx.run("DELETE FROM shuffles WHERE shuffle_id = :shuffle_id", shuffle_id=shuffle_id)


# --- items --------------------------------------------------------------------------------------------------------


def all_items(tx: Tx, shuffle_id: int) -> list[Row]:
    """Every item of a shuffle (`ITEM`)."""
    return tx.all(
        f"""
        SELECT {ITEM}
        FROM shuffle_items
        WHERE shuffle_id = :shuffle_id
        ORDER BY item_id
        """,  # noqa: S608
        shuffle_id=shuffle_id,
    )


def items(tx: Tx, shuffle_id: int, item_ids: Sequence[int]) -> list[Row]:
    """Items (`ITEM`) by their ids, at most 4,096."""
    return tx.all(
        f"""
        SELECT {ITEM}
        FROM shuffle_items
        WHERE shuffle_id = :shuffle_id AND item_id IN (:item_ids*)
        """,  # noqa: S608
        shuffle_id=shuffle_id,
        item_ids=item_ids,
    )


def played(tx: Tx, shuffle_id: int, uri: str, match_keys: Sequence[int]) -> list[int]:
    """Ids of the items that a play may be of: those with its URI first, then those of one of its names."""
    rows = tx.all(
        """
        SELECT 0, item_id
        FROM shuffle_items
        WHERE shuffle_id = :shuffle_id AND uri = :uri AND uri <> ''
        UNION
        SELECT 1, item_id
        FROM shuffle_items
        WHERE shuffle_id = :shuffle_id AND match_key IN (:match_keys*)
        ORDER BY 1, 2
        """,
        shuffle_id=shuffle_id,
        uri=uri,
        match_keys=match_keys,
    )
    return list(dict.fromkeys(int(row[1]) for row in rows))


def add_items(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store items: every column."""
    tx.many(
        """
        INSERT INTO shuffle_items (
            shuffle_id, item_id, uri, match_key, group_key, track_name, artist_name, release_name, duration_ms,
            dealt_at, plays, heard_at
        )
        VALUES (
            :shuffle_id, :item_id, :uri, :match_key, :group_key, :track_name, :artist_name, :release_name, :duration_ms,
            :dealt_at, :plays, :heard_at
        )
        """,
        rows,
    )


def name_item(tx: Tx, shuffle_id: int, item_id: int, uri: str) -> None:
    """Write down the URI of an item that had none."""
    tx.run(
        "UPDATE shuffle_items SET uri = :uri WHERE shuffle_id = :shuffle_id AND item_id = :item_id",
        shuffle_id=shuffle_id,
        item_id=item_id,
        uri=uri,
    )


def deal(tx: Tx, shuffle_id: int, item_ids: Sequence[int], at: int) -> None:
    """Write down that items wait since now: plays of before do not count."""
    for start in range(0, len(item_ids), 1024):
        tx.run(
            """
            UPDATE shuffle_items
            SET dealt_at = :at
            WHERE shuffle_id = :shuffle_id AND item_id IN (:item_ids*)
            """,
            shuffle_id=shuffle_id,
            item_ids=item_ids[start : start + 1024],
            at=at,
        )


def heard(tx: Tx, shuffle_id: int, item_id: int, at: int, plays: int) -> None:
    """Write down a play, or with -1 that it is taken back."""
    tx.run(
        """
        UPDATE shuffle_items
        SET plays = plays + :plays, heard_at = CASE WHEN :plays > 0 AND heard_at < :at THEN :at ELSE heard_at END
        WHERE shuffle_id = :shuffle_id AND item_id = :item_id
        """,
        shuffle_id=shuffle_id,
        item_id=item_id,
        at=at,
        plays=plays,
    )


def heard_last(tx: Tx, user_id: int, match_keys: Sequence[int]) -> dict[int, int]:
    """match key -> when a user heard that name last, for those that were heard; at most 4,096."""
    rows = tx.all(
        """
        SELECT match_key, max(started_at)
        FROM observations
        WHERE user_id = :user_id AND match_key IN (:match_keys*)
        GROUP BY match_key
        """,
        user_id=user_id,
        match_keys=match_keys,
    )
    return {int(row[0]): int(row[1]) for row in rows}


# --- the log ------------------------------------------------------------------------------------------------------


def note(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add entries to the log of one shuffle: every column but log_id and undone_at."""
    if not rows:
        return
    last = tx.one(
        "SELECT coalesce(max(log_id), 0) FROM shuffle_log WHERE shuffle_id = :shuffle_id",
        shuffle_id=rows[0]["shuffle_id"],
    )
    first = (int(last[0]) if last else 0) + 1
    tx.many(
        """
        INSERT INTO shuffle_log (
            shuffle_id, log_id, at, day, kind, item_id, round, place, listen_id, detail, undone_at
        )
        VALUES (:shuffle_id, :log_id, :at, :day, :kind, :item_id, :round, :place, :listen_id, :detail, 0)
        """,
        [{**row, "log_id": first + n} for n, row in enumerate(rows)],
    )


def noted(tx: Tx, shuffle_id: int, listen_id: int) -> bool:
    """Whether a listen was dealt with, undone or not: it never counts twice."""
    row = tx.one(
        """
        SELECT 1
        FROM shuffle_log
        WHERE shuffle_id = :shuffle_id AND listen_id = :listen_id AND listen_id <> 0
        """,
        shuffle_id=shuffle_id,
        listen_id=listen_id,
    )
    return row is not None


def day(tx: Tx, shuffle_id: int, name: str) -> list[Row]:
    """What stands in the log of a day and was not undone (`ENTRY`), latest first."""
    return tx.all(
        f"""
        SELECT {ENTRY}
        FROM shuffle_log
        WHERE shuffle_id = :shuffle_id AND day = :name AND undone_at = 0
        ORDER BY log_id DESC
        """,  # noqa: S608
        shuffle_id=shuffle_id,
        name=name,
    )


def count_of_day(tx: Tx, shuffle_id: int, name: str, kind: str) -> int:
    """How many entries of a kind stand in the log of a day, those undone included."""
    row = tx.one(
        """
        SELECT count(*)
        FROM shuffle_log
        WHERE shuffle_id = :shuffle_id AND day = :name AND kind = :kind
        """,
        shuffle_id=shuffle_id,
        name=name,
        kind=kind,
    )
    return int(row[0]) if row else 0


def log(tx: Tx, shuffle_id: int, before: int, limit: int) -> list[Row]:
    """The log (`ENTRY`) below an id, latest first."""
    return tx.all(
        f"""
        SELECT {ENTRY}
        FROM shuffle_log
        WHERE shuffle_id = :shuffle_id AND log_id < :before
        ORDER BY log_id DESC
        LIMIT :limit
        """,  # noqa: S608
        shuffle_id=shuffle_id,
        before=before,
        limit=limit,
    )


def undone(tx: Tx, shuffle_id: int, log_ids: Sequence[int], at: int) -> None:
    """Mark entries as taken back."""
    tx.many(
        """
        UPDATE shuffle_log
        SET undone_at = :at
        WHERE shuffle_id = :shuffle_id AND log_id = :log_id
        """,
        [{"shuffle_id": shuffle_id, "log_id": log_id, "at": at} for log_id in log_ids],
    )
