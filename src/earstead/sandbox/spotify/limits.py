"""The two limits: calls of an app in any 30 seconds, and calls of a developer's apps to a family in any 24 hours."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Final

WINDOW_S: Final = 30
DAY_S: Final = 86_400

# None of these is published; they are of the size that people measured in 2026 (README).
_DEV_DAY: Final = {
    "recent": 1_400,
    "metadata": 800,
    "album-tracks": 2_300,
    "artist-albums": 100,
    "search": 200,
    "playlists": 2_600,
    "writes": 1_000,
    "library": 1_400,
}
_WINDOW: Final = {"new-dev": 30, "old-dev": 60, "extended": 180}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A 429: what its `Retry-After` says, in seconds, and whether it is the day's quota."""

    retry_after_s: int
    quota: bool


@dataclass(slots=True)
class Limits:
    """What was called, and whether one more may be.

    Attributes:
        window: calls of a client id in 30 s; 0 for no limit.
        day: calls of a developer account to each family in 24 h; a family that is not named has no limit.
        allowed: how many calls were let through, by family; `refused` those that met a 429.
    """

    window: int = 0
    day: dict[str, int] = field(default_factory=dict)
    allowed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _recent: dict[str, deque[int]] = field(default_factory=dict)
    _days: dict[tuple[str, str], deque[int]] = field(default_factory=dict)

    def take(self, client_id: str, developer: str, family: str, now_ms: int) -> Refusal | None:
        """Count a call, or say why it is refused; what is refused does not count."""
        refusal = self._refusal(client_id, developer, family, now_ms)
        if refusal is not None:
            self.refused[family] += 1
            return refusal
        self._recent[client_id].append(now_ms)
        self._days[developer, family].append(now_ms)
        self.allowed[family] += 1
        return None

    def forget(self) -> None:
        """Begin anew, as if nothing had been called."""
        self._recent.clear()
        self._days.clear()

    def used(self, developer: str, now_ms: int) -> dict[str, int]:
        """Calls within the last 24 h by family."""
        found = {family for name, family in self._days if name == developer}
        return {family: len(_since(self._days[developer, family], now_ms - DAY_S * 1000)) for family in sorted(found)}

    def _refusal(self, client_id: str, developer: str, family: str, now_ms: int) -> Refusal | None:
        calls = _since(self._days.setdefault((developer, family), deque()), now_ms - DAY_S * 1000)
        most = self.day.get(family, 0)
        if most and len(calls) >= most:
            return Refusal(_wait_s(calls[len(calls) - most], DAY_S, now_ms), quota=True)
        calls = _since(self._recent.setdefault(client_id, deque()), now_ms - WINDOW_S * 1000)
        if self.window and len(calls) >= self.window:
            return Refusal(_wait_s(calls[len(calls) - self.window], WINDOW_S, now_ms), quota=False)
        return None


def usual(mode: str) -> Limits:
    """The limits of a mode: new-dev, old-dev or extended; extended apps have no daily quota."""
    return Limits(window=_WINDOW[mode], day={} if mode == "extended" else dict(_DEV_DAY))


def _since(calls: deque[int], moment_ms: int) -> deque[int]:
    while calls and calls[0] <= moment_ms:
        calls.popleft()
    return calls


def _wait_s(call_ms: int, span_s: int, now_ms: int) -> int:
    return max(1, -(-(call_ms + span_s * 1000 - now_ms) // 1000))
