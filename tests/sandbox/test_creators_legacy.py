"""The old analytics behind the cookie proxy, and the invented data route, of the simulated Spotify for Creators."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from tests.fakes.creators import Stage

from earstead.sandbox.creators.app import LEG, labels
from earstead.sandbox.creators.facts import Metric, People
from earstead.sandbox.creators.world import day_text

DAY = 86_400


@dataclass
class Old:
    """The proxy with a cookie that is signed in."""

    stage: Stage
    client: httpx2.Client

    def get(self, path: str, **query: str) -> httpx2.Response:
        base = self.stage.urls["legacy_url"]
        return self.client.get(f"{base}{path}", params={"isMumsCompatible": "true"} | query)

    def data(self, path: str, **query: str) -> dict[str, Any]:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    @property
    def station(self) -> str:
        return f"/analytics/station/{self.stage.show.station_id}"

    @property
    def span(self) -> dict[str, str]:
        """The last 30 whole days."""
        last = self.stage.simulator.facts.last_day
        return {"timeRangeStart": str((last - 29) * DAY), "timeRangeEnd": str(last * DAY)}

    def count(self, metric: Metric = Metric.PLAYS_AND_DOWNLOADS) -> int:
        """What the world holds of those days."""
        facts = self.stage.simulator.facts
        return facts.count(metric, self.stage.show, facts.last_day - 29, facts.last_day)


@pytest.fixture
def old(creators_stage: Stage) -> Iterator[Old]:
    """Signed in with e-mail and password."""
    account, base = creators_stage.simulator.account, f"{creators_stage.url}/_leg/pod/api"
    with httpx2.Client() as client:
        token = client.get(f"{base}/csrf").json()["csrfToken"]
        form = {"email": account.email, "password": account.password, "_csrf": token}
        assert client.post(f"{base}/login", json=form).status_code == 200
        yield Old(creators_stage, client)


def test_the_old_login(creators_stage: Stage) -> None:
    """A token and a cookie first; a wrong password, no token or no JSON is refused, and nothing answers without."""
    account, base = creators_stage.simulator.account, f"{creators_stage.url}/_leg/pod/api"
    form = {"email": account.email, "password": account.password, "_csrf": "x"}
    assert creators_stage.http.post(f"{base}/login", json=form).status_code == 403
    with httpx2.Client() as client:
        token = client.get(f"{base}/csrf").json()["csrfToken"]
        assert client.post(f"{base}/login", json=form | {"_csrf": token, "password": "other"}).status_code == 403
        assert client.post(f"{base}/login", content=b"{").status_code == 400
        assert client.get(f"{base}/podcastepisode").status_code == 401


def test_cookies_of_the_new_login_do_not_hold_here(creators_stage: Stage) -> None:
    """Neither a bearer nor sp_dc opens the proxy."""
    headers = {"authorization": f"Bearer {creators_stage.bearer}", "cookie": f"sp_dc={creators_stage.sp_dc}"}
    address = f"{creators_stage.urls['legacy_url']}/analytics/station/{creators_stage.show.station_id}/totalPlays"
    assert creators_stage.http.get(address, headers=headers).status_code == 401


def test_the_whole_module_can_be_dead(old: Old) -> None:
    """With `leg.alive` off all is a 404, signing in included."""
    old.stage.fault(leg__alive=False)
    assert old.get(f"{old.station}/totalPlays").status_code == 404
    assert old.client.get(f"{old.stage.url}/_leg/pod/api/csrf").status_code == 404
    assert old.client.post(f"{old.stage.url}/_leg/pod/api/login", json={}).status_code == 403


def test_shared_shows_need_their_parameter(old: Old) -> None:
    """Without isMumsCompatible a 403 in the known words."""
    answer = old.client.get(f"{old.stage.urls['legacy_url']}{old.station}/totalPlays")
    assert (answer.status_code, answer.json()["message"]) == (403, "User does not own station")


def test_totals(old: Old) -> None:
    """Plays in all, by episode, people of a week, and the mean of each episode's first 30 days."""
    facts, show = old.stage.simulator.facts, old.stage.show
    total = old.data(f"{old.station}/totalPlays")
    assert (total["stationId"], total["kind"]) == (show.station_id, "totalPlays")
    assert total["data"]["columnHeaders"] == [{"name": "Plays", "type": "integer"}]
    rows = old.data(f"{old.station}/totalPlaysByEpisode")["data"]["rows"]
    assert [[sum(row[2] for row in rows)]] == [total["data"]["rows"][0]]
    assert [row[4] for row in rows] == list(range(1, len(rows) + 1)) and rows[0][2] >= rows[-1][2]
    assert {row[5] for row in rows} == {episode.uri for episode in old.stage.episodes()}
    week = facts.unique(People.ALL, show, facts.last_day - 6, facts.last_day)
    assert old.data(f"{old.station}/uniqueListeners")["data"]["rows"] == [[week]]
    assert old.data(f"{old.station}/audienceSize")["data"]["rows"][0][0] > 0


@pytest.mark.parametrize(("interval", "rows"), [("86400", 30), ("604800", 5), ("2628000", 1)])
def test_plays_over_time(old: Old, interval: str, rows: int) -> None:
    """By day, week and month of 30 days they are the same plays; the parameters come back."""
    said = old.data(f"{old.station}/plays", timeInterval=interval, **old.span)
    assert len(said["data"]["rows"]) == rows and sum(row[1] for row in said["data"]["rows"]) == old.count()
    assert said["parameters"] == {
        "timeRange": [int(value) for value in old.span.values()],
        "timeInterval": int(interval),
    }
    assert said["data"]["columnHeaders"][0] == {"name": "Time (UTC)", "type": "integer", "isDateTime": True}


def test_plays_by_episode_name_them_by_label(old: Old) -> None:
    """Rows carry an index as text; titles stand beside."""
    said = old.data(f"{old.station}/playsByEpisode", limit="2", timeInterval="604800", **old.span)
    titles = said["data"]["labels"]["EpisodeTitle"]
    assert list(titles) == ["0", "1"] and {row[1] for row in said["data"]["rows"]} == {"0", "1"}


@pytest.mark.parametrize("kind", ["playsByAgeRange", "playsByGender", "playsByApp", "playsByDevice", "playsByGeo"])
def test_shares_drop_what_is_small(old: Old, kind: str) -> None:
    """Nothing below 0.02 is told, so that what is told sums to no more than 1."""
    said = old.data(f"{old.station}/{kind}", **old.span)
    shares = [share for _, share in said["data"]["rows"]]
    assert said["parameters"]["minValue"] == 0.02 and min(shares) >= 0.02 and 0.85 < sum(shares) <= 1.0000001


def test_places_drill_down(old: Old) -> None:
    """geo3 with the name of a country gives its regions; other kinds are a 400 in the recorded form."""
    said = old.data(f"{old.station}/playsByGeo", resultGeo="geo3", geo2="Austria", **old.span)
    assert {name for name, _ in said["data"]["rows"]} == {"Vienna", "Styria", "Salzburg"}
    assert said["parameters"]["resultGeo"] == "geo_4" and said["parameters"]["geos"] == ["Austria"]
    assert old.data(f"{old.station}/playsByGeo", resultGeo="geo3", geo2="Atlantis", **old.span)["data"]["rows"] == []
    refused = old.get(f"{old.station}/playsByGeo", resultGeo="geo5")
    assert refused.status_code == 400 and refused.json()["errors"][0]["property"] == "query.resultGeo"
    assert old.get(f"{old.station}/plays", timeInterval="60").status_code == 400


def test_the_query_in_base_64(old: Old) -> None:
    """Checked, and answered with what is known of its shape: nothing."""
    start = 1_790_000_000

    def asked(span: int) -> httpx2.Response:
        options = {"impressions": {"version": "1.0", "startTime": start, "endTime": start + span}}
        text = json.dumps({"include": ["impressions"], "options": options}, separators=(",", ":"))
        return old.get(old.station, query=base64.b64encode(text.encode()).decode())

    assert asked(29 * DAY).headers["x-sim-shape"] == "unknown"
    assert asked(28 * DAY).status_code == 400
    assert old.get(old.station, query="no base64!").status_code == 400


def test_episodes(old: Old) -> None:
    """Plays over time and in all, the curve with counts as texts, its marks, and the kind that was never legal."""
    episode, facts = old.stage.episodes()[4], old.stage.simulator.facts
    base = f"/analytics/episode/{episode.anchor_id}"
    span = {"timeRangeStart": str(episode.day * DAY), "timeRangeEnd": str(facts.last_day * DAY)}
    total = old.data(f"{base}/totalPlays")["data"]["rows"][0][0]
    assert sum(row[1] for row in old.data(f"{base}/plays", **span)["data"]["rows"]) == total
    rows = old.data(f"{base}/performance")["data"]["rows"]
    assert rows[0] == [0, str(facts.retention(episode).most)] and len(rows) == episode.duration_ms // 1000
    marks = dict(old.data(f"{base}/aggregatedPerformance")["data"]["rows"])
    assert list(marks) == ["percentile25", "percentile50", "percentile75", "percentile100", "averageListenSeconds"]
    assert int(marks["averageListenSeconds"]) == int(facts.retention(episode).average_s)
    illegal = old.get(f"{base}/allTimeVideoData")
    message = "is not one of enum values: plays,totalPlays,performance,aggregatedPerformance"
    assert illegal.json() == {"errors": [{"property": "params.queryKind", "message": message}]}
    assert old.data(f"/episodes/{episode.anchor_id}/overview", returnWebIds="true")["webEpisodeId"] == episode.web_id


def test_a_station_by_its_web_id(old: Old) -> None:
    """webStationId:x stands for the number; the short prefix for the long one."""
    page = old.data(f"/stations/webStationId:{old.stage.show.web_id}/episodePage", limit="5", orderBy="publishOn")
    assert page["stationId"] == old.stage.show.station_id and len(page["items"]) == 5
    address = f"{old.stage.url}/_leg{old.station}/totalPlays"
    assert old.client.get(address, params={"isMumsCompatible": "true"}).status_code == 200


def test_the_old_dashboard(old: Old) -> None:
    """Ids of all episodes, details of twenty, dates in milliseconds and as text."""
    said = old.client.get(f"{old.stage.url}/_leg/pod/api/podcastepisode").json()
    world = old.stage.simulator.world.episodes(old.stage.show)
    assert (
        len(said["allEpisodeWebIds"]) == said["totalPodcastEpisodes"] == len(world) > len(said["podcastEpisodes"]) == 20
    )
    first = next(row for row in said["podcastEpisodes"] if row["isPublished"])
    assert first["publishOn"][:10] == day_text(first["publishOnUnixTimestamp"] // (DAY * 1000))
    assert old.client.get(f"{old.stage.url}/_leg/pod/api/podcast/metadata").json() == {
        "webStationId": said["podcastId"]
    }


def test_every_kind_was_asked_for() -> None:
    """The table holds each address of section 7 once."""
    assert len(set(labels(LEG))) == len(LEG) == 21


# --- the invented data route ---


def test_the_data_route_is_a_stub_behind_a_switch(creators_stage: Stage) -> None:
    """Off it is not there; on, the page names the build, and the payload says that it is invented."""
    page, data = f"{creators_stage.urls['web_url']}/interactivity/comments", creators_stage.urls["next_url"]
    assert creators_stage.http.get(page).status_code == 404
    assert creators_stage.http.get(f"{data}/sandbox-build-1/comments.json").status_code == 404
    creators_stage.fault(next__stub=True)
    text = creators_stage.http.get(page).text
    build = json.loads(text.partition('type="application/json">')[2].partition("</script>")[0])["buildId"]
    answer = creators_stage.http.get(f"{data}/{build}/comments.json", headers={"x-nextjs-data": "1"})
    assert answer.json()["pageProps"]["invented"] is True and answer.headers["x-sim-shape"] == "invented"
    stale = creators_stage.http.get(f"{data}/an-older-build/comments.json")
    assert stale.status_code == 404 and "html" in stale.headers["content-type"]
    assert creators_stage.http.get(f"{creators_stage.url}/_next/{build}/comments.json").status_code == 200
