"""How long to wait before trying again: exponential, bounded, spread by a jitter that is given."""

from __future__ import annotations

FIRST_S = 5
MOST_S = 3600


def backoff_s(attempt: int, jitter: float, *, first_s: int = FIRST_S, most_s: int = MOST_S) -> int:
    """Seconds until the next try.

    The span doubles with each attempt up to `most_s`; the wait lies between half of it and the whole, so that
    many jobs that failed together do not come back together.

    Args:
        attempt: how often it was tried so far, >= 1.
        jitter: where in that range, 0 <= jitter < 1.
        first_s: the span after the first attempt, >= 1.
        most_s: the longest span, >= first_s.
    """
    # Bounded before the power is taken: 2 ** attempt of a very old job would be a number of a thousand digits.
    span = min(most_s, first_s << min(max(attempt, 1) - 1, 32))
    return max(1, round(span / 2 + span / 2 * jitter))
