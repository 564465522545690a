"""What recently-played tells, against what was played; and equal seeds, equal worlds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from starlette.testclient import TestClient
from tests.sandbox.conftest import NOW, Api

from earstead.kit.clock import FixedClock
from earstead.sandbox.spotify import Simulator
from earstead.sandbox.spotify.recent import why_untold

DAY_S = 86_400


def at(row: dict[str, Any]) -> int:
    """Unix milliseconds of a row."""
    return int(datetime.strptime(row["played_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC).timestamp() * 1000)


def listen(sim: Simulator, clock: FixedClock, *steps: tuple[float, str, dict[str, Any]]) -> None:
    for seconds, name, args in steps:
        clock.advance(seconds)
        sim.person().do(name, sim.now_ms, **args)


def album(sim: Simulator) -> str:
    return next(one.uri for one in sim.store.of("album") if len(one.items) > 8)


def test_the_exact_answer(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """One play that is over: stamped with its end, three seconds after which it is told."""
    listen(sim, clock, (0, "play", {"context": album(sim)}), (100, "next", {}), (2, "volume", {"value": 3}))
    nothing = api("GET", "/me/player/recently-played").json()
    assert nothing == {
        "items": [], "next": None, "cursors": None, "limit": 20,
        "href": "http://sandbox/v1/me/player/recently-played?limit=20",
    }  # fmt: skip
    clock.advance(1)
    page = api("GET", "/me/player/recently-played", limit=1).json()
    ended = (NOW + 100) * 1000
    assert page["items"][0]["played_at"] == "2026-09-21T14:15:00.000Z"
    assert at(page["items"][0]) == ended
    assert page["cursors"] == {"after": str(ended), "before": str(ended)}
    assert page["next"] == f"http://sandbox/v1/me/player/recently-played?before={ended}&limit=1"
    assert page["items"][0]["context"]["type"] == "album"
    assert page["items"][0]["track"]["uri"] == sim.person().player.plays[0].uri


def test_cursors_exclude_their_own_moment(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """`after` and `before` leave out the play at their moment; both at once, or a limit of 51, is a 400."""
    listen(sim, clock, (0, "play", {"context": album(sim)}), (100, "next", {}), (100, "next", {}), (100, "next", {}))
    clock.advance(5)
    stamps = [at(row) for row in api("GET", "/me/player/recently-played").json()["items"]]
    assert stamps == [(NOW + seconds) * 1000 for seconds in (300, 200, 100)]
    after = api("GET", "/me/player/recently-played", after=stamps[1]).json()
    before = api("GET", "/me/player/recently-played", before=stamps[1]).json()
    assert [at(row) for row in after["items"]] == stamps[:1]
    assert [at(row) for row in before["items"]] == stamps[2:]
    assert api("GET", "/me/player/recently-played", before=stamps[2]).json()["cursors"] is None
    both = api("GET", "/me/player/recently-played", before=1, after=1)
    assert both.json() == {"error": {"status": 400, "message": "Only one of after or before may be specified"}}
    assert api("GET", "/me/player/recently-played", limit=51).status_code == 400


def test_fifty_and_no_more(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """However much was played, paging back ends after fifty."""
    sim.person().do("repeat", sim.now_ms, value="context")
    listen(sim, clock, (0, "play", {"context": album(sim)}), (DAY_S, "pause", {}))
    assert len(sim.person().player.plays) > 100
    page, rows = api("GET", "/me/player/recently-played", limit=30).json(), 0
    while page["items"]:
        rows += len(page["items"])
        page = api("GET", "/me/player/recently-played", limit=30, before=page["cursors"]["before"]).json()
    assert rows == 50


def test_offline_plays_arrive_late(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """What a phone played without a network is told when it is back, with old stamps, behind later cursors."""
    listen(sim, clock, (0, "play", {"context": album(sim)}), (5, "offline", {}))
    clock.advance(1_500)
    assert api("GET", "/me/player").status_code == 204
    assert api("GET", "/me/player/recently-played").json()["items"] == []
    listen(sim, clock, (0, "online", {}))
    clock.advance(5)
    rows = api("GET", "/me/player/recently-played").json()["items"]
    assert len(rows) >= 3 and all(at(row) < sim.now_ms - 5_000 for row in rows)
    assert api("GET", "/me/player").status_code == 200


def test_a_speaker_reports_hours_late(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """Plays of some Connect hardware are told an hour and a half after they ended."""
    listen(sim, clock, (0, "play", {"context": album(sim), "device": "Kitchen"}), (100, "next", {}), (60, "pause", {}))
    clock.advance(3_600)
    assert api("GET", "/me/player/recently-played").json()["items"] == []
    clock.advance(3_600)
    rows = api("GET", "/me/player/recently-played").json()["items"]
    assert [at(row) for row in rows] == [(NOW + 160) * 1000 + 600_000, (NOW + 100) * 1000]


def test_what_is_never_told(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """Episodes, private plays, local files, and what was left within 30 s are not told."""
    show = sim.store.of("show")[0].uri
    listen(
        sim,
        clock,
        (0, "play", {"context": show}),
        (100, "play", {"uri": "spotify:local:A:B:C:100"}),
        (90, "play", {"context": album(sim)}),
        (29, "next", {}),
        (5, "private", {"value": True}),
        (40, "private", {"value": False}),
        (15, "next", {}),
        (40, "next", {}),
    )
    clock.advance(5)
    (row,) = api("GET", "/me/player/recently-played").json()["items"]
    plays = sim.person().player.plays[:-1]
    assert row["track"]["uri"] == plays[-1].uri
    reasons = [why_untold(one, sim.quirks, "1 ada") for one in plays]
    assert reasons == ["kind", "local", "short", "private", ""]


def test_a_stamp_may_be_the_start(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """Where clients stamp the start, a play of 100 s is stamped 100 s earlier."""
    sim.quirks.stamp_start = 1
    listen(sim, clock, (0, "play", {"context": album(sim)}), (100, "next", {}))
    clock.advance(5)
    assert [at(row) for row in api("GET", "/me/player/recently-played").json()["items"]] == [NOW * 1000]


def week(seed: int) -> Simulator:
    """Seven days of a listener of habits."""
    clock = FixedClock(NOW)
    sim = Simulator(clock, seed=seed)
    sim.live()
    clock.advance(7 * DAY_S)
    sim.person()
    return sim


def told_in(sim: Simulator) -> set[tuple[str, int]]:
    """What somebody who asks every three hours for a week is told."""
    clock, told = FixedClock(NOW), set()
    again = Simulator(clock, seed=sim.seed)
    again.live()
    with TestClient(again.app) as web:
        for _ in range(7 * 8):
            clock.advance(3 * 3_600)
            token = again.credentials()["access_token"]
            page = web.get(
                "/v1/me/player/recently-played?limit=50", headers={"authorization": f"Bearer {token}"}
            ).json()
            told |= {(row["track"]["uri"], at(row)) for row in page["items"]}
    assert again.person().player.plays == sim.person().player.plays
    return told


def test_truth_adds_up() -> None:
    """Of a week, everything that is told was played, and everything that was played and not told has its reason."""
    sim = week(2)
    plays = sim.person().player.plays
    assert len(plays) > 150 and {one.device for one in plays} >= {"Phone", "Kitchen"}
    assert len({one.reason_end for one in plays}) >= 3
    told = told_in(sim)
    expected = {
        (one.uri, one.moved_ms): why_untold(one, sim.quirks, "2 ada")
        for one in plays
        if one.moved_ms and one.known_ms and one.known_ms + sim.quirks.delay_ms <= sim.now_ms
    }
    assert told == {key for key, why in expected.items() if why == ""}
    assert set(expected.values()) >= {"", "kind", "short", "skipped"}
    assert sum(why == "" for why in expected.values()) > len(plays) / 3


def test_equal_seeds_equal_worlds() -> None:
    """Two simulators of a seed say the same of everything; another seed is another world."""

    def said(sim: Simulator) -> str:
        person = sim.person()
        plays = [(one.uri, one.started_ms, one.ranges, one.reason_end) for one in person.player.plays]
        return json.dumps([plays, person.saved, person.playlists, sim.client.secret, sim.credentials()])

    one, two, other = week(5), week(5), week(6)
    assert said(one) == said(two)
    assert said(one) != said(other)


def test_the_export_is_the_truth(sim: Simulator, web: Any, clock: FixedClock) -> None:
    """The export has every play that is over, private ones too, with its end, its time heard and its reasons."""
    listen(sim, clock, (0, "play", {"context": album(sim)}), (20, "pause", {}), (40, "resume", {}), (30, "next", {}))
    (row,) = web.get("/sandbox/export").json()
    item = sim.store.items[sim.person().player.plays[0].uri]
    assert row == {
        "ts": "2026-09-21T14:14:50Z", "platform": "android", "ms_played": 50_000, "conn_country": "DE",
        "ip_addr": "192.0.2.7", "master_metadata_track_name": item.name,
        "master_metadata_album_artist_name": sim.store.holders[item.credits[0]].name,
        "master_metadata_album_album_name": sim.store.holders[item.parent].name, "spotify_track_uri": item.uri,
        "episode_name": None, "episode_show_name": None, "spotify_episode_uri": None, "audiobook_title": None,
        "audiobook_uri": None, "audiobook_chapter_uri": None, "audiobook_chapter_title": None,
        "reason_start": "clickrow", "reason_end": "fwdbtn", "shuffle": False, "skipped": True, "offline": False,
        "offline_timestamp": NOW, "incognito_mode": False,
    }  # fmt: skip
