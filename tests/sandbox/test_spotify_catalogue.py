"""Library and catalogue of the simulator in each dialect."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.conftest import Api

from earstead.sandbox.spotify import Simulator

GONE_2026 = (
    "/tracks?ids=a", "/albums?ids=a", "/artists?ids=a", "/episodes?ids=a", "/shows?ids=a", "/audiobooks?ids=a",
    "/chapters?ids=a", "/artists/{artist}/top-tracks", "/browse/new-releases", "/markets", "/users/ada",
    "/users/ada/playlists", "/me/tracks/contains?ids=a", "/me/following/contains?ids=a",
)  # fmt: skip
GONE_2024 = ("/artists/{artist}/related-artists", "/audio-features/{track}", "/audio-features?ids={track}")


def path_of(sim: Simulator, template: str) -> str:
    artist, track = sim.store.of("artist")[0], sim.store.tracks()[0]
    return template.format(artist=artist.id, track=track.id)


def test_what_is_gone_for_whom(sim: Simulator, api: Api) -> None:
    """New clients are refused what went in 2026, development mode what went in 2024; extended quota keeps all."""
    statuses = {}
    for mode in ("new-dev", "old-dev", "extended"):
        sim.client.mode = mode
        statuses[mode] = [
            {api("GET", path_of(sim, path)).status_code for path in paths} for paths in (GONE_2026, GONE_2024)
        ]
    assert statuses == {"new-dev": [{403}, {403}], "old-dev": [{200}, {403}], "extended": [{200}, {200}]}
    seeds = {"seed_tracks": sim.store.tracks()[0].id, "limit": 7}
    assert len(api("GET", "/recommendations", **seeds).json()["tracks"]) == 7
    sim.client.mode = "new-dev"
    assert api("GET", "/recommendations", **seeds).status_code == 404


def test_fields_of_the_dialects(sim: Simulator, api: Api) -> None:
    """What vanished is absent for new clients, there for old ones, and says nothing when it is filled in."""
    track, artist = sim.store.tracks()[0], sim.store.of("artist")[0]
    asked = {
        f"/tracks/{track.id}": {"available_markets", "popularity"},
        f"/artists/{artist.id}": {"followers", "popularity"},
        f"/albums/{track.parent.rsplit(':', 1)[-1]}": {"available_markets", "label", "popularity"},
        "/me": {"country", "email", "explicit_content", "followers", "product"},
        f"/shows/{sim.store.of('show')[0].id}": {"available_markets", "publisher"},
    }
    for path, vanished in asked.items():
        assert not vanished & set(api("GET", path).json()), path
    assert api("GET", f"/tracks/{track.id}").json()["external_ids"] == {"isrc": track.isrc}
    assert len(api("GET", "/me").json()["account_id"]) == 32
    sim.legacy_fields = True
    assert api("GET", f"/tracks/{track.id}").json()["popularity"] == 0
    filled = api("GET", "/me").json()
    assert (filled["product"], filled["followers"]) == ("premium", {"href": None, "total": 0})
    sim.client.mode = "old-dev"
    for path, vanished in asked.items():
        assert vanished <= set(api("GET", path).json()), path


@pytest.mark.parametrize("path", ["/search", "/artists/{artist}/albums"])
def test_the_limit_of_ten(sim: Simulator, api: Api, path: str) -> None:
    """New clients get five by default and ten at most; old ones twenty and fifty."""
    asked = {"q": "a", "type": "track"} if path == "/search" else {}

    def limit(**given: Any) -> Any:
        answer = api("GET", path_of(sim, path), **asked, **given)
        return answer.json().get("tracks", answer.json())["limit"] if answer.status_code == 200 else answer.status_code

    assert [limit(), limit(limit=10), limit(limit=11)] == [5, 10, 400]
    sim.client.mode = "old-dev"
    assert [limit(), limit(limit=50), limit(limit=51)] == [20, 50, 400]


def test_search(sim: Simulator, api: Api) -> None:
    """By ISRC exactly one, by filters what has it all, by words whatever has them somewhere."""
    track = sim.store.tracks()[7]
    artist, album = sim.store.holders[track.credits[0]].name, sim.store.holders[track.parent].name

    def found(q: str, kind: str = "track") -> list[str]:
        return [row["uri"] for row in api("GET", "/search", q=q, type=kind, limit=10).json()[f"{kind}s"]["items"]]

    assert found(f"isrc:{track.isrc}") == [track.uri]
    assert found("isrc:XX0000000000") == []
    assert track.uri in found(f'track:"{track.name}" artist:"{artist}" album:"{album}"')
    assert found(f'artist:"{artist}"', "artist")[0] == track.credits[0]
    assert found(f'track:"{track.name}" year:1900-1901') == []
    for bad in ({"q": "", "type": "track"}, {"q": "a", "type": "song"}, {"q": "a", "type": "track", "offset": 1001}):
        assert api("GET", "/search", **bad).status_code == 400


def test_pages_name_their_own_host(sim: Simulator, api: Api) -> None:
    """Links lead back here, forward and backward, and the last page has no next."""
    show = sim.store.of("show")[0]
    page = api("GET", f"/shows/{show.id}/episodes", limit=30).json()
    assert page["next"] == f"http://sandbox/v1/shows/{show.id}/episodes?limit=30&offset=30"
    assert (page["previous"], page["total"], len(page["items"])) == (None, 40, 30)
    last = api("GET", f"/shows/{show.id}/episodes", limit=30, offset=30).json()
    assert (last["next"], len(last["items"])) == (None, 10)
    assert last["previous"] == f"http://sandbox/v1/shows/{show.id}/episodes?limit=30&offset=0"


def test_a_trailing_slash_is_tolerated(sim: Simulator, api: Api) -> None:
    """Old libraries end their paths with one."""
    assert api("GET", "/me/").json()["id"] == "ada"
    sim.client.mode = "extended"
    track = sim.store.tracks()[0]
    answer = api("GET", f"/tracks/?ids={track.id},unknown").json()
    assert [row and row["uri"] for row in answer["tracks"]] == [track.uri, None]


def test_the_library(sim: Simulator, api: Api) -> None:
    """What is saved comes first, what is let go is gone; 40 at once, and nothing is saved when one does not exist."""
    uris = [track.uri for track in sim.store.tracks()[-3:]]
    assert api("GET", "/me/library/contains", uris=",".join(uris)).json() == [False] * 3
    assert api("PUT", "/me/library", uris=",".join(uris)).status_code == 200
    assert api("GET", "/me/library/contains", uris=",".join(uris)).json() == [True] * 3
    assert api("GET", "/me/tracks", limit=3).json()["total"] == 123
    rows = api("GET", "/me/tracks", limit=3).json()["items"]
    assert {row["track"]["uri"] for row in rows} == set(uris) and rows[0]["added_at"] == "2026-09-21T14:13:20Z"
    assert api("DELETE", "/me/library", uris=uris[0]).status_code == 200
    assert api("GET", "/me/library/contains", uris=",".join(uris)).json() == [False, True, True]
    assert api("PUT", "/me/library", uris=f"{uris[0]},spotify:track:none").status_code == 400
    assert api("GET", "/me/library/contains", uris=uris[0]).json() == [False]
    assert api("PUT", "/me/library", uris=",".join([uris[0]] * 41)).status_code == 400
    assert api("PUT", "/me/library", {"uris": uris}).status_code == 400


def test_following(sim: Simulator, api: Api) -> None:
    """Artists are paged by the last id; following goes through the library."""
    artist = sim.store.of("artist")[-1]
    api("PUT", "/me/library", uris=artist.uri)
    page = api("GET", "/me/following", type="artist", limit=20).json()["artists"]
    assert page["items"][0]["uri"] == artist.uri and page["total"] == 26
    assert page["cursors"]["after"] == page["items"][-1]["id"]
    last = api("GET", "/me/following", type="artist", limit=20, after=page["cursors"]["after"]).json()["artists"]
    assert (len(last["items"]), last["next"], last["cursors"]) == (6, None, {"after": None})


def test_top_lists(sim: Simulator, api: Api, clock: Any) -> None:
    """What was played most stands first, and only plays of the time asked about count."""
    track = sim.store.tracks()[30]
    sim.person().do("play", sim.now_ms, uri=track.uri)
    clock.advance(track.duration_ms / 1000 + 1)
    assert api("GET", "/me/top/tracks", time_range="short_term").json()["items"][0]["uri"] == track.uri
    assert api("GET", "/me/top/artists").json()["items"][0]["uri"] == track.credits[0]
    clock.advance(29 * 86_400)
    liked = next(iter(sim.person().saved["track"]))
    assert api("GET", "/me/top/tracks", time_range="short_term").json()["items"][0]["uri"] == liked
    assert api("GET", "/me/top/tracks", time_range="yesterday").status_code == 400


def test_unknown_things(api: Api) -> None:
    """Ids and addresses that are not there are 404, other methods 405, broken bodies 400."""
    for kind in ("tracks", "albums", "artists", "shows", "episodes", "audiobooks", "chapters"):
        answer = api("GET", f"/{kind}/0000000000000000000000")
        assert answer.json() == {"error": {"status": 404, "message": "Resource not found"}}
    assert api("GET", "/nothing").json() == {"error": {"status": 404, "message": "Service not found"}}
    assert api("DELETE", "/me").status_code == 405
