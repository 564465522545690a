"""When a delivery is tried again, when an endpoint is left in peace, and when it is given up."""

from __future__ import annotations

WAITS_S = (5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""The pause after each failed attempt; three days and three hours in all. After the last attempt it is given up."""
SPREAD = 0.2
"""Deliveries that failed together do not come back together: each pause is up to this much longer or shorter."""
DOWN = 3
"""Failures in a row after which the endpoint, not the event, is held to be at fault."""
REST_FIRST_S = 5
REST_MOST_S = 900
DEAD_AFTER_S = 5 * 86_400
"""An endpoint that took nothing for so long is switched off."""
DEAD_FAILURES = 10
"""How often it must have failed by then: a server that was itself off for a week judges nobody."""
MOST_RETRY_AFTER_S = 3600


def wait_s(attempts: int, jitter: float, retry_after_s: float = 0.0) -> float | None:
    """Seconds until the next attempt; None when there is none.

    Args:
        attempts: how often it was tried, >= 1.
        jitter: where in the spread, 0 <= jitter < 1.
        retry_after_s: what the receiver asked for; at most an hour of it is granted.
    """
    if attempts > len(WAITS_S):
        return None
    wait = WAITS_S[attempts - 1] * (1 - SPREAD + 2 * SPREAD * jitter)
    return max(wait, min(retry_after_s, MOST_RETRY_AFTER_S))


def rest_s(failures: int, retry_after_s: float = 0.0) -> float:
    """Seconds in which nothing at all is sent to an endpoint that failed so often in a row."""
    asked = min(retry_after_s, MOST_RETRY_AFTER_S)
    if failures < DOWN:
        return asked
    # Bounded before the power is taken: an endpoint may have failed for days.
    return max(asked, min(REST_MOST_S, REST_FIRST_S << min(failures - DOWN, 16)))


def is_dead(failures: int, failing_s: float) -> bool:
    """Whether an endpoint is given up that failed `failures` times in a row over `failing_s` seconds."""
    return failures >= DEAD_FAILURES and failing_s >= DEAD_AFTER_S
