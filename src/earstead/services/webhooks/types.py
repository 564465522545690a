"""Records of webhooks, and what the courier that carries deliveries promises."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Literal, Protocol

from earstead.services.journal import JournalEvent

State = Literal["on", "paused", "off"]
MOST_ENDPOINTS = 20
MAX_LABEL = 100
FROM_ARCHIVE = "It came from an archive, which holds no secrets: make a new secret, then let it go on."


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address of a user's that events are sent to.

    Attributes:
        types: what it hears of: types or whole groups ("player.*"); empty for everything.
        state: on, paused (by the user), off (by us; `reason` says why).
        failures: how often in a row it did not take a delivery; `failing_since_ms`: since when, 0 when it does.
        rest_until_ms: nothing is sent before.
        delivered, delivered_ms: how many it took, and when last (0: never).
    """

    endpoint_id: int
    user_id: int
    url: str
    label: str
    types: tuple[str, ...]
    state: State
    reason: str
    failures: int
    failing_since_ms: int
    rest_until_ms: int
    delivered: int
    delivered_ms: int
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event on its way to an endpoint, or what became of it.

    Attributes:
        type: of the event; "" when that was pruned.
        state: waiting, done, failed (given up).
        status: of the latest answer, 0 when there was none; `answer` its first characters.
        reason: why the latest attempt failed, "" when it did not.
        body: what is sent, JSON; "" when the event was pruned.
    """

    delivery_id: int
    event_id: int
    type: str
    state: str
    attempts: int
    next_ms: int
    tried_ms: int
    took_ms: int
    status: int
    answer: str
    reason: str
    body: str

    @property
    def next_at(self) -> int:
        """`next_ms` in unix seconds."""
        return self.next_ms // 1000

    @property
    def tried_at(self) -> int:
        """`tried_ms` in unix seconds."""
        return self.tried_ms // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A delivery that is due, with what it carries."""

    delivery_id: int
    attempts: int
    message_id: str
    event: JournalEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is due at an endpoint, next first, and what is needed to send it. `secrets`: the current one first."""

    endpoint_id: int
    url: str
    secrets: tuple[str, ...] = field(repr=False)
    failures: int
    letters: tuple[Letter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one attempt.

    Attributes:
        status: of the answer, 0 when there was none; `reason`: why it failed, "" for a success.
        gone: the receiver wants nothing more (410).
        retry_after_s: what the receiver asked for, 0 for nothing.
    """

    delivery_id: int
    endpoint_id: int
    attempts: int
    tried_ms: int
    took_ms: int
    status: int
    answer: str
    reason: str
    gone: bool = False
    retry_after_s: float = 0.0


class Office(Protocol):
    """Where a courier fetches what is due and reports what became of it."""

    def agenda(self) -> tuple[tuple[int, int], ...]:
        """(endpoint, when its next delivery may go, unix ms) of all that have one waiting."""

    def parcel(self, endpoint_id: int, limit: int, without: Collection[int]) -> Parcel | None:
        """What is due at an endpoint now, except for some deliveries; None when nothing is."""

    def settle(self, outcomes: Sequence[Outcome]) -> Future[None]:
        """Write down what became of attempts."""


class Courier(Protocol):
    """Carries deliveries; never blocks its caller except to end."""

    def start(self, office: Office) -> None:
        """Begin with what waits."""

    def wake(self, endpoint_ids: Collection[int]) -> None:
        """Something is due at these now."""

    def close(self) -> None:
        """End; what was not settled is carried again at the next start."""
