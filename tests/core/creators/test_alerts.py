"""When a creator is told of a day, and of the age of cookies."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.creators.alerts import cookie_step, unusual

TODAY = date(2026, 11, 21)


def days(*values: float, last: date = TODAY - timedelta(days=1)) -> dict[date, float]:
    """Values by day, the last one of yesterday."""
    return {last - timedelta(days=i): value for i, value in enumerate(reversed(values))}


def test_a_day_far_above_the_usual_is_a_spike() -> None:
    """Three times the usual plays are told, with what is usual."""
    (found,) = unusual(days(*[100.0] * 40, 300.0), TODAY)
    assert (found.kind, found.day, found.value, found.usual, found.ratio) == (
        "spike",
        date(2026, 11, 20),
        300.0,
        100.0,
        3.0,
    )


def test_a_low_day_is_told_only_when_it_had_time_to_settle() -> None:
    """Yesterday's low figure may still rise; the same figure of three days ago is a drop."""
    assert unusual(days(*[100.0] * 40, 10.0), TODAY) == ()
    (found,) = unusual(days(*[100.0] * 40, 10.0, 100.0, 100.0), TODAY)
    assert (found.kind, found.day, found.ratio) == ("drop", date(2026, 11, 18), 0.1)


def test_the_mountain_of_every_week_is_usual() -> None:
    """A weekly show has its day of many plays every week, and is not told of it."""
    week = [600.0, 150.0, 100.0, 100.0, 100.0, 100.0, 100.0]
    assert unusual(days(*week * 8, 600.0), TODAY) == ()
    (found,) = unusual(days(*week * 8, 1500.0), TODAY)
    assert (found.kind, found.usual) == ("spike", 600.0)


def test_a_small_show_is_not_told_of_every_other_day() -> None:
    """Twice as much of very little is less than twenty more."""
    assert unusual(days(*[4.0, 6.0] * 20, 14.0), TODAY) == ()


def test_scatter_is_usual() -> None:
    """Where days differ widely anyway, twice the median is nothing to tell."""
    assert unusual(days(*[20.0, 300.0, 90.0, 180.0, 40.0] * 8, 220.0), TODAY) == ()


def test_nothing_is_usual_before_two_weeks_are_known() -> None:
    """A show whose history has only begun has no usual day; unknown days are no zeros."""
    assert unusual(days(*[100.0] * 13, 900.0), TODAY) == ()
    assert len(unusual(days(*[100.0] * 14, 900.0), TODAY)) == 1


def test_old_days_and_today_are_not_told() -> None:
    """A spike of last week is no news, and today is not over."""
    assert unusual(days(*[100.0] * 40, 900.0, *[100.0] * 5), TODAY) == ()
    assert unusual({**days(*[100.0] * 40), TODAY: 900.0}, TODAY) == ()


@given(st.lists(st.floats(min_value=0, max_value=1e9), max_size=80))
def test_any_history_can_be_judged(values: list[float]) -> None:
    """Whatever the values are, at most the last four days are told, each once, in order."""
    found = [one.day for one in unusual(days(*values), TODAY)]
    assert found == sorted(set(found))
    assert all(TODAY - timedelta(days=4) <= day < TODAY for day in found)


@pytest.mark.parametrize(
    ("age", "step"), [(0, 0), (89, 0), (90, 90), (179, 90), (180, 180), (269, 180), (330, 330), (900, 330)]
)
def test_cookies_are_told_of_at_four_ages(age: int, step: int) -> None:
    """Each age that cookies reach is told once: the step is the last one reached."""
    assert cookie_step(age) == step
