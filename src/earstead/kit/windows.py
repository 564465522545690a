"""Requests of a caller in a fixed window that is aligned on the epoch clock."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Where a caller stands after a request. `reset_in` is at least 1 s; `exceeded` means: answer 429."""

    limit: int
    remaining: int
    reset_in: int
    reset_at: int
    exceeded: bool


class WindowLimiter:
    """Counts requests by caller; only the running window is held, so memory is bounded by its callers.

    The `limits` package starts its windows at the first request of a key and begins a thread to forget them;
    clients compute with windows that begin at multiples of their length, for everybody alike.
    """

    def __init__(self, limit: int, window_s: int) -> None:
        self.limit = limit
        self.window_s = window_s
        self._window = -1
        self._used: dict[str, int] = {}

    def hit(self, caller: str, now: int, *, exempt: bool = False) -> Quota:
        """Count one request of `caller` at `now` (unix seconds).

        Who is `exempt` is never refused and never told 0 remaining: clients would sleep on it.
        """
        window = now // self.window_s
        if window != self._window:
            self._window = window
            self._used = {}
        used = self._used.get(caller, 0) + 1
        self._used[caller] = used
        reset_at = (window + 1) * self.window_s
        return Quota(
            limit=self.limit,
            remaining=max(self.limit - used, 1 if exempt else 0),
            reset_in=reset_at - now,
            reset_at=reset_at,
            exceeded=used > self.limit and not exempt,
        )


def is_loopback(address: str) -> bool:
    """Whether a request came from this machine; a UNIX socket has no address and counts as such."""
    if not address or address == "127.0.0.1":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
