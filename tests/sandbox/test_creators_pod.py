"""podcasters/v0 of the simulated Spotify for Creators: 17 calls, their shapes, and the sums that hold between them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.creators import Stage

from earstead.sandbox.creators.app import POD
from earstead.sandbox.creators.facts import Metric
from earstead.sandbox.creators.shares import AGES, GENDERS
from earstead.sandbox.creators.world import State, day_text

SPAN = {"start": "2026-10-01", "end": "2026-10-30"}


def _pod(stage: Stage, path: str, **query: str) -> dict[str, Any]:
    answer = stage.pod(path, **query)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_cards_have_the_keys_of_the_service(creators_stage: Stage) -> None:
    """P1 and P2, down to the misspelt `explict`; P10 is made of P2's cards, with the figures of the range."""
    show, episode = creators_stage.show, creators_stage.episodes()[3]
    card = _pod(creators_stage, f"/shows/{show.id}/metadata")
    assert set(card) == set(
        "language categories feedUrl network name id url artworkUrl releaseDate description explict totalEpisodes "
        "starts streams listeners followers sparkLine published publisher consumptionOrder coverImage taxi".split()
    )
    assert card["totalEpisodes"] == len(creators_stage.episodes()) and card["listeners"] <= card["starts"]
    one = _pod(creators_stage, f"/episodes/{episode.id}/metadata")
    assert set(one) == set(
        "name id url releaseDate artworkUrl description explict language duration starts streams listeners sparkLine "
        "hasVideo".split()
    )
    listed = _pod(creators_stage, f"/shows/{show.id}/episodes", **SPAN, size="200")
    assert set(listed) == {"episodes", "totalPages"} and listed["totalPages"] == 1
    mine = next(row for row in listed["episodes"] if row["id"] == episode.id)
    assert set(mine) == set(one) and mine["starts"] <= one["starts"]
    in_range = _pod(creators_stage, f"/episodes/{episode.id}/detailedStreams", **SPAN)["detailedStreams"]
    assert (mine["starts"], mine["streams"]) == tuple(
        sum(day[key] for day in in_range) for key in ("starts", "streams")
    )


def test_the_show_is_the_sum_of_its_episodes(creators_stage: Stage) -> None:
    """P3 per day is the sum of P4, and of all time P1's numbers."""
    show = _pod(creators_stage, f"/shows/{creators_stage.show_id}/detailedStreams", **SPAN)["detailedStreams"]
    each = [
        _pod(creators_stage, f"/episodes/{episode.id}/detailedStreams", **SPAN)["detailedStreams"]
        for episode in creators_stage.episodes()
    ]
    for place, day in enumerate(show):
        assert day["starts"] == sum(days[place]["starts"] for days in each) >= day["streams"]
        assert day["streams"] == sum(days[place]["streams"] for days in each)
    since = day_text(creators_stage.show.since_day)
    ever = {"start": since, "end": "2026-11-21"}
    days = _pod(creators_stage, f"/shows/{creators_stage.show_id}/detailedStreams", **ever)["detailedStreams"]
    card = _pod(creators_stage, f"/shows/{creators_stage.show_id}/metadata")
    assert (sum(day["starts"] for day in days), sum(day["streams"] for day in days)) == (
        card["starts"],
        card["streams"],
    )


def test_pages_hold_every_episode_once_in_every_order(creators_stage: Stage) -> None:
    """P10 by each sort in both directions, and filtered by title."""
    show, ids = creators_stage.show_id, {episode.id for episode in creators_stage.episodes()}
    path = f"/shows/{show}/episodes"
    for sort in ("releaseDate", "name", "starts", "streams", "listeners"):
        for order, reverse in (("ascending", False), ("descending", True)):
            pages = [
                _pod(creators_stage, path, **SPAN, page=str(page), size="10", sortBy=sort, sortOrder=order)
                for page in (1, 2, 3)
            ]
            rows = [row for page in pages for row in page["episodes"]]
            assert {page["totalPages"] for page in pages} == {3} and [len(page["episodes"]) for page in pages] == [
                10,
                10,
                4,
            ]
            assert {row["id"] for row in rows} == ids
            assert [row[sort] for row in rows] == sorted((row[sort] for row in rows), reverse=reverse)
    found = _pod(creators_stage, path, **SPAN, filter="12: ")["episodes"]
    assert [row["id"] for row in found] == [creators_stage.episodes()[11].id]
    assert _pod(creators_stage, path, **SPAN, page="9")["episodes"] == []
    assert creators_stage.pod(path, **SPAN, sortBy="mood").status_code == 400


def test_listeners_and_followers_by_day(creators_stage: Stage) -> None:
    """P5 and P6 have a row for each day; P7 is a running total that begins in September 2021."""
    show, episode = creators_stage.show_id, creators_stage.episodes()[-2]
    days = _pod(creators_stage, f"/shows/{show}/listeners", **SPAN)["counts"]
    starts = _pod(creators_stage, f"/shows/{show}/detailedStreams", **SPAN)["detailedStreams"]
    assert [row["date"] for row in days] == [row["date"] for row in starts]
    assert all(row["count"] <= day["starts"] for row, day in zip(days, starts, strict=True))
    recent = {"start": "2026-11-15", "end": "2026-11-20"}
    assert (
        sum(row["count"] for row in _pod(creators_stage, f"/episodes/{episode.id}/listeners", **recent)["counts"]) > 0
    )
    followers = _pod(creators_stage, f"/shows/{show}/followers", start="2020-01-01", end="2026-11-21")["counts"]
    assert (followers[0], followers[-1]["date"]) == ({"date": "2021-09-01", "count": 0}, "2026-11-19")
    counts = [row["count"] for row in followers]
    assert counts == sorted(counts) and counts[-1] > 0


def test_demographics_sum_to_their_count(creators_stage: Stage) -> None:
    """P8 and P9: all brackets and genders, countries for shows alone, and the days of a range together."""
    show, episode = (
        f"/shows/{creators_stage.show_id}/aggregate",
        f"/episodes/{creators_stage.episodes()[-6].id}/aggregate",
    )
    whole, one = _pod(creators_stage, show, **SPAN), _pod(creators_stage, episode, **SPAN)
    assert set(whole) == set("count start end ageFacetedCounts countryFacetedCounts genderedCounts".split())
    assert "countryFacetedCounts" not in one and (one["start"], one["end"]) == (SPAN["start"], SPAN["end"])
    for said in (whole, one):
        ages = {age: cells["counts"] for age, cells in said["ageFacetedCounts"].items()}
        assert set(ages) == set(AGES) and all(set(cells) == set(GENDERS) for cells in ages.values())
        genders = said["genderedCounts"]["counts"]
        assert {gender: sum(cells[gender] for cells in ages.values()) for gender in GENDERS} == genders
        assert sum(genders.values()) == said["count"] > 0
    countries = whole["countryFacetedCounts"]
    assert countries["Austria"]["countryCode"] == "AT"
    assert sum(sum(row["counts"].values()) for row in countries.values()) == whole["count"]
    streams = _pod(creators_stage, f"/shows/{creators_stage.show_id}/detailedStreams", **SPAN)["detailedStreams"]
    assert sum(day["streams"] for day in streams) == whole["count"]


def test_a_range_without_listeners_is_a_500_or_bare(creators_stage: Stage) -> None:
    """`pod.aggregate_500_when_empty` is on by default; off, start, end and countries are missing."""
    path, early = f"/shows/{creators_stage.show_id}/aggregate", {"start": "2024-01-01", "end": "2024-01-02"}
    assert creators_stage.pod(path, **early).status_code == 500
    creators_stage.fault(pod__aggregate_500_when_empty=False)
    said = _pod(creators_stage, path, **early)
    assert set(said) == {"count", "ageFacetedCounts", "genderedCounts"} and said["count"] == 0
    assert set(said["ageFacetedCounts"]) == set(AGES)


def test_retention_has_its_percentiles(creators_stage: Stage) -> None:
    """P11: one sample a second; sparse answers leave out the rate and the length."""
    episode = creators_stage.episodes()[2]
    path = f"/episodes/{episode.id}/performance"
    said = _pod(creators_stage, path)
    assert (
        said["max"] == max(said["samples"]) and said["seconds"] == len(said["samples"]) == episode.duration_ms // 1000
    )
    assert (said["sampleRate"], set(said["percentiles"])) == (1000, {"25", "50", "75", "100"})
    assert said["percentiles"]["25"] == said["samples"][said["seconds"] // 4] * 100 // said["max"]
    median = said["medianCompletion"]
    assert median["percentage"] == median["seconds"] * 100 // said["seconds"]
    creators_stage.fault(pod__performance_sparse=True)
    assert set(said) - set(_pod(creators_stage, path)) == {"sampleRate", "seconds"}


def test_impressions_are_the_same_from_every_side(creators_stage: Stage) -> None:
    """P12 is the sum of P13's days and of P14's sources; P15 begins with it, and divides next by this."""
    base = f"/shows/{creators_stage.show_id}/impressions"
    total = _pod(creators_stage, f"{base}/total", **SPAN)
    assert (total["start"], total["end"]) == (SPAN["start"], SPAN["end"])
    assert sum(day["count"] for day in _pod(creators_stage, f"{base}/daily", **SPAN)["counts"]) == total["count"] > 0
    faceted = _pod(creators_stage, f"{base}/faceted", **SPAN)
    assert set(faceted["sourcedCounts"]["counts"]) == {"HOME", "LIBRARY", "OTHER", "SEARCH"}
    assert sum(faceted["sourcedCounts"]["counts"].values()) == faceted["count"] == total["count"]
    seen, considered, streamed = _pod(creators_stage, f"{base}/funnel", **SPAN)["counts"]
    assert seen == {"id": "impressions", "count": total["count"]}
    for before, step in ((seen, considered), (considered, streamed)):
        assert step["conversionPercent"] == round(step["count"] / before["count"], 5)
    assert streamed["count"] == _pod(creators_stage, f"/shows/{creators_stage.show_id}/aggregate", **SPAN)["count"]


def test_impressions_want_exactly_29_days_unless_switched_off(creators_stage: Stage) -> None:
    """Total and faceted are a 400 over any other span; daily and the funnel take any."""
    base, short = f"/shows/{creators_stage.show_id}/impressions", {"start": "2026-10-01", "end": "2026-10-07"}
    statuses = {kind: creators_stage.pod(f"{base}/{kind}", **short).status_code for kind in ("total", "faceted")}
    assert statuses == {"total": 400, "faceted": 400}
    assert len(_pod(creators_stage, f"{base}/daily", **short)["counts"]) == 7
    assert _pod(creators_stage, f"{base}/funnel", **short)["counts"][0]["count"] > 0
    creators_stage.fault(pod__impressions_span_check=False)
    assert _pod(creators_stage, f"{base}/total", **short)["count"] > 0


def test_the_account(creators_stage: Stage) -> None:
    """P16 tells id and name of the account's shows, sorted and paged; nobody knows what P17 tells."""
    shows = creators_stage.simulator.shows
    said = _pod(creators_stage, "/user/shows", page="1", size="200", sortBy="name", sortOrder="ascending", **SPAN)
    assert said == {"shows": [{"id": one.id, "name": one.name} for one in sorted(shows, key=lambda show: show.name)]}
    backwards = _pod(creators_stage, "/user/shows", sortOrder="descending", size="3", page="2")["shows"]
    assert backwards == said["shows"][:1]
    me = creators_stage.pod("/user/me")
    assert (me.json(), me.headers["x-sim-shape"]) == ({}, "unknown")


def test_what_is_refused(creators_stage: Stage) -> None:
    """403 for a show of others, 404 for what is not there or not published, 400 for bad ranges, 401 without bearer."""
    foreign = creators_stage.simulator.world.shows_of("bea")[0]
    theirs = next(iter(creators_stage.simulator.world.published(foreign)))
    draft, show = creators_stage.episodes(State.DRAFT)[0], creators_stage.show_id
    calls = {
        f"/shows/{foreign.id}/metadata": 403,
        f"/episodes/{theirs.id}/metadata": 403,
        "/shows/4vXk0mWJmQ9yC1dEf2GhIj/metadata": 404,
        f"/episodes/{draft.id}/metadata": 404,
        "/nothing": 404,
        f"/shows/{show}/detailedStreams?start=2026-10-01": 400,
        f"/shows/{show}/detailedStreams?start=2026-10-02&end=2026-10-01": 400,
        f"/shows/{show}/detailedStreams?start=1990-01-01&end=2026-10-01": 400,
        f"/shows/{show}/listeners?start=yesterday&end=2026-10-01": 400,
        f"/shows/{show}/episodes?start=2026-10-01&end=2026-10-02&page=none": 400,
    }
    bearer = {"authorization": f"Bearer {creators_stage.bearer}"}
    base = creators_stage.urls["pod_url"]
    assert {path: creators_stage.http.get(base + path, headers=bearer).status_code for path in calls} == calls
    assert creators_stage.http.get(f"{base}/user/me").status_code == 401


def test_followers_without_a_beginning(creators_stage: Stage) -> None:
    """400 by default; with the switch off all that there is."""
    path = f"/shows/{creators_stage.show_id}/followers"
    assert creators_stage.pod(path, end="2026-11-01").status_code == 400
    creators_stage.fault(pod__followers_start_required=False)
    assert _pod(creators_stage, path, end="2026-11-01")["counts"][0]["date"] == "2021-09-01"


def test_the_rate_is_a_sliding_window(creators_stage: Stage) -> None:
    """20 in 30 seconds are answered, the next is a 429 until the first is 30 seconds old."""
    creators_stage.fault(pod__rate="20/30s")
    assert {creators_stage.pod("/user/me").status_code for _ in range(20)} == {200}
    assert creators_stage.pod("/user/me").status_code == 429
    creators_stage.clock.advance(29.9)
    assert creators_stage.pod("/user/me").status_code == 429
    creators_stage.clock.advance(0.1)
    assert creators_stage.pod("/user/me").status_code == 200


def test_the_base_may_be_left_out(creators_stage: Stage) -> None:
    """`/_pod/user/me` is what `/_pod/podcasters/v0/user/me` is; all 17 endpoints have a template of their own."""
    bearer = {"authorization": f"Bearer {creators_stage.bearer}"}
    assert creators_stage.http.get(f"{creators_stage.url}/_pod/user/me", headers=bearer).status_code == 200
    assert len({endpoint.path for endpoint in POD}) == len(POD) == 17


@pytest.mark.parametrize("lag", [1, 2])
def test_days_come_with_their_lag(creators_stage: Stage, lag: int) -> None:
    """Plays after a day, impressions after two; the next day brings the next row."""
    path = "detailedStreams" if lag == 1 else "impressions/daily"
    key = "detailedStreams" if lag == 1 else "counts"
    for _ in range(2):
        today = creators_stage.simulator.today
        query = {"start": day_text(today - 5), "end": day_text(today)}
        rows = _pod(creators_stage, f"/shows/{creators_stage.show_id}/{path}", **query)[key]
        assert rows[-1]["date"] == day_text(today - lag)
        creators_stage.clock.advance(86_400)
    facts = creators_stage.simulator.facts
    assert facts.count(Metric.STARTS, creators_stage.show, facts.last_day, facts.last_day) > 0
