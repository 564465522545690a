"""A clock for simulators: it runs at a chosen rate and can be pushed forward."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from earstead.kit.clock import Clock


@runtime_checkable
class Movable(Clock, Protocol):
    """A clock that can be pushed forward; `kit.clock.FixedClock` is one."""

    def advance(self, seconds: float) -> None:
        """Move forward."""


class RunningClock:
    """Runs `rate` times as fast as another clock, from `start_ms` on (unix milliseconds), and can be pushed forward."""

    def __init__(self, real: Clock, *, start_ms: int | None = None, rate: float = 1.0) -> None:
        self._real = real
        self._rate = rate
        self._anchor = real.monotonic()
        self._base_ms = real.now_ms() if start_ms is None else start_ms

    def now_ms(self) -> int:
        """Unix milliseconds, UTC."""
        return self._base_ms + int((self._real.monotonic() - self._anchor) * 1000 * self._rate)

    def now(self) -> int:
        """Unix seconds, UTC."""
        return self.now_ms() // 1000

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return self.now_ms() / 1000

    def advance(self, seconds: float) -> None:
        """Move forward."""
        self._base_ms += int(seconds * 1000)

    def run(self, rate: float) -> None:
        """From now on run at another rate; 0 stands still."""
        self._base_ms, self._anchor, self._rate = self.now_ms(), self._real.monotonic(), rate
