"""The simulated player: what it shows, what it takes, and what it remembers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sandbox.conftest import NOW, Api

from earstead.kit.clock import FixedClock
from earstead.sandbox.spotify import Simulator
from earstead.sandbox.spotify.deck import IDLE_MS
from earstead.sandbox.spotify.script import Action
from earstead.sandbox.spotify.store import Holder, local_uri

START = NOW * 1000


def album_of(sim: Simulator, most: int = 99) -> Holder:
    return next(album for album in sim.store.of("album") if 8 < len(album.items) <= most)


def play(sim: Simulator, **args: Any) -> None:
    sim.person().do("play", sim.now_ms, **args)


def lengths(sim: Simulator, album: Holder) -> list[int]:
    return [sim.store.items[uri].duration_ms for uri in album.items]


def test_nothing_plays(api: Api) -> None:
    """Before anything is played, and again after ten quiet minutes, both looks are 204 without a body."""
    for path in ("/me/player", "/me/player/currently-playing"):
        answer = api("GET", path)
        assert (answer.status_code, answer.content) == (204, b"")


def test_the_state(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """The look has every field of the state, the progress moves with the clock, and the time stamp does not."""
    album = album_of(sim)
    play(sim, context=album.uri)
    clock.advance(12.5)
    seen = api("GET", "/me/player").json()
    assert sorted(seen) == [
        "actions", "context", "currently_playing_type", "device", "is_playing", "item", "progress_ms",
        "repeat_state", "shuffle_state", "smart_shuffle", "timestamp",
    ]  # fmt: skip
    assert (seen["progress_ms"], seen["timestamp"], seen["is_playing"]) == (12_500, START, True)
    assert seen["context"] == {
        "type": "album",
        "href": f"http://sandbox/v1/albums/{album.id}",
        "external_urls": {"spotify": f"https://open.spotify.com/album/{album.id}"},
        "uri": album.uri,
    }
    phone = sim.person().player.devices[0]
    assert seen["device"] == {
        "id": phone.device_id, "is_active": True, "is_private_session": False, "is_restricted": False,
        "name": "Phone", "type": "Smartphone", "volume_percent": 60, "supports_volume": True,
    }  # fmt: skip
    assert seen["actions"] == {"disallows": {"resuming": True}}
    assert set(seen["item"]) == {
        "album", "artists", "disc_number", "duration_ms", "explicit", "external_ids", "external_urls", "href", "id",
        "is_local", "is_playable", "name", "preview_url", "track_number", "type", "uri",
    }  # fmt: skip


def test_tracks_follow_each_other(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """One track begins in the millisecond in which the one before ended, however late somebody looks."""
    album = album_of(sim)
    play(sim, context=album.uri)
    first, second = lengths(sim, album)[:2]
    clock.advance((first + second) / 1000 + 1)
    seen = api("GET", "/me/player").json()
    assert (seen["item"]["uri"], seen["progress_ms"]) == (album.items[2], 1_000)
    plays = sim.person().player.plays
    assert [one.started_ms for one in plays] == [START, START + first, START + first + second]
    assert [one.reason_end for one in plays] == ["trackdone", "trackdone", ""]
    assert [one.heard_ms for one in plays[:2]] == [first, second]


def test_the_end_of_a_context(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """After the last track the player stands at the start; it is gone ten minutes later."""
    album = album_of(sim)
    play(sim, context=album.uri)
    whole_s = sum(lengths(sim, album)) / 1000
    clock.advance(whole_s + 1)
    seen = api("GET", "/me/player").json()
    assert (seen["is_playing"], seen["progress_ms"], seen["item"]["uri"]) == (False, 0, album.items[0])
    clock.advance(IDLE_MS / 1000)
    assert api("GET", "/me/player").status_code == 204
    assert len(sim.person().player.plays) == len(album.items)


def test_pauses_are_not_heard(sim: Simulator, clock: FixedClock) -> None:
    """What was heard leaves out pauses and what was jumped over, and counts twice what was heard twice."""
    player = sim.person().player
    play(sim, context=album_of(sim).uri)
    for seconds, name, args in (
        (10, "pause", {}),
        (60, "resume", {}),
        (10, "seek", {"position_ms": 5_000}),
        (20, "seek", {"position_ms": 90_000}),
        (5, "next", {}),
    ):
        clock.advance(seconds)
        sim.person().do(name, sim.now_ms, **args)
    over = player.plays[0]
    assert [(begin, end) for _, begin, end in over.ranges] == [
        (0, 10_000), (10_000, 20_000), (5_000, 25_000), (90_000, 95_000),
    ]  # fmt: skip
    assert (over.heard_ms, over.reason_end, over.skipped) == (45_000, "fwdbtn", True)
    assert over.moved_ms - over.started_ms == 105_000
    assert [one.type for one in player.happened] == [
        "started", "paused", "resumed", "seeked", "seeked", "skipped", "started",
    ]  # fmt: skip


def test_repeat_and_queue(sim: Simulator, clock: FixedClock) -> None:
    """A repeated track is played anew each time; the queue goes before the context and is then gone."""
    album, person = album_of(sim), sim.person()
    play(sim, context=album.uri)
    person.do("repeat", sim.now_ms, value="track")
    clock.advance(lengths(sim, album)[0] / 1000 + 1)
    assert [one.uri for one in sim.person().player.plays] == [album.items[0]] * 2
    assert sim.person().player.happened[-1].type == "repeated"
    other = sim.store.tracks()[0].uri
    person.do("queue", sim.now_ms, uri=other)
    person.do("next", sim.now_ms)
    assert person.player.plays[-1].uri == other
    person.do("next", sim.now_ms)
    assert person.player.plays[-1].uri == album.items[1]
    assert person.player.queued == []


def test_a_paused_player_is_given_up(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """Ten minutes after the pause the play is closed and nobody sees the player; going on is a new play."""
    play(sim, context=album_of(sim).uri)
    clock.advance(40)
    sim.person().do("pause", sim.now_ms)
    clock.advance(IDLE_MS / 1000)
    assert api("GET", "/me/player").status_code == 204
    (over,) = sim.person().player.plays
    assert (over.reason_end, over.ended_ms, over.moved_ms) == ("endplay", START + 40_000, START + 40_000 + IDLE_MS)
    sim.person().do("resume", sim.now_ms)
    assert api("GET", "/me/player").json()["progress_ms"] == 40_000
    assert [one.reason_start for one in sim.person().player.plays] == ["clickrow", "playbtn"]


def test_shuffle(sim: Simulator) -> None:
    """Shuffling keeps what plays, deals everything else once, and the straight order returns when it is off."""
    album, person = album_of(sim), sim.person()
    play(sim, context=album.uri, place=2)
    person.do("shuffle", sim.now_ms, value=True)
    order = person.player.order
    assert order[0] == album.items[2] and sorted(order) == sorted(album.items) and order != list(album.items)
    person.do("shuffle", sim.now_ms, value=False)
    assert (person.player.order, person.player.place) == (list(album.items), 2)


def test_what_has_no_item(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """Advertisements never have an item; episodes have one only for those who ask for episodes."""
    album, show = album_of(sim), sim.store.of("show")[0]
    play(sim, context=album.uri)
    sim.person().do("ad", sim.now_ms)
    clock.advance(lengths(sim, album)[0] / 1000 + 3)
    seen = api("GET", "/me/player", additional_types="track,episode").json()
    assert (seen["item"], seen["currently_playing_type"], seen["progress_ms"]) == (None, "ad", 3_000)
    assert api("POST", "/me/player/next").status_code == 403
    clock.advance(30)
    assert api("GET", "/me/player").json()["item"]["uri"] == album.items[1]
    play(sim, context=show.uri)
    assert api("GET", "/me/player").json()["item"] is None
    seen = api("GET", "/me/player", additional_types="episode").json()
    assert (seen["currently_playing_type"], seen["item"]["show"]["name"]) == ("episode", show.name)


def test_chapters_and_local_files(sim: Simulator, api: Api) -> None:
    """A chapter passes for an episode with an empty language; a local file has neither id nor address."""
    book = sim.store.of("audiobook")[0]
    play(sim, context=book.uri)
    item = api("GET", "/me/player", additional_types="episode").json()["item"]
    assert (item["type"], item["release_date"], item["language"], item["show"]["name"]) == (
        "episode", "0000", "", book.name,
    )  # fmt: skip
    assert item["id"] == book.items[0].rsplit(":", 1)[-1]
    uri = local_uri("An Artist", "An Album", "A Title", 100)
    play(sim, uri=uri)
    item = api("GET", "/me/player").json()["item"]
    assert (item["id"], item["href"], item["is_local"], item["uri"]) == (None, None, True, uri)
    assert (item["name"], item["artists"][0]["name"], item["duration_ms"]) == ("A Title", "An Artist", 100_000)


def test_restricted_and_private(sim: Simulator, api: Api) -> None:
    """A restricted device has no id and takes no command; a private session is known by the device's flag alone."""
    play(sim, context=album_of(sim).uri, device="Old Radio")
    sim.person().do("private", sim.now_ms, value=True)
    device = api("GET", "/me/player").json()["device"]
    assert (device["id"], device["is_restricted"], device["is_private_session"]) == (None, True, True)
    assert "supports_volume" not in device
    refused = api("PUT", "/me/player/pause")
    assert refused.status_code == 403 and refused.json()["error"]["reason"] == "UNKNOWN"


def test_automix_and_a_device_that_dies(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """Automix ends a track early without a word; a dead device says it plays while its position stands still."""
    person = sim.person()
    person.do("automix", sim.now_ms, value=True)
    play(sim, context=person.playlists[0])
    duration = person.player.item.duration_ms  # type: ignore[union-attr]
    clock.advance(duration / 1000 - 5)
    assert api("GET", "/me/player").json()["progress_ms"] == 1_000
    assert person.player.plays[0].heard_ms == duration - 6_000
    person.do("die", sim.now_ms)
    clock.advance(30)
    seen = api("GET", "/me/player").json()
    assert (seen["is_playing"], seen["progress_ms"]) == (True, 1_000)
    clock.advance(IDLE_MS / 1000)
    assert api("GET", "/me/player").status_code == 204
    assert person.player.plays[1].reason_end == "unexpected-exit"


def test_free_accounts(sim: Simulator, web: Any, clock: FixedClock) -> None:
    """Who does not pay hears advertisements and commands nothing."""
    person = sim.add_user("ben", premium=False)
    token = {"authorization": f"Bearer {sim.credentials('ben')['access_token']}"}
    refused = web.put("/v1/me/player/pause", headers=token)
    assert refused.status_code == 403 and refused.json()["error"]["reason"] == "PREMIUM_REQUIRED"
    person.do("play", sim.now_ms, context=album_of(sim).uri)
    clock.advance(sum(lengths(sim, album_of(sim))[:4]) / 1000 + 1)
    assert sim.person("ben").player.item.kind == "ad"  # type: ignore[union-attr]


def test_no_device(api: Api) -> None:
    """Commands to nobody are refused with their reason."""
    refused = api("PUT", "/me/player/play")
    assert refused.status_code == 404
    assert refused.json() == {
        "error": {
            "status": 404,
            "message": "Player command failed: No active device found",
            "reason": "NO_ACTIVE_DEVICE",
        }
    }


def test_commands_wake_a_device(sim: Simulator, api: Api, clock: FixedClock) -> None:
    """With the id of a device that is listed, play begins there; devices unused for hours are not listed."""
    album = album_of(sim)
    laptop = sim.person().player.devices[1]
    answer = api(
        "PUT", "/me/player/play", {"context_uri": album.uri, "offset": {"position": 3}}, device_id=laptop.device_id
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert sim.person().player.item.uri == album.items[3]  # type: ignore[union-attr]
    names = [device["name"] for device in api("GET", "/me/player/devices").json()["devices"]]
    assert names == ["Phone", "Laptop", "Kitchen"]
    clock.advance(86_400)
    assert [device["name"] for device in api("GET", "/me/player/devices").json()["devices"]] == ["Kitchen"]
    assert api("PUT", "/me/player", {"device_ids": [laptop.device_id]}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "query", "message"),
    [
        ("PUT", "/play", {"context_uri": "spotify:album:none"}, {}, "nothing to play in spotify:album:none"),
        ("PUT", "/play", {"uris": ["spotify:track:none"]}, {}, "no such track"),
        ("PUT", "/play", {"uris": [], "position_ms": "soon"}, {}, "Invalid position_ms"),
        ("PUT", "/seek", None, {"position_ms": "far"}, "Invalid position_ms"),
        ("PUT", "/volume", None, {"volume_percent": 101}, "Invalid volume_percent"),
        ("PUT", "/repeat", None, {"state": "always"}, "Invalid state"),
        ("POST", "/queue", None, {"uri": "spotify:track:none"}, "Invalid track uri"),
        ("PUT", "", {"device_ids": ["a", "b"]}, {}, "Exactly one device_id is supported"),
    ],
)
def test_wrong_commands(
    sim: Simulator, api: Api, method: str, path: str, body: Any, query: dict[str, Any], message: str
) -> None:
    """What makes no sense is a 400 with a sentence, and the player goes on."""
    play(sim, context=album_of(sim).uri)
    refused = api(method, "/me/player" + path, body, **query)
    assert refused.json() == {"error": {"status": 400, "message": message}}
    assert sim.person().player.playing


def test_an_artist_takes_no_offset(sim: Simulator, api: Api) -> None:
    """Artists are the context that cannot be begun in the middle."""
    play(sim, context=album_of(sim).uri)
    artist = sim.store.of("artist")[0].uri
    refused = api("PUT", "/me/player/play", {"context_uri": artist, "offset": {"position": 1}})
    assert refused.status_code == 400
    assert api("PUT", "/me/player/play", {"context_uri": artist}).status_code == 204


STEPS = st.lists(
    st.tuples(
        st.integers(0, 400_000),
        st.sampled_from(
            [
                ("play", {"place": 1}), ("pause", {}), ("resume", {}), ("next", {}), ("previous", {}),
                ("seek", {"position_ms": 40_000}), ("seek", {"position_ms": 9_000_000}), ("shuffle", {"value": True}),
                ("repeat", {"value": "track"}), ("repeat", {"value": "context"}), ("transfer", {"device": "Laptop"}),
                ("ad", {}), ("die", {}), ("offline", {}), ("online", {}), ("automix", {"value": True}),
            ]
        ),
    ),
    max_size=25,
)  # fmt: skip


@given(steps=STEPS, looks=st.lists(st.integers(1, 600_000), max_size=40))
@settings(max_examples=60, deadline=None)
def test_time_adds_up(steps: list[tuple[int, tuple[str, dict[str, Any]]]], looks: list[int]) -> None:
    """Whatever a listener does: plays follow each other, nothing is heard outside them or twice at once, and looking
    changes nothing."""

    def lived(looks: list[int]) -> Any:
        clock = FixedClock(NOW)
        sim = Simulator(clock)
        album, at_ms, actions = album_of(sim, 10), START, []
        for wait_ms, (name, args) in [(0, ("play", {})), *steps]:
            at_ms += wait_ms
            extra = {"context": album.uri} if name == "play" else {}
            actions.append(Action(at_ms, name, {**args, **extra}))
        sim.script("", actions)
        for look in looks:
            clock.advance(look / 1000)
            sim.person()
        clock.advance(max(0, at_ms + 3_600_000 - sim.now_ms) / 1000)
        assert sim.person().refused == []
        return sim.person().player

    player = lived(looks)
    for before, after in pairwise(player.plays):
        assert before.started_ms <= before.ended_ms <= before.moved_ms <= after.started_ms
    for one in player.plays:
        ends = [at + end - begin for at, begin, end in one.ranges]
        starts = [at for at, _, _ in one.ranges]
        assert all(start >= end for start, end in zip(starts[1:], ends, strict=False))
        assert all(0 <= begin < end <= one.duration_ms for _, begin, end in one.ranges)
        assert one.heard_ms <= (one.moved_ms or player.now_ms) - one.started_ms
        assert one.reason_end != "trackdone" or one.ranges[-1][2] >= one.duration_ms - 6_000
    assert [one.at_ms for one in player.happened] == sorted(one.at_ms for one in player.happened)
    final = player.now_ms
    quiet = lived([final - START] if final > START else [])
    assert (quiet.plays, quiet.happened) == (player.plays, player.happened)
