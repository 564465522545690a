"""Every switch of the GraphQL service, of the lists and of the scripts: what a caller sees."""

from __future__ import annotations

import gzip

import pytest
from tests.fakes.creators import Stage
from tests.fakes.creators_gql import PLACES, Graph, inner, usual

from earstead.core.creators.registry import Registry
from earstead.sandbox.creators.faults import SWITCHES
from earstead.sandbox.creators.gql.errors import NOT_FOUND
from earstead.sandbox.creators.gql.operations import hashes_of, made_up_hash
from earstead.sandbox.creators.world import Hosting, State

MONTH = {"dateRangeWindow": "WINDOW_LAST_THIRTY_DAYS"}
TESTED = {
    "graphql.adhoc", "graphql.introspection", "graphql.rotate", "graphql.truncated_hash_empty", "graphql.partial",
    "graphql.origin_check", "graphql.geo_null", "graphql.demographics_null", "graphql.custom_window_refused",
    "show.non_s4p", "list.index_building", "web.bundle_gzip_without_header",
}  # fmt: skip
"""Those with a test here, the first two beside this file in `free_text`, the last in `bundle`."""


@pytest.fixture
def graph(creators_stage: Stage) -> Graph:
    return Graph(creators_stage)


def refused(body: dict[str, object]) -> list[str]:
    """The keys that failed because their backend refused."""
    errors = body["errors"]
    assert isinstance(errors, list)
    assert {one["extensions"]["classification"] for one in errors} == {"DataFetchingException"}
    return [one["path"][-1] for one in errors]


def test_every_switch_has_a_test() -> None:
    """No switch of GraphQL, lists or the web is without a test."""
    assert {name for name in SWITCHES if name.startswith(("graphql.", "show.", "list.", "web."))} == TESTED


def test_a_rotated_operation_has_a_new_hash_in_the_scripts(graph: Graph) -> None:
    """After a rotation all old hashes are unknown, the new one answers, others are as they were."""
    name = "WebGetIndexedEpisodeList"
    graph.stage.fault(graphql__rotate=name)
    said = {"showUri": graph.stage.show.uri, "currentPage": 1, "pageSize": 5}
    for known in hashes_of(Registry.pinned().get(name)):
        assert graph.persisted(name, known.sha256, said).json() == {"errors": [NOT_FOUND]}
    new = made_up_hash(name, rotated=True)
    assert graph.persisted(name, new, said).json()["data"]["showByShowUri"]["episodesV2"]["items"]
    assert graph.data("WebGetUserShows")
    page = graph.stage.http.get(f"{graph.stage.url}/_web/pod/dashboard/episodes").text
    script = page.split('src="')[1].split('"')[0]
    text = gzip.decompress(graph.stage.http.get(script).content).decode()
    assert new in text and hashes_of(Registry.pinned().get(name))[0].sha256 not in text


def test_a_cut_hash_is_answered_with_nothing(graph: Graph) -> None:
    """A hash of 16 characters gives empty data as if nothing were there; with the switch off it is not found."""
    cut = hashes_of(Registry.pinned().get("getShowsForUser"))[0].sha256[:16]
    assert graph.persisted("getShowsForUser", cut, {}).json() == {"data": {}}
    graph.stage.fault(graphql__truncated_hash_empty=False)
    assert graph.persisted("getShowsForUser", cut, {}).json() == {"errors": [NOT_FOUND]}


@pytest.mark.parametrize("field", ["audienceDaily", "analytics", "uri"])
def test_a_field_fails_beside_data(graph: Graph, field: str) -> None:
    """A field named by its key or its name is null with a DataFetchingException, and the rest is there."""
    graph.stage.fault(graphql__partial=field)
    episode = graph.stage.episodes(State.PUBLISHED)[0]
    said = {"episodeUri": episode.uri, "dateRangeWindow": "WINDOW_SINCE_PUBLISHED"}
    body = graph.ask("getEpisodePerformanceStats", **said).json()
    found = body["data"]["episodeByUri"]
    failed = ["playsDaily", "audienceDaily", "audienceTotal"] if field == "analytics" else [field]
    assert sorted(refused(body)) == sorted(failed)
    assert [key for key, value in found.items() if value is None] == [key for key in found if key in failed]


def test_a_field_of_free_text_fails_too(graph: Graph) -> None:
    """The switch strikes queries that are written out as well."""
    graph.stage.fault(graphql__partial="name")
    body = graph.free("{ showsForUser { shows { uri name } } }")
    assert set(refused(body)) == {"name"} and all(one["uri"] for one in body["data"]["showsForUser"]["shows"])


def test_a_foreign_origin_is_refused(graph: Graph) -> None:
    """With the switch on, another Origin is a 403; the dashboard's, and none, are let in; off, all are."""
    body = {"query": "{ showsForUser { shows { uri } } }"}
    assert graph.post(body, origin="https://elsewhere.example").status_code == 200
    graph.stage.fault(graphql__origin_check=True)
    assert graph.post(body, origin="https://elsewhere.example").status_code == 403
    assert graph.post(body, origin="https://creators.spotify.com").status_code == 200
    assert graph.post(body).status_code == 200


def test_regions_and_cities_come_back_null(graph: Graph) -> None:
    """With the switch on, regions and cities are null beside an error, and countries are told."""
    graph.stage.fault(graphql__geo_null=True)
    said = {"showUri": graph.stage.show.uri, **MONTH}
    for level in ("GEO_REGION", "GEO_CITY"):
        where = {"resultGeo": level, "country": "DE", "region": "BY"}
        metric = PLACES.replace("COUNTRY", level.removeprefix("GEO_"))
        body = graph.ask("getShowPlaysAndDownloadsByGeo", **said, metricType=metric, geoParams=where).json()
        assert refused(body) == ["showPlaysAndDownloadsByGeo"]
        assert body["data"]["showByShowUri"] == {"uri": graph.stage.show.uri, "showPlaysAndDownloadsByGeo": None}
    where = {"resultGeo": "GEO_COUNTRY"}
    country = graph.show("getShowPlaysAndDownloadsByGeo", **MONTH, metricType=PLACES, geoParams=where)
    assert inner(country["showPlaysAndDownloadsByGeo"])["geos"]


def test_the_gender_breakdown_comes_back_null(graph: Graph) -> None:
    """With the switch on, the breakdown by gender is null without an error, in every operation that has one."""
    graph.stage.fault(graphql__demographics_null=True)
    genders = inner(graph.show("getShowPlaysByGender", **MONTH)["showPlaysByGender"])
    assert genders["genderBreakdown"] is None and genders["totalValue"] > 0
    ages = inner(graph.show("getShowPlaysByAge", **MONTH)["showPlaysByAge"])
    assert all(one["genderBreakdown"] is None for one in ages["ageBreakdown"])


def test_discovery_takes_no_custom_window(graph: Graph) -> None:
    """All four fields of getShowAudienceDiscoveryStats fail with WINDOW_CUSTOM, until the switch is off."""
    said = {"dateRangeWindow": "WINDOW_CUSTOM", "customDateRange": {"startDate": "2026-10-01", "endDate": "2026-10-08"}}
    body = graph.ask("getShowAudienceDiscoveryStats", showUri=graph.stage.show.uri, **said).json()
    keys = ["audienceSize", "audienceFollowRate", "consumptionHoursPerPerson", "impressionsFunnel"]
    assert sorted(refused(body)) == sorted(keys)
    assert body["data"]["showByShowUri"] == {"uri": graph.stage.show.uri, **dict.fromkeys(keys)}
    graph.stage.fault(graphql__custom_window_refused=False)
    assert inner(graph.show("getShowAudienceDiscoveryStats", **said)["audienceSize"])["value"] > 0


def _hosted_only(graph: Graph) -> list[str]:
    """The operations that fail for the stage's show, of those that are about shows and have figures."""
    failing = []
    episode = graph.stage.episodes(State.PUBLISHED)[0]
    for operation in Registry.pinned():
        if operation.group == "C" and operation.shape != "U" and not operation.is_write and operation.takes("showUri"):
            body = graph.ask(operation.name, **usual(operation.name, graph.stage.show, episode)).json()
            if operation.name != "getAnalyticsInsight" and "errors" in body:
                nulls = {key for key, value in body["data"]["showByShowUri"].items() if value is None}
                assert set(refused(body)) == nulls
                failing.append(operation.name)
    return failing


def test_shows_hosted_elsewhere_have_fewer_figures(graph: Graph) -> None:
    """Geography, apps, impressions and their ranking fail for such a show; plays, ages and the funnel answer."""
    assert _hosted_only(graph) == []
    graph.stage.fault(show__non_s4p=True)
    assert sorted(_hosted_only(graph)) == [
        "getShowAudienceAllPlatformsGeoStats",
        "getShowAudienceAllPlatformsStats",
        "getShowImpressionsTrendStats",
        "getShowPlaysAndDownloadsByGeo",
        "getShowPlaysAndDownloadsPlatformsStats",
        "getShowPlaysByGeo",
        "getShowTopEpisodesByImpressions",
        "getShowTopEpisodesByMetric",
    ]
    mine = graph.data("WebGetUserShows")["showsForUser"]["shows"][0]
    assert (mine["__typename"], mine["stationId"]) == ("NonHostedShow", None)


def test_the_hosting_of_each_show_is_told(graph: Graph) -> None:
    """The account's shows of each class are told with theirs; only hosted ones have a station."""
    rich = {one["uri"]: one for one in graph.data("getShowsForUser")["showsForUser"]["shows"]}
    basic = {one["uri"]: one for one in graph.data("WebGetUserShows")["showsForUser"]["shows"]}
    assert {one["hostingProvider"] for one in rich.values()} == {one.value for one in Hosting}
    for uri, one in rich.items():
        hosted = one["hostingProvider"] == "S4P"
        assert bool(basic[uri]["stationId"]) is hosted
        assert one["__typename"] == ("HostedShow" if hosted else "NonHostedShow")
    episode = next(iter(graph.stage.simulator.world.published(graph.stage.simulator.shows[1])))
    page = graph.data(
        "WebGetIndexedEpisodeList", showUri=episode.show.uri, currentPage=1, pageSize=5, filter="PUBLISHED_EPISODES"
    )["showByShowUri"]["episodesV2"]
    assert page["items"] and all(item["episodeId"] is None for item in page["items"])


def test_a_list_is_not_whole_while_its_index_is_built(graph: Graph) -> None:
    """With the switch on, indexStatus is not COMPLETED and drafts are missing."""
    said = {"currentPage": 1, "pageSize": 10, "filter": "DRAFT_EPISODES"}
    drafts = graph.stage.episodes(State.DRAFT)
    body = graph.ask("WebGetIndexedEpisodeList", showUri=graph.stage.show.uri, **said).json()
    page = body["data"]["showByShowUri"]
    assert page["episodesV2"]["indexStatus"] == "COMPLETED"
    assert page["episodesV2"]["pagination"]["totalItems"] == len(drafts) > 0
    graph.stage.fault(list__index_building=True)
    page = graph.show("WebGetIndexedEpisodeList", **said)
    assert page["episodesV2"]["indexStatus"] != "COMPLETED" and page["episodesV2"]["items"] == []
