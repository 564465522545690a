"""How politely the backends are asked: limits, and how long to wait before asking again. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` requests in any `span_s` seconds."""

    most: int
    span_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The manners of a client.

    Attributes:
        limits: by backend; a backend without one is not limited.
        attempts: how often a read is tried in all, >= 1.
        first_s: the longest wait before the second attempt, by backend ("" for all others); it doubles each time.
        most_s: the longest wait.
        deadline_s: for one call with all its attempts and waits.
        poll_first_s, poll_most_s, poll_total_s: the first wait for an upload that is being worked on, the longest
            (they grow by half each time), and how long to wait in all.
    """

    limits: Mapping[str, Limit] = field(default_factory=dict)
    attempts: int = 5
    first_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({"": 2.0}))
    most_s: float = 64.0
    deadline_s: float = 240.0
    poll_first_s: float = 5.0
    poll_most_s: float = 30.0
    poll_total_s: float = 300.0

    @classmethod
    def polite(cls) -> Pace:
        """What is right for the live service: 20 requests in 30 s for podcasters/v0, 4 a second for the others."""
        second = Limit(4, 1.0)
        return cls(
            limits={"pod": Limit(20, 30.0), "graph": second, "rest": second, "legacy": second, "next": second},
            first_s={"": 2.0, "pod": 4.0},
        )

    @classmethod
    def unhurried(cls) -> Pace:
        """For a simulator on one's own machine: no limits, short waits."""
        return cls(
            first_s={"": 0.02}, most_s=0.2, deadline_s=30.0, poll_first_s=0.02, poll_most_s=0.1, poll_total_s=10.0
        )

    def wait_s(self, backend: str, attempt: int, jitter: float) -> float:
        """Seconds to wait after the given attempt failed.

        Args:
            attempt: 1 for the first.
            jitter: where between half of the span and the whole, 0 to 1.
        """
        first = self.first_s.get(backend, self.first_s.get("", 2.0))
        span = min(self.most_s, first * 2 ** (min(attempt, 16) - 1))
        return float(span * (1 + jitter) / 2)


class Turns:
    """The turns of one backend. Times are seconds of a monotonic clock; not for several threads at once.

    A sliding window, not a bucket that fills while it is emptied: that would let more than `most` through in the first
    `span_s`, and the service counts.
    """

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._taken: deque[float] = deque(maxlen=limit.most)

    def take(self, now: float) -> float:
        """Take a turn; how long to wait for it, 0.0 for at once."""
        at = now
        if len(self._taken) == self._limit.most:
            at = max(now, self._taken[0] + self._limit.span_s)
        self._taken.append(at)
        return at - now
