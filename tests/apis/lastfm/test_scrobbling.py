"""track.scrobble and what else players say."""

from __future__ import annotations

from typing import Any

import pytest
from tests.apis.lastfm.conftest import Heard
from tests.apis.lastfm.speaking import Program
from tests.conftest import NOW

from earstead.core.ids import hash63
from earstead.core.names import name_key
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.users import User

MBID = "d9a0f6b5-3c7e-4d6a-9a53-6c2f1f0f7a11"
MEMBERS = ["track", "artist", "album", "albumArtist", "timestamp", "ignoredMessage"]


def batch(*plays: tuple[Any, ...], **more: object) -> dict[str, object]:
    """Parameters of plays (artist, track, timestamp) with indices."""
    names = ("artist", "track", "timestamp")
    said = {f"{name}[{i}]": part for i, play in enumerate(plays) for name, part in zip(names, play, strict=True)}
    return {**said, **more}


def codes(answered: Any) -> list[str]:
    """The code of each entry of a scrobble's JSON with several entries."""
    return [one["ignoredMessage"]["code"] for one in answered["scrobbles"]["scrobble"]]


def test_scrobble_of_one_play(lastfm: Program, services: Services, ada: User) -> None:
    """track.scrobble: one play is one element in XML with all six members, and is kept with all that was said."""
    payload = lastfm.xml(
        "track.scrobble",
        artist=" Nick Drake ",
        track="Road",
        album="Pink Moon",
        albumArtist="Nick Drake",
        trackNumber="3",
        timestamp=NOW - 100,
        duration="36.0",
        mbid=MBID,
        chosenByUser="0",
        streamID="s1",
        context="c",
    )
    assert (payload.tag, payload.attrib) == ("scrobbles", {"accepted": "1", "ignored": "0"})
    (one,) = payload
    assert [child.tag for child in one] == MEMBERS
    assert [(child.text or "", child.get("corrected")) for child in one[:4]] == [
        ("Road", "0"),
        ("Nick Drake", "0"),
        ("Pink Moon", "0"),
        ("Nick Drake", "0"),
    ]
    assert (one.findtext("timestamp"), one[5].attrib) == (str(NOW - 100), {"code": "0"})
    (row,) = services.insights.listens(ada.user_id).items
    assert (row.artist_name, row.track_name, row.release_name) == ("Nick Drake", "Road", "Pink Moon")
    assert (row.listened_at, row.duration_ms, row.recording_mbid, row.source) == (NOW - 100, 36_000, MBID, "lastfm")
    assert row.client == "testclient"
    assert row.counted
    assert row.extra == {
        "album_artist": "Nick Drake",
        "tracknumber": "3",
        "chosen_by_user": False,
        "stream_id": "s1",
        "context": "c",
    }


def test_scrobble_remembers_what_reported_it(lastfm: Program, services: Services, ada: User) -> None:
    """track.scrobble: the client is the API account of a registered key, else the User-Agent, else who came first."""
    mine = services.applications.create(ada.user_id, "My player")
    key = services.applications.new_session(ada.user_id, mine.application_id).key
    secret = services.applications.secret_of(mine.application_id)
    Program(lastfm.client, mine.api_key, secret, key).xml("track.scrobble", artist="A", track="1", timestamp=NOW - 3)
    for i, agent in enumerate(("mpdas/0.4.5", "")):
        sent = lastfm.parameters("track.scrobble", artist="A", track=f"B{i}", timestamp=NOW - i)
        assert lastfm.client.post("/2.0/", data=sent, headers={"User-Agent": agent}).status_code == 200
    clients = [row.client for row in services.insights.listens(ada.user_id).items]
    assert clients == ["mpdas/0.4.5", "tests/1.0", "My player"]


def test_scrobble_of_one_play_is_an_object_in_json(lastfm: Program) -> None:
    """track.scrobble: one play is an object, counts are numbers, timestamp and codes are texts."""
    answered = lastfm.json("track.scrobble", **batch(("Nick Drake", "Road", NOW - 100)))
    assert answered == {
        "scrobbles": {
            "scrobble": {
                "track": {"corrected": "0", "#text": "Road"},
                "artist": {"corrected": "0", "#text": "Nick Drake"},
                "album": {"corrected": "0", "#text": ""},
                "albumArtist": {"corrected": "0", "#text": ""},
                "timestamp": str(NOW - 100),
                "ignoredMessage": {"code": "0", "#text": ""},
            },
            "@attr": {"accepted": 1, "ignored": 0},
        }
    }


def test_scrobble_judges_every_entry_of_a_batch_by_itself(lastfm: Program, services: Services, ada: User) -> None:
    """track.scrobble: bad entries are ignored with their code, in the order of their indices, the others are kept."""
    at = NOW - 1000
    answered = lastfm.json(
        "track.scrobble",
        **batch(
            ("Nick Drake", "Road", at),
            ("Unknown Artist", "Road", at + 1),
            ("Nick Drake", "[unknown]", at + 2),
            ("Nick Drake", "Parasite", 1_000_000_000),
            ("Nick Drake", "Parasite", NOW + 301),
            ("", "Parasite", at + 3),
            ("Nick Drake", "", at + 4),
            ("Nick Drake", "Parasite", "yesterday"),
            ("Nick Drake", "Parasite", ""),
            ("Nick Drake", "A" * 5000, at + 5),
            ("Nick Drake", "Pink Moon", NOW + 299),
        ),
    )
    assert codes(answered) == ["0", "1", "2", "3", "4", "1", "2", "3", "3", "2", "0"]
    assert answered["scrobbles"]["@attr"] == {"accepted": 2, "ignored": 9}
    assert answered["scrobbles"]["scrobble"][3]["ignoredMessage"] == {"code": "3", "#text": "Timestamp was too old"}
    assert services.insights.count(ada.user_id) == 2


def test_scrobble_takes_fifty_in_numeric_order_and_no_more(lastfm: Program, services: Services, ada: User) -> None:
    """track.scrobble: 50 entries with gaps come back in numeric order of their indices; 51 are refused as a whole."""
    plays = [("A", f"T{i}", NOW - 10_000 + i) for i in range(51)]
    answered = lastfm.json("track.scrobble", **batch(*plays[:50]))
    assert [one["track"]["#text"] for one in answered["scrobbles"]["scrobble"]] == [f"T{i}" for i in range(50)]
    assert services.insights.count(ada.user_id) == 50
    assert lastfm.fault("track.scrobble", **batch(*plays))[:2] == (400, 6)
    gaps = {name.replace("[0]", "[7]").replace("[1]", "[11]"): part for name, part in batch(*plays[:2]).items()}
    assert [one["track"]["#text"] for one in lastfm.json("track.scrobble", **gaps)["scrobbles"]["scrobble"]] == [
        "T0",
        "T1",
    ]


def test_scrobble_without_a_play_is_an_error(lastfm: Program) -> None:
    """track.scrobble: no entry at all, and a single one without artist, track or timestamp, are error 6."""
    whole = {"artist": "Nick Drake", "track": "Road", "timestamp": NOW}
    assert lastfm.fault("track.scrobble")[:2] == (400, 6)
    for missing in whole:
        assert lastfm.fault("track.scrobble", **{**whole, missing: ""})[:2] == (400, 6)


def test_scrobble_twice_is_accepted_twice_and_kept_once(lastfm: Program, services: Services, ada: User) -> None:
    """track.scrobble: a repeated batch, in other letter case too, is accepted and changes nothing."""
    for artist in ("Nick Drake", "nick drake", " Nick Drake"):
        answered = lastfm.json("track.scrobble", artist=artist, track="Road", timestamp=NOW - 60)
        assert answered["scrobbles"]["@attr"] == {"accepted": 1, "ignored": 0}
    lastfm.json("track.scrobble", artist="Nick Drake", track="Parasite", timestamp=NOW - 60)
    assert services.insights.count(ada.user_id) == 2


def test_scrobble_reports_what_the_user_renamed(lastfm: Program, services: Services, ada: User, heard: Heard) -> None:
    """track.scrobble: names that standing decisions change come back corrected; what was said is what is kept."""
    heard(ada, ("Beatles", "Help"), ("The Beatles", "Help!", "Help!"))
    ids = [hash63("artist", name_key(name)) for name in ("Beatles", "The Beatles")]
    services.decisions.make(ada.user_id, "merge", {"entity": "artist", "ids": ids[:1], "into": ids[1]})
    album = hash63("release", name_key("The Beatles"), name_key("Help!"))
    services.decisions.make(ada.user_id, "rename", {"entity": "release", "id": album, "name": "HELP"})
    one = lastfm.xml("track.scrobble", artist="Beatles", track="Yesterday", timestamp=NOW - 9)[0]
    assert (one[1].text, one[1].attrib) == ("The Beatles", {"corrected": "1"})
    assert (one[0].text, one[0].attrib) == ("Yesterday", {"corrected": "0"})
    one = lastfm.xml("track.scrobble", artist="The Beatles", track="Help!", album="Help!", timestamp=NOW)[0]
    assert [child.get("corrected") for child in one[:3]] == ["0", "0", "1"]
    assert one.findtext("album") == "HELP"


def test_updatenowplaying_shows_a_track_until_it_ended(
    lastfm: Program, services: Services, ada: User, clock: FixedClock
) -> None:
    """track.updateNowPlaying: five members; the track stands for its length, 300 s when that is unknown."""
    payload = lastfm.xml("track.updateNowPlaying", artist="Nick Drake", track="Road", album="Pink Moon", duration=120)
    assert [child.tag for child in payload] == ["track", "artist", "album", "albumArtist", "ignoredMessage"]
    assert [child.text or "" for child in payload] == ["Road", "Nick Drake", "Pink Moon", "", ""]
    playing = services.playing.get(ada.user_id)
    assert playing is not None and playing.expires_at == NOW + 120
    lastfm.json("track.updateNowPlaying", **{"artist[0]": "Nick Drake", "track[0]": "Parasite"})
    playing = services.playing.get(ada.user_id)
    assert playing is not None and playing.expires_at == NOW + 300
    clock.advance(300)
    assert services.playing.get(ada.user_id) is None
    assert services.insights.count(ada.user_id) == 0


def test_updatenowplaying_says_what_it_ignores(lastfm: Program, services: Services, ada: User) -> None:
    """track.updateNowPlaying: a player without tags is told the code; a missing name is error 6."""
    answered = lastfm.json("track.updateNowPlaying", artist="<Unknown>", track="Road")
    assert answered["nowplaying"]["ignoredMessage"] == {"code": "1", "#text": "Artist was ignored"}
    assert services.playing.get(ada.user_id) is None
    assert lastfm.fault("track.updateNowPlaying", artist="Nick Drake")[:2] == (400, 6)


def test_removenowplaying_empties_the_slot(lastfm: Program, services: Services, ada: User) -> None:
    """track.removeNowPlaying: success without content, whether or not something was shown."""
    lastfm.xml("track.updateNowPlaying", artist="Nick Drake", track="Road")
    for _ in range(2):
        assert lastfm.json("track.removeNowPlaying") == {}
        assert services.playing.get(ada.user_id) is None


def test_love_and_unlove_are_idempotent(lastfm: Program, services: Services, ada: User) -> None:
    """track.love and track.unlove: success without content, also the second time, also for what nobody heard."""
    for _ in range(2):
        assert lastfm.json("track.love", artist="Nick Drake", track="Road") == {}
    assert services.feedback.loved(ada.user_id)[1] == 1
    for _ in range(2):
        assert lastfm.post("track.unlove", artist="Nick Drake", track="Road").body.endswith(b'<lfm status="ok"></lfm>')
    assert services.feedback.loved(ada.user_id)[1] == 0
    assert lastfm.fault("track.love", artist="Nick Drake")[:2] == (400, 6)


def test_playlinks_are_none(lastfm: Program) -> None:
    """track.playlinks: success without content."""
    assert lastfm.json("track.playlinks", **{"artist[0]": "Nick Drake", "track[0]": "Road"}) == {}


@pytest.mark.parametrize("method", ["track.scrobble", "track.updateNowPlaying", "track.love", "track.unlove"])
def test_writes_want_a_session_by_post(lastfm: Program, method: str) -> None:
    """A write by GET is error 4, without `sk` 6, with a wrong one 9, without a signature 13."""
    said = {"artist": "Nick Drake", "track": "Road", "timestamp": NOW}
    assert lastfm.get(method, **said).fault()[:2] == (403, 4)
    assert Program(lastfm.client, lastfm.api_key, "s").fault(method, **said)[:2] == (400, 6)
    assert lastfm.fault(method, **said, sk="0" * 32)[:2] == (403, 9)
    assert Program(lastfm.client, lastfm.api_key, "", lastfm.sk).fault(method, **said)[:2] == (403, 13)
