"""The figures of a show and of an episode, one call each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from earstead.creators.answers import Empty
from earstead.creators.errors import CredentialsExpired, RateLimited
from earstead.creators.records import Mode, OnSpotify, Point, Series
from tests.creators.asking import client, uri
from tests.fakes.creators import Stage, staged


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(episodes=8, days=120) as made:
        yield made


@pytest.fixture(autouse=True)
def well(stage: Stage) -> Iterator[None]:
    """Whatever a test breaks is mended after it."""
    yield
    stage.simulator.faults.reset()


def test_a_show_in_one_call(stage: Stage) -> None:
    """All parts come, of the days asked for; figures of different backends about the same thing agree."""
    with client(stage) as creators:
        found = creators.analytics.show(stage.show_id, days=30)
    assert found.faults == () and (found.last - found.first).days == 29 and found.last == date(2026, 11, 20)
    assert len(found.plays.plays.points) == len(found.streams) == 30
    assert len(found.followers) == 29, "followers are two days late"
    starts = {one.date: one.starts for one in found.streams}
    assert all(point.value <= starts[point.date] for point in found.plays.plays.points)
    assert found.ages.total == sum(one.count for one in found.genders.genders)
    for shares in (found.countries, found.regions, found.platforms.apps, found.platforms.devices):
        assert sum(one.share for one in shares) == pytest.approx(1, abs=0.02), shares
    assert found.impressions.total and found.impressions_29 and found.demographics
    assert found.answers["discovery"].answered_window == "WINDOW_LAST_THIRTY_DAYS"


def test_without_the_slow_part(stage: Stage) -> None:
    """podcasters/v0 is left out on request."""
    before = sum(count for name, count in stage.simulator.calls.items() if name.startswith("POD"))
    with client(stage) as creators:
        found = creators.analytics.show(stage.show_id, pod=False)
    assert found.streams == () and found.demographics is None and found.ages.total
    assert sum(count for name, count in stage.simulator.calls.items() if name.startswith("POD")) == before


def test_an_episode_in_one_call(stage: Stage) -> None:
    """All parts come; running totals are called so, and their last value is the total."""
    with client(stage) as creators:
        found = creators.analytics.episode(uri(stage))
    assert found.faults == () and found.facts.title and found.plays_total
    assert found.performance.plays.mode is Mode.RUNNING
    assert found.performance.plays.points[-1].value == found.plays_total == found.ages.total
    assert found.streams.mode is Mode.DAILY and not found.streams.seems_running
    assert found.retention.completion and found.audience and found.audience.total
    assert found.consumption.total and found.consumption.total.hours
    assert sum(count for _, count in found.impressions.counts) == found.impressions.total


def test_retention_of_several(stage: Stage) -> None:
    """The report has those episodes that were heard, each with its curve from 1 downwards and its completion."""
    with client(stage) as creators:
        found = dict(creators.analytics.retention([uri(stage, number) for number in range(3)]))
    assert len(found) == 3
    for one in found.values():
        curve = one.curve()
        assert max(share for _, share in curve) == 1.0 and 0 < (one.completion or 0) < 1


def test_places_drill_down_by_code(stage: Stage) -> None:
    """A country's regions and a region's cities are asked for with the codes of the level above."""
    with client(stage) as creators:
        country = creators.analytics.places(stage.show_id).value[0]
        region = creators.analytics.places(stage.show_id, country=country.code).value[0]
        cities = creators.analytics.places(stage.show_id, country=country.code, region=region.code).value
    assert country.code and region.code and cities


def test_a_part_that_fails_does_not_end_the_run(stage: Stage) -> None:
    """A part of which the hash is stale is noted with its mend, and the others come."""
    stage.fault(graphql__rotate="getShowPlaysByAge")
    with client(stage) as creators:
        found = creators.analytics.show(stage.show_id, pod=False)
    assert [one.part for one in found.faults] == ["ages"] and "ops refresh" in found.faults[0].mend
    assert found.genders.total


def test_what_meets_every_part_ends_the_run(stage: Stage) -> None:
    """A limit or a lost sign-in is raised at once instead of being noted a dozen times."""
    with client(stage) as creators:
        stage.fault(http__429=-1)
        with pytest.raises(RateLimited):
            creators.analytics.show(stage.show_id)
    stage.fault(http__429=0)
    with client(stage) as creators:
        creators.session.refused(creators.session.bearer())
        stage.fault(auth__login_required=True)
        with pytest.raises(CredentialsExpired):
            creators.analytics.episode(uri(stage))


def test_a_breakdown_of_few_plays_is_told_from_one_without_data(stage: Stage) -> None:
    """An empty breakdown beside fewer than 50 plays is too small an audience; beside none or many it is no data."""
    with client(stage) as creators:
        found = creators.analytics.show(stage.show_id, pod=False)
    nothing = {**found.answers, "ages": replace(found.answers["ages"], empty=Empty.NO_DATA)}
    for plays, why in ((0, Empty.NO_DATA), (12, Empty.SMALL_AUDIENCE), (5000, Empty.NO_DATA)):
        few = OnSpotify(plays=Series((Point("2026-11-01", plays),)))
        assert replace(found, answers=nothing, plays=few).empty("ages") is why
    assert found.empty("ages") is Empty.NOT
