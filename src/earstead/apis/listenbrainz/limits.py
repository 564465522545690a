"""Requests per address in a fixed window that is aligned on the epoch clock, and the headers that tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

DEFAULT_LIMIT = 3_000
DEFAULT_WINDOW_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Where a caller stands after a request. `reset_in` is at least 1 s; `exceeded` means: answer 429."""

    limit: int
    remaining: int
    reset_in: int
    reset_at: int
    exceeded: bool

    def headers(self) -> dict[str, str]:
        """The four headers clients sleep by."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset-In": str(self.reset_in),
            "X-RateLimit-Reset": str(self.reset_at),
        }


class WindowLimiter:
    """Counts requests per address; only the running window is held, so memory is bounded by its callers.

    The `limits` package starts its windows at the first request of a key; clients compute with windows that
    begin at multiples of their length, for everybody alike.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT, window_s: int = DEFAULT_WINDOW_S) -> None:
        self.limit = limit
        self.window_s = window_s
        self._window = -1
        self._used: dict[str, int] = {}

    def hit(self, address: str, now: int) -> Quota:
        """Count one request of `address` at `now` (unix seconds).

        Loopback is never refused and never told 0 remaining: clients would sleep on it.
        """
        window = now // self.window_s
        if window != self._window:
            self._window = window
            self._used = {}
        used = self._used.get(address, 0) + 1
        self._used[address] = used
        exempt = _is_loopback(address)
        reset_at = (window + 1) * self.window_s
        return Quota(
            limit=self.limit,
            remaining=max(self.limit - used, 1 if exempt else 0),
            reset_in=reset_at - now,
            reset_at=reset_at,
            exceeded=used > self.limit and not exempt,
        )


def _is_loopback(address: str) -> bool:
    """Whether the request came from this machine; a UNIX socket has no address and counts as such."""
    if not address or address == "127.0.0.1":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
