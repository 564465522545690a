"""Podcasts through the own API: what was read of them, whose it is, and where figures come from."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest
from tests.apis.native.podcasts import Desk, furnished


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all tests here: they only read."""
    with furnished(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


def test_accounts_are_told_without_their_cookies(desk: Desk) -> None:
    """The account is there with its label, and no answer holds a cookie."""
    answer = desk.client.get("/creators/accounts")
    assert [(one["label"], one["state"], one["has_sp_key"]) for one in answer.json()] == [("mine", "on", True)]
    assert desk.stage.sp_dc not in answer.text
    assert desk.get(f"/creators/accounts/{desk.account_id}/health")["state"] == "ok"
    assert [one["state"] for one in desk.get(f"/creators/accounts/{desk.account_id}/syncs")] == ["done"]


def test_shows_and_episodes_are_listed(desk: Desk) -> None:
    """All shows with their hosting; episodes by state, words of the title and page."""
    assert {one["hosting"] for one in desk.get("/creators/shows")} >= {"S4P", "MEGAPHONE"}
    assert desk.get(f"/creators/shows/{desk.show_id}")["hosted"] is True
    published = desk.episodes(state="published")
    assert len(published) == len(desk.stage.episodes())
    word = published[0]["title"].split()[-1]
    assert published[0]["title"] in [one["title"] for one in desk.episodes(search=word)]
    page = desk.get(f"/creators/shows/{desk.show_id}/episodes", size=2, page=2, state="published")
    assert (len(page["items"]), page["page"], page["total"]) == (2, 2, len(published))


def test_an_episode_is_found_by_any_of_its_names(desk: Desk) -> None:
    """Its id at Spotify, its URI, its address and Anchor's number lead to the same episode."""
    episode = desk.episodes(state="published")[0]
    address = f"https://open.spotify.com/episode/{episode['spotify_id']}"
    for name in (episode["spotify_id"], episode["uri"], str(episode["anchor_id"]), address):
        assert desk.get(f"/creators/find/{name}")["episode_id"] == episode["episode_id"]
    assert desk.get(f"/creators/episodes/{episode['episode_id']}")["title"] == episode["title"]


def test_figures_say_where_they_come_from(desk: Desk) -> None:
    """A series has its metric, its days, and platforms, window, aggregation, operation and time of reading."""
    offers = {one["metric"]["name"]: one for one in desk.get(f"/creators/shows/{desk.show_id}/metrics")}
    assert offers["streams"]["metric"]["scope"] == "spotify"
    series = desk.get(f"/creators/shows/{desk.show_id}/figures/streams", period="7d")
    assert series["points"]
    assert series["total"] == sum(point["value"] for point in series["points"])
    assert {"scope", "window", "aggregation", "definition", "operation", "fetched_at"} == set(series["provenance"])
    followers = desk.get(f"/creators/shows/{desk.show_id}/figures/followers")
    assert followers["total"] is None  # a running total is never added up
    assert followers["latest"] == followers["points"][-1]["value"]


def test_breakdowns_comparisons_and_retention(desk: Desk) -> None:
    """Shares sum to one, compared episodes have a value a day, a retention curve has its percentiles."""
    root = f"/creators/shows/{desk.show_id}"
    ages = desk.get(f"{root}/breakdowns/age")
    assert sum(one["share"] for one in ages["slices"]) == pytest.approx(1, abs=0.01)
    compared = desk.get(f"{root}/compare", metric="streams", days=5)
    assert {len(line["values"]) for line in compared["lines"]} == {5}
    oldest = desk.episodes(state="published", sort="oldest")[0]["episode_id"]
    kept = desk.get(f"/creators/episodes/{oldest}/retention")
    assert kept["completion"] == kept["percentiles"]["95"]
    shown, *_ = desk.get(f"{root}/funnel")["steps"]
    assert (shown["name"], 0 < shown["to_next"] < 1) == ("impressions", True)
    assert isinstance(desk.get(f"{root}/benchmarks"), list)
    assert isinstance(desk.get(f"{root}/gaps"), list)


def test_comments_are_threads_with_what_is_missing(desk: Desk) -> None:
    """The inbox has threads and counts of each view; with the hashes of a harvest no action is missing."""
    inbox = desk.get(f"/creators/shows/{desk.show_id}/comments", state="all")
    assert inbox["total"] == len(inbox["items"]) > 0
    assert inbox["missing"] == {}
    number = inbox["items"][0]["comment"]["comment_id"]
    assert desk.get(f"/creators/comments/{number}")["comment_id"] == number


def test_figures_are_exported(desk: Desk) -> None:
    """CSV and JSON lines hold the same rows; days behind the end are refused before a byte is sent."""
    root = f"/creators/shows/{desk.show_id}/export"
    rows = list(csv.DictReader(io.StringIO(desk.client.get(f"{root}/csv", params={"metric": "streams"}).text)))
    lines = desk.client.get(f"{root}/jsonl", params={"metric": "streams"}).text.splitlines()
    assert len(rows) == len(lines) > 50
    assert {json.loads(line)["metric"] for line in lines} == {"streams"}
    assert desk.client.get(f"{root}/csv", params={"start": "2026-11-02", "end": "2026-11-01"}).status_code == 422
    assert desk.client.get(f"{root}/csv", params={"metric": "fame"}).status_code == 422
    assert desk.client.get(f"{root}/csv", params={"metrics": "streams"}).status_code == 422  # a misspelt name


def test_what_is_anothers_does_not_exist(desk: Desk) -> None:
    """Accounts, shows, episodes, comments and figures of somebody else are 404."""
    episode = desk.episodes()[0]["episode_id"]
    comment = desk.get(f"/creators/shows/{desk.show_id}/comments", state="all")["items"][0]["comment"]["comment_id"]
    show, account = f"/creators/shows/{desk.show_id}", f"/creators/accounts/{desk.account_id}"
    parts = ("", "/episodes", "/metrics", "/figures/streams", "/breakdowns/age", "/compare", "/funnel", "/benchmarks")
    more = ("/gaps", "/comments", "/changes", "/uploads", "/export/csv")
    paths = [f"{show}{part}" for part in (*parts, *more)]
    paths += [f"/creators/episodes/{episode}{part}" for part in ("", "/transcript", "/retention")]
    paths += [f"/creators/comments/{comment}", f"{account}/health", f"{account}/syncs"]
    assert {path: desk.other.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
    assert desk.other.get("/creators/shows").json() == []


def test_scopes_divide_reading_from_writing(desk: Desk) -> None:
    """A token for listens reads no podcast, and one that reads changes none: the answer names the scope."""
    listens = desk.scoped("listens:read", "listens:write")
    assert "creators:read" in listens.get("/creators/shows").json()["detail"]
    reader = desk.scoped("creators:read")
    assert reader.get("/creators/shows").status_code == 200
    refused = reader.patch(f"/creators/shows/{desk.show_id}", json={"author": "x"})
    assert (refused.status_code, "creators:write" in refused.json()["detail"]) == (403, True)


def test_faults_are_problems(desk: Desk) -> None:
    """Unknown metrics, periods and kinds are refused with what to change, not with a page or a trace."""
    root = f"/creators/shows/{desk.show_id}"
    asked = (f"{root}/figures/fame", f"{root}/figures/streams?period=soon", f"{root}/breakdowns/shoe-size")
    for path in asked:
        answer = desk.client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), path
