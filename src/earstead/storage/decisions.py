"""Decisions: rows, never mutations."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage.engine import Row, Tx


def standing(tx: Tx, user_id: int) -> list[tuple[str, dict[str, Any]]]:
    """(kind, subject) of every decision that stands for a user, the server's (user 0) first, oldest first."""
    rows = tx.all(
        """
        SELECT kind, subject
        FROM decisions
        WHERE user_id IN (0, :user_id) AND undone_at = 0
        ORDER BY user_id, decision_id
        """,
        user_id=user_id,
    )
    return [(row[0], json.loads(row[1])) for row in rows]


def add(tx: Tx, user_id: int, kind: str, subject: Mapping[str, Any], summary: str, at: int, by_user: str) -> int:
    """Store a decision; returns its id."""
    row = tx.one("SELECT coalesce(max(decision_id), 0) + 1 FROM decisions")
    decision_id = int(row[0]) if row else 1
    tx.run(
        """
        INSERT INTO decisions (decision_id, user_id, kind, subject, summary, created_at, undone_at, by_user)
        VALUES (:decision_id, :user_id, :kind, :subject, :summary, :at, 0, :by_user)
        """,
        decision_id=decision_id,
        user_id=user_id,
        kind=kind,
        subject=json.dumps(subject, ensure_ascii=False, sort_keys=True),
        summary=summary,
        at=at,
        by_user=by_user,
    )
    name_keys(tx, user_id, decision_id, subject)
    return decision_id


def name_keys(tx: Tx, user_id: int, decision_id: int, subject: Mapping[str, Any]) -> None:
    """Remember which observations a decision names."""
    keys = {*subject.get("keys", ()), *([subject["key"]] if "key" in subject else [])}
    tx.many(
        """
        INSERT INTO decision_keys (user_id, observation_key, decision_id)
        VALUES (:user_id, :key, :decision_id)
        """,
        [{"user_id": user_id, "key": key, "decision_id": decision_id} for key in sorted(keys)],
    )


def set_undone(tx: Tx, user_id: int, decision_id: int, at: int) -> int:
    """Mark a decision as undone at a time, or standing again (0); returns the rows touched."""
    return tx.run(
        """
        UPDATE decisions
        SET undone_at = :at
        WHERE decision_id = :decision_id AND user_id = :user_id
        """,
        decision_id=decision_id,
        user_id=user_id,
        at=at,
    )


_COLUMNS = "decision_id, kind, subject, summary, created_at, undone_at, by_user"


def log(tx: Tx, user_id: int, before: int, limit: int) -> list[Row]:
    """The newest decisions of a user below an id, newest first."""
    return tx.all(
        f"""
        SELECT {_COLUMNS}
        FROM decisions
        WHERE user_id = :user_id AND decision_id < :before
        ORDER BY decision_id DESC
        LIMIT :limit
        """,  # noqa: S608 - a constant list of columns
        user_id=user_id,
        before=before,
        limit=limit,
    )


def one(tx: Tx, user_id: int, decision_id: int) -> Row | None:
    """One decision of a user."""
    return tx.one(
        f"SELECT {_COLUMNS} FROM decisions WHERE decision_id = :decision_id AND user_id = :user_id",  # noqa: S608
        decision_id=decision_id,
        user_id=user_id,
    )


def naming(tx: Tx, user_id: int, keys: Sequence[str]) -> list[Row]:
    """The decisions that name any of the given observations, newest first."""
    return tx.all(
        """
        SELECT decision_id, kind, subject, summary, created_at, undone_at, by_user
        FROM decisions
        WHERE decision_id IN (
            SELECT decision_id
            FROM decision_keys
            WHERE user_id = :user_id AND observation_key IN (:keys*)
        )
        ORDER BY decision_id DESC
        LIMIT 50
        """,
        user_id=user_id,
        keys=keys,
    )


def same(tx: Tx, user_id: int, kind: str, subject: Mapping[str, Any], created_at: int) -> bool:
    """Whether a decision with these words and this date is stored already."""
    row = tx.one(
        """
        SELECT decision_id
        FROM decisions
        WHERE user_id = :user_id AND created_at = :created_at AND kind = :kind AND subject = :subject
        """,
        user_id=user_id,
        created_at=created_at,
        kind=kind,
        subject=json.dumps(subject, ensure_ascii=False, sort_keys=True),
    )
    return row is not None
