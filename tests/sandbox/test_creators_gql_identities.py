"""What must hold between the figures of one simulator, within GraphQL and against podcasters/v0."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from tests.fakes.creators import staged
from tests.fakes.creators_gql import PLACES, Graph, inner, points

from earstead.sandbox.creators.world import State

MONTH = {"dateRangeWindow": "WINDOW_LAST_THIRTY_DAYS"}
EVER = {"dateRangeWindow": "WINDOW_ALL_TIME"}
DAILY = {"aggregationType": "AGGREGATION_TYPE_DAILY"}


@pytest.fixture(scope="module")
def graph() -> Iterator[Graph]:
    """Of one simulator for all tests of this file, which only read."""
    with staged() as stage:
        yield Graph(stage)


def custom(start: str, end: str) -> dict[str, Any]:
    return {"dateRangeWindow": "WINDOW_CUSTOM", "customDateRange": {"startDate": start, "endDate": end}}


def ranked(graph: Graph, metric: str, window: str = "WINDOW_ALL_TIME") -> dict[str, int]:
    """A metric of every published episode, by title."""
    found = graph.show("getShowTopEpisodesByMetric", metricType=metric, dateRangeWindow=window)
    return {item["uri"]: inner(item["metric"])["value"] for item in found["episodesV2"]["items"]}


def show_metric(graph: Graph, metric: str, aggregation: str = "TOTAL", window: str = "WINDOW_LAST_THIRTY_DAYS") -> Any:
    """A metric of the show, asked for in free text."""
    query = """query($u: ShowUri!) { showByShowUri(getShowByShowUriRequest: {showUri: $u}) { analytics(
      getShowAnalyticsRequest: {showAnalyticsMetricType: %s, aggregationType: AGGREGATION_TYPE_%s, window: %s}) {
      startDate endDate followerCount analyticsValue { analyticsValue { __typename ... on SingleValueLong { value }
        ... on TimeSeriesValue { points { date value { ... on CountValueLong { value } } } } } } } } }"""
    body = graph.free(query % (metric, aggregation, window), u=graph.stage.show.uri)
    assert "errors" not in body, body
    return body["data"]["showByShowUri"]["analytics"]


@pytest.mark.parametrize(
    "metric", ["STREAMS_AND_DOWNLOADS", "PLAYS_AND_DOWNLOADS", "PLAYS", "STREAMS", "OFF_PLATFORM_DOWNLOADS"]
)
def test_a_show_is_the_sum_of_its_episodes(graph: Graph, metric: str) -> None:
    """What adds up over episodes is, for the show, the sum over all of them."""
    whole = inner(show_metric(graph, f"SHOW_{metric}", window="WINDOW_ALL_TIME"))["value"]
    assert whole == sum(ranked(graph, f"EPISODE_{metric}").values()) > 0


def test_totals_are_the_sum_of_their_days_weeks_and_months(graph: Graph) -> None:
    """However streams and downloads are aggregated, they sum to the same."""
    found = {}
    for aggregation in ("DAILY", "WEEKLY", "MONTHLY"):
        said = {**EVER, "aggregationType": f"AGGREGATION_TYPE_{aggregation}"}
        found[aggregation] = points(graph.show("getShowStreamsAndDownloadsDaily", **said)["streamsAndDownloadsDaily"])
    assert len({sum(one.values()) for one in found.values()}) == 1
    assert len(found["DAILY"]) > len(found["WEEKLY"]) > len(found["MONTHLY"]) > 1
    total = inner(graph.show("getShowOverviewStatsNRT")["streamsAndDownloadsTotal"])["value"]
    assert total == sum(found["DAILY"].values())
    assert total == inner(graph.show("getShowAllPlatformsStatsNRT")["analytics"])["value"]


def test_starts_plays_and_streams_come_in_that_order(graph: Graph) -> None:
    """Of one list: starts >= plays >= streams, and plays and downloads >= streams and downloads."""
    page = graph.show("WebGetIndexedEpisodeList", currentPage=1, pageSize=50, filter="PUBLISHED_EPISODES")
    plays, streams = ranked(graph, "EPISODE_PLAYS"), ranked(graph, "EPISODE_STREAMS")
    for item in page["episodesV2"]["items"]:
        starts = inner(item["analyticsStartsV2"])["value"]
        assert starts >= plays[item["uri"]] >= streams[item["uri"]]
        all_plays, all_streams = (inner(item[f"analytics{name}AndDownloads"])["value"] for name in ("Plays", "Streams"))
        assert all_plays >= all_streams


def test_streams_are_the_same_in_both_services(graph: Graph) -> None:
    """GraphQL's streams of a day are podcasters/v0's streams of that day."""
    days = {one["date"]: one["value"]["value"] for one in inner(show_metric(graph, "SHOW_STREAMS", "DAILY"))["points"]}
    start, end = min(days), max(days)
    told = graph.stage.pod(f"/shows/{graph.stage.show_id}/detailedStreams", start=start, end=end).json()
    assert days == {one["date"]: one["streams"] for one in told["detailedStreams"]}


def test_impressions_are_the_same_in_both_services(graph: Graph) -> None:
    """Thirty days of impressions: their total is the sum of the days, and of podcasters/v0's total and days."""
    trend = graph.show("getShowImpressionsTrendStats", **MONTH)
    days = points(trend["impressionsDaily"])
    start, end = min(days), max(days)
    assert inner(trend["impressionsTotal"])["value"] == sum(days.values())
    path = f"/shows/{graph.stage.show_id}/impressions"
    assert graph.stage.pod(f"{path}/total", start=start, end=end).json()["count"] == sum(days.values())
    daily = graph.stage.pod(f"{path}/daily", start=start, end=end).json()["counts"]
    assert {one["date"]: one["count"] for one in daily} == days
    ranking = inner(graph.show("getShowTopEpisodesByImpressions", **MONTH)["topEpisodesByImpressions"])["episodes"]
    assert sum(one["facetedValue"]["totalValue"] for one in ranking) == sum(days.values())
    for one in ranking:
        sources = one["facetedValue"]["impressionSourceBreakdown"]
        assert sources["total"] == one["facetedValue"]["totalValue"] == sum(each["count"] for each in sources["counts"])


@pytest.mark.parametrize("level", ["GEO_COUNTRY", "GEO_REGION", "GEO_CITY"])
def test_shares_of_places_sum_to_one(graph: Graph, level: str) -> None:
    """Countries, regions of one and cities of one of those are shares of one, greatest first."""
    where = {"resultGeo": level, "country": "DE", "region": "BY"}
    metric = PLACES.replace("COUNTRY", level.removeprefix("GEO_"))
    found = graph.show("getShowPlaysAndDownloadsByGeo", **MONTH, metricType=metric, geoParams=where)
    shares = [one["value"] for one in inner(found["showPlaysAndDownloadsByGeo"])["geos"]]
    assert len(shares) > 1 and sum(shares) == pytest.approx(1) and shares == sorted(shares, reverse=True)


def test_one_goes_deeper_by_the_name_for_navigation(graph: Graph) -> None:
    """The navigation name of a country leads to its regions; its display name leads nowhere."""
    said = {**MONTH, "metricType": PLACES.replace("COUNTRY", "REGION")}
    for name, there in (("AT", True), ("Austria", False)):
        found = graph.show(
            "getShowPlaysAndDownloadsByGeo", **said, geoParams={"resultGeo": "GEO_REGION", "country": name}
        )
        assert bool(inner(found["showPlaysAndDownloadsByGeo"])["geos"]) is there


def test_shares_of_apps_and_devices_sum_to_one(graph: Graph) -> None:
    """Apps and devices are shares of one, today and in the retired twin."""
    now = graph.show("getShowPlaysAndDownloadsPlatformsStats", **MONTH)
    before = graph.show("getShowAudienceAllPlatformsStats", **MONTH)
    for found, word in ((now, "showPlaysAndDownloads"), (before, "showStreamsAndDownloads")):
        for kind, key in (("App", "apps"), ("Device", "devices")):
            assert sum(one["value"] for one in inner(found[f"{word}By{kind}"])[key]) == pytest.approx(1)


def test_ages_and_genders_count_the_same_people(graph: Graph) -> None:
    """Age totals, gender totals and totalValue are one number: the plays of the window; percentages are of it."""
    ages = inner(graph.show("getShowPlaysByAge", **MONTH)["showPlaysByAge"])
    genders = inner(graph.show("getShowPlaysByGender", **MONTH)["showPlaysByGender"])
    total = inner(show_metric(graph, "SHOW_PLAYS"))["value"]
    brackets = [one["genderBreakdown"] for one in ages["ageBreakdown"]]
    assert ages["totalValue"] == genders["totalValue"] == genders["genderBreakdown"]["total"] == total
    assert sum(one["total"] for one in brackets) == total
    for one in (*brackets, genders["genderBreakdown"]):
        assert sum(each["count"] for each in one["counts"]) == one["total"]
        assert all(each["percent"] == pytest.approx(each["count"] / total) for each in one["counts"])
    episode = graph.stage.episodes(State.PUBLISHED)[-2]
    mine = inner(graph.episode("getEpisodePlaysByAge", episode, **EVER)["episodePlaysByAge"])
    assert mine["totalValue"] == inner(graph.episode("getEpisodePlaysTotal", episode, **EVER)["analytics"])["value"]


def test_breakdowns_of_an_episode_are_empty_in_a_wrong_window(graph: Graph) -> None:
    """An odd window gives an episode's breakdown without rows and without an error."""
    episode = graph.stage.episodes(State.PUBLISHED)[-2]
    said = {"dateRangeWindow": "WINDOW_SINCE_PUBLISHED"}
    assert inner(graph.episode("getEpisodePlaysByAge", episode, **said)["episodePlaysByAge"])["ageBreakdown"] == []
    assert inner(graph.episode("getEpisodeSpotifyPlaysByCountry", episode, **said)["analytics"])["geos"] == []


def test_new_and_returning_people_are_counted_by_the_measured_rules(graph: Graph) -> None:
    """Over 90 days: new + returning = total each day; daily new sums to the period's, daily returning to far more."""
    said = {"dateRangeWindow": "WINDOW_LAST_NINETY_DAYS"}
    series = graph.show("getShowSegmentedAudienceTimeSeries", **said)["segmentedAudienceTimeSeries"]
    period = inner(graph.show("getShowSegmentedAudienceTotal", **said)["segmentedAudienceTotal"])
    days = [one["value"] for one in inner(series)["points"]]
    assert len(days) == 90
    assert all(one["newAudience"] + one["returningAudience"] == one["totalAudience"] for one in (*days, period))
    assert sum(one["newAudience"] for one in days) == period["newAudience"] > 0
    assert 7 < sum(one["returningAudience"] for one in days) / period["returningAudience"] < 11
    assert sum(one["totalAudience"] for one in days) > period["totalAudience"]


def test_growth_tells_the_same_people_in_three_parts(graph: Graph) -> None:
    """Core, developing and new people make the total of each day and of the period, whose new are the days' new."""
    said = {"startDate": "2026-10-01", "endDate": "2026-10-31"}
    days = graph.show("getAudienceGrowthTimeSeries", **said)["coreFanTimeSeries"]["timeSeries"]
    summary = graph.show("getAudienceGrowthMetricSummary", **said, isAllTime=False)["coreFanMetricSummary"]["summary"]
    assert (
        len(days) == 31 and summary["lookbackStartDate"] == "2026-08-31" and summary["lookbackEndDate"] == "2026-09-30"
    )
    for one in (*days, summary):
        assert one["coreFans"] + one["developingAudience"] + one["newAudience"] == one["totalAudience"]
    assert sum(one["newAudience"] for one in days) == summary["newAudience"]
    ever = graph.show("getAudienceGrowthMetricSummary", **said, isAllTime=True)["coreFanMetricSummary"]["summary"]
    assert ever["startDate"] < "2026-10-01" and ever["totalAudience"] > summary["totalAudience"]


def test_the_curve_and_its_percentiles_are_of_one_piece(graph: Graph) -> None:
    """Retention never is negative, its greatest is the maximum, and percentiles and median are read off it."""
    episode = graph.stage.episodes(State.PUBLISHED)[-3]
    found = inner(graph.episode("getEpisodePerformanceAllTime", episode)["episodePerformanceTotalAllTime"])
    counts = [one["sampleCount"] for one in found["points"]]
    most, seconds = found["maxSampleCount"], episode.duration_ms // 1000
    assert min(counts) >= 0 and max(counts) == most and 300 < len(counts) <= 600
    assert found["points"][1]["second"] * 1000 == found["sampleRateMs"]
    for mark in found["percentiles"]:
        second = min(seconds - 1, seconds * mark["completionPercentage"] // 100)
        near = counts[second * 1000 // found["sampleRateMs"]] * 100 / most
        assert mark["audiencePercentage"] == pytest.approx(near, abs=2)
    assert counts[int(found["medianCompletionSeconds"] - 2) * 1000 // found["sampleRateMs"]] * 2 >= most * 0.98
    assert [one["completionPercentage"] for one in found["percentiles"]] == [25, 50, 75, 95, 100]


def test_performance_is_told_as_running_totals(graph: Graph) -> None:
    """Plays and audience since publication never fall, and end at their totals; streams are by day."""
    episode = graph.stage.episodes(State.PUBLISHED)[-3]
    said = {"dateRangeWindow": "WINDOW_SINCE_PUBLISHED"}
    found = graph.episode("getEpisodePerformanceStats", episode, **said)
    for key in ("playsDaily", "audienceDaily"):
        counts = list(points(found[key]).values())
        assert counts == sorted(counts) and counts[0] > 0
    plays = list(points(found["playsDaily"]).values())
    assert plays[-1] == inner(graph.episode("getEpisodePlaysTotal", episode, **EVER)["analytics"])["value"]
    audience = list(points(found["audienceDaily"]).values())
    assert audience[-1] == inner(found["audienceTotal"])["value"]
    streams = list(points(graph.episode("getEpisodeStreams", episode, **said)["episodeStreamsDaily"]).values())
    assert streams != sorted(streams) and sum(streams) == ranked(graph, "EPISODE_STREAMS")[episode.uri]


def test_the_funnel_converts_from_step_to_step(graph: Graph) -> None:
    """Each conversion is the next step by this one; the last is the completion rate and converts to nothing."""
    seen, played, ended = inner(graph.show("getShowDiscoveryFunnelStats", **MONTH)["discoveryFunnel"])["steps"]
    assert [one["stepName"] for one in (seen, played, ended)] == ["impressions", "plays", "average_completion_rate"]
    ratio = played["stepValue"]["countValue"] / seen["stepValue"]["countValue"]
    assert seen["conversionRateToNext"] == pytest.approx(ratio)
    assert played["conversionRateToNext"] == ended["stepValue"]["ratioValue"]
    assert 0 < ended["stepValue"]["ratioValue"] < 1 and ended["conversionRateToNext"] is None


def test_hours_add_up_over_days_and_compare_with_the_time_before(graph: Graph) -> None:
    """Hours heard sum over days to the total of the window; the comparison is with the window before."""
    daily = inner(graph.show("getEngagementStats", **MONTH, hasComments=True)["consumptionTimeDaily"])["points"]
    said = {**MONTH, "hasComments": True, "includePeriodComparison": True}
    total = graph.show("getEngagementStatsNRT", **said)["consumptionTimeTotal"]
    hours = inner(total)["totalConsumptionHours"]
    assert sum(one["value"]["totalConsumptionHours"] for one in daily) == pytest.approx(hours)
    first = date.fromisoformat(daily[0]["date"])
    before = custom((first - timedelta(days=30)).isoformat(), (first - timedelta(days=1)).isoformat())
    earlier = graph.show("getEngagementStatsNRT", **before, hasComments=True, includePeriodComparison=False)
    earlier_hours = inner(earlier["consumptionTimeTotal"])["totalConsumptionHours"]
    change = total["analyticsValue"]["periodOverPeriodPercentageDiff"]
    assert change == pytest.approx(hours / earlier_hours - 1)
    assert earlier["consumptionTimeTotal"]["analyticsValue"]["periodOverPeriodPercentageDiff"] is None


def test_custom_windows_include_both_ends(graph: Graph) -> None:
    """A window of one day is that day of a longer one."""
    week = points(
        graph.show("getShowStreamsAndDownloadsDaily", **DAILY, **custom("2026-11-01", "2026-11-07"))[
            "streamsAndDownloadsDaily"
        ]
    )
    one = points(
        graph.show("getShowStreamsAndDownloadsDaily", **DAILY, **custom("2026-11-03", "2026-11-03"))[
            "streamsAndDownloadsDaily"
        ]
    )
    assert list(week) == [f"2026-11-0{day}" for day in range(1, 8)]
    assert one == {"2026-11-03": week["2026-11-03"]}


@pytest.mark.parametrize(
    "dates", [("2026-11-07", "2026-11-01"), ("0001-01-01", "9999-12-31"), ("yesterday", "today")], ids=str
)
def test_odd_spans_are_refused(graph: Graph, dates: tuple[str, str]) -> None:
    """An end before the start, some thousand years and what is no date are errors beside null."""
    for name, said, key in (
        ("getShowStreamsAndDownloadsDaily", {**DAILY, **custom(*dates)}, "streamsAndDownloadsDaily"),
        ("getAudienceGrowthTimeSeries", {"startDate": dates[0], "endDate": dates[1]}, "coreFanTimeSeries"),
    ):
        body = graph.ask(name, showUri=graph.stage.show.uri, **said).json()
        assert body["data"]["showByShowUri"][key] is None
        assert body["errors"][0]["extensions"]["classification"] == "DataFetchingException"


def test_a_series_can_be_of_the_episodes_of_a_span(graph: Graph) -> None:
    """publishedAfter and publishedBefore leave the episodes that appeared between them."""
    episodes = graph.stage.episodes(State.PUBLISHED)
    first, last = episodes[-3], episodes[-2]
    span = {
        "publishedAfter": {"seconds": (first.published_ms or 0) // 1000},
        "publishedBefore": {"seconds": (last.published_ms or 0) // 1000},
    }
    found = graph.show("getShowStreamsAndDownloadsDaily", **DAILY, **MONTH, **span)["streamsAndDownloadsDaily"]
    alone = ranked(graph, "EPISODE_STREAMS_AND_DOWNLOADS", "WINDOW_LAST_THIRTY_DAYS")
    assert sum(points(found).values()) == alone[first.uri] + alone[last.uri]


def test_windows_of_a_publication_are_for_episodes(graph: Graph) -> None:
    """An episode has its first seven days; a show has none of its own, and says so."""
    episode = graph.stage.episodes(State.PUBLISHED)[-4]
    said = {"dateRangeWindow": "WINDOW_FIRST_SEVEN_DAYS", **DAILY}
    days = points(graph.episode("getEpisodeStreamsAndDownloads", episode, **said)["analytics"])
    assert len(days) == 7
    assert min(days) == date.fromordinal(episode.day + date(1970, 1, 1).toordinal()).isoformat()
    body = graph.ask("getShowStreamsAndDownloadsDaily", showUri=graph.stage.show.uri, **said).json()
    assert body["data"]["showByShowUri"]["streamsAndDownloadsDaily"] is None and body["errors"]


def test_benchmarks_grow_with_percentile_and_day(graph: Graph) -> None:
    """The percentiles asked for are 20, 40, 50, 60 and 80, and neither a higher one nor a later day is less."""
    said = {"window": "WINDOW_FIRST_THIRTY_DAYS", "benchmarkEpisodePool": "LAST_10_EPISODES"}
    series = graph.show("getBenchmarkTimeSeries", **said, benchmarkMetricType="BENCHMARK_PLAYS")["analytics"]
    rows = [[one["value"] for one in point["percentiles"]] for point in inner(series)["points"]]
    assert len(rows) == 30
    assert all(row == sorted(row) for row in rows) and all(list(one) == sorted(one) for one in zip(*rows, strict=True))
    total = graph.show("getBenchmarkTotal", **said, benchmarkMetricType="BENCHMARK_PLAYS")["benchmarkTotal"]
    (point,) = inner(total)["points"]
    assert [one["percentile"] for one in point["percentiles"]] == [20, 40, 50, 60, 80]
    assert [one["value"] for one in point["percentiles"]] == rows[-1]


def test_followers_stand_beside_the_value(graph: Graph) -> None:
    """The follower metric gives its number on the result, as podcasters/v0 gives it for the last day."""
    found = show_metric(graph, "SHOW_FOLLOWERS")
    told = graph.stage.pod(f"/shows/{graph.stage.show_id}/followers", start=found["startDate"], end=found["endDate"])
    assert found["followerCount"] > 0 and found["analyticsValue"]["analyticsValue"] is None
    assert found["followerCount"] >= told.json()["counts"][-1]["count"] > 0
