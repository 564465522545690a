"""One face for both databases: transactions that run one text of SQL with named parameters.

Statements are written once: parameters are `:name`; `IN (:ids*)` takes a sequence and is widened to the next
power of two (padded with its last value), so that few distinct texts exist and prepared statements are reused.
An empty sequence matches nothing. Each engine rewrites a text once and remembers the result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

Row = tuple[Any, ...]

_LIST = re.compile(r":(\w+)\*")
MAX_LIST = 4096


class Tx(Protocol):
    """An open transaction; every storage function takes one first."""

    def all(self, sql: str, **params: Any) -> list[Row]:
        """All rows of a bounded question."""

    def each(self, sql: str, **params: Any) -> Iterator[Row]:
        """Rows as they are fetched, for answers that may be large; consume within the transaction."""

    def one(self, sql: str, **params: Any) -> Row | None:
        """The first row, or None."""

    def run(self, sql: str, **params: Any) -> int:
        """Execute and return the number of rows touched."""

    def many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each row of parameters; list parameters are not available here."""

    def insert(self, table: str, columns: str, rows: Sequence[Row]) -> None:
        """Append rows that cannot conflict, in the fastest way the engine has.

        Args:
            columns: their names, divided by commas, in the order of the values.
        """


class Engine(Protocol):
    """A database: SQLite or PostgreSQL."""

    dialect: str

    def read(self) -> AbstractContextManager[Tx]:
        """A read-only transaction on one consistent snapshot."""

    def write(self) -> AbstractContextManager[WriteSession]:
        """The writer's own connection; only `Writer` asks for it."""

    def migrate(self) -> list[str]:
        """Bring the schema up to date; returns the names of the migrations applied."""

    def close(self) -> None:
        """Close every connection."""


class WriteSession(Tx, Protocol):
    """The writer's connection, with the transaction control that only the writer uses."""

    def begin(self) -> None:
        """Open a transaction that holds the write lock."""

    def savepoint(self) -> None:
        """Mark the beginning of one unit of work."""

    def release(self) -> None:
        """Keep the unit of work."""

    def undo(self) -> None:
        """Take the unit of work back."""

    def commit(self) -> None:
        """Make everything durable."""

    def rollback(self) -> None:
        """Take everything back."""


def expand(sql: str, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Widen `:ids*` to `:ids_0, :ids_1, ...`, padded to a power of two."""
    if "*" not in sql or not _LIST.search(sql):
        return sql, params
    bound = dict(params)
    for name in dict.fromkeys(_LIST.findall(sql)):
        values = list(bound.pop(name))
        if len(values) > MAX_LIST:
            raise ValueError(f"{name}: more than {MAX_LIST} values; ask in pieces")
        width = 1
        while width < len(values):
            width *= 2
        padded = values + [values[-1] if values else None] * (width - len(values))
        bound.update((f"{name}_{i}", value) for i, value in enumerate(padded))
        sql = sql.replace(f":{name}*", ", ".join(f":{name}_{i}" for i in range(width)))
    return sql, bound


def open_engine(target: str | Path) -> Engine:
    """The engine for a path (SQLite file) or a `postgresql://` address. Does not migrate."""
    if isinstance(target, str) and target.startswith(("postgresql://", "postgres://")):
        from earstead.storage.postgres import PostgresEngine

        return PostgresEngine(target)
    from earstead.storage.sqlite import SqliteEngine

    return SqliteEngine(Path(str(target).removeprefix("sqlite:///")))


def migrations(dialect: str) -> list[tuple[int, str, list[str]]]:
    """(number, name, statements) of every migration of a dialect, in order."""
    found = []
    for path in sorted((Path(__file__).parent / "migrations" / dialect).glob("[0-9]*.sql")):
        number, _, name = path.stem.partition("_")
        found.append((int(number), name, statements(path.read_text("utf-8"))))
    return found


def statements(text: str) -> list[str]:
    """The statements of a script; each ends at a line that ends with a semicolon. Comments are dropped."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("--")]
    parts = "\n".join(lines).split(";\n")
    return [part.rstrip(";").strip() for part in parts if part.strip()]
