"""Feeds of shows, their files, requests for these, and logs that were read: statements of `0021_creator_downloads`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage import ids
from earstead.storage.engine import Row, Tx

FEED = "show_id, user_id, url, title, podcast_guid, counting, prefix, op3_token, op3_show, op3_until, read_at, error"
FILE = "file_id, show_id, target, url, guid, title, episode_id, size, duration_ms, published_at, gone_at"
HIT = "at, who, agent, referer, method, status, first_byte, last_byte, sent"
LOG = "log_id, show_id, user_id, name, state, size, done, lines, kept, new, left_out, error, begun_at"
_FEED_COLUMNS = frozenset("url title podcast_guid counting prefix op3_token op3_show op3_until read_at error".split())
_LOG_COLUMNS = frozenset("state done lines kept new left_out error".split())
CHUNK = 2_048


def _set(values: Mapping[str, Any], allowed: frozenset[str]) -> str:
    if not allowed.issuperset(values):
        raise ValueError(f"not to be set: {sorted(set(values) - allowed)}")
    return ", ".join(f"{name} = :{name}" for name in sorted(values))


# --- feeds --------------------------------------------------------------------------------------------------------


def feed(tx: Tx, show_id: int) -> Row | None:
    """The feed of a show (`FEED`), or None."""
    return tx.one(f"SELECT {FEED} FROM creator_feeds WHERE show_id = :show_id", show_id=show_id)  # noqa: S608


def put_feed(tx: Tx, show_id: int, user_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of a show's feed, making it when there is none. Raises ValueError for one that may not be set."""
    tx.run(
        """
        INSERT INTO creator_feeds (
            show_id, user_id, url, title, podcast_guid, counting, prefix, op3_token, op3_show, op3_until, read_at, error
        )
        VALUES (:show_id, :user_id, '', '', '', 'rolling', 0, '', '', 0, 0, '')
        ON CONFLICT (show_id) DO NOTHING
        """,
        show_id=show_id,
        user_id=user_id,
    )
    columns = _set(values, _FEED_COLUMNS)
    tx.run(f"UPDATE creator_feeds SET {columns} WHERE show_id = :show_id", show_id=show_id, **values)  # noqa: S608


def feeds_after(tx: Tx, last: int, limit: int) -> list[Row]:
    """Everybody's feeds (`FEED`) after the id of a show."""
    return tx.all(
        f"SELECT {FEED} FROM creator_feeds WHERE show_id > :last ORDER BY show_id LIMIT :limit",  # noqa: S608
        last=last,
        limit=limit,
    )


# --- files --------------------------------------------------------------------------------------------------------


def files(tx: Tx, show_id: int) -> list[Row]:
    """The files of a show (`FILE`), those that left its feed included."""
    return tx.all(
        f"SELECT {FILE} FROM creator_files WHERE show_id = :show_id ORDER BY file_id",  # noqa: S608
        show_id=show_id,
    )


def add_files(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store files that were not known: every column but file_id and gone_at."""
    if not rows:
        return
    first = ids.take(tx, "creator_file", len(rows))
    tx.many(
        """
        INSERT INTO creator_files (
            file_id, show_id, target, host, url, guid, title, episode_id, size, duration_ms, published_at, gone_at
        )
        VALUES (
            :file_id, :show_id, :target, :host, :url, :guid, :title, :episode_id, :size, :duration_ms, :published_at, 0
        )
        """,
        [{**row, "file_id": first + i} for i, row in enumerate(rows)],
    )


def change_files(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set what a feed says of known files: file_id and every column but target and host."""
    tx.many(
        """
        UPDATE creator_files
        SET url = :url, guid = :guid, title = :title, episode_id = :episode_id, size = :size,
            duration_ms = :duration_ms, published_at = :published_at, gone_at = :gone_at
        WHERE file_id = :file_id
        """,
        rows,
    )


def prefixed(tx: Tx, host: str, target: str) -> list[Row]:
    """(show_id, file_id) of the files at a target whose shows count by prefix; file_id 0 for another of that host."""
    return tx.all(
        """
        SELECT w.show_id, coalesce(
            (SELECT f.file_id FROM creator_files f WHERE f.show_id = w.show_id AND f.target = :target), 0
        )
        FROM creator_feeds w
        WHERE w.prefix = 1 AND EXISTS (
            SELECT 1
            FROM creator_files h
            WHERE h.host = :host AND h.show_id = w.show_id
        )
        """,
        host=host,
        target=target,
    )


# --- requests -----------------------------------------------------------------------------------------------------


def add_hits(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> int:
    """Store requests, each once by its digest; how many are new. Rows: every column but hit_id."""
    if not rows:
        return 0
    first = ids.take(tx, "creator_hit", len(rows))
    before = tx.one("SELECT count(*) FROM creator_hits WHERE hit_id >= :first", first=first)
    tx.many(
        """
        INSERT INTO creator_hits (
            hit_id, show_id, source, digest, file_id, at, who, agent, referer, method, status, first_byte, last_byte,
            sent
        )
        VALUES (
            :hit_id, :show_id, :source, :digest, :file_id, :at, :who, :agent, :referer, :method, :status, :first_byte,
            :last_byte, :sent
        )
        ON CONFLICT (show_id, source, digest) DO NOTHING
        """,
        [{**row, "hit_id": first + i} for i, row in enumerate(rows)],
    )
    after = tx.one("SELECT count(*) FROM creator_hits WHERE hit_id >= :first", first=first)
    return int(after[0]) - int(before[0]) if before and after else 0


def hits(tx: Tx, show_id: int, source: str, file_id: int) -> list[Row]:
    """Requests for a file (`HIT`), oldest first."""
    return tx.all(
        f"""
        SELECT {HIT}
        FROM creator_hits
        WHERE show_id = :show_id AND source = :source AND file_id = :file_id
        ORDER BY at
        """,  # noqa: S608
        show_id=show_id,
        source=source,
        file_id=file_id,
    )


def prune_hits(tx: Tx, before: int) -> int:
    """Forget a piece of the requests before a time; how many."""
    return tx.run(
        "DELETE FROM creator_hits WHERE hit_id IN (SELECT hit_id FROM creator_hits WHERE at < :before LIMIT :chunk)",
        before=before,
        chunk=CHUNK,
    )


# --- logs ---------------------------------------------------------------------------------------------------------


def add_log(tx: Tx, values: Mapping[str, Any]) -> int:
    """Note a log that is to be read: show_id, user_id, name, size, begun_at; its id."""
    log_id = ids.take(tx, "creator_log")
    tx.run(
        """
        INSERT INTO creator_logs (
            log_id, show_id, user_id, name, state, size, done, lines, kept, new, left_out, error, begun_at
        )
        VALUES (:log_id, :show_id, :user_id, :name, 'waiting', :size, 0, 0, 0, 0, '{}', '', :begun_at)
        """,
        log_id=log_id,
        **values,
    )
    return log_id


def change_log(tx: Tx, log_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of a log. Raises ValueError for one that may not be set."""
    columns = _set(values, _LOG_COLUMNS)
    tx.run(f"UPDATE creator_logs SET {columns} WHERE log_id = :log_id", log_id=log_id, **values)  # noqa: S608


def log(tx: Tx, log_id: int) -> Row | None:
    """A log (`LOG`), or None."""
    return tx.one(f"SELECT {LOG} FROM creator_logs WHERE log_id = :log_id", log_id=log_id)  # noqa: S608


def logs(tx: Tx, show_id: int, limit: int) -> list[Row]:
    """The logs of a show (`LOG`), latest first."""
    return tx.all(
        f"""
        SELECT {LOG}
        FROM creator_logs
        WHERE show_id = :show_id
        ORDER BY log_id DESC
        LIMIT :limit
        """,  # noqa: S608
        show_id=show_id,
        limit=limit,
    )


# --- removing -----------------------------------------------------------------------------------------------------


def step(tx: Tx, show_id: int) -> bool:
    """Remove one piece of what is kept about the feed of a show; False when none is left."""
    if tx.run(
        """
        DELETE FROM creator_hits
        WHERE hit_id IN (SELECT hit_id FROM creator_hits WHERE show_id = :show_id LIMIT :chunk)
        """,
        show_id=show_id,
        chunk=CHUNK,
    ):
        return True
    gone = 0
    for name in ("creator_files", "creator_logs", "creator_feeds"):
        gone += tx.run(f"DELETE FROM {name} WHERE show_id = :show_id", show_id=show_id)  # noqa: S608 - our own names
    return bool(gone)
