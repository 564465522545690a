"""Charts draw exactly the numbers they were given."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from html import unescape
from itertools import pairwise
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earstead.pagekit import charts
from earstead.pagekit.charts.frame import level, ticks
from earstead.services.views import Bucket

weeks = st.lists(st.lists(st.integers(0, 60), min_size=24, max_size=24), min_size=52, max_size=53)
plays = st.lists(st.integers(0, 5000), min_size=1, max_size=60)
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</title><script>alert(1)</script>\"'&"


def series(values: list[int]) -> list[Bucket]:
    first = date(2025, 1, 1)
    return [
        Bucket(start=str(first + timedelta(days=i)), label=f"day {i}", plays=v, listened_ms=v * 200_000)
        for i, v in enumerate(values)
    ]


def numbers(markup: str) -> list[list[str]]:
    """The rows of the file that a chart offers."""
    found = re.search(r'href="data:text/csv;charset=utf-8,([^"]*)"', markup)
    assert found
    return list(csv.reader(io.StringIO(unquote(found[1]))))[1:]


def parsed(markup: str) -> ElementTree.Element:
    """The markup as a tree; fails where it is not well formed."""
    return ElementTree.fromstring(f"<r>{markup}</r>")


@settings(max_examples=15, deadline=None)
@given(weeks)
def test_large_disc_draws_every_heard_hour_once(year: list[list[int]]) -> None:
    """There is one arc for each hour that was heard, none for the others."""
    assert charts.disc(2024, year).count("data-at=") == sum(1 for row in year for hour in row if hour)


@settings(max_examples=15, deadline=None)
@given(weeks)
def test_disc_table_holds_its_numbers(year: list[list[int]]) -> None:
    """The table of the disc has the plays of every week and hour, and their sums."""
    *rows, total = numbers(charts.disc(2024, year))
    assert [[int(v) for v in row[1:-1]] for row in rows] == year
    assert int(total[-1]) == sum(map(sum, year))


@settings(max_examples=15, deadline=None)
@given(weeks)
def test_small_disc_covers_as_much_as_was_heard(year: list[list[int]]) -> None:
    """The dashes of the small disc are as long together as the hours that were heard."""
    tree = parsed(charts.small_disc(2024, year))
    drawn = 0.0
    for circle in tree.iter("circle"):
        if dashes := circle.get("stroke-dasharray"):
            lengths = [float(d) for d in dashes.split()]
            unit = 2 * 3.14159265 * float(circle.get("r", "0")) / len(year)
            drawn += sum(lengths[0::2]) / unit
            assert sum(lengths) == pytest.approx(unit * len(year), rel=0.02)
    assert drawn == pytest.approx(sum(1 for row in year for hour in row if hour), rel=0.02, abs=0.6)


def test_empty_disc_says_that_nothing_was_heard() -> None:
    """A year without plays is drawn as a blank record with words, not as an error."""
    drawn = charts.disc(2025, [[0] * 24] * 53)
    assert "Nothing was heard." in drawn
    assert "data-at" not in drawn


@settings(max_examples=30, deadline=None)
@given(plays)
def test_bars_have_the_height_of_their_value(values: list[int]) -> None:
    """Bars start at zero and are as high as their share of the axis."""
    tree = parsed(charts.bars("Plays", series(values)))
    wide = tree.find(".//div[@class='wide-only']")
    assert wide is not None
    heights = [float(r.get("height", "0")) for r in wide.iter("rect") if r.get("class") == "column"]
    assert len(heights) == len(values)
    reach = ticks(max(values))[-1]
    room = 220 - 24 - 10
    assert heights == pytest.approx([room * v / reach for v in values], abs=0.06)


@settings(max_examples=30, deadline=None)
@given(plays, plays)
def test_area_table_holds_both_periods(now: list[int], before: list[int]) -> None:
    """The table of the area lists each step of both periods, the longer one to its end."""
    drawn = charts.area("P", series(now), series(before), passed=len(now), now_label="N", before_label="B")
    rows = numbers(drawn)
    assert [int(row[1]) for row in rows if row[1]] == now
    assert [int(row[3]) for row in rows if row[3]] == before


def test_area_does_not_draw_the_future() -> None:
    """Steps that have not come yet have no point on the line."""
    tree = parsed(charts.area("P", series([5, 5, 0, 0]), (), passed=2, now_label="N", before_label="B"))
    line = next(p for p in tree.iter("path") if p.get("class") == "line")
    assert line.get("d", "").count("L") == 1


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.integers(0, 90), min_size=24, max_size=24), min_size=7, max_size=7))
def test_clock_has_a_square_for_every_hour_of_the_week(week: list[list[int]]) -> None:
    """168 squares, each with its own number in words, and the same numbers in the table."""
    drawn = charts.clock("Week", week)
    assert drawn.count("<rect") == 7 * 24
    assert [[int(v) for v in row[1:-1]] for row in numbers(drawn)] == week


@pytest.mark.parametrize(("year", "days"), [(2024, 366), (2025, 365), (1970, 365), (2100, 365)])
def test_calendar_has_every_day_of_the_year(year: int, days: int) -> None:
    """Leap days included; the wide sheet and the two half years show the same days."""
    drawn = charts.calendar("Days", year, {f"{year}-02-28": 3, f"{year}-12-31": 4})
    assert drawn.count("<rect") == 2 * days
    assert numbers(drawn) == [[f"{year}-02-28", "3"], [f"{year}-12-31", "4"]]
    assert f"31 December {year}: 4 plays" in drawn


def test_rank_line_breaks_where_nothing_was_heard() -> None:
    """A year without plays has no point, and no line leads through it."""
    tree = parsed(charts.ranks("R", [("2020", 3, 9), ("2021", 0, 0), ("2022", 1, 20), ("2023", 2, 8)]))
    wide = tree.find(".//div[@class='wide-only']")
    assert wide is not None
    assert len(list(wide.iter("circle"))) == 3
    assert len([p for p in wide.iter("path") if p.get("class") == "line"]) == 1


DRAWN: list[Any] = [
    charts.bars(HOSTILE, series([1, 2])),
    charts.area(HOSTILE, series([1]), series([2]), passed=1, now_label=HOSTILE, before_label=HOSTILE),
    charts.ranks(HOSTILE, [(HOSTILE, 1, 2)]),
    charts.clock(HOSTILE, [[0] * 24] * 7),
    charts.calendar(HOSTILE, 2025, {}),
    charts.disc(2025, [[1] * 24] * 53),
]


@pytest.mark.parametrize("drawn", DRAWN)
def test_charts_are_well_formed_images_with_words(drawn: str) -> None:
    """Every chart is an image with a title and a description; names never become markup."""
    tree = parsed(drawn)
    for image in tree.iter("svg"):
        assert image.get("role") == "img"
        title, desc = image.find("title"), image.find("desc")
        assert title is not None
        assert desc is not None
        assert image.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert not list(tree.iter("script"))
    assert "<script" not in unescape(re.sub(r"&lt;.*?&gt;", "", drawn))
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_file_of_numbers_cannot_be_a_formula() -> None:
    """A name that a spreadsheet would calculate is written as text."""
    rows = numbers(charts.ranks("R", [("=1+1", 1, 2)]))
    assert rows[0][0] == "'=1+1"


@given(st.integers(1, 10**9))
def test_axis_is_round_and_reaches_the_top(top: int) -> None:
    """Axis steps start at zero, are equal, number at most five, and reach the largest value."""
    steps = ticks(top)
    assert steps[0] == 0
    assert steps[-1] >= top
    assert len({b - a for a, b in pairwise(steps)}) == 1
    assert len(steps) <= 5


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_scale_shows_every_play(value: int, top: int) -> None:
    """Only nothing looks like nothing, and the largest value is darkest."""
    assert (level(min(value, top), top) == 0) == (value == 0)
    assert level(top, top) == 5


def test_steps_of_a_choosable_plot_carry_their_days() -> None:
    """Days, months and years know their first and last day, leap years and Decembers included; others carry none."""
    cases = {
        ("2025-03-01", "2025-03-02"): ["2025-03-01..2025-03-01", "2025-03-02..2025-03-02"],
        ("2024-01-01", "2024-02-01"): ["2024-01-01..2024-01-31", "2024-02-01..2024-02-29"],
        ("2024-11-01", "2024-12-01"): ["2024-11-01..2024-11-30", "2024-12-01..2024-12-31"],
        ("2023-01-01", "2024-01-01"): ["2023-01-01..2023-12-31", "2024-01-01..2024-12-31"],
    }
    for starts, expected in cases.items():
        steps = [Bucket(start=start, label=start, plays=1, listened_ms=1) for start in starts]
        drawn = charts.bars("Plays", steps, to="/ada?by=time&period=")
        assert parsed(drawn).find("figure").get("data-range") == "/ada?by=time&period="  # type: ignore[union-attr]
        assert re.findall(r'data-span="([^"]*)"', drawn) == expected * 2
        over = charts.area("Plays", steps, [], passed=2, now_label="now", before_label="then", to="/ada?period=")
        assert re.findall(r'data-span="([^"]*)"', over) == expected * 2
        assert "data-span" not in charts.bars("Plays", steps)


def test_few_bars_stay_columns() -> None:
    """A single step is a column in the middle of its place, not a wall across the plot."""
    tree = parsed(charts.bars("Plays", series([7])))
    columns = [mark for mark in tree.iter() if mark.get("class") == "column"]
    assert columns
    assert all(float(mark.get("width", "0")) <= 64 for mark in columns)


@pytest.mark.parametrize("count", [1, 2, 7, 30, 31, 90])
def test_labels_of_an_axis_do_not_run_into_each_other(count: int) -> None:
    """However many steps there are, each label has room, the last one at the edge included."""
    steps = [Bucket(start="2025-01-01", label="21 Nov 2026", plays=1, listened_ms=1) for _ in range(count)]
    for picture in re.findall(r"<svg.*?</svg>", charts.bars("Plays", steps)):
        places = [float(x) for x in re.findall(r'class="t-axis t-mid" x="([\d.]+)"', picture)]
        assert places
        assert all(later - earlier >= 6.6 * len("21 Nov 2026") for earlier, later in pairwise(places))
