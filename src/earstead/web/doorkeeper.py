"""How often a password may be guessed: per visitor and name, and per visitor over all names.

Counted in memory, so a restart forgets; guessing faster than that is not possible either, argon2 sees to it.
"""

from __future__ import annotations

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request

from earstead.kit.clock import SystemClock

# A person mistypes a few times; a household behind one address has several people.
_ONE_NAME = RateLimitItemPerMinute(8, 5)
_ALL_NAMES = RateLimitItemPerMinute(40, 5)


class Doorkeeper:
    """Counts failed attempts; refuses the next one when there were too many."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def admit(self, visitor: str, name: str) -> None:
        """Raises HTTPException 429 with `Retry-After` when this visitor failed too often."""
        for item, keys in _keys(visitor, name):
            if not self._window.test(item, *keys):
                # `limits` reads the machine's clock itself, so the difference must be taken to the same one.
                reset_at = self._window.get_window_stats(item, *keys).reset_time
                wait_s = max(1, int(reset_at - SystemClock().now()) + 1)
                raise HTTPException(
                    429, "There were too many wrong passwords from your address.", {"Retry-After": str(wait_s)}
                )

    def failed(self, visitor: str, name: str) -> None:
        """Count a wrong password."""
        for item, keys in _keys(visitor, name):
            self._window.hit(item, *keys)


def _keys(visitor: str, name: str) -> tuple[tuple[RateLimitItemPerMinute, tuple[str, ...]], ...]:
    return ((_ONE_NAME, ("name", visitor, name.casefold()[:200])), (_ALL_NAMES, ("all", visitor)))


def doorkeeper(request: Request) -> Doorkeeper:
    """The one doorkeeper of this application."""
    state = request.app.state
    if not hasattr(state, "doorkeeper"):
        state.doorkeeper = Doorkeeper()
    found: Doorkeeper = state.doorkeeper
    return found


def visitor_of(request: Request) -> str:
    """The address a request came from, as the server (or its trusted proxy) saw it."""
    return request.client.host if request.client else ""
