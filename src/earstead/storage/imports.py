"""Imports on their way: state, cursor and counts of each, and the rows that were skipped.

The cursor (part, row) and the counts are written in the transaction of the batch they speak of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from earstead.storage.engine import Row, Tx

PREVIEWING = -1
"""`total_rows` while the files are still being looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """A row of `imports`, its JSON columns read."""

    import_id: int
    user_id: int
    state: str
    title: str
    files: list[dict[str, Any]]
    options: dict[str, Any]
    parts: list[dict[str, Any]]
    part_index: int
    row_index: int
    total_rows: int
    tally: dict[str, Any]
    error: str
    created_at: int
    finished_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipRow:
    """A row that could not become a listen. `row_number` counts all rows of the import from 1."""

    row_number: int
    place: str
    reason: str
    excerpt: str


_COLUMNS = """
    import_id, user_id, state, title, files, options, parts, part_index, row_index, total_rows, tally, error,
    created_at, finished_at
"""


def _record(row: Row) -> ImportRecord:
    return ImportRecord(
        import_id=row[0],
        user_id=row[1],
        state=row[2],
        title=row[3],
        files=json.loads(row[4]),
        options=json.loads(row[5]),
        parts=json.loads(row[6]),
        part_index=row[7],
        row_index=row[8],
        total_rows=row[9],
        tally=json.loads(row[10]),
        error=row[11],
        created_at=row[12],
        finished_at=row[13],
    )


def add(tx: Tx, user_id: int, now: int) -> int:
    """A new import in state preview, still without files; returns its id."""
    row = tx.one("SELECT coalesce(max(import_id), 0) + 1 FROM imports")
    import_id = int(row[0]) if row else 1
    tx.run(
        """
        INSERT INTO imports (
            import_id, user_id, state, title, files, options, parts, part_index, row_index, total_rows, tally,
            error, created_at, finished_at
        )
        VALUES (:import_id, :user_id, 'preview', '', '[]', '{}', '[]', 0, 0, :total_rows, '{}', '', :now, 0)
        """,
        import_id=import_id,
        user_id=user_id,
        total_rows=PREVIEWING,
        now=now,
    )
    return import_id


def set_files(tx: Tx, import_id: int, files: Sequence[Mapping[str, Any]], options: Mapping[str, Any]) -> None:
    """Which files it reads, and what the user said about them."""
    tx.run(
        """
        UPDATE imports
        SET files = :files, options = :options
        WHERE import_id = :import_id
        """,
        import_id=import_id,
        files=json.dumps(files),
        options=json.dumps(options),
    )


def one(tx: Tx, user_id: int, import_id: int) -> ImportRecord | None:
    """An import of this user."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM imports WHERE import_id = :import_id AND user_id = :user_id",  # noqa: S608
        import_id=import_id,
        user_id=user_id,
    )
    return _record(row) if row else None


def latest(tx: Tx, user_id: int, limit: int) -> list[ImportRecord]:
    """The newest imports of a user, newest first."""
    rows = tx.all(
        f"""
        SELECT {_COLUMNS}
        FROM imports
        WHERE user_id = :user_id
        ORDER BY import_id DESC
        LIMIT :limit
        """,  # noqa: S608 - a constant list of columns
        user_id=user_id,
        limit=limit,
    )
    return [_record(row) for row in rows]


def unfinished(tx: Tx) -> list[ImportRecord]:
    """What a stopped process left behind: running imports and previews, oldest first."""
    rows = tx.all(
        f"""
        SELECT {_COLUMNS}
        FROM imports
        WHERE state IN ('running', 'preview')
        ORDER BY import_id
        """  # noqa: S608 - a constant list of columns
    )
    return [_record(row) for row in rows]


def with_files(tx: Tx) -> set[int]:
    """The imports whose files may still be needed."""
    rows = tx.all("SELECT import_id FROM imports WHERE state IN ('running', 'preview', 'failed')")
    return {row[0] for row in rows}


def previewed(
    tx: Tx, import_id: int, *, title: str, parts: Sequence[Mapping[str, Any]], total_rows: int, tally: Mapping[str, Any]
) -> bool:
    """Keep what a look at the files found; False when it was cancelled meanwhile."""
    return bool(
        tx.run(
            """
            UPDATE imports
            SET title = :title, parts = :parts, total_rows = :total_rows, tally = :tally
            WHERE import_id = :import_id
              AND state = 'preview'
            """,
            import_id=import_id,
            title=title,
            parts=json.dumps(parts),
            total_rows=total_rows,
            tally=json.dumps(tally),
        )
    )


def begin(tx: Tx, import_id: int, *, state: str, tally: Mapping[str, Any]) -> bool:
    """Let an import in `state` run, its counts being `tally`; False when it is in that state no longer."""
    return bool(
        tx.run(
            """
            UPDATE imports
            SET state = 'running', tally = :tally, error = '', finished_at = 0
            WHERE import_id = :import_id
              AND state = :state
            """,
            import_id=import_id,
            state=state,
            tally=json.dumps(tally),
        )
    )


def forget_counts(tx: Tx, import_id: int) -> None:
    """An import that never ran brought nothing: its foreseen counts go when it is cancelled."""
    tx.run(
        """
        UPDATE imports
        SET tally = '{}'
        WHERE import_id = :import_id
          AND state = 'preview'
        """,
        import_id=import_id,
    )


def step(
    tx: Tx, import_id: int, *, behind: tuple[int, int], part_index: int, row_index: int, tally: Mapping[str, Any]
) -> bool:
    """Move the cursor behind a batch; False when the import does not run any more.

    Args:
        behind: (part, row) where the cursor must stand. It does not when the batch before this one was taken back:
            then this one must not be written either.
    """
    return bool(
        tx.run(
            """
            UPDATE imports
            SET part_index = :part_index, row_index = :row_index, tally = :tally
            WHERE import_id = :import_id
              AND state = 'running'
              AND part_index = :behind_part
              AND row_index = :behind_row
            """,
            import_id=import_id,
            behind_part=behind[0],
            behind_row=behind[1],
            part_index=part_index,
            row_index=row_index,
            tally=json.dumps(tally),
        )
    )


def end(tx: Tx, user_id: int, import_id: int, *, state: str, error: str, now: int, among: Sequence[str]) -> bool:
    """Put an import that is in one of the states `among` to rest; False when it is in none of them."""
    return bool(
        tx.run(
            """
            UPDATE imports
            SET state = :state, error = :error, finished_at = :now
            WHERE import_id = :import_id
              AND user_id = :user_id
              AND state IN (:among*)
            """,
            import_id=import_id,
            user_id=user_id,
            state=state,
            error=error,
            now=now,
            among=among,
        )
    )


def add_skips(tx: Tx, import_id: int, skips: Sequence[SkipRow]) -> None:
    """Append to the report."""
    tx.many(
        """
        INSERT INTO import_skips (import_id, row_number, place, reason, excerpt)
        VALUES (:import_id, :row_number, :place, :reason, :excerpt)
        """,
        [
            {
                "import_id": import_id,
                "row_number": skip.row_number,
                "place": skip.place,
                "reason": skip.reason,
                "excerpt": skip.excerpt,
            }
            for skip in skips
        ],
    )


def skips(tx: Tx, import_id: int, *, after: int, limit: int) -> list[SkipRow]:
    """A page of the report in file order: `limit` rows behind row number `after`."""
    rows = tx.all(
        """
        SELECT row_number, place, reason, excerpt
        FROM import_skips
        WHERE import_id = :import_id
          AND row_number > :after
        ORDER BY row_number
        LIMIT :limit
        """,
        import_id=import_id,
        after=after,
        limit=limit,
    )
    return [SkipRow(row_number=number, place=place, reason=why, excerpt=text) for number, place, why, text in rows]
