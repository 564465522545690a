"""What the creators' pages are made of, without a page: steps of a chart, times of a form, pieces of a transcript."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.creators.metrics import METRICS, REDEFINED_ON, Aggregation, Definition, Quality, Window
from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.services.creators.types import (
    Chapter,
    CreatorEpisode,
    DropOff,
    Heard,
    Point,
    Provenance,
    Retention,
    Series,
    Transcript,
)
from earstead.services.creators.write_types import Change
from earstead.web.creators.calendar import rhythm, weeks
from earstead.web.creators.episodes import pieces
from earstead.web.creators.figures import caveats, holes, steps_of, values_of
from earstead.web.creators.journal import backwards
from earstead.web.creators.parked import KEPT_S, park, parked
from earstead.web.creators.studio import html_of
from earstead.web.creators.times import field_of, moment_of
from earstead.web.creators.words import as_text, days_words, value_words

days = st.dates(date(2022, 1, 1), date(2026, 12, 31))


def series(
    points: dict[date, float], start: date, end: date, *, running: bool = False, metric: str = "plays"
) -> Series:
    """A series of these values."""
    said = Provenance(
        scope=METRICS["plays"].scope, window=Window.NONE, definition=Definition.NONE, operation="x", fetched_at=1,
        aggregation=Aggregation.RUNNING if running else Aggregation.DAILY,
    )  # fmt: skip
    found = tuple(Point(day, value, Quality.FINAL) for day, value in sorted(points.items()))
    return Series(metric=METRICS["plays"], show_id=1, episode_id=0, start=start, end=end, points=found, provenance=said)


def an_episode(**more: object) -> CreatorEpisode:
    """An episode of ten minutes."""
    values = {
        "episode_id": 1, "show_id": 1, "uri": "", "spotify_id": "", "anchor_id": 1, "title": "One", "description": "",
        "state": "published", "episode_type": "", "content_type": "", "published_at": 1_795_255_200, "created_at": 0,
        "duration_ms": 600_000, "cover_url": "", "transcript_chars": 0, "comments": 0, "totals": {}, "read_at": 0,
        "first_seen_at": 0, "gone_at": 0,
    }  # fmt: skip
    return CreatorEpisode(**(values | more))  # type: ignore[arg-type]


# --- charts ---------------------------------------------------------------------------------------------------------


@given(days, st.integers(0, 1500), st.booleans())
def test_steps_cover_every_day_once(start: date, length: int, redefined: bool) -> None:
    """The steps of a stretch follow each other without a hole, and none crosses the change of meaning."""
    end = start + timedelta(days=length)
    spans = steps_of(start, end, redefined=redefined).spans
    assert spans[0][0] == start and spans[-1][1] == end
    assert all(a[1] + timedelta(days=1) == b[0] for a, b in pairwise(spans))
    if redefined:
        assert not any(first < REDEFINED_ON <= last for first, last in spans)


def test_a_step_is_the_mean_of_known_days_and_of_a_running_total_the_last() -> None:
    """A missing day neither pulls the mean of a week down nor empties it; a week without any is a hole."""
    start = date(2025, 1, 1)
    end = start + timedelta(days=209)
    known = {start: 10.0, start + timedelta(days=2): 20.0, start + timedelta(days=14): 7.0}
    steps = steps_of(start, end)
    assert steps.unit == "week"
    assert values_of(series(known, start, end), steps)[:3] == (15.0, None, 7.0)
    assert values_of(series(known, start, end, running=True), steps)[:3] == (20.0, None, 7.0)


def test_holes_and_young_days_are_said() -> None:
    """Days between two known ones are holes; provisional and partial values are counted in words."""
    start = date(2026, 1, 1)
    found = series({start: 1.0, date(2026, 1, 5): 2.0}, start, date(2026, 1, 9))
    assert list(holes(found)) == [(date(2026, 1, 2), date(2026, 1, 4))]
    points = (found.points[0], found.points[1]._replace(quality=Quality.PROVISIONAL))
    said = caveats(replace(found, points=points))
    assert said == "No figures: 2 Jan to 4 January 2026. The last day may change."


# --- times, texts ---------------------------------------------------------------------------------------------------


@given(st.integers(1_600_000_000, 1_900_000_000), st.sampled_from(["UTC", "Asia/Kathmandu", "Australia/Lord_Howe"]))
def test_a_time_comes_back_as_it_was_shown(at: int, zone: str) -> None:
    """What the field shows is the same minute when it is sent, but for the hour that the clocks repeat."""
    minute = at - at % 60
    found = moment_of("x", field_of(minute, zone), zone)
    assert found == minute or abs(found - minute) <= 3600


def test_a_skipped_hour_and_an_offset_are_refused() -> None:
    """02:30 does not exist on the day the clocks go forward; a time with an offset would be read twice."""
    for text in ("2027-03-28T02:30", "2027-03-28T12:30+02:00", "soon"):
        with pytest.raises(Rejected):
            moment_of("x", text, "Europe/Berlin")
    assert moment_of("x", "", "Europe/Berlin") == 0


def test_plain_descriptions_get_paragraphs_and_markup_stays() -> None:
    """An empty line makes a paragraph, a line end a break; what has markup is sent as it is; both read back as text."""
    assert html_of("One & two\nthree\n\nFour") == "<p>One &amp; two<br />three</p><p>Four</p>"
    assert html_of("<p>as it is</p>\n\n") == "<p>as it is</p>\n\n"
    assert as_text(html_of("One & two\nthree\n\nFour")) == "One & two\nthree\nFour"


def test_values_of_changes_are_read_by_people() -> None:
    """Times in the zone of the reader whether as seconds or as text, yes and no, sizes, nothing."""
    assert value_words("publish_on", "2026-12-01T08:30:00.000Z", "Europe/Berlin") == "1 December 2026, 09:30"
    assert value_words("publish_on", 1_796_113_800, "UTC") == "1 December 2026, 08:30"
    assert value_words("publish_on", "someday", "UTC") == "someday"
    assert value_words("pinned", True, "UTC") == "yes" and value_words("text", "", "UTC") == "nothing"
    assert value_words("bytes", 1_572_864, "UTC") == "1.5 MB"
    assert days_words(date(2025, 3, 1), date(2026, 3, 1)) == "1 March 2025 to 1 March 2026"


# --- transcript, calendar, journal ----------------------------------------------------------------------------------


def test_a_transcript_is_cut_into_timed_pieces() -> None:
    """Pieces go through the whole length, carry who is there, the chapter that opens and the letter of a drop."""
    said = Transcript(
        episode_id=1, text="Something was said here. " * 100, chapters=(Chapter(start_s=300, title="Later"),),
        operation="x", fetched_at=1,
    )  # fmt: skip
    base = series({}, date(2026, 1, 1), date(2026, 1, 1)).provenance
    heard = Retention(
        episode_id=1, points=tuple(Heard(s, 1 - s / 1000) for s in range(0, 600, 10)), percentiles={}, median_s=None,
        sample=10, drops=(DropOff(start_s=290, end_s=310, lost=0.1, words="", chapter=""),), chapters=(),
        provenance=base,
    )  # fmt: skip
    found = pieces(an_episode(), said, heard)
    assert found[0].second == 0 and 500 < found[-1].second < 600
    assert [piece.chapter for piece in found].count("Later") == 1
    assert sum(len(piece.drops) for piece in found) == 1
    assert all(piece.share is not None for piece in found)
    assert pieces(an_episode(), None, heard) == []


def test_the_month_begins_on_monday_and_holds_local_days() -> None:
    """An episode at 23:30 UTC stands on the next day in Berlin; the weeks are whole."""
    late = an_episode(published_at=1_793_575_800)  # 2026-11-01, 23:30 UTC
    found = weeks(date(2026, 11, 1), date(2026, 11, 21), [late], "Europe/Berlin")
    assert [len(week) for week in found] == [7] * 6 and found[0][0].date == date(2026, 10, 26)
    assert [day.date for week in found for day in week if day.episodes] == [date(2026, 11, 2)]
    assert [day.date for week in found for day in week if day.today] == [date(2026, 11, 21)]


def test_the_rhythm_is_told_from_enough_episodes_alone() -> None:
    """Four episodes a week apart are a rhythm, three are none."""
    weekly = [an_episode(published_at=1_795_255_200 - n * 7 * 86_400) for n in range(4)]
    assert rhythm(weekly, "UTC") == "Usually 7 days apart, mostly on Saturdays."
    assert rhythm(weekly[:3], "UTC") == ""


def test_taking_back_shows_the_reverse_or_why_not() -> None:
    """The plan of an undo swaps what was written; a change that cannot be taken back gives its reason."""
    change = Change(
        change_id=7, user_id=1, account_id=1, show_id=1, episode_id=1, at_ms=1, ended_ms=2, actor="page",
        action="episode.edit", target="x", title="One", before={"title": "a", "text": "t"}, after={"title": "b"},
        state="confirmed", error="", undo="writes it again", undoable=True,
    )  # fmt: skip
    assert backwards(change).differences == (("title", "b", "a"),)
    for wrong in (replace(change, undoable=False), replace(change, state="undone")):
        with pytest.raises(Conflict):
            backwards(wrong)


def test_parked_files_are_swept_after_a_day(tmp_path: Path) -> None:
    """What nobody said yes to is removed when the next file comes, a day later; what is young stays."""

    def parking(name: str, now: int) -> str:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.mp3").write_bytes(b"x")
        return park(folder, folder / "a.mp3", 1, 2, (("title", "One"),), now)

    first = parking("first", 1_000)
    second = parking("second", 2_000)
    assert parked(tmp_path, first, 1, 2).fields == (("title", "One"),)
    third = parking("third", 1_001 + KEPT_S)
    with pytest.raises(NotFound):
        parked(tmp_path, first, 1, 2)
    for token, user_id, show_id in ((second, 9, 2), (second, 1, 9), ("../second", 1, 2), ("none", 1, 2)):
        with pytest.raises(NotFound):
            parked(tmp_path, token, user_id, show_id)
    assert parked(tmp_path, third, 1, 2).file.name == "a.mp3"
