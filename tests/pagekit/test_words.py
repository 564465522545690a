"""Numbers and times as people read them."""

from __future__ import annotations

import pytest

from earstead.pagekit import words


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [(0, "0\u202fs"), (59_999, "59\u202fs"), (60_000, "1\u202fmin"), (15_000_000, "4\u202fh 10\u202fmin"),
     (3_600_000, "1\u202fh"), (36_000_000 * 2, "20\u202fh"), (3_600_000 * 1204, "1,204\u202fh")],
)  # fmt: skip
def test_time_spent(milliseconds: int, said: str) -> None:
    """A time spent is said in the unit that fits it."""
    assert words.hours(milliseconds) == said


@pytest.mark.parametrize(
    ("milliseconds", "said"), [(305_000, "5:05"), (3_723_000, "1:02:03"), (0, ""), (-1, ""), (59_600, "1:00")]
)
def test_length_of_a_recording(milliseconds: int, said: str) -> None:
    """A length is minutes and seconds, hours only where there are some, nothing where it is unknown."""
    assert words.duration(milliseconds) == said


def test_times_follow_the_zone_through_daylight_saving() -> None:
    """The same hour of UTC is another hour of the day in summer."""
    winter, summer = 1_736_942_400, 1_752_580_800
    assert words.clock(winter, "Europe/Berlin") == "13:00"
    assert words.clock(summer, "Europe/Berlin") == "14:00"
    assert words.moment(summer, "America/New_York") == "15 July 2025, 08:00"


def test_narrow_column_shows_only_what_is_needed() -> None:
    """Today's listens show the hour, this year's the day, others the year too."""
    now = 1_752_580_800
    assert words.brief(now - 60, "UTC", now) == "11:59"
    assert words.brief(now - 86_400, "UTC", now) == "14 Jul"
    assert words.brief(now - 366 * 86_400, "UTC", now) == "14 Jul 2024"


@pytest.mark.parametrize(
    ("value", "said"), [(0.09, "9\u202f%"), (0.004, "0.4\u202f%"), (0.0099, "1\u202f%"), (0, "0\u202f%")]
)
def test_percent(value: float, said: str) -> None:
    """Shares have no decimals, but what is small does not read as nothing."""
    assert words.percent(value) == said


def test_a_name_does_not_turn_its_sentence_round() -> None:
    """A name from right to left is isolated, an endless one shortened, every other one stays as it is."""
    assert words.named("Björk") == "Björk"
    assert words.named("فيروز") == "\u2068فيروز\u2069"
    assert words.named("x" * 60) == "x" * 60
    assert words.named("x" * 61) == "x" * 59 + "…"
