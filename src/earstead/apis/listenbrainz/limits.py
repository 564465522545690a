"""How many requests an address may make, and the headers that tell of it."""

from __future__ import annotations

from earstead.kit.windows import Quota, WindowLimiter, is_loopback

WINDOW_S = 10


def new_limiter(limit: int) -> WindowLimiter:
    """A limiter of so many requests in each window of ten seconds."""
    return WindowLimiter(limit, WINDOW_S)


def hit(limiter: WindowLimiter, address: str, now: int) -> Quota:
    """Count one request of `address`; loopback is never refused."""
    return limiter.hit(address, now, exempt=is_loopback(address))


def headers(quota: Quota) -> dict[str, str]:
    """The four headers clients sleep by."""
    return {
        "X-RateLimit-Limit": str(quota.limit),
        "X-RateLimit-Remaining": str(quota.remaining),
        "X-RateLimit-Reset-In": str(quota.reset_in),
        "X-RateLimit-Reset": str(quota.reset_at),
    }
