"""Figures as pages and commands get them: never of two kinds at once, with gaps and drop-offs named. And exports."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet
import pytest

from earstead.core.creators.dropping import chapters_in, drops, words_at
from earstead.core.creators.metrics import (
    REDEFINED_ON,
    Aggregation,
    Definition,
    Quality,
    Scope,
    SeriesKey,
    Window,
    definition_of,
    quality_of,
)
from earstead.core.errors import NotFound, Rejected
from earstead.sandbox.creators.facts import Metric
from earstead.sandbox.creators.world import Hosting
from earstead.services.creators.exporting import COLUMNS
from earstead.services.creators.memory import Figures, Reading, packed, unpacked
from earstead.services.creators.rows import number_of
from tests.fakes.creators import staged
from tests.services.creators.reading import Reader, reading


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A show of five episodes in seventy days, read whole with what the dashboard's scripts hold. Nobody writes."""
    with (
        staged(episodes=5, days=70, shows=(Hosting.S4P,)) as stage,
        reading(stage, tmp_path_factory.mktemp("figures")) as made,
    ):
        captures = made.creators.captures
        taken = captures.harvest(made.user_id, made.account.account_id)
        captures.adopt(made.user_id, taken.capture_id)
        assert made.run().state == "done"
        yield made


# --- what a figure is -----------------------------------------------------------------------------------------------


def test_plays_change_their_meaning_on_one_day() -> None:
    """Before, since, and over the day of the change are three definitions; streams have none."""
    day = timedelta(days=1)
    assert definition_of("plays", REDEFINED_ON - 9 * day, REDEFINED_ON - day) is Definition.BEFORE
    assert definition_of("plays", REDEFINED_ON, REDEFINED_ON + day) is Definition.SINCE
    assert definition_of("plays_and_downloads", REDEFINED_ON - day, REDEFINED_ON) is Definition.MIXED
    assert definition_of("streams", REDEFINED_ON - day, REDEFINED_ON) is Definition.NONE


def test_the_last_days_are_provisional() -> None:
    """Followers lag a day more than streams."""
    today = date(2026, 11, 21)
    assert quality_of("streams", date(2026, 11, 17), today) is Quality.PROVISIONAL
    assert quality_of("streams", date(2026, 11, 16), today) is Quality.FINAL
    assert quality_of("followers", date(2026, 11, 16), today) is Quality.PROVISIONAL


def test_one_metric_of_two_definitions_is_one_line_that_says_so(tmp_path: Path) -> None:
    """Days before and since the change are parted in the memory, and come back together as a mixed line."""
    with staged(episodes=3, days=400, shows=(Hosting.S4P,)) as stage, reading(stage, tmp_path / "data") as reader:
        reader.run()
        show_id = reader.show.show_id
        around = (REDEFINED_ON - timedelta(days=5), REDEFINED_ON + timedelta(days=4))
        series = reader.creators.figures.daily(show_id, "plays", *around)
        assert len(series.points) == 10
        assert series.provenance.definition is Definition.MIXED
        since = reader.creators.figures.daily(show_id, "plays", REDEFINED_ON, around[1])
        assert since.provenance.definition is Definition.SINCE


def test_daily_and_running_series_never_meet(read: Reader) -> None:
    """With both kinds of one metric held, a day's value comes from the daily one and a sum is that of days alone."""
    show_id = read.show.show_id
    key = SeriesKey(
        metric="starts",
        scope=Scope.SPOTIFY,
        window=Window.ALL_TIME,
        aggregation=Aggregation.RUNNING,
        operation="invented",
    )
    end = date(2026, 11, 20)
    rows = [(number_of(end) - back, "", 1e9, Quality.FINAL) for back in range(10)]
    reading_ = Reading(account_id=1, show_id=show_id, figures=(Figures(key=key, points=rows),))
    read.creators.memory.keep(reading_).result()
    start = end - timedelta(days=9)
    facts = read.stage.simulator.facts
    true = facts.count(Metric.STARTS, read.stage.show, number_of(start), number_of(end))
    total = read.creators.figures.totals(show_id, "starts", start, end)
    assert (total.value, total.days, total.wanted) == (true, 10, 10)
    assert total.provenance.aggregation is Aggregation.DAILY


def test_people_are_not_added_up(read: Reader) -> None:
    """Listeners of days have no total; followers are what they stand at."""
    start, end, _ = read.creators.figures.days(read.show.show_id, "30d")
    listeners = read.creators.figures.totals(read.show.show_id, "listeners", start, end)
    assert (listeners.value, listeners.days) == (None, 30)
    followers = read.creators.figures.totals(read.show.show_id, "followers", start, end)
    facts = read.stage.simulator.facts
    assert followers.value == facts.followers(read.stage.show, number_of(end) - 1, number_of(end) - 1)[0]


def test_a_show_without_days_of_its_own_is_the_sum_of_its_episodes(tmp_path: Path) -> None:
    """Where no hash is known for the show's series, the episodes' add up to the truth, and the small print says so."""
    with staged(episodes=3, days=40, shows=(Hosting.S4P,)) as stage, reading(stage, tmp_path / "data") as reader:
        reader.run()
        start, end, _ = reader.creators.figures.days(reader.show.show_id, "30d")
        total = reader.creators.figures.totals(reader.show.show_id, "streams_and_downloads", start, end)
        facts = stage.simulator.facts
        true = facts.count(Metric.STREAMS_AND_DOWNLOADS, stage.show, number_of(start), number_of(end))
        assert total.value == true
        assert total.provenance.operation == "sum over episodes of getEpisodeStreamsAndDownloads"


# --- episodes beside each other -------------------------------------------------------------------------------------


def test_episodes_are_compared_on_days_since_publication(read: Reader) -> None:
    """Each line holds what there was by the end of each day; days that are not over are unknown, not zero."""
    found = read.creators.figures.compare(read.show.show_id, "streams_and_downloads", days=60)
    facts = read.stage.simulator.facts
    by_uri = {one.uri: one for one in read.stage.episodes()}
    assert len(found.lines) == 5
    for line in found.lines:
        true = by_uri[line.episode.uri]
        for day, value in enumerate(line.values):
            told = true.day + day <= facts.last_day
            if told:
                assert value == facts.count(Metric.STREAMS_AND_DOWNLOADS, true, true.day, true.day + day)
            elif true.day + day > facts.last_day + 1:
                assert value is None
    with pytest.raises(NotFound):
        read.creators.figures.compare(read.show.show_id, "starts", [999_999])
    with pytest.raises(Rejected):
        read.creators.figures.compare(read.show.show_id, "listeners")


def test_the_top_episodes_are_those_of_the_stretch(read: Reader) -> None:
    """Ranked by what they made in it, the greatest first."""
    start, end, _ = read.creators.figures.days(read.show.show_id, "30d")
    facts = read.stage.simulator.facts
    true = {one.uri: facts.count(Metric.STARTS, one, number_of(start), number_of(end)) for one in read.stage.episodes()}
    found = read.creators.figures.top(read.show.show_id, "starts", start, end, limit=3)
    assert [one.value for one in found] == sorted(true.values(), reverse=True)[:3]
    assert all(true[one.episode.uri] == one.value for one in found)


# --- parts ----------------------------------------------------------------------------------------------------------


def test_breakdowns_equal_the_world(read: Reader) -> None:
    """Ages with their genders are counts of the window; countries are shares, named, the largest first."""
    show_id = read.show.show_id
    ages = read.creators.figures.breakdown(show_id, "age", "30d")
    assert ages.provenance.window is Window.LAST_30
    assert ages.total == sum(one.count or 0 for one in ages.slices)
    assert all(one.count == sum(part.count or 0 for part in one.parts) for one in ages.slices)
    assert [one.key for one in ages.slices][:2] == ["0-17", "18-22"]
    countries = read.creators.figures.breakdown(show_id, "country", "30d")
    shares = [one.share for one in countries.slices]
    assert shares == sorted(shares, reverse=True)
    assert abs(sum(shares) - 1) < 0.01
    assert (countries.slices[0].name, countries.slices[0].count) == ("Germany", None)
    everything = read.creators.figures.breakdown(show_id, "country", "all")
    assert everything.slices[0].count is not None, "the total of the same metric and window is known"
    month = read.creators.figures.breakdown(show_id, "gender", "2026-10")
    facts = read.stage.simulator.facts
    first, last = number_of(date(2026, 10, 1)), number_of(date(2026, 10, 31))
    assert month.total == facts.count(Metric.STREAMS, read.stage.show, first, last)
    with pytest.raises(Rejected):
        read.creators.figures.breakdown(show_id, "shoe size")


def test_retention_names_where_people_left(read: Reader) -> None:
    """The curve begins with everybody, its drop-offs lie on it, and the transcript says what was said there."""
    spoken = [one for one in read.episodes().values() if one.transcript_chars]
    assert spoken
    found = read.creators.figures.retention(spoken[0].episode_id)
    assert found is not None
    assert found.points[0].share == 1.0
    assert found.completion == found.percentiles[95]
    curve = dict(found.points)
    for drop in found.drops:
        assert curve[drop.start_s] - curve[drop.end_s] == pytest.approx(drop.lost)
        assert drop.words
    said = read.creators.shows.transcript(read.user_id, spoken[0].episode_id)
    assert said is not None
    assert all(drop.words in " ".join(said.text.split()) for drop in found.drops)


def test_drops_and_words_are_found_by_place() -> None:
    """A cliff is found where it is; text without times is cut at whole words near the place."""
    curve = [(float(second), 1.0 if second < 50 else 0.4) for second in range(100)]
    (drop,) = drops(curve)
    assert drop[0] < 50 <= drop[1]
    assert drop[2] == pytest.approx(0.6)
    assert words_at("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda", 50, 60, 100).startswith(
        "zeta eta"
    )
    assert words_at("", 1, 2, 3) == ""


def test_chapters_are_read_out_of_descriptions() -> None:
    """Lines that begin with a rising time are chapters; one alone is a remark."""
    text = "<p>About bees.</p><p>(00:00) Hello</p><p>12:30 - Honey<br>1:02:03 The end</p>"
    assert chapters_in(text) == ((0.0, "Hello"), (750.0, "Honey"), (3723.0, "The end"))
    assert chapters_in("See 12:30 for more\n10:00 one thing") == ()


# --- holes ----------------------------------------------------------------------------------------------------------


def test_gaps_are_days_that_should_have_a_value(tmp_path: Path) -> None:
    """A whole history has none; a day that is taken out is named, with why; days not read yet are told apart."""
    with staged(episodes=3, days=40, shows=(Hosting.S4P,)) as stage, reading(stage, tmp_path / "data") as reader:
        reader.run()
        assert reader.creators.figures.gaps(reader.show.show_id) == ()
        missing = date(2026, 11, 1)

        def lose(tx: object) -> None:
            tx.run(  # type: ignore[attr-defined]
                """
                DELETE FROM creator_points
                WHERE day = :day AND series_id IN (
                    SELECT series_id FROM creator_series WHERE operation = 'P3' AND metric = 'starts'
                )
                """,
                day=number_of(missing),
            )
            tx.run(  # type: ignore[attr-defined]
                "UPDATE creator_series SET points = points - 1 WHERE operation = 'P3' AND metric = 'starts'"
            )

        reader.services.writer.do(lose).result()
        (gap,) = reader.creators.figures.gaps(reader.show.show_id)
        assert (gap.metric, gap.start, gap.end, gap.episode_id) == ("starts", missing, missing, 0)
        assert gap.why == "the service has nothing"
        reader.clock.advance(10 * 86_400)
        later = reader.creators.figures.gaps(reader.show.show_id)
        assert {one.why for one in later} == {"the service has nothing", "not read yet"}


# --- exports --------------------------------------------------------------------------------------------------------


def test_every_format_holds_every_value(read: Reader) -> None:
    """CSV, JSON lines and Parquet of all episodes hold the same rows; each says what it is; the sums are true."""
    show_id = read.show.show_id
    start, end, _ = read.creators.figures.days(show_id, "all")
    outs = {name: io.BytesIO() for name, _, _ in read.creators.exporting.formats()}
    asked = {"metrics": ["starts", "streams_and_downloads"], "start": start, "end": end}
    counts = {
        name: read.creators.exporting.write(read.user_id, show_id, name, out, **asked)  # type: ignore[arg-type]
        for name, out in outs.items()
    }
    lines = [json.loads(line) for line in outs["jsonl"].getvalue().splitlines()]
    sheet = list(csv.DictReader(io.StringIO(outs["csv"].getvalue().decode())))
    table = pyarrow.parquet.read_table(io.BytesIO(outs["parquet"].getvalue())).to_pylist()
    assert set(counts.values()) == {len(lines)} == {len(sheet)} == {len(table)}
    assert sorted(lines[0]) == sorted(COLUMNS)
    assert tuple(sheet[0]) == COLUMNS == tuple(table[0])
    assert [row["fetched_at"] for row in sheet] == [row["fetched_at"] for row in lines]
    assert [row["fetched_at"] for row in table] == [datetime.fromisoformat(row["fetched_at"]) for row in lines]
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["fetched_at"]) for row in lines)
    assert [row["value"] for row in table] == [row["value"] for row in lines]
    assert [float(row["value"]) for row in sheet] == [row["value"] for row in lines]
    facts = read.stage.simulator.facts
    for episode in read.stage.episodes():
        rows = [row for row in lines if row["episode_id"] == episode.id and row["metric"] == "starts"]
        assert [row["date"] for row in rows] == sorted(row["date"] for row in rows)
        assert sum(row["value"] for row in rows) == facts.count(Metric.STARTS, episode, episode.day, facts.last_day)
    assert {(row["scope"], row["aggregation"], row["operation"]) for row in lines} == {
        ("spotify", "daily", "P4"),
        ("all", "daily", "getEpisodeStreamsAndDownloads"),
    }


def test_the_show_alone_can_be_exported_and_nonsense_cannot(read: Reader) -> None:
    """`by` show gives rows without an episode; unknown words are refused before the first row."""
    show_id = read.show.show_id
    start, end, _ = read.creators.figures.days(show_id, "30d")
    rows = list(read.creators.exporting.rows(read.user_id, show_id, ["followers"], start, end, "show"))
    assert {row["episode"] for row in rows} == {""}
    assert {row["aggregation"] for row in rows} == {"running"}
    for wrong in (["shoes"], ["starts"]):
        with pytest.raises(Rejected):
            read.creators.exporting.rows(read.user_id, show_id, wrong, start, end, "sideways")
    with pytest.raises(NotFound):
        read.creators.exporting.rows(read.user_id + 1, show_id, ["starts"], start, end)


def test_answers_survive_packing() -> None:
    """Any text comes back as it was."""
    text = json.dumps({"title": "Nachtgespräche 🌙", "points": list(range(500))})
    assert unpacked(packed(text)) == text
    assert len(packed(text)) < len(text)
