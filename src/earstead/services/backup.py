"""Everything in one file, taken while the server runs, and the way back while it stands.

The file is a zip: `manifest.json`; `earstead.db` (from SQLite) or `tables/NAME.jsonl` (from PostgreSQL, one array
of values a line); `secret.key` only when asked for, since it opens what the database keeps sealed. Tables can be
restored into either database, a SQLite file into SQLite.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from earstead.core.errors import Conflict, Rejected
from earstead.kit.clock import Clock
from earstead.kit.secrets import KEY_FILE
from earstead.storage import accounts, copying
from earstead.storage.engine import Engine, Tx, open_engine
from earstead.storage.writer import Writer

FORMAT = "earstead-backup"
VERSION = 1
MANIFEST = "manifest.json"
DATABASE = "earstead.db"
_CHUNK = 1000
_MOST_MANIFEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself. `tables` maps names to columns; empty when it holds a SQLite file."""

    schema: int
    created_at: int
    tables: dict[str, list[str]]
    has_key: bool


def write(engine: Engine, database: str | Path, data: Path, target: Path, clock: Clock, *, with_key: bool) -> Manifest:
    """Write a backup to `target`, which appears when it is whole. Mode 0600: it holds everything."""
    part = target.with_name(f"{target.name}.part")
    try:
        with (
            open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as box,
        ):
            manifest = _fill(box, engine, database, data, part, clock.now(), with_key=with_key)
        _sync(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _fill(
    box: zipfile.ZipFile,
    engine: Engine,
    database: str | Path,
    data: Path,
    part: Path,
    now: int,
    *,
    with_key: bool,
) -> Manifest:
    key = data / KEY_FILE
    with engine.read() as tx:
        schema = copying.schema_version(tx, engine.dialect)
        tables = {} if engine.dialect == "sqlite" else copying.tables(tx, engine.dialect)
        manifest = Manifest(schema, now, tables, with_key and key.exists())
        for name, columns in tables.items():
            with box.open(f"tables/{name}.jsonl", "w", force_zip64=True) as member:
                for row in copying.rows(tx, name, columns):
                    member.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    if engine.dialect == "sqlite":
        copy = part.with_name(f"{part.name}.db")
        try:
            copy.touch(mode=0o600)
            copying.copy_sqlite(Path(database), copy)
            box.write(copy, DATABASE)
        finally:
            copy.unlink(missing_ok=True)
    if manifest.has_key:
        box.write(key, KEY_FILE)
    said = {"format": FORMAT, "version": VERSION, "schema": schema, "created_at": now, "tables": tables}
    box.writestr(MANIFEST, json.dumps(said))
    return manifest


def restore(database: str | Path, data: Path, source: Path, *, replace: bool) -> Manifest:
    """Put a backup back. Nothing may use the data meanwhile: the caller holds the lock.

    Raises Rejected (not a whole backup, or of another kind), Conflict (there are accounts, and not `replace`).
    """
    try:
        with zipfile.ZipFile(source) as box:
            manifest = _manifest(box)
            if not replace and _holds_accounts(database):
                raise Conflict(
                    "there are accounts in this data already; say --replace to put the backup in their place"
                )
            if manifest.tables:
                _restore_tables(box, database, manifest)
            else:
                _restore_file(box, database, manifest)
            if manifest.has_key:
                _write_whole(data / KEY_FILE, box.read(KEY_FILE))
    except (zipfile.BadZipFile, EOFError, KeyError, UnicodeDecodeError, json.JSONDecodeError) as fault:
        raise Rejected("", f"{source} is not a whole backup ({fault})") from fault
    return manifest


def _manifest(box: zipfile.ZipFile) -> Manifest:
    info = box.getinfo(MANIFEST)
    said = json.loads(box.read(MANIFEST)) if info.file_size <= _MOST_MANIFEST else None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise Rejected("", "this is not a backup of earstead")
    if said.get("version") != VERSION:
        raise Rejected("", "this backup was made by a newer earstead; update first")
    return Manifest(int(said["schema"]), int(said["created_at"]), dict(said["tables"]), KEY_FILE in box.namelist())


def _holds_accounts(database: str | Path) -> bool:
    if isinstance(database, Path) and not database.exists():
        return False
    with _opened(database) as engine, engine.read() as tx:
        return bool(accounts.users(tx, limit=1))


@contextlib.contextmanager
def _opened(database: str | Path) -> Iterator[Engine]:
    engine = open_engine(database)
    try:
        engine.migrate()
        yield engine
    finally:
        engine.close()


# ---- from a SQLite file -------------------------------------------------------------------------------------------


def _restore_file(box: zipfile.ZipFile, database: str | Path, manifest: Manifest) -> None:
    if not isinstance(database, Path):
        raise Rejected("", "this backup is of SQLite and cannot go into PostgreSQL; restore it without --database-url")
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    arriving = database.with_name(f"{database.name}.restoring")
    try:
        with box.open(DATABASE) as member, open(os.open(arriving, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.truncate(0)
            shutil.copyfileobj(member, file, 1 << 20)
        if why := copying.fault_of_sqlite(arriving):
            raise Rejected("", f"the database in this backup is damaged: {why}")
        with _opened(arriving):  # brings an older schema up to date before anything is replaced
            pass
        _sync(arriving)
        for suffix in ("-wal", "-shm"):  # of the database that is replaced
            database.with_name(f"{database.name}{suffix}").unlink(missing_ok=True)
        arriving.replace(database)
    finally:
        for suffix in ("", "-wal", "-shm"):
            arriving.with_name(f"{arriving.name}{suffix}").unlink(missing_ok=True)


# ---- from tables --------------------------------------------------------------------------------------------------


def _restore_tables(box: zipfile.ZipFile, database: str | Path, manifest: Manifest) -> None:
    with _opened(database) as engine:
        with engine.read() as tx:
            schema = copying.schema_version(tx, engine.dialect)
            tables = copying.tables(tx, engine.dialect)
        if manifest.schema != schema or any(set(manifest.tables.get(t, ())) != set(c) for t, c in tables.items()):
            raise Rejected(
                "",
                f"this backup has schema {manifest.schema}, this earstead {schema}: "
                "restore it with the version that made it, then update",
            )
        writer = Writer(engine)
        try:
            writer.do(lambda tx: _fill_tables(tx, box, manifest.tables)).result()
        finally:
            writer.close()


def _fill_tables(tx: Tx, box: zipfile.ZipFile, tables: dict[str, list[str]]) -> None:
    for name, columns in tables.items():
        copying.empty(tx, name)
        with box.open(f"tables/{name}.jsonl") as member:
            while lines := list(islice(member, _CHUNK)):
                copying.insert(tx, name, columns, [_row(columns, line) for line in lines])


def _row(columns: list[str], line: bytes) -> dict[str, Any]:
    values = json.loads(line)
    if not isinstance(values, list) or len(values) != len(columns):
        raise Rejected("", "this backup is damaged: a row does not fit its table")
    return dict(zip(columns, values, strict=True))


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _sync(path: Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())
