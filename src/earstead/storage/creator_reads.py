"""How far a creator's accounts were read: syncs, the days read of each piece, and the answers word for word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage import ids
from earstead.storage.engine import Row, Tx

SYNC = """
    sync_id, account_id, user_id, state, reason, started_at, ended_at, done, planned, requests, changed, doing, notes,
    error, mend
"""
_SYNC_COLUMNS = frozenset("state started_at ended_at done planned requests changed doing notes error mend".split())
_ENDED_AT = 6
_MOST_READS = 1_000_000


# --- syncs --------------------------------------------------------------------------------------------------------


def add_sync(tx: Tx, account_id: int, user_id: int, reason: str, now: int) -> int:
    """Begin a sync that waits; its id."""
    sync_id = ids.take(tx, "creator_sync")
    tx.run(
        """
        INSERT INTO creator_syncs (
            sync_id, account_id, user_id, state, reason, started_at, ended_at, done, planned, requests, changed,
            doing, notes, error, mend
        )
        VALUES (:sync_id, :account_id, :user_id, 'waiting', :reason, :now, 0, 0, 0, 0, 0, '', '[]', '', '')
        """,
        sync_id=sync_id,
        account_id=account_id,
        user_id=user_id,
        reason=reason,
        now=now,
    )
    return sync_id


def change_sync(tx: Tx, sync_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of a sync. Raises ValueError for one that may not be set."""
    if not _SYNC_COLUMNS.issuperset(values):
        raise ValueError(f"not to be set: {sorted(set(values) - _SYNC_COLUMNS)}")
    columns = ", ".join(f"{name} = :{name}" for name in sorted(values))
    tx.run(f"UPDATE creator_syncs SET {columns} WHERE sync_id = :sync_id", sync_id=sync_id, **values)  # noqa: S608


def tell_sync(tx: Tx, sync_id: int, values: Mapping[str, Any]) -> bool:
    """`change_sync` for one that did not end; False when it did."""
    row = sync(tx, sync_id)
    if row is None or row[_ENDED_AT]:
        return False
    change_sync(tx, sync_id, values)
    return True


def sync(tx: Tx, sync_id: int) -> Row | None:
    """A sync (`SYNC`), or None."""
    return tx.one(f"SELECT {SYNC} FROM creator_syncs WHERE sync_id = :sync_id", sync_id=sync_id)  # noqa: S608


def syncs_of(tx: Tx, account_id: int, limit: int) -> list[Row]:
    """The syncs of an account (`SYNC`), latest first."""
    return tx.all(
        f"""
        SELECT {SYNC}
        FROM creator_syncs
        WHERE account_id = :account_id
        ORDER BY sync_id DESC
        LIMIT :limit
        """,  # noqa: S608
        account_id=account_id,
        limit=limit,
    )


def trim_syncs(tx: Tx, account_id: int, kept: int) -> None:
    """Forget all syncs of an account but the latest."""
    tx.run(
        """
        DELETE FROM creator_syncs
        WHERE account_id = :account_id AND sync_id < (
            SELECT min(s.sync_id)
            FROM (
                SELECT l.sync_id
                FROM creator_syncs l
                WHERE l.account_id = :account_id
                ORDER BY l.sync_id DESC
                LIMIT :kept
            ) s
        )
        """,
        account_id=account_id,
        kept=kept,
    )


# --- days that were read ------------------------------------------------------------------------------------------


def reads_of(tx: Tx, show_id: int) -> list[Row]:
    """(episode_id, name, from_day, to_day, read_at, refused) of a show and its episodes."""
    return tx.all(
        """
        SELECT episode_id, name, from_day, to_day, read_at, refused
        FROM creator_reads
        WHERE show_id = :show_id
        LIMIT :limit
        """,
        show_id=show_id,
        limit=_MOST_READS,
    )


def put_read(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write down how far a piece was read: all columns of the table."""
    tx.run(
        """
        INSERT INTO creator_reads (show_id, episode_id, name, from_day, to_day, read_at, refused)
        VALUES (:show_id, :episode_id, :name, :from_day, :to_day, :read_at, :refused)
        ON CONFLICT (show_id, episode_id, name) DO UPDATE
        SET from_day = excluded.from_day, to_day = excluded.to_day, read_at = excluded.read_at,
            refused = excluded.refused
        """,
        **values,
    )


# --- answers ------------------------------------------------------------------------------------------------------


def last_answer(tx: Tx, question: Mapping[str, Any]) -> Row | None:
    """(answer_id, digest) of the last answer to {account_id, show_id, episode_id, operation, asked}, or None."""
    return tx.one(
        """
        SELECT answer_id, digest
        FROM creator_answers
        WHERE account_id = :account_id AND show_id = :show_id AND episode_id = :episode_id
          AND operation = :operation AND asked = :asked
        ORDER BY answer_id DESC
        LIMIT 1
        """,
        **question,
    )


def seen_again(tx: Tx, answer_id: int, now: int) -> None:
    """The same answer came again."""
    tx.run("UPDATE creator_answers SET seen_at = :now WHERE answer_id = :answer_id", answer_id=answer_id, now=now)


def add_answer(tx: Tx, question: Mapping[str, Any], values: Mapping[str, Any], now: int) -> int:
    """Keep an answer: `values` holds digest, status, size and body. Returns its id."""
    answer_id = ids.take(tx, "creator_answer")
    tx.run(
        """
        INSERT INTO creator_answers (
            answer_id, account_id, show_id, episode_id, operation, asked, digest, status, size, body, fetched_at,
            seen_at
        )
        VALUES (
            :answer_id, :account_id, :show_id, :episode_id, :operation, :asked, :digest, :status, :size, :body, :now,
            :now
        )
        """,
        answer_id=answer_id,
        now=now,
        **question,
        **values,
    )
    return answer_id


def answers_after(tx: Tx, account_id: int, show_id: int, last: int, limit: int) -> list[Row]:
    """(answer_id, episode_id, operation, asked, status, body, fetched_at) of a show after an id."""
    return tx.all(
        """
        SELECT answer_id, episode_id, operation, asked, status, body, fetched_at
        FROM creator_answers
        WHERE account_id = :account_id AND show_id = :show_id AND answer_id > :last
        ORDER BY answer_id
        LIMIT :limit
        """,
        account_id=account_id,
        show_id=show_id,
        last=last,
        limit=limit,
    )


def prune_answers(tx: Tx, account_id: int, before: int, limit: int) -> int:
    """Remove answers last seen before a moment to which there is a later one; how many."""
    rows = tx.all(
        """
        SELECT a.answer_id
        FROM creator_answers a
        WHERE a.account_id = :account_id AND a.seen_at < :before AND EXISTS (
            SELECT 1
            FROM creator_answers l
            WHERE l.account_id = a.account_id AND l.show_id = a.show_id AND l.episode_id = a.episode_id
              AND l.operation = a.operation AND l.asked = a.asked AND l.answer_id > a.answer_id
        )
        LIMIT :limit
        """,
        account_id=account_id,
        before=before,
        limit=limit,
    )
    if rows:
        remove_answers(tx, [row[0] for row in rows])
    return len(rows)


def remove_answers(tx: Tx, answer_ids: Sequence[int]) -> None:
    """Remove answers, at most 4,096."""
    tx.run("DELETE FROM creator_answers WHERE answer_id IN (:answer_ids*)", answer_ids=answer_ids)
