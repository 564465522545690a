"""What pages say first, in words."""

from __future__ import annotations

import pytest

from earstead.core.periods import period
from earstead.services.views import ChartRow, EntityDetail, EntityRef, ListenFilter, Totals
from earstead.web import sentences

NOW = 1_750_000_000
"""2025-06-15 15:06:40 UTC."""


def totals(plays: int) -> Totals:
    return Totals(
        plays=plays, listened_ms=plays * 200_000, all_plays=plays, skipped=0,
        artists=12, recordings=40, first_at=1, last_at=2,
    )  # fmt: skip


def row(name: str, plays: int) -> ChartRow:
    return ChartRow(
        rank=1, entity=EntityRef(kind="artist", entity_id=1, name=name), plays=plays, listened_ms=plays * 200_000
    )


@pytest.mark.parametrize(
    ("name", "plays", "then", "cut", "said"),
    [
        ("month", 412, 378, True, "412 plays this month, 9\u202f% more than at this point of May; mostly Björk."),
        ("2025-01", 1, 2, False, "1 play in January 2025, 50\u202f% fewer than in December 2024; mostly Björk."),
        ("30d", 10, 10, False, "10 plays in the last 30 days, as many as in the 30 days before; mostly Björk."),
        ("2024", 900, 100, False, "900 plays in 2024, 9 times as many as in 2023; mostly Björk."),
        ("week", 20, 10, True, "20 plays this week, twice as many as at this point of the week before; mostly Björk."),
        ("2025-W09", 7, 0, False, "7 plays in the week of 24 February 2025; mostly Björk."),
        ("2025-03-01..2025-03-02", 4, 8, False,
         "4 plays from 1 March 2025 to 2 March 2025, 50\u202f% fewer than in the stretch before; mostly Björk."),
    ],
)  # fmt: skip
def test_summary_of_a_period(name: str, plays: int, then: int, cut: bool, said: str) -> None:
    """How many, compared with what, mostly who: true and readable for every kind of period."""
    found = period(name, "Europe/Berlin", NOW)
    leaders = [row("Björk", plays * 2 // 3 + 1)]
    assert sentences.summary(found, totals(plays), totals(then), leaders, cut=cut) == said


def test_summary_of_nothing() -> None:
    """Without a play the sentence says so instead of comparing."""
    assert sentences.summary(period("2024", "UTC", NOW), totals(0), totals(5), []) == "Nothing heard in 2024."
    assert sentences.summary(period("all", "UTC", NOW), totals(0), None, []) == "Nothing heard yet."


@pytest.mark.parametrize(
    ("leaders", "plays", "said"),
    [([row("A", 6)], 10, "mostly A"), ([row("A", 5), row("B", 4)], 100, "A above all"),
     ([row("A", 10), row("B", 9)], 100, "A and B above all"), ([], 10, ""), ([row("A", 0)], 0, "")],
)  # fmt: skip
def test_who_stands_out(leaders: list[ChartRow], plays: int, said: str) -> None:
    """ "Mostly" is said of more than half; two are named when the second is close behind."""
    assert sentences.leading(leaders, plays) == said


def test_filter_reads_like_a_sentence() -> None:
    """Every part of a filter is named; without one the list is all listens."""
    chosen = ListenFilter(artist_id=1, skipped=True, text="live")
    found = period("2025", "UTC", NOW)
    assert sentences.filter_sentence(["Björk"], found, chosen) == "Listens of Björk, with “live”, in 2025, skipped"
    assert sentences.filter_sentence([], period("all", "UTC", NOW), ListenFilter()) == "All listens"
    assert sentences.filter_sentence([], None, ListenFilter(hidden=True)) == "Deleted listens"


def test_an_entity_is_placed_in_the_current_periods_too() -> None:
    """The rank of all time is followed by that of this month and year, where it was heard in them."""
    heard = EntityDetail(
        entity=EntityRef(kind="artist", entity_id=1, name="Björk"), plays=312, all_plays=312, skipped=0,
        listened_ms=21 * 3_600_000, rank=2, first=None, latest=None,
        spellings=(), releases=(), recordings=(), artists=(), release=None,
    )  # fmt: skip
    said = sentences.entity_sentence(heard, "UTC", [("this month", 1400), ("this year", 0)])
    assert said == "312 plays, 21\u202fh. No. 2 of all time, No. 1,400 this month."


def test_names_from_right_to_left_stand_apart_in_sentences() -> None:
    """The words around such a name keep their order, in each sentence that holds one."""
    month = period("month", "UTC", NOW)
    assert sentences.leading([row("שלמה ארצי", 9)], 10) == "mostly \u2068שלמה ארצי\u2069"
    said = sentences.chart_sentence("artist", month, [row("فيروز", 9)], 12, "plays")
    assert said == "\u2068فيروز\u2069 leads 12 artists this month, with 9 plays."
    assert sentences.filter_sentence(["فيروز"], None, ListenFilter()) == "Listens of \u2068فيروز\u2069"
