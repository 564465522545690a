"""PostgreSQL 15 or newer, through psycopg 3 (the extra `postgres`)."""

from __future__ import annotations

import queue
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg

from earstead.storage.engine import Row, expand, migrations

READERS = 8
_NAME = re.compile(r"(?<!:):([a-z_]\w*)")


@lru_cache(maxsize=2048)
def _rewrite(sql: str) -> str:
    """`:name` to psycopg's `%(name)s`; done once for each text."""
    return _NAME.sub(r"%(\1)s", sql.replace("%", "%%"))


class _PostgresTx:
    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def _execute(self, sql: str, params: dict[str, Any]) -> psycopg.Cursor[Row]:
        sql, params = expand(sql, params)
        return self._connection.execute(_rewrite(sql).encode(), params)

    def all(self, sql: str, **params: Any) -> list[Row]:
        return self._execute(sql, params).fetchall()

    def each(self, sql: str, **params: Any) -> Iterator[Row]:
        sql, params = expand(sql, params)
        with self._connection.cursor(name="each") as cursor:
            cursor.execute(_rewrite(sql).encode(), params)
            yield from cursor

    def one(self, sql: str, **params: Any) -> Row | None:
        return self._execute(sql, params).fetchone()

    def run(self, sql: str, **params: Any) -> int:
        return self._execute(sql, params).rowcount

    def many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_rewrite(sql).encode(), rows)

    def insert(self, table: str, columns: str, rows: Sequence[Row]) -> None:
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)


class _PostgresWriteSession(_PostgresTx):
    def begin(self) -> None:
        self._connection.execute("BEGIN")

    def savepoint(self) -> None:
        self._connection.execute("SAVEPOINT unit")

    def release(self) -> None:
        self._connection.execute("RELEASE SAVEPOINT unit")

    def undo(self) -> None:
        self._connection.execute("ROLLBACK TO SAVEPOINT unit")
        self._connection.execute("RELEASE SAVEPOINT unit")

    def commit(self) -> None:
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        self._connection.execute("ROLLBACK")


class PostgresEngine:
    """Readers share a small pool; the one writer has a connection of its own."""

    dialect = "postgres"

    def __init__(self, address: str) -> None:
        self.address = address
        self._idle: queue.LifoQueue[psycopg.Connection[Row]] = queue.LifoQueue()
        self._closed = False

    def _connect(self) -> psycopg.Connection[Row]:
        return psycopg.connect(self.address, autocommit=True, prepare_threshold=3)

    @contextmanager
    def read(self) -> Iterator[_PostgresTx]:
        """A snapshot: one repeatable-read, read-only transaction on a pooled connection."""
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = self._connect()
        try:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield _PostgresTx(connection)
        finally:
            if not connection.closed:
                connection.execute("ROLLBACK")
            if connection.closed or self._closed or self._idle.qsize() >= READERS:
                connection.close()
            else:
                self._idle.put(connection)

    @contextmanager
    def write(self) -> Iterator[_PostgresWriteSession]:
        """The writer's connection."""
        connection = self._connect()
        try:
            yield _PostgresWriteSession(connection)
        finally:
            connection.close()

    def migrate(self) -> list[str]:
        """Apply what is missing, each migration in one transaction; a one-row table remembers."""
        applied = []
        with psycopg.connect(self.address) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)")
            connection.execute("LOCK TABLE schema_version IN EXCLUSIVE MODE")
            row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
            version = row[0] if row else 0
            for number, name, script in migrations(self.dialect):
                if number <= version:
                    continue
                for statement in script:
                    connection.execute(statement.encode())
                connection.execute("INSERT INTO schema_version (version) VALUES (%s)", (number,))
                applied.append(f"{number:04d}_{name}")
        return applied

    def close(self) -> None:
        """Close the pooled readers; those in use close when they are given back."""
        self._closed = True
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return
