"""How politely is asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from earstead.creators.pace import Limit, Pace, Turns


def test_twenty_go_at_once_and_the_next_waits_for_its_window() -> None:
    """In no 30 seconds are there more than 20 requests."""
    turns = Turns(Limit(20, 30.0))
    assert [turns.take(100.0) for _ in range(20)] == [0.0] * 20
    assert turns.take(101.0) == 29.0
    assert turns.take(130.0) == 0.0


@given(st.lists(st.floats(0, 5), min_size=8, max_size=60))
def test_no_window_holds_more_than_allowed(pauses: list[float]) -> None:
    """However requests come, the sixth after any one is at least the span later."""
    turns, now, sent = Turns(Limit(6, 2.0)), 0.0, []
    for pause in pauses:
        now += pause
        now += turns.take(now)
        sent.append(now)
    assert all(later - first >= 2.0 - 1e-9 for first, later in zip(sent, sent[6:], strict=False))


def test_waits_double_and_are_bounded() -> None:
    """Each wait lies between half of its span and the whole; spans double up to a bound."""
    pace = Pace.polite()
    assert [pace.wait_s("rest", attempt, 1.0) for attempt in (1, 2, 3)] == [2.0, 4.0, 8.0]
    assert pace.wait_s("pod", 1, 0.0) == 2.0
    assert pace.wait_s("pod", 60, 1.0) == 64.0
