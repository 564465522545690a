"""A token bucket for each (address, key): so many requests a second, and a burst (spec section 2.8)."""

from __future__ import annotations

from ipaddress import ip_address

MOST_BUCKETS = 20_000
"""About 4 MB. A caller that invents keys to get new buckets shares one with its address when they are used up."""


class Buckets:
    """Counts requests in memory. Only buckets that are not full are worth keeping."""

    def __init__(self) -> None:
        self._level: dict[tuple[str, str], tuple[float, float]] = {}

    def wait_s(self, address: str, key: str, now: float, *, per_second: float, burst: float) -> float:
        """Take one request at `now` (monotonic seconds): 0.0 when it is admitted, else seconds until one will be.

        Callers on this machine are never refused; neither is anybody with `per_second` 0 or less.
        """
        if per_second <= 0 or _is_loopback(address):
            return 0.0
        if len(self._level) >= MOST_BUCKETS:
            self._forget_full(now, per_second, burst)
        place = (address, key)
        if place not in self._level and len(self._level) >= MOST_BUCKETS:
            place = (address, "")
        level, seen = self._level.get(place, (burst, now))
        level = min(burst, level + max(0.0, now - seen) * per_second)
        admitted = level >= 1
        self._level[place] = (level - 1 if admitted else level, now)
        return 0.0 if admitted else (1 - level) / per_second

    def _forget_full(self, now: float, per_second: float, burst: float) -> None:
        self._level = {
            place: (level, seen)
            for place, (level, seen) in self._level.items()
            if level + (now - seen) * per_second < burst
        }


def _is_loopback(address: str) -> bool:
    """Whether a request came from this machine; a UNIX socket has no address and counts as such."""
    if not address or address == "127.0.0.1":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
