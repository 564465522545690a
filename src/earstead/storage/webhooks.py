"""Webhooks: the endpoints of users, and the deliveries to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.storage import ids
from earstead.storage.engine import Row, Tx

_ENDPOINT = """
    endpoint_id, user_id, url, label, types, state, reason, failures, failing_since_ms, rest_until_ms, delivered,
    delivered_ms, created_at
"""
_DELIVERY = """
    d.delivery_id, d.event_id, coalesce(e.type, ''), d.state, d.attempts, d.next_ms, d.tried_ms, d.took_ms, d.status,
    d.answer, d.reason, coalesce(e.at_ms, 0), coalesce(e.data, '')
"""
# What an update may set; the names are ours, the values are parameters.
_SETTABLE = frozenset(
    "url label types state reason secrets failures failing_since_ms rest_until_ms delivered delivered_ms".split()
)


def add(tx: Tx, values: Mapping[str, Any]) -> int:
    """Store an endpoint, given {user_id, url, label, types, state, secrets, created_at}; returns its id."""
    endpoint_id = ids.take(tx, "webhook")
    tx.run(
        """
        INSERT INTO webhook_endpoints (
            endpoint_id, user_id, url, label, types, state, reason, secrets, failures, failing_since_ms,
            rest_until_ms, delivered, delivered_ms, created_at
        )
        VALUES (
            :endpoint_id, :user_id, :url, :label, :types, :state, '', :secrets, 0, 0,
            0, 0, 0, :created_at
        )
        """,
        endpoint_id=endpoint_id,
        **values,
    )
    return endpoint_id


def get(tx: Tx, endpoint_id: int) -> Row | None:
    """An endpoint (the columns of `_ENDPOINT`), or None."""
    return tx.one(
        f"""
        SELECT {_ENDPOINT}
        FROM webhook_endpoints
        WHERE endpoint_id = :endpoint_id
        """,  # noqa: S608 - a constant list of columns
        endpoint_id=endpoint_id,
    )


def of_user(tx: Tx, user_id: int, limit: int) -> list[Row]:
    """A user's endpoints, oldest first."""
    return tx.all(
        f"""
        SELECT {_ENDPOINT}
        FROM webhook_endpoints
        WHERE user_id = :user_id
        ORDER BY endpoint_id
        LIMIT :limit
        """,  # noqa: S608
        user_id=user_id,
        limit=limit,
    )


def everything(tx: Tx, user_id: int) -> list[Row]:
    """(url, label, types, created_at) of a user's endpoints, oldest first: what of them belongs to the user."""
    return tx.all(
        """
        SELECT url, label, types, created_at
        FROM webhook_endpoints
        WHERE user_id = :user_id
        ORDER BY endpoint_id
        """,
        user_id=user_id,
    )


def secrets(tx: Tx, endpoint_id: int) -> str:
    """The sealed secrets of an endpoint, "" when it is gone."""
    row = tx.one("SELECT secrets FROM webhook_endpoints WHERE endpoint_id = :endpoint_id", endpoint_id=endpoint_id)
    return str(row[0]) if row else ""


def change(tx: Tx, endpoint_id: int, values: Mapping[str, Any]) -> bool:
    """Set columns of an endpoint; False when it is gone."""
    assert set(values) <= _SETTABLE
    names = ", ".join(f"{name} = :{name}" for name in sorted(values))
    return bool(
        tx.run(
            f"""
            UPDATE webhook_endpoints
            SET {names}
            WHERE endpoint_id = :endpoint_id
            """,  # noqa: S608 - names of our own columns
            endpoint_id=endpoint_id,
            **values,
        )
    )


def remove(tx: Tx, endpoint_id: int) -> None:
    """Remove an endpoint and its deliveries."""
    tx.run("DELETE FROM deliveries WHERE endpoint_id = :endpoint_id", endpoint_id=endpoint_id)
    tx.run("DELETE FROM webhook_endpoints WHERE endpoint_id = :endpoint_id", endpoint_id=endpoint_id)


def silence(tx: Tx, user_id: int) -> None:
    """Stop every endpoint of a user and drop its secrets."""
    tx.run("UPDATE webhook_endpoints SET state = 'off', secrets = '' WHERE user_id = :user_id", user_id=user_id)


# --- deliveries ---------------------------------------------------------------------------------------------------


def queue(tx: Tx, pairs: Sequence[tuple[int, int]], now_ms: int) -> int:
    """Let deliveries wait: pairs of (endpoint, event), in order; returns the id of the first."""
    first = ids.take(tx, "delivery", len(pairs))
    tx.many(
        """
        INSERT INTO deliveries (
            delivery_id, endpoint_id, event_id, state, attempts, next_ms, tried_ms, took_ms, status, answer, reason
        )
        VALUES (
            :delivery_id, :endpoint_id, :event_id, 'waiting', 0, :now_ms, 0, 0, 0, '', ''
        )
        """,
        [
            {"delivery_id": first + i, "endpoint_id": endpoint_id, "event_id": event_id, "now_ms": now_ms}
            for i, (endpoint_id, event_id) in enumerate(pairs)
        ],
    )
    return first


def due(tx: Tx, endpoint_id: int, now_ms: int, limit: int) -> list[Row]:
    """(delivery_id, attempts, event_id, type, at_ms, data, user_id) of what is due at an endpoint, next first."""
    return tx.all(
        """
        SELECT d.delivery_id, d.attempts, e.event_id, e.type, e.at_ms, e.data, e.user_id
        FROM deliveries d
        JOIN events e ON e.event_id = d.event_id
        WHERE d.endpoint_id = :endpoint_id AND d.state = 'waiting' AND d.next_ms <= :now_ms
        ORDER BY d.next_ms, d.delivery_id
        LIMIT :limit
        """,
        endpoint_id=endpoint_id,
        now_ms=now_ms,
        limit=limit,
    )


def agenda(tx: Tx) -> list[Row]:
    """(endpoint_id, when its next delivery may go, unix ms) of the endpoints that are on and have one waiting."""
    return tx.all(
        """
        SELECT w.endpoint_id, CASE WHEN w.rest_until_ms > d.next_ms THEN w.rest_until_ms ELSE d.next_ms END
        FROM webhook_endpoints w
        JOIN deliveries d ON d.delivery_id = (
            SELECT n.delivery_id
            FROM deliveries n
            WHERE n.endpoint_id = w.endpoint_id AND n.state = 'waiting'
            ORDER BY n.next_ms, n.delivery_id
            LIMIT 1
        )
        WHERE w.state = 'on'
        ORDER BY w.endpoint_id
        """
    )


def settle(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """What became of attempts: rows of {delivery_id, state, next_ms, tried_ms, took_ms, status, answer, reason}."""
    tx.many(
        """
        UPDATE deliveries
        SET state = :state,
            attempts = attempts + 1,
            next_ms = :next_ms,
            tried_ms = :tried_ms,
            took_ms = :took_ms,
            status = :status,
            answer = :answer,
            reason = :reason
        WHERE delivery_id = :delivery_id
        """,
        rows,
    )


def hurry(tx: Tx, endpoint_id: int, now_ms: int) -> int:
    """Make everything that waits at an endpoint due now; returns how many that brought forward."""
    return tx.run(
        """
        UPDATE deliveries
        SET next_ms = :now_ms
        WHERE endpoint_id = :endpoint_id AND state = 'waiting' AND next_ms > :now_ms
        """,
        endpoint_id=endpoint_id,
        now_ms=now_ms,
    )


def log(tx: Tx, endpoint_id: int, before: int, limit: int) -> list[Row]:
    """Deliveries of an endpoint below an id (the columns of `_DELIVERY`), latest first."""
    return tx.all(
        f"""
        SELECT {_DELIVERY}
        FROM deliveries d
        LEFT JOIN events e ON e.event_id = d.event_id
        WHERE d.endpoint_id = :endpoint_id AND d.delivery_id < :before
        ORDER BY d.delivery_id DESC
        LIMIT :limit
        """,  # noqa: S608
        endpoint_id=endpoint_id,
        before=before,
        limit=limit,
    )


def delivery(tx: Tx, endpoint_id: int, delivery_id: int) -> Row | None:
    """A delivery of an endpoint (the columns of `_DELIVERY`), or None."""
    return tx.one(
        f"""
        SELECT {_DELIVERY}
        FROM deliveries d
        LEFT JOIN events e ON e.event_id = d.event_id
        WHERE d.delivery_id = :delivery_id AND d.endpoint_id = :endpoint_id
        """,  # noqa: S608
        endpoint_id=endpoint_id,
        delivery_id=delivery_id,
    )


def waiting(tx: Tx, endpoint_id: int, most: int) -> int:
    """How many deliveries wait at an endpoint, counted up to `most`."""
    row = tx.one(
        """
        SELECT count(*)
        FROM (
            SELECT delivery_id
            FROM deliveries
            WHERE endpoint_id = :endpoint_id AND state = 'waiting'
            LIMIT :most
        ) w
        """,
        endpoint_id=endpoint_id,
        most=most,
    )
    return int(row[0]) if row else 0


def prune(tx: Tx, first_event: int, chunk: int) -> int:
    """Remove deliveries of events below `first_event` among the `chunk` oldest; returns how many went."""
    return tx.run(
        """
        DELETE FROM deliveries
        WHERE delivery_id IN (
            SELECT old.delivery_id
            FROM (
                SELECT delivery_id, event_id
                FROM deliveries
                WHERE delivery_id > 0
                ORDER BY delivery_id
                LIMIT :chunk
            ) old
            WHERE old.event_id < :first_event
        )
        """,
        first_event=first_event,
        chunk=chunk,
    )
