"""Calendar periods in a person's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.errors import Rejected
from earstead.core.periods import EPOCH, date_of, day_and_hour, day_of, midnight, period

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo"]
NOW = 1_750_000_000
"""2025-06-15 15:06:40 UTC, a Sunday."""


@given(at=st.integers(0, 4_102_444_800), zone=st.sampled_from(ZONES))
def test_day_and_hour_are_what_the_calendar_says(at: int, zone: str) -> None:
    """From 1970 to 2100, every zone, daylight saving included."""
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    assert day_and_hour(at, zone) == ((local.date() - EPOCH).days, local.hour)


@given(day=st.integers(1, 47_480), zone=st.sampled_from(ZONES))
def test_midnight_is_the_first_second_of_its_day(day: int, zone: str) -> None:
    """Also on days that begin at one o'clock."""
    at = midnight(day, zone)
    assert day_and_hour(at, zone)[0] == day
    assert day_and_hour(at - 1, zone)[0] == day - 1


def test_daylight_saving_days_have_23_and_25_hours() -> None:
    """Spans are of local days, not of 86,400 seconds."""
    short = period("2025-03-30..2025-03-30", "Europe/Berlin", NOW).span
    long = period("2025-10-26..2025-10-26", "Europe/Berlin", NOW).span
    assert short and long
    assert (short.end - short.start, long.end - long.start) == (23 * 3600, 25 * 3600)


def test_a_day_that_begins_at_one_o_clock_begins_there() -> None:
    """Brazil skipped midnight on 4 November 2018."""
    at = midnight(day_of(date(2018, 11, 4)), "America/Sao_Paulo")
    assert day_and_hour(at, "America/Sao_Paulo") == (day_of(date(2018, 11, 4)), 1)


@pytest.mark.parametrize(
    ("name", "first", "after", "previous", "following"),
    [
        ("7d", "2025-06-09", "2025-06-16", "", ""),
        ("month", "2025-06-01", "2025-07-01", "2025-05", ""),
        ("2024", "2024-01-01", "2025-01-01", "2023", "2025"),
        ("2025-02", "2025-02-01", "2025-03-01", "2025-01", "2025-03"),
        ("2025-W01", "2024-12-30", "2025-01-06", "2024-W52", "2025-W02"),
        ("2025-03-01..2025-03-31", "2025-03-01", "2025-04-01", "2025-01-29..2025-02-28", "2025-04-01..2025-05-01"),
    ],
)
def test_named_periods(name: str, first: str, after: str, previous: str, following: str) -> None:
    """Each name is the local days it says, with its neighbours."""
    found = period(name, "Europe/Berlin", NOW)
    assert found.span
    days = [day_and_hour(at, "Europe/Berlin")[0] for at in (found.span.start, found.span.end)]
    assert [str(date_of(day)) for day in days] == [first, after]
    assert (found.previous_name, found.next_name) == (previous, following)
    assert found.previous and found.previous.end == found.span.start


@pytest.mark.parametrize(
    "name", ["", "yesterday", "1969", "2101", "2025-13", "2025-W60", "2025-02-30..2025-03-01", "2025-03-02..2025-03-01"]
)
def test_nonsense_is_rejected_with_what_to_write_instead(name: str) -> None:
    """A clear error, whatever was typed."""
    with pytest.raises(Rejected, match="is not a period"):
        period(name, "UTC", NOW)


def test_an_unknown_zone_is_rejected() -> None:
    """Also one that would be a path."""
    for zone in ("Mars/Olympus", "../etc/passwd", ""):
        with pytest.raises(Rejected):
            day_and_hour(0, zone)


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_rejected(name: str) -> None:
    """Never another error."""
    try:
        found = period(name, "UTC", NOW)
    except Rejected:
        return
    assert found.name == name
