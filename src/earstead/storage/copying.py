"""Whole databases: an online copy of a SQLite file, and the rows of every table as values, for any engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from earstead.storage.engine import Row, Tx


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite database while others write to it; the copy is one consistent moment."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        # The copy is one plain file: a WAL beside it would be left behind when it is moved.
        new.execute("PRAGMA journal_mode=DELETE")


def fault_of_sqlite(path: Path) -> str:
    """What is broken in a SQLite file; "" when nothing is. Reads all of it."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as fault:
        return str(fault)
    return "" if said == "ok" else str(said)


def schema_version(tx: Tx, dialect: str) -> int:
    """The number of the latest migration that was applied."""
    sql = "PRAGMA user_version" if dialect == "sqlite" else "SELECT coalesce(max(version), 0) FROM schema_version"
    row = tx.one(sql)
    return int(row[0]) if row else 0


def tables(tx: Tx, dialect: str) -> dict[str, list[str]]:
    """The columns of every table, both in order of name or place; the schema's own bookkeeping left out."""
    if dialect == "sqlite":
        rows = tx.all(
            """
            SELECT m.name, c.name
            FROM sqlite_master m
            JOIN pragma_table_info(m.name) c
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
            ORDER BY m.name, c.cid
            """
        )
    else:
        rows = tx.all(
            """
            SELECT table_name, column_name
            FROM information_schema.columns
            WHERE table_schema = current_schema() AND table_name <> 'schema_version'
            ORDER BY table_name, ordinal_position
            """
        )
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found


# The names below come from `tables`, never from a file: a restore compares them first.


def rows(tx: Tx, table: str, columns: Sequence[str]) -> Iterator[Row]:
    """All rows of a table as they are fetched."""
    return tx.each(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608 - see above


def empty(tx: Tx, table: str) -> None:
    """Remove all rows of a table."""
    tx.run(f"DELETE FROM {table}")  # noqa: S608 - see above


def insert(tx: Tx, table: str, columns: Sequence[str], values: Sequence[Mapping[str, Any]]) -> None:
    """Put rows back."""
    places = ", ".join(f":{column}" for column in columns)
    tx.many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", values)  # noqa: S608 - see above
