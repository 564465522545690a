"""The invented world of the simulated Spotify for Creators: ids, states, and figures that add up whatever is asked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earstead.sandbox.creators.facts import CHANGED, Facts, Metric, People, Subject
from earstead.sandbox.creators.shares import AGES, APPS, GENDERS, SIZE, Pattern, cities_of, regions_of
from earstead.sandbox.creators.world import (
    DAY_MS,
    Hosting,
    Show,
    State,
    World,
    day_text,
    iso,
    read_day,
    web_episode,
    web_station,
)

TODAY = read_day("2026-11-21")
WORLD = World.of(5, TODAY, episodes=12, days=240)
FACTS = Facts(WORLD, TODAY - 1)
SHOW = next(iter(WORLD.shows.values()))
EPISODES = list(WORLD.published(SHOW))
SUBJECTS: list[Subject] = [SHOW, *EPISODES[:3], EPISODES[-1]]
DAYS = st.integers(SHOW.since_day - 20, TODAY + 20)
METRICS = st.sampled_from(list(Metric))
ADDING = settings(max_examples=60, deadline=None)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[int, int]:
    """A first and a last day, before, within or after what is known."""
    start, end = sorted((draw(DAYS), draw(DAYS)))
    return start, end


# --- ids and states ---


def test_ids_follow_the_published_arithmetic() -> None:
    """The pairs that were seen in public, and the test vectors of the specification."""
    assert [web_episode(number) for number in (67347588, 116680440, 123456789)] == ["e215pm4", "e3g7a9o", "e3mm3ql"]
    stations = {21684409: "81d85ec4", 46000000: "112c70480", 40000000: "ef03be80"}
    assert {number: web_station(number) for number in stations} == stations


def test_one_seed_one_world_and_no_id_twice() -> None:
    """Equal seeds give equal ids, others others; ids have 22 characters and are all different."""
    again, other = World.of(5, TODAY, episodes=12, days=240), World.of(6, TODAY, episodes=12, days=240)
    assert list(again.shows) == list(WORLD.shows) and not set(other.shows) & set(WORLD.shows)
    ids = [episode.id for show in WORLD.shows.values() for episode in WORLD.episodes(show)]
    assert len(set(ids)) == len(ids) and {len(one) for one in ids} == {22} and all(map(str.isalnum, ids))
    assert list(WORLD.shows.values())[-1].owner != SHOW.owner


def test_every_id_form_finds_its_show_or_episode() -> None:
    """By id, URI, number, web id and station."""
    episode = EPISODES[0]
    assert WORLD.episode(episode.id) is WORLD.episode(episode.uri) is WORLD.episode(episode.anchor_id) is episode
    assert WORLD.show(SHOW.id) is WORLD.show(SHOW.uri) is WORLD.show(SHOW.web_id) is SHOW
    assert WORLD.station(SHOW.station_id) is SHOW and WORLD.station(0) is None and WORLD.show("") is None


def test_shows_of_each_hosting_class_are_there() -> None:
    """Only shows hosted by Spotify have stations, numbers and drafts."""
    mine = WORLD.shows_of(SHOW.owner)
    assert {show.hosting for show in mine} == set(Hosting)
    for show in mine:
        states = {episode.state for episode in WORLD.episodes(show)}
        assert states == (set(State) if show.hosted else {State.PUBLISHED})
        assert bool(show.station_id) == bool(show.web_id) == show.hosted
        assert all(bool(episode.anchor_id) == show.hosted for episode in WORLD.episodes(show))


def test_an_episode_goes_from_draft_to_scheduled_to_published_to_gone() -> None:
    """Each step of its life, and a moment that was past when it was set never comes."""
    world = World.of(7, TODAY, episodes=1, days=10)
    show = next(iter(world.shows.values()))
    now = TODAY * DAY_MS
    episode = world.create(show, now)
    assert (episode.state, episode.title, episode.duration_ms) == (State.DRAFT, None, 0)
    episode.schedule(now - 1, now)
    world.settle(now + DAY_MS, needs_media=False)
    assert episode.state is State.SCHEDULED
    episode.schedule(now + 10, now)
    world.settle(now + 9, needs_media=False)
    assert episode.state is State.SCHEDULED
    version = world.version
    world.settle(now + 11, needs_media=False)
    assert (episode.state, episode.published_ms) == (State.PUBLISHED, now + 10) and world.version > version
    world.delete(episode)
    assert world.episode(episode.id) is None and world.episode(episode.anchor_id) is None


def test_days_and_moments_are_written_and_read() -> None:
    """Days as dates, moments with zero milliseconds."""
    assert day_text(read_day("2024-02-29")) == "2024-02-29"
    assert iso(1_780_261_200_123) == "2026-05-31T21:00:00.000Z"
    for text in ("yesterday", "20260101", "2026-W01-1", "2026-02-30"):
        with pytest.raises(ValueError, match=r"no date|out of range"):
            read_day(text)


# --- what adds up ---


@ADDING
@given(metric=METRICS, span=ranges(), subject=st.sampled_from(SUBJECTS))
def test_days_add_up_to_periods(metric: Metric, span: tuple[int, int], subject: Subject) -> None:
    """For every metric, show and episode, in any range, none is negative."""
    days = FACTS.daily(metric, subject, *span)
    assert len(days) == span[1] - span[0] + 1 and min(days) >= 0
    assert sum(days) == FACTS.count(metric, subject, *span)


@ADDING
@given(metric=METRICS, span=ranges())
def test_episodes_add_up_to_their_show(metric: Metric, span: tuple[int, int]) -> None:
    """The total of a show is the sum over its episodes."""
    assert FACTS.count(metric, SHOW, *span) == sum(FACTS.count(metric, one, *span) for one in EPISODES)


@ADDING
@given(span=ranges(), subject=st.sampled_from(SUBJECTS))
def test_stricter_counts_are_never_larger(span: tuple[int, int], subject: Subject) -> None:
    """Every day starts >= plays >= streams, and the same with downloads; impressions >= considerations >= streams."""
    days = {metric: FACTS.daily(metric, subject, *span) for metric in Metric}
    for place in range(span[1] - span[0] + 1):
        starts, plays, streams = (days[one][place] for one in (Metric.STARTS, Metric.PLAYS, Metric.STREAMS))
        downloads = days[Metric.DOWNLOADS][place]
        assert starts >= plays >= streams
        assert days[Metric.PLAYS_AND_DOWNLOADS][place] == plays + downloads
        assert days[Metric.STREAMS_AND_DOWNLOADS][place] == streams + downloads
        assert days[Metric.IMPRESSIONS][place] >= days[Metric.CONSIDERATIONS][place] >= streams


def test_a_play_was_a_start_before_the_definition_changed() -> None:
    """Until 2026-06-10 plays equal starts; afterwards they are fewer."""
    old, new = (SHOW.since_day, CHANGED - 1), (CHANGED, TODAY - 1)
    assert FACTS.daily(Metric.PLAYS, SHOW, *old) == FACTS.daily(Metric.STARTS, SHOW, *old)
    assert FACTS.count(Metric.PLAYS, SHOW, *new) < FACTS.count(Metric.STARTS, SHOW, *new)


def test_nothing_is_told_of_days_that_are_not_over() -> None:
    """Today and later count nothing, and neither does what lies before an episode."""
    assert FACTS.daily(Metric.STARTS, SHOW, TODAY, TODAY + 3) == [0, 0, 0, 0]
    newest = EPISODES[-1]
    assert FACTS.count(Metric.STARTS, newest, newest.day - 9, newest.day - 1) == 0
    assert FACTS.count(Metric.STARTS, newest, newest.day, newest.day) > 0


def test_another_day_changes_no_day_before_it() -> None:
    """When the clock moves on, what was told stays true."""
    facts = Facts(WORLD, TODAY - 30)
    before = facts.daily(Metric.PLAYS_AND_DOWNLOADS, SHOW, TODAY - 60, TODAY - 30)
    people, followers = facts.people(Metric.STREAMS, SHOW, 0, TODAY - 30), facts.followers(SHOW, 0, TODAY - 30)
    facts.move_to(TODAY - 1)
    assert facts.daily(Metric.PLAYS_AND_DOWNLOADS, SHOW, TODAY - 60, TODAY - 30) == before
    assert facts.people(Metric.STREAMS, SHOW, 0, TODAY - 30) == people
    assert facts.followers(SHOW, 0, TODAY - 30) == followers


@ADDING
@given(span=ranges(), subject=st.sampled_from(SUBJECTS), metric=st.sampled_from([Metric.PLAYS, Metric.STREAMS]))
def test_ages_and_genders_sum_to_the_whole(span: tuple[int, int], subject: Subject, metric: Metric) -> None:
    """Every cell is there and not negative, and together they are the total; days add up, too."""
    people = FACTS.people(metric, subject, *span)
    assert tuple(people) == AGES and all(tuple(cells) == GENDERS for cells in people.values())
    cells = [count for age in people.values() for count in age.values()]
    assert min(cells) >= 0 and sum(cells) == FACTS.count(metric, subject, *span)
    middle = (span[0] + span[1]) // 2
    first, second = FACTS.people(metric, subject, span[0], middle), FACTS.people(metric, subject, middle + 1, span[1])
    assert people == {age: {one: first[age][one] + second[age][one] for one in GENDERS} for age in AGES}


@ADDING
@given(span=ranges(), subject=st.sampled_from(SUBJECTS))
def test_places_apps_devices_and_sources_sum_to_the_whole(span: tuple[int, int], subject: Subject) -> None:
    """Countries, apps and devices to plays and downloads, regions to their country, cities to their region."""
    whole = FACTS.count(Metric.PLAYS_AND_DOWNLOADS, subject, *span)
    for kind in ("app", "device", "country"):
        assert sum(FACTS.by(kind, Metric.PLAYS_AND_DOWNLOADS, subject, *span).values()) == whole
    assert sum(FACTS.sources(subject, *span).values()) == FACTS.count(Metric.IMPRESSIONS, subject, *span)
    countries = FACTS.by("country", Metric.PLAYS, subject, *span)
    for code, count in countries.items():
        regions = FACTS.regions(code, Metric.PLAYS, subject, *span)
        assert sum(regions.values()) == count
    cities = FACTS.cities("DE", "BY", Metric.PLAYS, subject, *span)
    assert sum(cities.values()) == FACTS.regions("DE", Metric.PLAYS, subject, *span)["BY"]
    named = FACTS.countries(Metric.PLAYS, subject, *span)
    told = {str(row["countryCode"]): row["counts"] for row in named.values()}
    assert told.keys() == {code for code, count in countries.items() if count}


def test_places_that_are_not_there_have_no_parts() -> None:
    """An unknown country has no regions, an unknown region no cities; every known region has one at least."""
    assert (regions_of("XX"), cities_of("DE", "XX"), cities_of("XX", "1")) == ((), (), ())
    assert cities_of("FR", "1") == (("France", 1),)
    assert FACTS.regions("XX", Metric.PLAYS, SHOW, 0, TODAY) == {}


@ADDING
@given(start=st.integers(0, 5000), first=st.integers(0, 3000), second=st.integers(0, 3000))
def test_patterns_divide_without_loss(start: int, first: int, second: int) -> None:
    """What two neighbouring ranges hold is what both together hold, and all labels sum to the range."""
    pattern = Pattern(APPS, "any")
    both = [a + b for a, b in zip(
        pattern.counts(start, start + first), pattern.counts(start + first, start + first + second), strict=True
    )]  # fmt: skip
    assert both == pattern.counts(start, start + first + second) and sum(both) == first + second
    assert sum(pattern.counts(0, SIZE)) == SIZE


# --- heads ---


@ADDING
@given(span=ranges(), subject=st.sampled_from(SUBJECTS), people=st.sampled_from(list(People)))
def test_people_are_counted_once(span: tuple[int, int], subject: Subject, people: People) -> None:
    """In a range there are no more than on its days together and no fewer than on the fullest."""
    days, unique = FACTS.heads(people, subject, *span), FACTS.unique(people, subject, *span)
    assert max(days) <= unique <= sum(days)
    if people is People.SPOTIFY:
        assert all(
            heads <= starts for heads, starts in zip(days, FACTS.daily(Metric.STARTS, subject, *span), strict=True)
        )
    assert FACTS.unique(people, subject, 5, 4) == 0


@ADDING
@given(span=ranges())
def test_new_and_returning_are_the_audience(span: tuple[int, int]) -> None:
    """Every day and for the period; the new of the days add up, the returning are counted once."""
    days, period = FACTS.audience(SHOW, *span), FACTS.audience_total(SHOW, *span)
    assert all(day.new + day.returning == day.total for day in days)
    assert [day.total for day in days] == FACTS.heads(People.ALL, SHOW, *span)
    assert period.new == sum(day.new for day in days) and period.total == period.new + period.returning
    assert max(day.returning for day in days) <= period.returning <= sum(day.returning for day in days)


def test_over_ninety_days_returning_people_come_nine_times() -> None:
    """The measured proportion: the sum of daily returning people is about nine times those of the period."""
    days, period = FACTS.audience(SHOW, TODAY - 90, TODAY - 1), FACTS.audience_total(SHOW, TODAY - 90, TODAY - 1)
    assert 8.9 < sum(day.returning for day in days) / period.returning < 9.1
    assert sum(day.total for day in days) > period.total


def test_followers_are_a_running_total() -> None:
    """They never fall, begin at 0 before the show, and stand still after the last day."""
    followers = FACTS.followers(SHOW, SHOW.since_day - 2, TODAY + 2)
    assert followers == sorted(followers) and followers[:2] == [0, 0] and followers[-1] == followers[-4] > 0


# --- how far ---


@pytest.mark.parametrize("episode", EPISODES, ids=lambda episode: episode.title)
def test_retention_is_one_curve(episode: Subject) -> None:
    """Samples are never negative nor more than the most, and percentiles, median and mean are those of the curve."""
    assert not isinstance(episode, Show)
    retention = FACTS.retention(episode)
    samples, most = retention.samples, retention.most
    assert len(samples) == episode.duration_ms // 1000 and min(samples) >= 0 and max(samples) == most
    assert list(samples) == sorted(samples, reverse=True)
    assert samples[0] == most == FACTS.count(Metric.STARTS, episode, 0, TODAY)
    assert list(retention.percentiles) == [25, 50, 75, 95, 100]
    for mark, percent in retention.percentiles.items():
        assert percent == samples[min(len(samples) - 1, len(samples) * mark // 100)] * 100 // most
    assert samples[retention.median_s - 1] * 2 >= most
    assert retention.median_s == len(samples) or samples[retention.median_s] * 2 < most
    assert retention.average_s == pytest.approx(sum(samples) / most) and 0 < retention.completion < 1


def test_an_episode_that_nobody_started_has_an_empty_curve() -> None:
    """Zeros, which mean "no data yet"."""
    retention = Facts(WORLD, EPISODES[-1].day - 1).retention(EPISODES[-1])
    assert (retention.most, set(retention.samples), retention.completion) == (0, {0}, 0.0)
    assert (set(retention.percentiles.values()), retention.median_s, retention.average_s) == ({0}, 0, 0.0)


def test_deleting_and_publishing_change_the_sums() -> None:
    """Sums are remembered until an episode appears or goes."""
    world = World.of(9, TODAY, episodes=3, days=30)
    show = next(iter(world.shows.values()))
    facts = Facts(world, TODAY - 1)
    before = facts.count(Metric.STARTS, show, 0, TODAY)
    first = next(world.published(show))
    mine = facts.count(Metric.STARTS, first, 0, TODAY)
    world.delete(first)
    assert facts.count(Metric.STARTS, show, 0, TODAY) == before - mine
    world.publish(world.create(show, 0), (TODAY - 3) * DAY_MS)
    assert facts.count(Metric.STARTS, show, 0, TODAY) > before - mine
