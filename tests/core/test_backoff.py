"""How long a failed job waits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from earstead.core.backoff import MOST_S, backoff_s

JITTER = st.floats(min_value=0, max_value=1, exclude_max=True)


def test_the_pause_doubles_until_the_bound() -> None:
    """Without jitter the pauses are half of 5, 10, 20 ... seconds, and never more than half an hour."""
    assert [backoff_s(n, 0.0, first_s=8) for n in (1, 2, 3, 4)] == [4, 8, 16, 32]
    assert backoff_s(500, 0.0) == MOST_S // 2


@given(st.integers(min_value=-5, max_value=10**9), JITTER)
def test_the_pause_stays_within_its_bounds(attempt: int, jitter: float) -> None:
    """Any attempt and any jitter give a pause of at least a second and at most the longest span."""
    assert 1 <= backoff_s(attempt, jitter) <= MOST_S


@given(st.integers(min_value=1, max_value=40), JITTER, JITTER)
def test_more_jitter_never_waits_less(attempt: int, one: float, other: float) -> None:
    """The jitter places the wait within the attempt's own span, in order."""
    assert (backoff_s(attempt, one) <= backoff_s(attempt, other)) or one > other
