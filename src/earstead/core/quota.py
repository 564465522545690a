"""How much of another's patience is left: a rolling window of seconds and a rolling day by family, both learned.

Theory. Two limits stand apart. The *window* counts all requests of the last 30 seconds; its size is not published, so
it is felt for: it grows by one request after each window that was well used and not refused, and is halved by a
refusal, which also holds everything back for as long as it says. The *day* counts the requests of one family of
endpoints over 24 hours; when it is used up the family is locked, for hours, and the others go on. What a lock found is
remembered as the family's budget.

Whoever asks is told to go now, or how long to wait: nothing here waits. Less urgent work may use only a part of what
there is, so that a look at the player always finds room.

Rule for changing it: no refusal may be forgotten early, neither by a restart nor by a success that was under way when
it came; and the window never admits more than its size. Time is given in unix milliseconds and may stand still, but
not go back. (spotify-web-api.md 3)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from enum import IntEnum
from typing import Literal, get_args

import msgspec

Family = Literal["player", "recent", "metadata", "search", "library", "playlists", "writes"]
FAMILIES: tuple[Family, ...] = get_args(Family)

WINDOW_MS = 30_000
START = 8
LEAST = 2
MOST = 180
DAY_MS = 86_400_000
SLOT_MS = 600_000
"""Requests of a day are counted in slots of ten minutes; a slot counts until all of it is a day old."""
BUDGETS: dict[Family, int] = {
    "player": 3_000,
    "recent": 300,
    "metadata": 300,
    "search": 100,
    "library": 300,
    "playlists": 500,
    "writes": 200,
}
LEAST_BUDGET = 10
LEARNED = 0.9
"""After a lock, this much of what was used by then is held to be the budget."""
GROWTH = 1.05


class Priority(IntEnum):
    """Who goes first."""

    PLAYER = 0
    HISTORY = 1
    CLICK = 2
    BACKGROUND = 3


_SHARES = {Priority.PLAYER: 1.0, Priority.HISTORY: 0.9, Priority.CLICK: 0.75, Priority.BACKGROUND: 0.5}
_DAY_SHARES = {Priority.PLAYER: 1.0, Priority.HISTORY: 1.0, Priority.CLICK: 1.0, Priority.BACKGROUND: 0.8}


class Wait(msgspec.Struct, frozen=True, gc=False):
    """Not now: why, and when to ask again. `locked`: the other side said so, it is not our own care."""

    wait_ms: int
    why: str
    locked: bool = False


class Standing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One family at a moment. `locked_until_ms` is 0 when it is not locked."""

    family: Family
    used: int
    budget: int
    usual: int
    locked_until_ms: int

    @property
    def left(self) -> int:
        """What the budget still allows, 0 while it is locked."""
        return 0 if self.locked_until_ms else max(0, self.budget - self.used)


class Window(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The window of seconds at a moment. `held_until_ms` is 0 when requests flow."""

    used: int
    size: int
    held_until_ms: int


class _Saved(msgspec.Struct, kw_only=True):
    """What survives a restart."""

    size: int = START
    held_until: int = 0
    halved_at: int = 0
    grown_at: int = 0
    sent: list[int] = []
    slots: dict[str, dict[str, int]] = {}
    locks: dict[str, int] = {}
    budgets: dict[str, int] = {}
    learned_at: dict[str, int] = {}


class Quota:
    """What is known of the limits of one developer account. Not for several threads."""

    def __init__(self, budgets: Mapping[Family, int] | None = None, saved: str = "") -> None:
        """`budgets`: requests a day by family, for those that differ from `BUDGETS`; `saved`: a former `save`."""
        self._usual = {**BUDGETS, **(budgets or {})}
        found = _read(saved)
        self._size = min(max(found.size, LEAST), MOST)
        self._held_until = found.held_until
        self._halved_at = found.halved_at
        self._grown_at = found.grown_at
        self._sent: deque[int] = deque(sorted(found.sent)[-MOST:])
        self._slots = {f: {int(at): n for at, n in found.slots.get(f, {}).items()} for f in FAMILIES}
        self._locks = {f: found.locks.get(f, 0) for f in FAMILIES}
        self._budgets = {f: min(found.budgets.get(f, self._usual[f]), self._usual[f]) for f in FAMILIES}
        self._learned_at = {f: found.learned_at.get(f, 0) for f in FAMILIES}

    def save(self) -> str:
        """Everything that must survive, as JSON text."""
        saved = _Saved(
            size=self._size,
            held_until=self._held_until,
            halved_at=self._halved_at,
            grown_at=self._grown_at,
            sent=list(self._sent),
            slots={f: {str(at): n for at, n in slots.items()} for f, slots in self._slots.items() if slots},
            locks={f: until for f, until in self._locks.items() if until},
            budgets={f: n for f, n in self._budgets.items() if n != self._usual[f]},
            learned_at={f: at for f, at in self._learned_at.items() if at},
        )
        return msgspec.json.encode(saved).decode()

    # ---- asking ------------------------------------------------------------------------------------------

    def ask(self, family: Family, priority: Priority, now_ms: int) -> Wait | None:
        """None: go, and it is counted. Otherwise when to ask again; nothing was counted."""
        refused = self._locked(family, now_ms) or self._spent(family, priority, now_ms) or self._full(priority, now_ms)
        if refused is None:
            self._sent.append(now_ms)
            slots, slot = self._slots[family], now_ms // SLOT_MS
            slots[slot] = slots.get(slot, 0) + 1
        return refused

    def _locked(self, family: Family, now_ms: int) -> Wait | None:
        if now_ms < self._locks[family]:
            return Wait(self._locks[family] - now_ms, f"the day's quota for {family} is used up", locked=True)
        if now_ms < self._held_until:
            return Wait(self._held_until - now_ms, "too many requests in a short time")
        return None

    def _spent(self, family: Family, priority: Priority, now_ms: int) -> Wait | None:
        self._grow_budget(family, now_ms)
        most = max(1, int(self._budgets[family] * _DAY_SHARES[priority]))
        if self.used(family, now_ms) < most:
            return None
        return Wait(self._room_in(family, most, now_ms), f"the day's budget for {family} is spent")

    def _room_in(self, family: Family, most: int, now_ms: int) -> int:
        """Milliseconds until enough slots are a day old."""
        over = self.used(family, now_ms) - most + 1
        for slot, count in sorted(self._slots[family].items()):
            over -= count
            if over <= 0:
                return max(1, (slot + 1) * SLOT_MS + DAY_MS - now_ms)
        return DAY_MS  # unreachable while slots add up to what is used

    def _full(self, priority: Priority, now_ms: int) -> Wait | None:
        self._flow(now_ms)
        most = max(1, int(self._size * _SHARES[priority]))
        over = len(self._sent) - most
        if over < 0:
            return None
        return Wait(max(1, self._sent[over] + WINDOW_MS - now_ms), "enough requests for this half minute")

    def _flow(self, now_ms: int) -> None:
        """Forget what left the window; after one that was well used and not refused, allow one more."""
        while self._sent and self._sent[0] <= now_ms - WINDOW_MS:
            self._sent.popleft()
        self._grown_at = self._grown_at or now_ms
        since = max(self._grown_at, self._halved_at, self._held_until)
        if 2 * len(self._sent) >= self._size and now_ms >= since + WINDOW_MS and self._size < MOST:
            self._size += 1
            self._grown_at = now_ms

    def _grow_budget(self, family: Family, now_ms: int) -> None:
        """A budget that was learned, and held for a day, is tried a little higher."""
        budget, usual = self._budgets[family], self._usual[family]
        if budget < usual and now_ms >= max(self._learned_at[family], self._locks[family]) + DAY_MS:
            self._budgets[family] = min(usual, max(budget + 1, int(budget * GROWTH)))
            self._learned_at[family] = now_ms

    # ---- refusals ----------------------------------------------------------------------------------------

    def held(self, wait_ms: int, now_ms: int) -> None:
        """The other side asks for a pause of everything: the window is halved, once for each window."""
        self._held_until = max(self._held_until, now_ms + max(1, wait_ms))
        # Of several requests that were on their way together each brings the same news.
        if self._halved_at == 0 or now_ms >= self._halved_at + WINDOW_MS:
            self._size = max(LEAST, self._size // 2)
            self._halved_at = now_ms

    def lock(self, family: Family, wait_ms: int, now_ms: int) -> bool:
        """The other side says that a family is used up. True when it was not locked before."""
        fresh = now_ms >= self._locks[family]
        self._locks[family] = max(self._locks[family], now_ms + max(1, wait_ms))
        if fresh:
            used = self.used(family, now_ms)
            self._budgets[family] = min(self._budgets[family], max(LEAST_BUDGET, int(used * LEARNED)))
            self._learned_at[family] = now_ms
        return fresh

    # ---- looking -----------------------------------------------------------------------------------------

    def used(self, family: Family, now_ms: int) -> int:
        """Requests of the last 24 hours, by slots that are not wholly older."""
        slots = self._slots[family]
        for slot in [slot for slot in slots if (slot + 1) * SLOT_MS + DAY_MS <= now_ms]:
            del slots[slot]
        return sum(slots.values())

    def share(self, family: Family, now_ms: int) -> float:
        """How much of the day's budget is used: 0 to 1, and 1 while it is locked."""
        if now_ms < self._locks[family]:
            return 1.0
        return min(1.0, self.used(family, now_ms) / self._budgets[family])

    def standing(self, family: Family, now_ms: int) -> Standing:
        """One family, for the ledger."""
        until = self._locks[family]
        return Standing(
            family=family,
            used=self.used(family, now_ms),
            budget=self._budgets[family],
            usual=self._usual[family],
            locked_until_ms=until if now_ms < until else 0,
        )

    def window(self, now_ms: int) -> Window:
        """The window, for the ledger."""
        used = sum(1 for at in self._sent if at > now_ms - WINDOW_MS)
        held = self._held_until if now_ms < self._held_until else 0
        return Window(used=used, size=self._size, held_until_ms=held)


def _read(saved: str) -> _Saved:
    # Text that cannot be read is a fault of ours; going on with cautious values is better than not at all.
    try:
        return msgspec.json.decode(saved, type=_Saved) if saved else _Saved()
    except msgspec.DecodeError:
        return _Saved()
