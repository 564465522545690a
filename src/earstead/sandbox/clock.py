"""A clock for simulators: it runs at a chosen rate and can be pushed forward, by a control too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol, runtime_checkable

from earstead.kit.clock import Clock

FARTHEST_S: Final = 10 * 366 * 86_400
MOST_RATE: Final = 1_000_000


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


def move(clock: Clock, said: Mapping[str, Any]) -> None:
    """Do what {"advance_s": 60}, {"to_ms": ...} and {"rate": 0}, which lets a running clock stand, say.

    Raises:
        ValueError: the clock cannot do it, or goes too far or too fast.
    """
    if not isinstance(clock, Movable):
        raise ValueError("this clock cannot be moved")
    if "rate" in said:
        if not isinstance(clock, RunningClock):
            raise ValueError("this clock does not run")
        if not 0 <= float(said["rate"]) <= MOST_RATE:
            raise ValueError(f"rate is 0 to {MOST_RATE}")
        clock.run(float(said["rate"]))
    seconds = float(said.get("advance_s", 0))
    if "to_ms" in said:
        seconds = (int(said["to_ms"]) - clock.now_ms()) / 1000
    if not 0 <= seconds <= FARTHEST_S:
        raise ValueError("the clock goes forward only, and ten years at most at a time")
    clock.advance(seconds)
