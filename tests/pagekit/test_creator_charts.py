"""Charts of the creators' pages draw what they were given: holes stay holes, marks and names are in their places."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import unquote
from xml.etree import ElementTree

from earstead.pagekit import charts
from earstead.pagekit.charts import Chapter, Drop, Mark, Trace

HOSTILE = "</title><script>alert(1)</script>\"'&"


def rows(markup: str) -> list[list[str]]:
    """The file that a chart offers, head included."""
    found = re.search(r'href="data:text/csv;charset=utf-8,([^"]*)"', markup)
    assert found
    return list(csv.reader(io.StringIO(unquote(found[1]))))


def parsed(markup: str) -> ElementTree.Element:
    """The markup as a tree; fails where it is not well formed."""
    return ElementTree.fromstring(f"<r>{markup}</r>")


def test_a_hole_is_neither_zero_nor_bridged() -> None:
    """A missing step splits the line, is shaded once a picture, and is said in the table."""
    drawn = charts.traces("Plays", ["1", "2", "3", "4", "5"], [Trace("Plays", (4, 6, None, 0, 8))])
    assert drawn.count('class="trace c1"') == 2 * 2
    assert drawn.count('class="hole"') == 2
    assert [row[1] for row in rows(drawn)[1:]] == ["4", "6", "no figure", "0", "8"]


def test_what_is_missing_at_the_ends_is_no_hole() -> None:
    """Steps before the first figure and behind the last are left empty without a shade."""
    drawn = charts.traces("Plays", ["1", "2", "3", "4"], [Trace("Plays", (None, 6, 7, None))])
    assert "hole" not in drawn


def test_several_traces_have_lines_and_names_of_their_own() -> None:
    """Each line has its own class, stands in the legend, has its column; shares are numbers under a percent sign."""
    drawn = charts.traces(
        "Finished", ["1", "2"], [Trace("One", (0.5, 0.25)), Trace("Two", (0.1, 0.2))], share=True, head="Week"
    )
    assert "trace c1" in drawn and "trace c2" in drawn and "keys-list" in drawn
    assert rows(drawn)[0] == ["Week", "One, %", "Two, %"] and rows(drawn)[1][1:] == ["50", "10"]
    assert "<title>1: One 50\N{NARROW NO-BREAK SPACE}%; Two 10\N{NARROW NO-BREAK SPACE}%</title>" in drawn
    plain = charts.traces("Plays", ["1"], [Trace("Plays", (1204.0,))])
    assert "<title>1: 1,204</title>" in plain, "what is pointed at is said for people"


def test_a_change_of_definition_is_marked() -> None:
    """A mark draws its upright and its words, also beside the right edge, and no line crosses it."""
    steps = [str(n) for n in range(30)]
    drawn = charts.traces("Plays", steps, [Trace("Plays", tuple(range(30)))], marks=[Mark(29, "a play is 30 s")])
    assert drawn.count('class="change"') == 2 and "t-change t-end" in drawn and "a play is 30 s" in drawn
    halves = charts.traces("Plays", steps, [Trace("Plays", tuple(range(30)))], marks=[Mark(12, "changed")])
    assert halves.count('class="trace c1"') == 2 * 2 and "hole" not in halves


def test_the_retention_curve_names_chapters_and_drops() -> None:
    """Each chapter has its field, each drop its letter, and all seconds are in the table."""
    curve = [(second, 1 - second / 2000) for second in range(0, 1000, 2)]
    drawn = charts.retention(
        "Retention", curve, length_s=1000, chapters=[Chapter(0, "Hello"), Chapter(400, "Talk")],
        drops=[Drop(300, 330, 0.12, "in Hello")],
    )  # fmt: skip
    assert drawn.count('class="chapter') == 4 and "A: 12" in drawn and "in Hello" in drawn
    assert len(rows(drawn)) == 501


def test_a_curve_without_points_is_still_a_picture() -> None:
    """Nothing known draws axes and says so."""
    drawn = charts.retention("Retention", [], length_s=0)
    assert "Nobody reach the end" in drawn
    parsed(drawn)


def test_bands_nest_and_hold_their_numbers() -> None:
    """Five percentiles make two bands, a middle and one's own line; an unknown value of one's own is said."""
    percentiles = [(20, (1.0, 2.0)), (40, (2.0, 3.0)), (50, (3.0, 4.0)), (60, (4.0, 5.0)), (80, (6.0, 9.0))]
    drawn = charts.band("Plays", ["Day 1", "Day 7"], percentiles, (None, 4.5))
    assert drawn.count('class="band1" d=') == 2 and drawn.count('class="middle"') == 2
    assert rows(drawn)[1][-1] == "no figure" and rows(drawn)[2][-1] == "4.50"
    assert "above 50 of 100" in drawn


def test_stacked_rows_share_one_scale() -> None:
    """The longest row reaches farthest, and shares are of the whole."""
    drawn = charts.stacked("Age", ["Female", "Male"], [("18-22", (30, 10)), ("23-27", (40, 20))])
    widths = [float(w) for w in re.findall(r'class="p\d" x="[\d.]+" y="[\d.]+" width="([\d.]+)"', drawn)]
    assert widths[0] < widths[2] and rows(drawn)[2][-1].startswith("60")


def test_names_cannot_break_out_of_a_chart() -> None:
    """Hostile titles of episodes and chapters are escaped in every chart."""
    for drawn in (
        charts.traces(HOSTILE, [HOSTILE, "b"], [Trace(HOSTILE, (1, 2)), Trace("b", (1, 2))], marks=[Mark(1, HOSTILE)]),
        charts.retention(HOSTILE, [(0, 1.0), (9, 0.5)], length_s=10, chapters=[Chapter(0, HOSTILE)],
                         drops=[Drop(1, 2, 0.1, HOSTILE)]),
        charts.band(HOSTILE, [HOSTILE, "b"], [(20, (1, 2)), (80, (3, 4))], (1, 2), own_label=HOSTILE),
        charts.stacked(HOSTILE, [HOSTILE], [(HOSTILE, (1,))]),
    ):  # fmt: skip
        assert "<script>" not in drawn
        parsed(drawn)
