"""spotifyconnector from PyPI, unmodified, against the simulator of Spotify for Creators: all of its operations.

It takes the address of podcasters/v0 as an argument. That of the accounts service is written into it; the transport
below it takes requests for that host to the simulator, which answers for the host by name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.fakes.creators import DASHBOARD, Stage, staged

from earstead.creators import Creators
from earstead.creators.urls import Urls
from earstead.sandbox.creators.accounts import CLIENT_ID
from earstead.sandbox.creators.app import POD, labels
from earstead.sandbox.creators.world import day_text

requests = pytest.importorskip("requests")
spotifyconnector = pytest.importorskip("spotifyconnector")

Connector = Any
START, END = dt.date(2026, 10, 1), dt.date(2026, 10, 30)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A simulator to which the accounts service's host leads."""
    send = requests.adapters.HTTPAdapter.send
    with staged() as made:

        def redirected(adapter: Any, request: Any, **given: Any) -> Any:
            parts = urlsplit(request.url)
            if parts.netloc == "accounts.spotify.com":
                request.headers["Host"] = parts.netloc
                request.url = request.url.replace("https://accounts.spotify.com", made.url)
            assert request.url.startswith(made.url), "nothing leaves this machine"
            return send(adapter, request, **given)

        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", redirected)
        yield made


def _connector(stage: Stage, **other: str) -> Connector:
    said = {
        "base_url": stage.urls["pod_url"],
        "client_id": CLIENT_ID,
        "podcast_id": stage.show_id,
        "sp_dc": stage.sp_dc,
        "sp_key": stage.sp_key,
    }
    return spotifyconnector.SpotifyConnector(**(said | other))


def test_every_operation_answers(stage: Stage) -> None:
    """All operations, each in all its forms, reach all 17 endpoints; what they return is what the world holds."""
    connector, episode = _connector(stage), stage.episodes()[-1]
    assert connector.metadata()["name"] == stage.show.name
    assert connector.metadata(episode=episode.id)["duration"] == episode.duration_ms
    show_days = connector.streams(START, END)["detailedStreams"]
    assert [row["date"] for row in show_days] == [str(START + dt.timedelta(days=place)) for place in range(30)]
    assert sum(row["streams"] for row in show_days) == connector.aggregate(START, END)["count"]
    assert len(connector.streams(START)["detailedStreams"]) == 1
    # The newest episode is not out in the range; an older one is.
    older = stage.episodes()[-6]
    assert sum(row["starts"] for row in connector.streams(START, END, episode=older.id)["detailedStreams"]) > 0
    assert len(connector.listeners(START, END)["counts"]) == 30
    assert connector.listeners(START, episode=older.id)["counts"][0]["date"] == str(START)
    counts = [row["count"] for row in connector.followers(START, END)["counts"]]
    assert counts == sorted(counts) and counts[-1] > 0
    total = connector.impressions("total", START, END)["count"]
    assert sum(row["count"] for row in connector.impressions("daily", START, END)["counts"]) == total
    assert sum(connector.impressions("faceted", START, END)["sourcedCounts"]["counts"].values()) == total
    assert connector.impressions("funnel", START, END)["counts"][0] == {"id": "impressions", "count": total}
    assert set(connector.aggregate(START, END, episode=older.id)["genderedCounts"]["counts"]) == {
        "FEMALE", "MALE", "NON_BINARY", "NOT_SPECIFIED",
    }  # fmt: skip
    listed = [card["id"] for card in connector.episodes(START, END, size=5)]
    assert sorted(listed) == sorted(one.id for one in stage.episodes()) and listed[0] == episode.id
    assert {show["id"] for show in connector.catalog()["shows"]} == {show.id for show in stage.simulator.shows}
    samples = connector.performance(older.id)
    assert samples["max"] == max(samples["samples"]) and len(samples["samples"]) == samples["seconds"]
    assert connector.me() == {}
    asked = {name.removeprefix("POD ") for name in stage.simulator.calls if name.startswith("POD ")}
    assert asked == set(labels(POD))
    assert stage.simulator.calls["ACC token"] == 1, "one sign-in is enough for all"


def test_a_show_that_is_hosted_elsewhere_answers_too(stage: Stage) -> None:
    """podcasters/v0 works for claimed shows, as the public samples come from one."""
    elsewhere = next(show for show in stage.simulator.shows if not show.hosted)
    connector = _connector(stage, podcast_id=elsewhere.id)
    assert connector.metadata()["name"] == elsewhere.name
    assert sum(row["starts"] for row in connector.streams(START, END)["detailedStreams"]) > 0


def test_its_bearer_is_good_for_the_overview(stage: Stage) -> None:
    """The quick start of the public documentation: its bearer, then REST by hand."""
    connector, episode = _connector(stage), stage.episodes()[-1]
    connector._authenticate()
    answer = httpx2.get(
        f"{stage.urls['rest_url']}/v3/episodes/{episode.anchor_id}/overview",
        params={"isMumsCompatible": "true", "returnWebIds": "true"},
        headers={"authorization": f"Bearer {connector._bearer}", "referer": f"{DASHBOARD}/"},
    )
    assert answer.json()["spotifyUri"] == episode.uri


def test_its_bearer_is_good_for_our_client(stage: Stage) -> None:
    """The same quick start with `Creators`: the bearer is handed over, and the overview is read in one call."""
    connector, episode = _connector(stage), stage.episodes()[-1]
    connector._authenticate()
    with Creators(bearer=connector._bearer, urls=Urls.at(stage.url), clock=stage.clock) as creators:
        overview = creators.rest.overview(episode.anchor_id)
    assert (overview.title, overview.uri) == (episode.title, episode.uri)
    assert stage.simulator.calls["ACC token"] == 1


@pytest.mark.parametrize("break_it", ["revoke", "expire"])
def test_it_signs_in_again_after_a_401(stage: Stage, break_it: str) -> None:
    """A bearer that ends in the middle costs one more sign-in, and nothing is lost."""
    connector = _connector(stage)
    connector.metadata()
    if break_it == "revoke":
        stage.fault(token__revoke_once=True)
    else:
        stage.clock.advance(3601)
    assert connector.metadata()["id"] == stage.show_id
    assert stage.simulator.calls["ACC token"] == 2


@pytest.mark.parametrize(
    "break_it",
    [
        lambda stage: stage.fault(auth__login_required=True),
        lambda stage: setattr(stage.simulator.account, "signed_in", False),
        lambda stage: stage.simulator.accounts.renew_cookies(stage.simulator.account),
    ],
    ids=["switch", "signed out", "renewed elsewhere"],
)
def test_cookies_that_ended_are_noticed(stage: Stage, break_it: Callable[[Stage], None]) -> None:
    """login_required stops it at once, and for good."""
    connector = _connector(stage)
    break_it(stage)
    for _ in range(2):
        with pytest.raises(spotifyconnector.connector.CredentialsExpired):
            connector.metadata()
    assert stage.simulator.calls["ACC authorize"] == 1


def test_only_one_cookie_is_needed(stage: Stage) -> None:
    """Without sp_key it works, unless the switch asks for both."""
    assert _connector(stage, sp_key="").metadata()["id"] == stage.show_id
    stage.fault(auth__no_sp_key=False)
    with pytest.raises(spotifyconnector.connector.CredentialsExpired):
        _connector(stage, sp_key="").metadata()


def test_the_days_are_told_with_their_lag(stage: Stage) -> None:
    """Plays of yesterday, followers and impressions of the day before, as the service tells them."""
    connector, today = _connector(stage), stage.simulator.today
    start, end = (dt.date.fromisoformat(day_text(day)) for day in (today - 9, today))
    assert connector.streams(start, end)["detailedStreams"][-1]["date"] == day_text(today - 1)
    assert connector.followers(start, end)["counts"][-1]["date"] == day_text(today - 2)
    assert connector.impressions("daily", start, end)["counts"][-1]["date"] == day_text(today - 2)
