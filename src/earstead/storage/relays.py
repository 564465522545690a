"""Relays: whom listens are passed on to, what waits for them, what was sent, and back-fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage.engine import Row, Tx

_RELAY = """
    relay_id, user_id, kind, url, account, state, filter, playing, peer_mark, error, failures, next_at, batch, sent,
    sent_at, created_at
"""
_FILL = """
    fill_id, relay_id, start_at, end_at, cursor_at, cursor_id, total, done, sent, failed, state, created_at,
    finished_at
"""
# What an update may set; the names are ours, the values are parameters.
_SETTABLE = frozenset(
    "url account state filter playing peer_mark secrets error failures next_at batch sent sent_at".split()
)


def add(tx: Tx, values: Mapping[str, Any]) -> int:
    """Store a relay, given every column but its id; returns the id."""
    row = tx.one("SELECT coalesce(max(relay_id), 0) + 1 FROM relays")
    relay_id = int(row[0]) if row else 1
    tx.run(
        """
        INSERT INTO relays (
            relay_id, user_id, kind, url, account, state, filter, playing, peer_mark, secrets, error, failures,
            next_at, batch, sent, sent_at, created_at
        )
        VALUES (
            :relay_id, :user_id, :kind, :url, :account, :state, :filter, :playing, :peer_mark, :secrets, '', 0,
            0, 0, 0, 0, :created_at
        )
        """,
        relay_id=relay_id,
        **values,
    )
    return relay_id


def get(tx: Tx, relay_id: int) -> Row | None:
    """A relay (the columns of `_RELAY`), or None."""
    return tx.one(
        f"""
        SELECT {_RELAY}
        FROM relays
        WHERE relay_id = :relay_id
        """,  # noqa: S608 - a constant list of columns
        relay_id=relay_id,
    )


def of_user(tx: Tx, user_id: int, limit: int) -> list[Row]:
    """A user's relays, oldest first."""
    return tx.all(
        f"""
        SELECT {_RELAY}
        FROM relays
        WHERE user_id = :user_id
        ORDER BY relay_id
        LIMIT :limit
        """,  # noqa: S608
        user_id=user_id,
        limit=limit,
    )


def secrets(tx: Tx, relay_id: int) -> str:
    """The sealed secrets of a relay, "" when it is gone."""
    row = tx.one("SELECT secrets FROM relays WHERE relay_id = :relay_id", relay_id=relay_id)
    return str(row[0]) if row else ""


def change(tx: Tx, relay_id: int, values: Mapping[str, Any]) -> bool:
    """Set columns of a relay; False when it is gone."""
    assert set(values) <= _SETTABLE
    names = ", ".join(f"{name} = :{name}" for name in sorted(values))
    return bool(
        tx.run(
            f"""
            UPDATE relays
            SET {names}
            WHERE relay_id = :relay_id
            """,  # noqa: S608 - names of our own columns
            relay_id=relay_id,
            **values,
        )
    )


def remove(tx: Tx, relay_id: int) -> None:
    """Remove a relay and all that is known of it."""
    tx.run("DELETE FROM relay_fills WHERE relay_id = :relay_id", relay_id=relay_id)
    tx.run("DELETE FROM relay_items WHERE relay_id = :relay_id", relay_id=relay_id)
    tx.run("DELETE FROM relays WHERE relay_id = :relay_id", relay_id=relay_id)


def silence(tx: Tx, user_id: int) -> None:
    """Stop every relay of a user and drop its secrets."""
    tx.run("UPDATE relays SET state = 'paused', secrets = '' WHERE user_id = :user_id", user_id=user_id)


def with_work(tx: Tx) -> list[int]:
    """The relays that are on; a row each, so all of them are looked at."""
    return [row[0] for row in tx.all("SELECT relay_id FROM relays WHERE state = 'on' ORDER BY relay_id")]


def mark(tx: Tx, user_id: int) -> str:
    """The mark of a user, "" before it was made."""
    row = tx.one("SELECT mark FROM relay_marks WHERE user_id = :user_id", user_id=user_id)
    return str(row[0]) if row else ""


def set_mark(tx: Tx, user_id: int, text: str) -> None:
    """Give a user a mark."""
    tx.run("INSERT INTO relay_marks (user_id, mark) VALUES (:user_id, :text)", user_id=user_id, text=text)


# --- what waits ---------------------------------------------------------------------------------------------------


def queue(tx: Tx, relay_id: int, listen_ids: Sequence[int], now: int) -> None:
    """Let listens wait behind those that wait already, in the order given."""
    row = tx.one(
        "SELECT coalesce(max(position), 0) FROM relay_items WHERE relay_id = :relay_id AND state = 'waiting'",
        relay_id=relay_id,
    )
    last = int(row[0]) if row else 0
    rows = [
        {"relay_id": relay_id, "listen_id": listen_id, "position": last + i, "now": now}
        for i, listen_id in enumerate(listen_ids, 1)
    ]
    # A listen that is new cannot have been sent: a row with its id is left from one that was erased.
    tx.many(
        """
        INSERT INTO relay_items (relay_id, listen_id, position, state, reason, at)
        VALUES (:relay_id, :listen_id, :position, 'waiting', '', :now)
        ON CONFLICT (relay_id, listen_id) DO UPDATE
        SET position = excluded.position, state = 'waiting', reason = '', at = excluded.at
        """,
        rows,
    )


def waiting(tx: Tx, relay_id: int, limit: int, offset: int = 0) -> list[Row]:
    """(listen_id, position, state, reason, at) of what waits, next first."""
    return tx.all(
        """
        SELECT listen_id, position, state, reason, at
        FROM relay_items
        WHERE relay_id = :relay_id AND state = 'waiting'
        ORDER BY position
        LIMIT :limit OFFSET :offset
        """,
        relay_id=relay_id,
        limit=limit,
        offset=offset,
    )


def failed(tx: Tx, relay_id: int, limit: int, offset: int = 0) -> list[Row]:
    """(listen_id, position, state, reason, at) of what was refused, latest first."""
    return tx.all(
        """
        SELECT listen_id, position, state, reason, at
        FROM relay_items
        WHERE relay_id = :relay_id AND state = 'failed'
        ORDER BY at DESC, listen_id DESC
        LIMIT :limit OFFSET :offset
        """,
        relay_id=relay_id,
        limit=limit,
        offset=offset,
    )


def counts(tx: Tx, relay_id: int) -> tuple[int, int, int]:
    """(how many wait, when the oldest of them was queued or 0, how many were refused)."""
    there = tx.one(
        """
        SELECT count(*), coalesce(min(at), 0)
        FROM relay_items
        WHERE relay_id = :relay_id AND state = 'waiting'
        """,
        relay_id=relay_id,
    )
    refused = tx.one(
        "SELECT count(*) FROM relay_items WHERE relay_id = :relay_id AND state = 'failed'", relay_id=relay_id
    )
    return (there[0], there[1], refused[0]) if there and refused else (0, 0, 0)


def note(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """What became of listens: rows of {relay_id, listen_id, state "sent" or "failed", reason, at}."""
    tx.many(
        """
        INSERT INTO relay_items (relay_id, listen_id, position, state, reason, at)
        VALUES (:relay_id, :listen_id, 0, :state, :reason, :at)
        ON CONFLICT (relay_id, listen_id) DO UPDATE
        SET position = 0, state = excluded.state, reason = excluded.reason, at = excluded.at
        """,
        rows,
    )


def known(tx: Tx, relay_id: int, listen_id: int) -> bool:
    """Whether a listen waits, was sent or was refused."""
    row = tx.one(
        "SELECT 1 FROM relay_items WHERE relay_id = :relay_id AND listen_id = :listen_id",
        relay_id=relay_id,
        listen_id=listen_id,
    )
    return row is not None


def forget(tx: Tx, relay_id: int, listen_ids: Sequence[int]) -> None:
    """Remove the rows of listens."""
    for start in range(0, len(listen_ids), 1024):
        tx.run(
            "DELETE FROM relay_items WHERE relay_id = :relay_id AND listen_id IN (:listen_ids*)",
            relay_id=relay_id,
            listen_ids=listen_ids[start : start + 1024],
        )


# --- back-fill ----------------------------------------------------------------------------------------------------


def unsent(tx: Tx, user_id: int, relay_id: int, *, after: tuple[int, int], before: int, limit: int) -> list[Row]:
    """Counted listens between a place (exclusive) and a time (exclusive) that this relay knows nothing of.

    Columns: listened_at, listen_id, kind, source, origin, artist_name, artist_names, played_ms, extra; oldest first.
    """
    return tx.all(
        """
        SELECT l.listened_at, l.listen_id, t.kind, s.name, c.origin, t.artist_name, t.artist_names, l.played_ms, o.extra
        FROM listens l
        JOIN tracks t ON t.track_id = l.track_id
        JOIN track_map m ON m.user_id = l.user_id AND m.track_id = l.track_id
        JOIN observations o ON o.seq = l.listen_id
        JOIN sources s ON s.source_id = o.source_id
        JOIN clients c ON c.client_id = o.client_id
        WHERE l.user_id = :user_id
          AND (l.listened_at, l.listen_id) > (:after, :after_id)
          AND (l.listened_at, l.listen_id) < (:before, -1)
          AND l.hidden = 0
          AND l.counted = 1
          AND m.visibility < 2
          AND NOT EXISTS (
              SELECT 1
              FROM relay_items i
              WHERE i.relay_id = :relay_id AND i.listen_id = l.listen_id
          )
        ORDER BY l.listened_at, l.listen_id
        LIMIT :limit
        """,
        user_id=user_id,
        relay_id=relay_id,
        after=after[0],
        after_id=after[1],
        before=before,
        limit=limit,
    )


def add_fill(tx: Tx, relay_id: int, *, start: int, end: int, total: int, now: int) -> int:
    """Begin a back-fill of [start, end); returns its id."""
    row = tx.one("SELECT coalesce(max(fill_id), 0) + 1 FROM relay_fills")
    fill_id = int(row[0]) if row else 1
    tx.run(
        """
        INSERT INTO relay_fills (
            fill_id, relay_id, start_at, end_at, cursor_at, cursor_id, total, done, sent, failed, state, created_at,
            finished_at
        )
        VALUES (
            :fill_id, :relay_id, :start, :end, :start, -1, :total, 0, 0, 0, 'running', :now, 0
        )
        """,
        fill_id=fill_id,
        relay_id=relay_id,
        start=start,
        end=end,
        total=total,
        now=now,
    )
    return fill_id


def latest_fill(tx: Tx, relay_id: int) -> Row | None:
    """The latest back-fill of a relay (the columns of `_FILL`), or None."""
    return tx.one(
        f"""
        SELECT {_FILL}
        FROM relay_fills
        WHERE relay_id = :relay_id
        ORDER BY fill_id DESC
        LIMIT 1
        """,  # noqa: S608
        relay_id=relay_id,
    )


def advance_fill(tx: Tx, fill_id: int, *, cursor: tuple[int, int], done: int, sent: int, failed: int) -> None:
    """Move the cursor of a back-fill, and add to its counts."""
    tx.run(
        """
        UPDATE relay_fills
        SET cursor_at = :cursor_at,
            cursor_id = :cursor_id,
            done = done + :done,
            sent = sent + :sent,
            failed = failed + :failed
        WHERE fill_id = :fill_id
        """,
        fill_id=fill_id,
        cursor_at=cursor[0],
        cursor_id=cursor[1],
        done=done,
        sent=sent,
        failed=failed,
    )


def end_fill(tx: Tx, fill_id: int, state: str, now: int) -> None:
    """Let a running back-fill be done or stopped."""
    tx.run(
        """
        UPDATE relay_fills
        SET state = :state, finished_at = :now
        WHERE fill_id = :fill_id AND state = 'running'
        """,
        fill_id=fill_id,
        state=state,
        now=now,
    )
