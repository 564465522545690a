"""Time and randomness, given as values so that everything above can be replayed. The only caller of both."""

from __future__ import annotations

import random
import secrets
import time
import uuid
from typing import Protocol

Random = random.Random
"""The type of a seeded generator, so that others can name it without being able to roll their own dice."""


class Clock(Protocol):
    """What time it is."""

    def now(self) -> int:
        """Unix seconds, UTC."""

    def now_ms(self) -> int:
        """Unix milliseconds, UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean something."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        return int(time.time())

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


class FixedClock:
    """A clock that stands still until it is moved; for tests, demos and simulations."""

    def __init__(self, now: int) -> None:
        self._ms = now * 1000

    def now(self) -> int:
        return self._ms // 1000

    def now_ms(self) -> int:
        return self._ms

    def monotonic(self) -> float:
        return self._ms / 1000

    def advance(self, seconds: float) -> None:
        """Move forward."""
        self._ms += int(seconds * 1000)


def new_secret(size: int = 32) -> str:
    """A random URL-safe text of `size` bytes of entropy."""
    return secrets.token_urlsafe(size)


def new_uuid4() -> str:
    """A random UUID version 4, canonical lower case."""
    return str(uuid.uuid4())


def seeded(seed: int | str) -> Random:
    """A generator that gives the same numbers for the same seed on every machine; for demos and simulators only."""
    return Random(seed)
