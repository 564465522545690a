"""Between the rows of webhooks and their records: secrets, filters, and what an attempt makes of an endpoint."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from earstead.core.delivering import DOWN, is_dead, rest_s, wait_s
from earstead.core.ids import hash63
from earstead.kit import clock, jsontext
from earstead.kit.secrets import CannotOpen, Vault
from earstead.kit.texts import storable
from earstead.services.journal import event_from
from earstead.services.webhooks.types import Delivery, Endpoint, Outcome
from earstead.storage.engine import Row

PREFIX = "whsec_"
MAX_ANSWER = 500
MAX_REASON = 300
_GONE = "The receiver answered 410 (gone): it wants nothing more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What an endpoint's deliveries are signed with; `previous` as well until `until_ms` (unix ms), "" for none."""

    current: str = field(repr=False)
    previous: str = field(default="", repr=False)
    until_ms: int = 0

    def valid(self, now_ms: int) -> tuple[str, ...]:
        """The secrets to sign with now, the current one first."""
        both = self.previous and now_ms < self.until_ms
        return (self.current, self.previous) if both else (self.current,)


def new_secret() -> str:
    """A random secret of 256 bits as Standard Webhooks writes it: "whsec_" and base64."""
    raw = base64.urlsafe_b64decode(clock.new_secret(32) + "=")
    return PREFIX + base64.b64encode(raw).decode()


def seal(vault: Vault, secrets: Secrets) -> str:
    """Secrets as they are stored."""
    return vault.seal(json.dumps(asdict(secrets)))


def unseal(vault: Vault, sealed: str) -> Secrets:
    """Stored secrets. Raises CannotOpen, also for an endpoint that came without."""
    if not sealed:
        raise CannotOpen("no secret")
    return Secrets(**json.loads(vault.open(sealed)))


def types_text(types: Sequence[str]) -> str:
    """A filter as it is stored."""
    return " ".join(dict.fromkeys(types))


def endpoint_from(row: Row) -> Endpoint:
    """A row of `storage.webhooks` as a record."""
    return Endpoint(
        endpoint_id=row[0],
        user_id=row[1],
        url=row[2],
        label=row[3],
        types=tuple(row[4].split()),
        state=row[5],
        reason=row[6],
        failures=row[7],
        failing_since_ms=row[8],
        rest_until_ms=row[9],
        delivered=row[10],
        delivered_ms=row[11],
        created_at=row[12],
    )


def delivery_from(row: Row) -> Delivery:
    """A row of a delivery as a record."""
    return Delivery(
        delivery_id=row[0],
        event_id=row[1],
        type=row[2],
        state=row[3],
        attempts=row[4],
        next_ms=row[5],
        tried_ms=row[6],
        took_ms=row[7],
        status=row[8],
        answer=row[9],
        reason=row[10],
        body=jsontext.dumps(event_from((row[1], row[2], row[11], row[12])).told()) if row[2] else "",
    )


def settled(before: Endpoint, outcomes: Sequence[Outcome]) -> tuple[Endpoint, list[dict[str, Any]], bool]:
    """What attempts make of an endpoint: how it stands then, the rows of its deliveries, whether it came back."""
    now, came_back = before, False
    rows = []
    for one in outcomes:
        came_back = came_back or (not one.reason and now.failures >= DOWN)
        now = _after(now, one)
        rows.append(_row(one))
    return now, rows, came_back


def _after(endpoint: Endpoint, one: Outcome) -> Endpoint:
    ended_ms = one.tried_ms + one.took_ms
    if not one.reason:
        return replace(
            endpoint,
            failures=0,
            failing_since_ms=0,
            rest_until_ms=0,
            delivered=endpoint.delivered + 1,
            delivered_ms=ended_ms,
        )
    failures, since_ms = endpoint.failures + 1, endpoint.failing_since_ms or one.tried_ms
    rest_ms = round(rest_s(failures, one.retry_after_s) * 1000)
    failing = replace(
        endpoint,
        failures=failures,
        failing_since_ms=since_ms,
        rest_until_ms=max(endpoint.rest_until_ms, ended_ms + rest_ms) if rest_ms else endpoint.rest_until_ms,
    )
    if one.gone and endpoint.state == "on":
        return replace(failing, state="off", reason=_GONE)
    if endpoint.state == "on" and is_dead(failures, (ended_ms - since_ms) / 1000):
        days = (ended_ms - since_ms) // 86_400_000
        why = f"It took nothing for {days} days, in {failures} attempts; the last failed: {one.reason}"
        return replace(failing, state="off", reason=why[: 2 * MAX_REASON])
    return failing


def _row(one: Outcome) -> dict[str, Any]:
    wait, state, ended_ms = None, "done", one.tried_ms + one.took_ms
    if one.reason:
        # Any spread will do, and one that follows from the delivery needs no source of randomness.
        jitter = hash63(str(one.delivery_id), str(one.attempts)) / 2**63
        wait = wait_s(one.attempts, jitter, one.retry_after_s)
        state = "failed" if wait is None or one.gone else "waiting"
    return {
        "delivery_id": one.delivery_id,
        "state": state,
        "next_ms": ended_ms + round((wait or 0) * 1000),
        "tried_ms": one.tried_ms,
        "took_ms": one.took_ms,
        "status": one.status,
        "answer": plain(one.answer, MAX_ANSWER),
        "reason": plain(one.reason, MAX_REASON),
    }


def plain(text: str, most: int) -> str:
    """Text of somebody else's, as databases and pages take it."""
    return storable(text)[:most]
