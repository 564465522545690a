"""The governor of one developer account: `core.quota` for several threads, with a memory that outlives the process.

A lock is kept before anybody hears of it; counts are kept every half minute at most, and when the process ends. A
process that is killed forgets the counts of its last half minute, and no lock.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Protocol

from earstead.core.errors import RetryLater
from earstead.core.quota import FAMILIES, Family, Priority, Quota, Standing, Window
from earstead.core.spotify import SERVICE, QuotaLocked
from earstead.kit.clock import Clock

KEEP_MS = 30_000


class Memory(Protocol):
    """Where what is known of one developer account's limits is kept."""

    def load(self) -> str:
        """What `keep` was given last, "" at first."""

    def keep(self, text: str) -> None:
        """Keep it durably."""

    def locked(self, text: str, family: str, until_ms: int) -> None:
        """Keep it durably, and tell whom it concerns that a family is locked."""


class Forgetful:
    """A memory for a client that is used alone."""

    def load(self) -> str:
        """Nothing."""
        return ""

    def keep(self, text: str) -> None:
        """Nothing is kept."""

    def locked(self, text: str, family: str, until_ms: int) -> None:
        """Nobody is told."""


class Governor:
    """Says who may ask now. For several threads; never waits."""

    def __init__(self, clock: Clock, memory: Memory | None = None, budgets: Mapping[Family, int] | None = None) -> None:
        self._clock = clock
        self._memory: Memory = memory or Forgetful()
        self._lock = threading.Lock()
        self._quota = Quota(budgets, self._memory.load())
        self._kept_ms = clock.now_ms()
        self._dirty = False

    def admit(self, family: Family, priority: Priority) -> None:
        """Count one request that is sent now.

        Raises:
            QuotaLocked: Spotify locked the family; `after_s` is when that ends.
            RetryLater: it is better to wait for `after_s`.
        """
        with self._lock:
            now = self._clock.now_ms()
            refused = self._quota.ask(family, priority, now)
            if refused is None:
                self._dirty = True
                if now - self._kept_ms >= KEEP_MS:
                    self._keep(now)
                return
        after = refused.wait_ms / 1000
        raise QuotaLocked(family, after) if refused.locked else RetryLater(SERVICE, refused.why, after)

    def held(self, wait_s: float) -> None:
        """Spotify asked for a short pause."""
        with self._lock:
            now = self._clock.now_ms()
            self._quota.held(int(wait_s * 1000), now)
            self._keep(now)

    def locked(self, family: Family, wait_s: float) -> None:
        """Spotify locked a family."""
        with self._lock:
            now = self._clock.now_ms()
            fresh = self._quota.lock(family, int(wait_s * 1000), now)
            if not fresh:
                self._keep(now)
                return
            self._memory.locked(self._quota.save(), family, self._quota.standing(family, now).locked_until_ms)
            self._kept_ms, self._dirty = now, False

    def flush(self) -> None:
        """Keep what was counted since."""
        with self._lock:
            if self._dirty:
                self._keep(self._clock.now_ms())

    def share(self, family: Family) -> float:
        """How much of a family's day is used, 0 to 1; 1 while it is locked."""
        with self._lock:
            return self._quota.share(family, self._clock.now_ms())

    def ledger(self) -> tuple[Window, tuple[Standing, ...]]:
        """All there is to say, for the page."""
        with self._lock:
            now = self._clock.now_ms()
            return self._quota.window(now), tuple(self._quota.standing(family, now) for family in FAMILIES)

    def _keep(self, now: int) -> None:
        self._memory.keep(self._quota.save())
        self._kept_ms, self._dirty = now, False
