"""Simulated playlists: versions, limits, and who may do what in which dialect."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.sandbox.conftest import Api

from earstead.kit.clock import FixedClock
from earstead.sandbox.spotify import Simulator, fields
from earstead.sandbox.spotify.playlists import KEPT, Playlist


def made(sim: Simulator, api: Api, count: int) -> tuple[str, list[str]]:
    """The path of a new private playlist, and the URIs in it."""
    uris = [track.uri for track in sim.store.tracks()[:count]]
    playlist = api("POST", "/me/playlists", {"name": "Mirror", "public": False})
    assert playlist.status_code == 201
    path = f"/playlists/{playlist.json()['id']}/items"
    for start in range(0, count, 100):
        assert api("POST", path, {"uris": uris[start : start + 100]}).status_code == 201
    return path, uris


def held(api: Api, path: str) -> list[str]:
    return [row["item"]["uri"] for row in api("GET", path, limit=50).json()["items"]]


def test_a_new_playlist(api: Api) -> None:
    """Without more than a name it is public and empty, and stands first among the user's."""
    answer = api("POST", "/me/playlists", {"name": "New"})
    body = answer.json()
    assert answer.status_code == 201
    assert (body["public"], body["collaborative"], body["description"]) == (True, False, "")
    assert (body["items"]["total"], body["owner"]["id"]) == (0, "ada")
    assert "tracks" not in body
    assert api("GET", "/me/playlists", limit=1).json()["items"][0]["id"] == body["id"]
    assert api("POST", "/me/playlists", {}).json()["error"]["message"] == "Missing required field: name"
    refused = api("POST", "/me/playlists", {"name": "Ours", "collaborative": True})
    assert refused.json()["error"]["message"] == "Collaborative playlists can only be private"


def test_writes_make_snapshots(sim: Simulator, api: Api) -> None:
    """Add at a place, move, remove, replace and clear; each answers the snapshot that a read then shows."""
    path, (a, b, c, d) = made(sim, api, 4)
    steps: list[tuple[str, Any, int, list[str]]] = [
        ("POST", {"uris": [d], "position": 1}, 201, [a, d, b, c, d]),
        ("PUT", {"range_start": 0, "insert_before": 3, "range_length": 2}, 200, [b, a, d, c, d]),
        ("DELETE", {"items": [{"uri": d}]}, 200, [b, a, c]),
        ("PUT", {"uris": [c, c]}, 200, [c, c]),
        ("PUT", {"uris": []}, 200, []),
    ]
    seen = set()
    for method, body, status, expected in steps:
        answer = api(method, path, body)
        assert answer.status_code == status and list(answer.json()) == ["snapshot_id"]
        assert held(api, path) == expected
        assert api("GET", path.removesuffix("/items")).json()["snapshot_id"] == answer.json()["snapshot_id"]
        seen.add(answer.json()["snapshot_id"])
    assert len(seen) == len(steps)


def test_old_snapshots_are_merged(sim: Simulator, api: Api) -> None:
    """A move meant for an older version moves the same items, wherever they stand now."""
    path, (a, b, c) = made(sim, api, 3)
    old = api("GET", path.removesuffix("/items")).json()["snapshot_id"]
    api("PUT", path, {"range_start": 2, "insert_before": 0})
    assert held(api, path) == [c, a, b]
    api("PUT", path, {"range_start": 0, "insert_before": 2, "snapshot_id": old})
    assert held(api, path) == [a, c, b]
    refused = api("PUT", path, {"range_start": 0, "insert_before": 2, "snapshot_id": "unknown"})
    assert refused.json() == {"error": {"status": 400, "message": "Invalid snapshot id"}}


def test_old_versions_are_forgotten() -> None:
    """A playlist remembers fifty versions."""
    playlist = Playlist(uri="spotify:playlist:a", owner="ada", name="A")
    first = playlist.write([], 0)
    for moment in range(KEPT):
        playlist.add(["spotify:track:a"], None, "ada", moment)
    with pytest.raises(ValueError, match="Invalid snapshot id"):
        playlist.move(0, 1, 1, 99, first)


@pytest.mark.parametrize(
    ("method", "body", "message"),
    [
        ("POST", {"uris": ["spotify:track:none"]}, "Invalid track uri: spotify:track:none"),
        ("POST", {}, "Missing required field: uris"),
        ("POST", {"uris": ["x"] * 101}, "Too many uris requested"),
        ("PUT", {"uris": ["x"] * 101}, "Too many uris requested"),
        ("PUT", {"uris": [], "range_start": 1}, "Replacing and moving exclude each other"),
        ("PUT", {"range_start": 9, "insert_before": 0}, "range_start or insert_before out of bounds"),
        ("PUT", {}, "Missing required field: range_start or insert_before"),
        ("DELETE", {"tracks": [{"uri": "x"}]}, "Missing required field: items"),
        ("DELETE", {"items": [{"uri": "x"}] * 101}, "You can remove a maximum of 100 items per request"),
    ],
)
def test_limits_and_nonsense(sim: Simulator, api: Api, method: str, body: Any, message: str) -> None:
    """A 400 with a sentence, and nothing is changed."""
    path, uris = made(sim, api, 3)
    assert api(method, path, body).json() == {"error": {"status": 400, "message": message}}
    assert held(api, path) == uris
    assert api("GET", path, limit=51).status_code == 400


def test_foreign_playlists(sim: Simulator, api: Api) -> None:
    """Of another's playlist a new client sees the head alone and may change nothing; unknown ones are 404."""
    path = f"/playlists/{sim.person().playlists[-1].rsplit(':', 1)[-1]}"
    head = api("GET", path)
    assert head.status_code == 200 and head.json()["owner"]["id"] == "a-friend"
    assert not {"items", "tracks"} & set(head.json())
    assert api("GET", path + "/items").status_code == 403
    assert api("POST", path + "/items", {"uris": [sim.store.tracks()[0].uri]}).status_code == 403
    assert api("GET", "/playlists/37i9dQZEVXcJZyENOWUFo7").status_code == 404
    sim.client.mode = "extended"
    assert api("GET", path).json()["tracks"]["total"] == 20


def test_positions_are_of_the_old_dialect(sim: Simulator, api: Api) -> None:
    """/tracks takes out one occurrence by its place, and pages by a hundred; new clients are refused it."""
    path, (a, b) = made(sim, api, 2)
    api("POST", path, {"uris": [a]})
    old = path.replace("/items", "/tracks")
    assert api("DELETE", old, {"tracks": [{"uri": a, "positions": [2]}]}).status_code == 403
    sim.client.mode = "old-dev"
    assert api("DELETE", old, {"tracks": [{"uri": a, "positions": [2]}]}).status_code == 200
    assert [row["track"]["uri"] for row in api("GET", old, limit=100).json()["items"]] == [a, b]
    refused = api("DELETE", old, {"tracks": [{"uri": b, "positions": [0]}]})
    assert refused.status_code == 400


def test_readers_may_be_behind(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """With the lag switched on a read after a write still shows the version before."""
    path, uris = made(sim, api, 2)
    clock.advance(10)
    sim.playlist_lag_ms = 2_000
    api("PUT", path, {"uris": uris[:1]})
    assert held(api, path) == uris
    clock.advance(2)
    assert held(api, path) == uris[:1]


def test_filtered_reads(sim: Simulator, api: Api) -> None:
    """`fields` leaves what it names, and no more."""
    path, (a, b) = made(sim, api, 2)
    kept = api("GET", path, fields="total,items(added_by.id,item(uri))").json()
    assert kept == {
        "total": 2,
        "items": [{"added_by": {"id": "ada"}, "item": {"uri": uri}} for uri in (a, b)],
    }
    assert api("GET", path, fields="items(item(uri)").status_code == 400
    assert fields.keep({"a": 1, "b": {"c": 2, "d": 3}}, fields.read("b(!c)")) == {"b": {"d": 3}}


def test_changing_and_leaving(sim: Simulator, api: Api) -> None:
    """Details change without a new version; taking the URI out of the library ends one's own playlist."""
    path, _ = made(sim, api, 1)
    head = path.removesuffix("/items")
    before = api("GET", head).json()
    assert api("PUT", head, {"name": "Other", "description": "Text"}).status_code == 200
    after = api("GET", head).json()
    assert (after["name"], after["description"], after["snapshot_id"]) == ("Other", "Text", before["snapshot_id"])
    assert api("DELETE", "/me/library", uris=before["uri"]).status_code == 200
    assert before["uri"] not in [row["uri"] for row in api("GET", "/me/playlists").json()["items"]]
    assert api("GET", "/me/library/contains", uris=before["uri"]).json() == [False]


def test_covers(sim: Simulator, web: Any, api: Api) -> None:
    """A JPEG in base64 is taken with 202, anything else is refused."""
    path = made(sim, api, 1)[0].replace("/items", "/images")
    head = {"authorization": f"Bearer {sim.credentials()['access_token']}"}
    assert web.put("/v1" + path, content=base64.b64encode(b"\xff\xd8\xff\xe0 picture"), headers=head).status_code == 202
    assert web.put("/v1" + path, content=b"no picture", headers=head).status_code == 400


def test_writing_needs_the_right_scope(sim: Simulator, web: Any, api: Api) -> None:
    """Public playlists ask for the public scope, private ones for the private one."""
    path, _ = made(sim, api, 1)
    token = sim.credentials(scopes=frozenset({"playlist-modify-public"}))["access_token"]
    refused = web.put("/v1" + path, json={"uris": []}, headers={"authorization": f"Bearer {token}"})
    assert refused.json() == {"error": {"status": 403, "message": "Insufficient client scope"}}
