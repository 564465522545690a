"""Token buckets: so many requests a second, and a burst, for each (address, key) (spec section 2.8), and three times
that for each address, so that inventing keys does not help."""

from __future__ import annotations

from earstead.kit.windows import is_loopback

MOST_BUCKETS = 20_000
"""About 4 MB. When they are used up, keys not seen before share one bucket with their address."""
KEYS_OF_ADDRESS = 3
"""An address may send what so many keys may: a household behind one address is not one caller."""
_WHOLE = None

Place = tuple[str, str | None]


class Buckets:
    """Counts requests in memory. Only buckets that are not full are worth keeping."""

    def __init__(self) -> None:
        self._level: dict[Place, tuple[float, float]] = {}

    def wait_s(self, address: str, key: str, now: float, *, per_second: float, burst: float) -> float:
        """Take one request at `now` (monotonic seconds): 0.0 when it is admitted, else seconds until one will be.

        Callers on this machine are never refused; neither is anybody with `per_second` 0 or less.
        """
        if per_second <= 0 or is_loopback(address):
            return 0.0
        if len(self._level) >= MOST_BUCKETS:
            self._forget_full(now, per_second, burst)
        place: Place = (address, key)
        if place not in self._level and len(self._level) >= MOST_BUCKETS:
            place = (address, "")
        places = (place, (address, _WHOLE))
        levels = {one: self._level_at(one, now, per_second, burst) for one in places}
        wait_s = max((1 - level) / (per_second * _share(one)) for one, level in levels.items())
        if wait_s > 0:
            return wait_s
        self._level.update({one: (level - 1, now) for one, level in levels.items()})
        return 0.0

    def _level_at(self, place: Place, now: float, per_second: float, burst: float) -> float:
        share = _share(place)
        level, seen = self._level.get(place, (burst * share, now))
        return min(burst * share, level + max(0.0, now - seen) * per_second * share)

    def _forget_full(self, now: float, per_second: float, burst: float) -> None:
        self._level = {
            place: kept
            for place, kept in self._level.items()
            if self._level_at(place, now, per_second, burst) < burst * _share(place)
        }


def _share(place: Place) -> int:
    """How many keys' requests a bucket holds."""
    return KEYS_OF_ADDRESS if place[1] is _WHOLE else 1
