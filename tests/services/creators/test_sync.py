"""The memory against the simulated world, over HTTP: history equals truth, and no fault loses or invents anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from earstead.core.creators.metrics import Quality, Window
from earstead.creators.keeping.hands import KeepingHands
from earstead.creators.keeping.sync import ServiceSync
from earstead.sandbox.creators.facts import Metric
from earstead.sandbox.creators.gql.talk import Standing, Talk
from earstead.sandbox.creators.world import Hosting
from earstead.services.creators.syncs import Progress
from earstead.services.creators.types import CreatorAccount
from earstead.storage import creator_figures as figures
from earstead.storage.engine import Tx
from tests.fakes.creators import Stage, staged
from tests.fakes.creators_home import comment_read
from tests.services.creators.reading import Reader, reading


@pytest.fixture
def small() -> Iterator[Stage]:
    """One show of four episodes in seventy days."""
    with staged(episodes=4, days=70, shows=(Hosting.S4P,)) as stage:
        yield stage


@pytest.fixture
def reader(small: Stage, tmp_path: Path) -> Iterator[Reader]:
    """A server that has read nothing yet."""
    with reading(small, tmp_path / "data") as made:
        yield made


def test_the_history_is_the_truth(small: Stage, tmp_path: Path, database_url: str) -> None:
    """Every day of every metric of the show and of each episode is held as it was; nothing changes when it is read
    again. On both databases."""
    with reading(small, tmp_path / "data", database_url) as reader:
        first = reader.run()
        assert first.state == "done", first
        for metric, lag in (("starts", 1), ("streams", 1), ("listeners", 1), ("impressions", 2), ("plays", 1)):
            reader.agrees(metric, lag=lag)
        for episode in small.episodes():
            for metric in ("starts", "streams", "listeners", "streams_and_downloads"):
                reader.agrees(metric, episode)
        before = reader.stored()
        again = reader.again()
        assert (again.state, again.rows) == ("done", 0)
        assert reader.stored() == before
        assert again.requests < first.requests / 2


def test_the_lists_are_the_truth(reader: Reader, small: Stage) -> None:
    """Shows with their numbers, episodes with their states, descriptions and totals."""
    reader.run()
    show, true = reader.show, small.show
    assert (show.name, show.hosting, show.station_id, show.web_station_id) == (
        true.name,
        "S4P",
        str(true.station_id),
        true.web_id,
    )
    assert show.followers == small.simulator.facts.followers(true, *[small.simulator.facts.last_day] * 2)[0]
    held = reader.episodes()
    for episode in small.simulator.world.episodes(true):
        known = (
            held[episode.uri]
            if episode.uri in held
            else next(one for one in held.values() if one.anchor_id == episode.anchor_id)
        )
        assert known.state == str(episode.state)
        assert known.title == (episode.title or "")
    published = small.episodes()[0]
    known = held[published.uri]
    assert known.description == published.description
    facts = small.simulator.facts
    assert known.totals["starts"] == facts.count(Metric.STARTS, published, published.day, facts.last_day)


def test_running_totals_stay_apart_from_days(reader: Reader, small: Stage) -> None:
    """Plays since publication are kept as a running total of a mixed or single definition, and never summed."""
    reader.run()
    episode = small.episodes()[0]
    show_id, episode_id = reader.show.show_id, reader.episodes()[episode.uri].episode_id
    start, end, _ = reader.creators.figures.days(show_id, "all")
    series = reader.creators.figures.daily(show_id, "plays", start, end, episode_id=episode_id)
    assert series.provenance.aggregation == "running"
    assert series.provenance.window is Window.SINCE_PUBLISHED
    assert series.provenance.operation == "getEpisodePerformanceStats"
    assert series.total is None
    facts = small.simulator.facts
    assert series.latest == facts.count(Metric.PLAYS, episode, episode.day, facts.last_day)
    whole = reader.creators.figures.daily(show_id, "plays", start, end)
    assert whole.provenance.aggregation == "daily"
    assert whole.total == sum(whole_day.value for whole_day in whole.points)


def test_the_next_day_only_what_is_new_is_asked(reader: Reader, small: Stage) -> None:
    """A day later a fraction of the requests brings the new day; the last days are read again, older ones are not."""
    first = reader.run()
    series_id = _series(reader, "starts", "P3")
    today = reader.clock.now() // 86_400

    def spoil(tx: Tx) -> None:
        for day in (today - 2, today - 20):
            figures.change_points(
                tx, [{"series_id": series_id, "day": day, "bucket": "", "value": -1.0, "fetched_at": 1, "quality": 1}]
            )

    reader.services.writer.do(spoil).result()
    reader.clock.advance(86_400)
    second = reader.again()
    assert second.requests < first.requests / 2
    held = reader.daily("starts", operation="P3")
    true = reader.true("starts", None, today - 20, today)
    assert held[today] == true[today]
    assert held[today - 2] == true[today - 2], "it may have settled late"
    assert held[today - 20] == -1.0, "what settled long ago is not asked for again"


def _series(reader: Reader, metric: str, operation: str) -> int:
    with reader.services.engine.read() as tx:
        rows = figures.series_of(tx, reader.show.show_id, 0)
    return next(int(row[0]) for row in rows if row[3] == metric and row[8] == operation and row[4] == "")


def test_a_sync_goes_on_where_it_stopped(small: Stage, tmp_path: Path) -> None:
    """Stopped after every single question, a sync asks no question twice and arrives at the same values."""
    with reading(small, tmp_path / "one") as reader:
        whole = reader.run()
        expected = reader.stored()
    with reading(small, tmp_path / "two") as reader:
        hands = reader.creators.doing.hands
        assert isinstance(hands, KeepingHands)
        syncer = ServiceSync(hands, reader.creators.shows, reader.creators.memory, reader.clock, slice_s=0)
        reader.creators.syncs.served_by(syncer)
        turns: list[int] = []
        run = reader.run(between=lambda state: turns.append(state.done))
        assert run.state == "done"
        assert len(turns) > 0
        assert run.requests == whole.requests
        assert {key: sorted(value) for key, value in reader.stored().items()} == {
            key: sorted(value) for key, value in expected.items()
        }


def test_a_server_that_stops_ends_the_slice_and_goes_on_later(reader: Reader) -> None:
    """Told to stop, a slice asks nothing more; at the next start the sync goes on, and all of it arrives."""
    hands, syncs = reader.creators.doing.hands, reader.creators.syncs
    assert isinstance(hands, KeepingHands)
    real = ServiceSync(hands, reader.creators.shows, reader.creators.memory, reader.clock)
    asked: list[int] = []

    class Stopping:
        """Stops the server as soon as a slice begins."""

        def sync(self, account: CreatorAccount, progress: Progress, since: int, told: Callable[[], None]) -> bool:
            syncs.close()
            finished = real.sync(account, progress, since, told)
            asked.append(progress.requests)
            syncs.served_by(real)
            return finished

    syncs.served_by(Stopping())
    done = reader.run()
    assert done.state == "done"
    assert len(asked) == 1
    assert 0 < asked[0] < 20 < done.requests
    reader.agrees("starts")


def test_limits_and_outages_only_cost_time(reader: Reader, small: Stage) -> None:
    """A service that answers 429, then 503, in the middle stops the sync and not the work; all of it arrives."""
    small.fault(http__429=-1, http__where="/_pod")
    runs: list[str] = []

    def change(run: object) -> None:
        runs.append(str(getattr(run, "state", "")))
        if len(runs) == 2:
            small.fault(http__429=0, http__503=-1)
        if len(runs) == 4:
            small.fault(http__503=0)

    done = reader.run(between=change)
    assert done.state == "done"
    assert "stopped" in runs
    assert any("pause" in note for note in done.notes)
    reader.agrees("starts")
    reader.agrees("streams", *small.episodes())


def test_a_bearer_that_ends_early_is_renewed(reader: Reader, small: Stage) -> None:
    """Tokens that are revoked and end after seconds are nobody's business but the client's."""
    small.fault(token__expire_early=1)
    done = reader.run()
    assert done.state == "done"
    reader.agrees("starts")
    assert reader.creators.accounts.find(reader.account.account_id).state == "on"  # type: ignore[union-attr]


def test_cookies_that_end_in_the_middle_are_told_and_nothing_is_lost(reader: Reader, small: Stage) -> None:
    """The sync fails with the mend, the account waits; new cookies take it up where it was."""
    reader.run()
    before = reader.stored()
    reader.clock.advance(86_400)
    small.fault(auth__login_required=True, token__expire_early=1)
    failed = reader.again()
    account = reader.creators.accounts.get(reader.user_id, reader.account.account_id)
    assert (failed.state, account.state) == ("failed", "ended")
    assert "sp_dc" in failed.mend
    assert "sp_dc" in account.mend
    assert all(reader.stored()[key].items() >= values.items() for key, values in before.items())
    assert reader.creators.syncs.state(account.account_id).next_at == 0, "nothing is asked with dead cookies"
    small.fault(auth__login_required=False, token__expire_early=0)
    said = small.simulator.credentials()
    reader.creators.accounts.replace_cookies(reader.user_id, account.account_id, said["sp_dc"], said["sp_key"])
    assert reader.run().state == "done"
    reader.agrees("starts")


def test_a_part_that_fails_does_not_stop_the_rest(reader: Reader, small: Stage) -> None:
    """A null beside an error is told, leaves everything else whole, and is read as soon as it answers."""
    small.fault(graphql__partial="playsDaily")
    done = reader.run()
    assert done.state == "done"
    assert any("playsDaily" in note for note in done.notes)
    reader.agrees("starts")
    small.fault(graphql__partial="")
    reader.again()
    reader.agrees("plays")


def test_days_without_anybody_are_inferred_and_say_so(reader: Reader, small: Stage) -> None:
    """Demographics that answer 500 for empty days leave zeros marked as inferred; the others equal the world's."""
    done = reader.run()
    assert done.state == "done"
    with reader.services.engine.read() as tx:
        rows = figures.series_of(tx, reader.show.show_id, 0)
        series = next(row for row in rows if row[8] == "P8" and row[4] == "age")
        points = figures.points(tx, [series[0]], 0, 1 << 30)
    facts = small.simulator.facts
    first = min(one.day for one in small.episodes())
    for day in range(first, facts.last_day + 1):
        true = facts.people(Metric.STREAMS, small.show, day, day)
        held = {row[2]: row[3] for row in points if row[1] == day}
        ages = {age: float(sum(counts.values())) for age, counts in true.items() if sum(counts.values())}
        assert {name: value for name, value in held.items() if name and "/" not in name} == ages
        if not ages:
            assert {row[4] for row in points if row[1] == day} == {2}, Quality.INFERRED


def test_sparse_retention_is_read_all_the_same(reader: Reader, small: Stage) -> None:
    """Curves come from GraphQL; where that has none, from samples without rate and length."""
    small.fault(pod__performance_sparse=True, graphql__partial="episodePerformanceTotalAllTime")
    reader.run()
    episode = max(small.episodes(), key=lambda one: one.day)
    found = reader.creators.figures.retention(reader.episodes()[episode.uri].episode_id)
    assert found is not None
    assert found.provenance.operation == "P11"
    true = small.simulator.facts.retention(episode)
    assert found.sample == true.most
    assert found.points[0].share == 1.0
    small.fault(pod__performance_sparse=False, graphql__partial="")
    reader.again()
    better = reader.creators.figures.retention(reader.episodes()[episode.uri].episode_id)
    assert better is not None
    assert better.provenance.operation == "getEpisodePerformanceAllTime"
    assert better.completion == true.percentiles[95] / 100
    assert better.median_s == true.median_s


def test_an_episode_that_vanishes_is_gone_and_keeps_its_figures(reader: Reader, small: Stage) -> None:
    """A complete list that lacks an episode ends it here; one that is being built ends nothing."""
    reader.run()
    episode = small.episodes()[0]
    small.fault(list__index_building=True)
    small.simulator.world.delete(episode)
    reader.again()
    assert reader.episodes()[episode.uri].state == "published"
    small.fault(list__index_building=False)
    reader.again()
    gone = reader.episodes()[episode.uri]
    assert (gone.state, bool(gone.gone_at)) == ("gone", True)
    assert reader.daily("streams", episode)


def test_shows_of_every_hosting_are_read_as_far_as_they_can_be(tmp_path: Path) -> None:
    """What fails for shows hosted elsewhere is not even asked; their figures are as true as the others'."""
    with staged(episodes=6, days=40) as stage, reading(stage, tmp_path / "data") as reader:
        done = reader.run()
        assert done.state == "done"
        shows = reader.creators.shows.of_user(reader.user_id)
        assert {one.hosting for one in shows} == {"S4P", "OTHER_THIRD_PARTY", "MEGAPHONE"}
        for show in shows:
            start, end, _ = reader.creators.figures.days(show.show_id, "all")
            true = stage.simulator.world.shows[show.spotify_id]
            facts = stage.simulator.facts
            total = reader.creators.figures.totals(show.show_id, "starts", start, end)
            assert total.value == facts.count(Metric.STARTS, true, true.since_day, facts.last_day)
        elsewhere = next(one for one in shows if one.hosting == "MEGAPHONE")
        assert elsewhere.station_id == ""
        assert reader.creators.figures.breakdown(elsewhere.show_id, "app").slices == ()
        assert reader.creators.figures.breakdown(reader.show.show_id, "app").slices


def test_several_accounts_are_read_side_by_side(reader: Reader, small: Stage) -> None:
    """A second account of the same person brings its own shows, is read by itself, and leaves by itself."""
    reader.run()
    other = next(one for one in small.simulator.accounts.all.values() if one.name != small.simulator.user)
    second = reader.creators.accounts.connect(reader.user_id, other.sp_dc, other.sp_key, "The other one")
    for _ in range(20):
        reader.services.worker.run_due()
    run = reader.creators.syncs.state(second.account_id).run
    assert run is not None
    assert run.state == "done"
    shows = reader.creators.shows.of_user(reader.user_id)
    assert {one.account_id for one in shows} == {reader.account.account_id, second.account_id}
    theirs = next(one for one in shows if one.account_id == second.account_id)
    facts, true = small.simulator.facts, small.simulator.world.shows[theirs.spotify_id]
    start, end, _ = reader.creators.figures.days(theirs.show_id, "all")
    total = reader.creators.figures.totals(theirs.show_id, "starts", start, end)
    assert total.value == facts.count(Metric.STARTS, true, true.since_day, facts.last_day)
    reader.creators.accounts.disconnect(reader.user_id, second.account_id, erase=True)
    assert [one.account_id for one in reader.creators.shows.of_user(reader.user_id)] == [reader.account.account_id]
    reader.agrees("starts")


def test_with_hashes_comments_and_transcripts_are_read(reader: Reader, small: Stage) -> None:
    """Without a hash they are named as missing; with those of the dashboard's scripts every comment and every word is
    here."""
    lacking = reader.run()
    assert any("getLatestCommentsForShow" in note and "getEpisodeTranscript" in note for note in lacking.notes)
    taken = reader.creators.captures.harvest(reader.user_id, reader.account.account_id)
    reader.creators.captures.adopt(reader.user_id, taken.capture_id)
    assert reader.again().notes == ()
    world, now_ms = small.simulator, small.simulator.now_ms
    talk = Talk(world.world, world.seed)
    true = {one.uri: one for one in talk.of_show(small.show, now_ms)}
    with reader.services.engine.read() as tx:
        rows = tx.all("SELECT comment_uri, text, state, author_name FROM creator_comments")
    states = {Standing.PUBLISHED: "published", Standing.NEEDS_REVIEW: "review"}
    assert {row[0]: tuple(row[1:]) for row in rows} == {
        uri: (one.text, states[one.standing], one.name) for uri, one in true.items()
    }
    newest = max((one for one in true.values() if one.standing is Standing.PUBLISHED), key=lambda one: one.at_ms)
    invented = comment_read(
        "spotify:comment:0000000000000000000000", "Gone tomorrow", language="", created_ms=newest.at_ms + 1
    )
    reader.creators.memory.comments(reader.show.show_id, reader.user_id, [invented], {})
    reader.again()
    with reader.services.engine.read() as tx:
        gone = tx.all("SELECT text FROM creator_comments WHERE state = 'deleted'")
    assert gone == [("Gone tomorrow",)], "what the newest page lacks was deleted"
    for episode in small.episodes():
        said = reader.creators.shows.transcript(reader.user_id, reader.episodes()[episode.uri].episode_id)
        assert (said.text if said else "") == talk.transcript(episode)


def test_answers_are_kept_word_for_word(reader: Reader) -> None:
    """Every question's answer can be taken out again as it came; the same answer is kept once."""
    reader.run()
    kept = list(reader.creators.memory.answers(reader.account.account_id, reader.show.show_id))
    streams = [answer for answer, episode_id, _ in kept if answer.operation == "P3" and not episode_id]
    assert streams
    said = json.loads(streams[0].body)["detailedStreams"]
    held = reader.daily("starts", operation="P3")
    assert {day["starts"] for day in said} <= set(held.values())
    reader.again()
    after = list(reader.creators.memory.answers(reader.account.account_id, reader.show.show_id))
    assert len(after) - len(kept) <= len(
        [one for one, _, _ in kept if one.operation in ("P3", "P5", "P7", "P13", "P4", "P6")]
    )


def test_an_erased_account_leaves_nothing(reader: Reader) -> None:
    """Disconnecting with erasure removes shows, figures, answers and cookies; without it, only the cookies go."""
    reader.run()
    reader.creators.accounts.disconnect(reader.user_id, reader.account.account_id)
    assert reader.stored()
    assert reader.creators.accounts.get(reader.user_id, reader.account.account_id).state == "off"
    reader.creators.accounts.disconnect(reader.user_id, reader.account.account_id, erase=True)
    _nothing(reader)


def test_an_erased_person_leaves_nothing(reader: Reader) -> None:
    """Erasing the person removes every row of every table of theirs."""
    reader.run()
    reader.services.accounts.erase(reader.user_id)
    reader.services.accounts.finish_erasing()
    _nothing(reader)


def _nothing(reader: Reader) -> None:
    names = "accounts shows episodes series points retention answers reads comments transcripts syncs"
    with reader.services.engine.read() as tx:
        left = {name: tx.one(f"SELECT count(*) FROM creator_{name}") for name in names.split()}
    assert left == dict.fromkeys(names.split(), (0,))
