"""Listens through the own API: what is added can be read, corrected, hidden, brought back and explained."""

from __future__ import annotations

import pytest
from tests.apis.native.speaking import Listener, play


def test_what_is_added_is_read_back(ada: Listener) -> None:
    """A play comes back with the words, lengths, ids and extras it was sent with, and an outcome says it is new."""
    sent = play(
        release_name="Tides",
        duration_ms=200_000,
        played_ms=190_000,
        skipped=False,
        isrc="DEAB12345678",
        recording_mbid="8f3471b5-7e6a-48da-86a9-c1c07a0f47ae",
        client="player 1.0",
        extra={"mood": "calm"},
    )
    answer = ada.client.post("/listens", json={"listens": [sent]}).json()
    assert (answer["new"], answer["outcomes"][0]["status"]) == (1, "new")
    listen = ada.client.get(f"/listens/{answer['outcomes'][0]['listen_id']}").json()
    for name in (
        "artist_name",
        "track_name",
        "release_name",
        "listened_at",
        "played_ms",
        "duration_ms",
        "isrc",
        "client",
    ):
        assert listen[name] == sent[name], name
    assert listen["extra"]["mood"] == "calm"
    assert (listen["kind"], listen["counted"], listen["source"]) == ("music", True, "native")
    assert listen["recording"]["entity_id"].isdigit()


def test_the_same_again_is_known(ada: Listener) -> None:
    """Sending a batch twice adds nothing and answers with the same ids."""
    first = ada.client.post("/listens", json={"listens": [play(), play(1_700_001_000)]}).json()
    again = ada.client.post("/listens", json={"listens": [play(), play(1_700_001_000)]}).json()
    assert (again["new"], again["known"]) == (0, 2)
    assert [one["listen_id"] for one in again["outcomes"]] == [one["listen_id"] for one in first["outcomes"]]


def test_a_batch_is_all_or_nothing(ada: Listener) -> None:
    """One play that cannot be kept is named by its place, and nothing of its batch is stored."""
    answer = ada.client.post("/listens", json={"listens": [play(), play(4_000_000_000)]})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "listens.1", "why": "the time lies in the future"}]
    assert ada.client.get("/listens").json()["items"] == []


@pytest.mark.parametrize(
    "fault",
    [
        {"artist_name": ""},
        {"artist_name": None},
        {"track_name": "x" * 4_097},
        {"listened_at": "1700000000"},
        {"listened_at": -1},
        {"listened_at": 2**63},
        {"listened_at": 1.5},
        {"listened_at": True},
        {"played_ms": -1},
        {"kind": "video"},
        {"tracknumber": 1},
        {"isrc": "nope"},
        {"extra": []},
    ],
)
def test_a_faulty_play_names_its_fault(ada: Listener, fault: dict[str, object]) -> None:
    """What is wrong in a play is answered with 422 and the member's name, and nothing is stored."""
    answer = ada.client.post("/listens", json={"listens": [play() | fault]})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == f"listens.0.{next(iter(fault))}"
    assert ada.client.get("/listens").json()["items"] == []


def test_sizes_of_a_batch(ada: Listener) -> None:
    """None and more than a thousand are refused; a thousand are taken."""
    assert ada.client.post("/listens", json={"listens": []}).status_code == 422
    plays = [play(1_700_000_000 + 300 * at, track=f"T{at}") for at in range(1001)]
    assert ada.client.post("/listens", json={"listens": plays}).status_code == 422
    assert ada.client.post("/listens", json={"listens": plays[:1000]}).json()["new"] == 1000


def test_pages_follow_their_cursors_through_everything(ada: Listener) -> None:
    """Following `older` visits every listen once, newest first, and `newer` leads back."""
    ada.add(*(play(1_700_000_000 + 300 * at, track=f"T{at}") for at in range(25)))
    seen, cursor = [], ""
    while True:
        page = ada.client.get("/listens", params={"limit": 10, "cursor": cursor}).json()
        seen += [listen["listened_at"] for listen in page["items"]]
        if not page["older"]:
            break
        cursor = page["older"]
    assert seen == [1_700_000_000 + 300 * at for at in reversed(range(25))]
    before = ada.client.get("/listens", params={"limit": 10, "cursor": page["newer"]}).json()
    assert [listen["track_name"] for listen in before["items"]] == [f"T{at}" for at in range(14, 4, -1)]


def test_a_page_tells_of_a_listen_what_the_listen_itself_tells(ada: Listener) -> None:
    """The two are written by different means; members, order and types are the same, odd characters included."""
    odd = play(
        track_name="Ночь 🎧 \u202e", extra={"half": "\\ud800", "deep": {"a": [None, 1.5, True]}}, isrc="DEAB12345678"
    )
    ada.client.post("/listens", json={"listens": [odd, play(1_700_009_000, release_name="Tides")]})
    page = ada.client.get("/listens")
    assert page.headers["etag"] and page.headers["content-type"] == "application/json"
    for row in page.json()["items"]:
        alone = ada.client.get(f"/listens/{row['listen_id']}").json()
        assert list(row.items()) == list(alone.items())


def test_filters_narrow(ada: Listener) -> None:
    """Text, artist and times narrow the page; bounds are exclusive."""
    ada.add(play(1_700_000_000), play(1_700_000_600, "Other", "Song"), play(1_700_001_200))
    artist = ada.client.get("/search", params={"q": "quiet"}).json()[0]["entity_id"]
    assert len(ada.client.get("/listens", params={"artist_id": artist}).json()["items"]) == 2
    assert len(ada.client.get("/listens", params={"text": "song"}).json()["items"]) == 1
    between = ada.client.get("/listens", params={"after": 1_700_000_000, "before": 1_700_001_200}).json()["items"]
    assert [listen["artist_name"] for listen in between] == ["Other"]


def test_edit_delete_restore_explain(ada: Listener) -> None:
    """An edit shows at once, a deletion hides, a restoration brings back, and the explanation tells of it all."""
    [listen_id] = ada.add(play())
    edited = ada.client.patch(f"/listens/{listen_id}", json={"track_name": "Lanterns (Live)"})
    assert edited.json()["track_name"] == "Lanterns (Live)"
    assert ada.client.delete(f"/listens/{listen_id}").status_code == 204
    assert ada.client.get("/listens").json()["items"] == []
    assert len(ada.client.get("/listens", params={"hidden": True}).json()["items"]) == 1
    assert ada.client.delete(f"/listens/{listen_id}").status_code == 204
    assert ada.client.post(f"/listens/{listen_id}/restore").json()["hidden"] is False
    told = ada.client.get(f"/listens/{listen_id}/explain").json()
    assert told["witnesses"][0]["track_name"] == "Lanterns"
    assert told["sentence"]
    assert "edit" in {decision["kind"] for decision in told["decisions"]}


def test_an_edit_must_say_something(ada: Listener) -> None:
    """An empty edit is refused."""
    [listen_id] = ada.add(play())
    assert ada.client.patch(f"/listens/{listen_id}", json={}).status_code == 422


def test_others_listens_do_not_exist(ada: Listener, bob: Listener) -> None:
    """Another user's listen is 404 for reading, editing, deleting, restoring and explaining."""
    [listen_id] = ada.add(play())
    assert bob.client.get(f"/listens/{listen_id}").status_code == 404
    assert bob.client.get(f"/listens/{listen_id}/explain").status_code == 404
    assert bob.client.patch(f"/listens/{listen_id}", json={"track_name": "Mine"}).status_code == 404
    assert bob.client.delete(f"/listens/{listen_id}").status_code == 404
    assert bob.client.post(f"/listens/{listen_id}/restore").status_code == 404
    assert ada.client.get(f"/listens/{listen_id}").json()["track_name"] == "Lanterns"
