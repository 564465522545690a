"""spotifygraphqlconnector from PyPI, unmodified, against the simulator of Spotify for Creators: all of its operations.

The hosts it asks are written into it. Once it is run as the program that it is, behind a proxy through which these
hosts lead to the simulator, with certificates of the test's own; for the rest the transport below it is led there.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from tests.fakes.authority import Authority, new_authority
from tests.fakes.creators import Stage, staged
from tests.fakes.tunnel import tunnelling

from earstead.core.creators.registry import Registry
from earstead.kit.clock import SystemClock
from earstead.sandbox.creators import Simulator
from earstead.sandbox.creators.world import State

requests = pytest.importorskip("requests")
package = pytest.importorskip("spotifygraphqlconnector")
types = pytest.importorskip("spotifygraphqlconnector.types")
module = pytest.importorskip("spotifygraphqlconnector.connector")

HOSTS = ("accounts.spotify.com", "creators-graph.spotify.com", "api-v5.anchor.fm")
OPERATIONS = set(types.OPERATION_HASHES)
START, END = dt.date(2026, 10, 1), dt.date(2026, 10, 30)
Connector = Any


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A simulator to which the three hosts lead; its waiting between attempts takes no time."""
    send = requests.adapters.HTTPAdapter.send
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    with staged() as made:

        def redirected(adapter: Any, request: Any, **given: Any) -> Any:
            parts = urlsplit(request.url)
            if parts.netloc in HOSTS:
                request.headers["Host"] = parts.netloc
                request.url = request.url.replace(f"https://{parts.netloc}", made.url)
            assert request.url.startswith(made.url), "nothing leaves this machine"
            return send(adapter, request, **given)

        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", redirected)
        yield made


def connector_of(stage: Stage, **other: str) -> Connector:
    return package.SpotifyGraphQLConnector(sp_dc=stage.sp_dc, sp_key=stage.sp_key, **other)


def inner(result: Any) -> Any:
    return result["analyticsValue"]["analyticsValue"]


def asked(simulator: Simulator) -> set[str]:
    return {name.removeprefix("GQL ") for name in simulator.calls if name.startswith("GQL ")}


# --- as a program -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def secured(simulator: Simulator, authority: Authority) -> Iterator[int]:
    """The port at which a simulator answers by TLS."""
    config = uvicorn.Config(
        simulator.app, port=0, log_level="critical", timeout_graceful_shutdown=1,
        ssl_certfile=authority.certificate, ssl_keyfile=authority.key,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="secured", daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the server did not start"
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


@pytest.mark.parametrize("dates", [{}, {"SPOTIFY_START_DATE": str(START), "SPOTIFY_END_DATE": str(END)}])
def test_the_program_makes_its_whole_round(tmp_path: Path, dates: dict[str, str]) -> None:
    """Its command asks every endpoint it knows, over the real addresses, writes every answer, and says "Done"."""
    # The program reads the machine's clock for its bearer alone; the simulator goes by the same.
    simulator = Simulator(SystemClock(), episodes=24, days=200)
    account, authority = simulator.account, new_authority(tmp_path, *HOSTS)
    written = tmp_path / "written"
    with secured(simulator, authority) as port, tunnelling(port, HOSTS) as proxy:
        environ = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HTTPS_PROXY": proxy,
            "REQUESTS_CA_BUNDLE": str(authority.trusted),
            "SPOTIFY_SP_DC": account.sp_dc,
            "SPOTIFY_SP_KEY": account.sp_key,
            "SPOTIFY_GEO_COUNTRY": "AT",
            "SPOTIFY_GEO_REGION": "9",
            "SPOTIFY_OUTPUT_DIR": str(written),
            **dates,
        }
        words = [sys.executable, "-m", "spotifygraphqlconnector"]
        done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 0 and "Done." in done.stderr, done.stderr[-2000:]
    files = {path.stem: json.loads(path.read_text()) for path in written.glob("*.json")}
    # The newest item is a scheduled episode; whatever the program asks of it is refused in part, and it goes on.
    assert len(files["all_episodes"]) == len(simulator.world.episodes(simulator.shows[0]))
    geo = files["getshowplaysanddownloadsbygeo_city"]["showByShowUri"]["showPlaysAndDownloadsByGeo"]
    assert [one["displayName"] for one in inner(geo)["geos"]] == ["Vienna"]
    assert any(stem.startswith("getepisodelegacywebid") for stem in files)
    # Its command leaves four of the operations that it registers to its library.
    left = {"getShowPlaysByGeo", "getShowAllPlatformsStatsNRT", "getEpisodePlaysTotal", "WebGetExternalPartnerId"}
    assert OPERATIONS - asked(simulator) <= left


# --- as a library -----------------------------------------------------------------------------------------------


def test_every_operation_is_in_the_registry_under_its_hash() -> None:
    """Its operations and hashes are pinned with their client."""
    pinned = Registry.pinned()
    for name, sha256 in types.OPERATION_HASHES.items():
        assert sha256 in {known.sha256 for known in pinned.get(name).hashes}


def test_accounts_and_shows(stage: Stage) -> None:
    """It finds the show that Spotify hosts and its station by itself, as its default rule says."""
    connector = connector_of(stage)
    assert connector.get_show_type() == {"showByShowUri": {"uri": stage.show.uri}}
    assert connector._ensure_station_id() == str(stage.show.station_id)
    uris = {show.uri for show in stage.simulator.shows}
    for answer in (connector.get_user_shows(), connector.get_shows_for_user(), connector.get_user_and_shows()):
        assert {one["uri"] for one in answer["showsForUser"]["shows"]} == uris
    for answer in (connector.get_user_metadata(), connector.get_user_registration("DE")):
        assert answer == {}
    assert connector.get_external_partner_id("s4p-mparticle-braze") == {}
    assert connector.get_monetization_lifecycle_state() and connector.get_show_clips()
    assert stage.simulator.calls["ACC token"] == 1, "one sign-in is enough for all"


def test_lists_are_paged_to_their_end(stage: Stage) -> None:
    """All episodes come once, in as few requests as the pages allow; by station as well, searched and filtered."""
    connector = connector_of(stage)
    total = len(stage.simulator.world.episodes(stage.show))
    items = connector.get_all_episodes(page_size=5)
    assert len({item["uri"] for item in items}) == len(items) == total
    assert stage.simulator.calls["GQL WebGetIndexedEpisodeList"] == -(-total // 5)
    by_station = connector_of(stage).get_all_episodes(station_id=str(stage.show.station_id))
    assert [item["uri"] for item in by_station] == [item["uri"] for item in items]
    episode = stage.episodes()[3]
    numbers = {item["uri"]: item["episodeId"] for item in items}
    assert numbers[episode.uri] == episode.anchor_id
    found = connector.get_episode_list(search=episode.title, episode_filter="PUBLISHED_EPISODES")
    assert [item["uri"] for item in found["showByShowUri"]["episodesV2"]["items"]] == [episode.uri]
    drafts = connector.get_episode_list(episode_filter="DRAFT_EPISODES")["showByShowUri"]["episodesV2"]["items"]
    assert {item["uri"] for item in drafts} == {one.uri for one in stage.episodes(State.DRAFT)}
    ordered = connector.get_episode_list(sort_by="TITLE", sort_order="ASC", page_size=50)["showByShowUri"]["episodesV2"]
    titles = [(item["title"] or "").casefold() for item in ordered["items"]]
    assert titles == sorted(titles)


@pytest.mark.parametrize("dates", [{}, {"start_date": START, "end_date": END}], ids=["last 30 days", "own dates"])
def test_figures_of_a_show(stage: Stage, dates: dict[str, dt.date]) -> None:
    """Everything it reads of a show answers, in a named window and in one of its own, and adds up."""
    connector = connector_of(stage)
    stats = connector.get_show_spotify_stats(include_audience_size=True, **dates)["showByShowUri"]
    plays = [one["value"]["value"] for one in inner(stats["playsDaily"])["points"]]
    assert len(plays) == len(inner(stats["audienceSizeDaily"])["points"]) == 30
    people = connector.get_show_demographics_stats(**dates)["showByShowUri"]
    assert (
        inner(people["showPlaysByAge"])["totalValue"] == inner(people["showPlaysByGender"])["totalValue"] == sum(plays)
    )
    platforms = connector.get_show_platform_stats(**dates)["showByShowUri"]
    assert sum(one["value"] for one in inner(platforms["showPlaysAndDownloadsByApp"])["apps"]) == pytest.approx(1)
    places = inner(connector.get_show_geo_stats(**dates)["showByShowUri"]["showPlaysAndDownloadsByGeo"])["geos"]
    regions = connector.get_show_geo_stats(result_geo="GEO_REGION", country=places[0]["navigationName"], **dates)
    assert inner(regions["showByShowUri"]["showPlaysAndDownloadsByGeo"])["geos"]
    trend = connector.get_show_impressions_trend(**dates)["showByShowUri"]
    seen = [one["value"]["value"] for one in inner(trend["impressionsDaily"])["points"]]
    assert inner(trend["impressionsTotal"])["value"] == sum(seen) > sum(plays)
    # It knows that this one takes no window of one's own, and asks for the nearest named one.
    assert inner(connector.get_show_audience_discovery(**dates)["showByShowUri"]["audienceSize"])["value"] > 0
    for answer in (
        connector.get_show_spotify_stats_nrt(**dates),
        connector.get_show_impressions_sources(**dates),
        connector.get_show_top_episodes(),
    ):
        assert answer == {"showByShowUri": {"uri": stage.show.uri}}
    overview = connector.get_show_overview_stats()["showByShowUri"]["streamsAndDownloadsTotal"]
    assert inner(overview) == inner(connector.get_streams_and_downloads_all_time()["showByShowUri"]["analytics"])


@pytest.mark.parametrize("dates", [{}, {"start_date": START, "end_date": END}], ids=["last 30 days", "own dates"])
def test_figures_of_an_episode(stage: Stage, dates: dict[str, dt.date]) -> None:
    """Everything it reads of an episode answers, among it the web ids by its number."""
    connector, episode = connector_of(stage), stage.episodes()[-8]
    card = connector.get_episode_metadata_for_analytics(episode.uri)["episodeByUri"]
    assert card["title"] == episode.title and card["thumbnail"]["images"][0]["url"]
    curve = inner(
        connector.get_episode_performance_all_time(episode.uri)["episodeByUri"]["episodePerformanceTotalAllTime"]
    )
    assert curve["points"][0]["sampleCount"] == curve["maxSampleCount"] > 0
    series = connector.get_episode_streams_and_downloads(episode.uri, **dates)["episodeByUri"]["analytics"]
    assert len(inner(series)["points"]) == 30
    weekly = connector.get_episode_streams_and_downloads(
        episode.uri, aggregation_type="AGGREGATION_TYPE_WEEKLY", **dates
    )["episodeByUri"]["analytics"]
    assert len(inner(weekly)["points"]) == 5
    assert sum(one["value"]["value"] for one in inner(weekly)["points"]) == sum(
        one["value"]["value"] for one in inner(series)["points"]
    )
    assert inner(connector.get_episode_plays_total(episode.uri, **dates)["episodeByUri"]["analytics"])["value"] >= 0
    assert connector.get_episode_plays_daily(episode.uri, **dates) == {"episodeByUri": {"uri": episode.uri}}
    sources = inner(connector.get_episode_impressions_faceted(episode.uri, **dates)["episodeByUri"]["analytics"])
    assert sources["total"] == sum(one["count"] for one in sources["counts"])
    hours = inner(connector.get_episode_consumption_all_time(episode.uri)["episodeByUri"]["analytics"])
    some = inner(connector.get_episode_consumption(episode.uri, **dates)["episodeByUri"]["episodeConsumptionTotal"])
    assert hours["totalConsumptionHours"] >= some["totalConsumptionHours"]
    size = inner(connector.get_episode_audience_size_all_time(episode.uri)["episodeByUri"]["analytics"])
    assert size["totalAudienceSize"] >= size["foregroundAudienceSize"] > 0
    ids = connector.get_episode_legacy_web_id(episode.anchor_id)
    assert (ids["webEpisodeId"], ids["spotifyUri"]) == (episode.web_id, episode.uri)


def test_all_its_operations_are_asked(stage: Stage) -> None:
    """Every operation that it registers reaches the simulator by its own call and answers data."""
    connector, episode = connector_of(stage), stage.episodes()[-2]
    said = {
        "showUri": stage.show.uri, "episodeUri": episode.uri, "dateRangeWindow": "WINDOW_LAST_THIRTY_DAYS",
        "aggregationType": "AGGREGATION_TYPE_DAILY", "includeAudienceSize": True, "showFilter": "ALL", "pageSize": 5,
        "currentPage": 1, "countryCode": "DE", "partnerName": "any", "metricType": "METRIC_TYPE_PLAYS",
    }  # fmt: skip
    for name in OPERATIONS:
        operation = Registry.pinned().get(name)
        variables = {each.name: said[each.name] for each in operation.variables or () if each.name in said}
        if name == "getShowPlaysAndDownloadsByGeo":
            variables |= {
                "metricType": "SHOW_PLAYS_AND_DOWNLOADS_BY_COUNTRY",
                "geoParams": {"resultGeo": "GEO_COUNTRY"},
            }
        assert isinstance(connector._query(name, variables, operation.hashes[0].client), dict)
    assert asked(stage.simulator) == OPERATIONS


# --- when something is wrong ------------------------------------------------------------------------------------


def test_it_keeps_data_beside_errors(stage: Stage) -> None:
    """A refused field leaves it the rest; a refused operation is its error."""
    stage.fault(graphql__geo_null=True)
    connector = connector_of(stage)
    answer = connector.get_show_geo_stats(result_geo="GEO_REGION", country="DE")
    # It puts an empty object where the service said null.
    assert answer["showByShowUri"] == {"uri": stage.show.uri, "showPlaysAndDownloadsByGeo": {}}
    stage.fault(graphql__rotate="getShowTopEpisodes")
    with pytest.raises(module.GraphQLResponseError):
        connector.get_show_top_episodes()


@pytest.mark.parametrize("switch", [{"token__revoke_once": True}, {"http__429": 2}, {"http__503": 2}])
def test_it_comes_back_after_what_passes(stage: Stage, switch: dict[str, Any]) -> None:
    """A revoked bearer, too many requests and an unavailable service cost it attempts, not answers."""
    connector = connector_of(stage)
    connector.get_user_shows()
    stage.fault(**switch)
    assert connector.get_shows_for_user()["showsForUser"]["shows"]


def test_it_knows_that_its_cookies_ended(stage: Stage) -> None:
    """login_required ends it, and it does not sign in again."""
    stage.fault(auth__login_required=True)
    connector = connector_of(stage)
    for _ in range(2):
        with pytest.raises(module.CredentialsExpired):
            connector.get_user_shows()
    assert stage.simulator.calls["ACC authorize"] == 1
