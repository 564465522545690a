"""Ids that are given once and never again, not even after their row was removed."""

from __future__ import annotations

from earstead.storage.engine import Tx


def take(tx: Tx, name: str, count: int = 1) -> int:
    """The first of `count` ids in a row of a kind ("user", "observation" ...) that were never given before.

    The row stays locked until the commit, so that on every database ids become visible in their own order: whoever
    has seen one has seen all below it.
    """
    row = tx.one(
        """
        INSERT INTO last_ids (name, last_id)
        VALUES (:name, :count)
        ON CONFLICT (name) DO UPDATE
        SET last_id = last_ids.last_id + :count
        RETURNING last_id
        """,
        name=name,
        count=count,
    )
    assert row is not None, "an upsert always returns its row"
    return int(row[0]) - count + 1
