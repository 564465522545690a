"""Answers about everybody are kept for as long as they hold, and no more of them than there is room for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from earstead.core.catalog import MapRules
from earstead.core.periods import Span
from earstead.kit.clock import FixedClock
from earstead.services.everybody.circle import KEPT_ITEMS, WORTH, Circle, Kept
from earstead.services.everybody.rankings import steady


@pytest.fixture
def clock() -> FixedClock:
    """Moves only where a test says that an answer took its time."""
    return FixedClock(1_000)


def around(*versions: int, viewer_id: int = 0) -> Circle:
    """Users 1, 2 ... who wrote so many times."""
    return Circle(viewer_id, tuple(range(1, len(versions) + 1)), versions)


def costing(clock: FixedClock, seconds: float, answer: str) -> Callable[[], str]:
    """A question that takes a while."""

    def ask() -> str:
        clock.advance(seconds)
        return answer

    return ask


def test_an_answer_holds_until_somebody_writes(clock: FixedClock) -> None:
    """The same circle gets the kept answer; a write, another member or another viewer gets one of its own."""
    kept = Kept(clock)
    assert kept.answer(around(1, 1), "q", lambda: "first") == "first"
    assert kept.answer(around(1, 1), "q", lambda: "again") == "first"
    assert kept.answer(around(1, 1, viewer_id=2), "q", lambda: "mine") == "mine"
    assert kept.answer(around(1), "q", lambda: "one less") == "one less"
    assert kept.answer(around(1, 2), "q", lambda: "written") == "written"


def test_a_dear_answer_may_lag_for_what_it_cost(clock: FixedClock) -> None:
    """It outlives writes for twenty times its cost, where the question allows it; never a change of the circle."""
    kept = Kept(clock)
    assert kept.answer(around(1, 1), "q", costing(clock, 2, "dear"), lags=True) == "dear"
    clock.advance(2 * WORTH - 1)
    assert kept.answer(around(1, 2), "q", lambda: "new", lags=True) == "dear"
    assert kept.answer(around(1), "q", lambda: "of fewer", lags=True) == "of fewer"
    assert kept.answer(around(1, 3), "q", lambda: "exact") == "exact"
    assert kept.answer(around(1, 1), "p", costing(clock, 2, "dear"), lags=True) == "dear"
    clock.advance(2 * WORTH)
    assert kept.answer(around(1, 2), "p", lambda: "new", lags=True) == "new"


def test_the_longest_unasked_answers_go_first(clock: FixedClock) -> None:
    """What is kept is bounded by the rows in it; an answer larger than the room is given and not kept."""
    kept, half = Kept(clock), list(range(KEPT_ITEMS // 2))
    for name in "ab":
        assert kept.answer(around(1), name, lambda: half) is half
    assert kept.answer(around(1), "a", list) is half
    kept.answer(around(1), "c", lambda: half)
    assert kept.answer(around(1), "a", list) is half
    assert kept.answer(around(1), "b", list) == []
    huge = [0] * (KEPT_ITEMS + 1)
    assert kept.answer(around(1), "huge", lambda: huge) is huge
    assert kept.answer(around(1), "huge", list) == []


def test_merged_ids_are_asked_together() -> None:
    """Whatever leads to the same end is one thing; a circle narrowed to some users keeps their counters."""
    circle = Circle(1, (1, 2, 3), (7, 8, 9), MapRules(merges={10: 20, 20: 30, 40: 50}))
    assert set(circle.ids_of(10)) == set(circle.ids_of(30)) == {10, 20, 30}
    assert circle.ids_of(20)[0] == 30
    assert circle.ids_of(60) == [60]
    fewer = circle.only([3, 1, 99])
    assert (fewer.user_ids, fewer.versions, fewer.ids_of(40)) == ((1, 3), (7, 9), [50, 40])


def test_spans_are_widened_to_whole_steps() -> None:
    """A span that moves with the clock stays one question for five minutes; whole hours stay as they are."""
    assert steady(Span(601, 1199)) == steady(Span(899, 901)) == Span(600, 1200)
    assert steady(Span(3600, 7200)) == Span(3600, 7200)
