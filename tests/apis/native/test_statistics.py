"""Statistics through the own API."""

from __future__ import annotations

import pytest
from tests.apis.native.speaking import Listener, play

DAY = 86_400
NOW = 1_750_000_000


@pytest.fixture
def heard(ada: Listener) -> Listener:
    """Three plays of one artist in the last days, one of another long ago."""
    plays = [play(NOW - at * DAY, duration_ms=240_000, release_name="Tides") for at in (1, 2, 3)]
    ada.add(*plays, play(NOW - 900 * DAY, "Old Radio", "Static", duration_ms=60_000))
    return ada


def test_totals_of_a_period(heard: Listener) -> None:
    """All time counts four plays, the last week three."""
    assert heard.client.get("/totals").json()["plays"] == 4
    week = heard.client.get("/totals", params={"period": "7d"}).json()
    assert (week["plays"], week["artists"], week["last_at"]) == (3, 1, NOW - DAY)


def test_charts_rank_and_compare(heard: Listener) -> None:
    """The most heard comes first; a period is compared with the one before only when asked."""
    chart = heard.client.get("/charts/artist").json()
    assert [(row["rank"], row["entity"]["name"], row["plays"]) for row in chart["rows"]] == [
        (1, "Quiet Harbour", 3),
        (2, "Old Radio", 1),
    ]
    assert (chart["total"], chart["top"], chart["compared"]) == (2, 3, False)
    assert heard.client.get("/charts/recording", params={"period": "30d", "compare": True}).json()["compared"] is True
    assert heard.client.get("/charts/artist", params={"limit": 1, "offset": 1}).json()["rows"][0]["rank"] == 2


def test_an_entity_by_the_id_of_the_chart(heard: Listener) -> None:
    """The id in a chart leads to the entity, its history and its ranks."""
    found = heard.client.get("/charts/artist").json()["rows"][0]["entity"]
    entity = heard.client.get(f"/entities/artist/{found['entity_id']}").json()
    assert (entity["entity"]["name"], entity["plays"], entity["rank"]) == ("Quiet Harbour", 3, 1)
    assert entity["spellings"][0]["text"] == "Quiet Harbour"
    months = heard.client.get(f"/entities/artist/{found['entity_id']}/history").json()
    assert sum(month["plays"] for month in months) == 3
    ranks = heard.client.get(f"/entities/artist/{found['entity_id']}/ranks").json()
    assert {"label": "2025", "rank": 1, "plays": 3} in ranks


def test_others_entities_do_not_exist(heard: Listener, bob: Listener) -> None:
    """An entity only somebody else heard is 404, and search does not find it."""
    found = heard.client.get("/charts/artist").json()["rows"][0]["entity"]["entity_id"]
    assert bob.client.get(f"/entities/artist/{found}").status_code == 404
    assert bob.client.get("/search", params={"q": "quiet"}).json() == []


def test_series_add_up(heard: Listener) -> None:
    """History, clock and calendar hold the same plays as the totals."""
    months = heard.client.get("/history", params={"period": "all", "unit": "month"}).json()
    assert sum(month["plays"] for month in months) == 4
    rows = heard.client.get("/clock").json()
    assert [len(row) for row in rows] == [24] * 7
    assert sum(map(sum, rows)) == 4
    assert sum(heard.client.get("/calendar/2025").json().values()) == 3


@pytest.mark.parametrize(
    "address",
    [
        "/totals?period=yesteryear",
        "/charts/artist?period=2025-13",
        "/charts/composer",
        "/charts/artist?by=loudness",
        "/charts/artist?limit=0",
        "/charts/artist?offset=99999999999999999999",
        "/entities/artist/99999999999999999999",
        "/entities/artist/x",
        "/calendar/1",
        "/search?q=",
        "/search",
        "/listens?cursor=nonsense",
    ],
)
def test_nonsense_is_refused_in_words(heard: Listener, address: str) -> None:
    """A value out of range or without meaning is 422 with the name of what must change."""
    answer = heard.client.get(address)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["why"]


def test_answers_carry_a_tag_that_a_write_changes(heard: Listener) -> None:
    """The same question is answered 304 until a listen is added."""
    first = heard.client.get("/charts/artist")
    tag = {"If-None-Match": first.headers["etag"]}
    assert heard.client.get("/charts/artist", headers=tag).status_code == 304
    heard.add(play(NOW - 60, "New", "Song"))
    assert heard.client.get("/charts/artist", headers=tag).status_code == 200


def test_unknown_query_names_are_refused(heard: Listener) -> None:
    """A misspelt filter is named instead of being ignored."""
    answer = heard.client.get("/listens", params={"artistid": 3, "limit": 5})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "artistid", "why": "this address knows no such query name"}]
