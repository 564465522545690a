"""mpdscribble beside mpd, both as Debian ships them: one song is played to two servers, and one of them goes away.

The song is heard for as long as mpdscribble asks for, half of 31 seconds; everything happens within that time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from tests.conformance.mpd import playing_to_nobody, scrobbler_conf
from tests.conformance.sound import silent_flac
from tests.conformance.stage import Exchange, Stage, check_legacy, program, running, staged, until

LENGTH_S = 31
HEARD_S = 16
"""A little more than half."""


@dataclass(frozen=True)
class Evening:
    """What both servers were told. `home` was started anew, and so forgot its sessions, while the song played;
    `away` was down when it ended, and came back after mpdscribble was gone."""

    home: Stage
    away: Stage
    playing: tuple[str, str]
    """Titles that both showed as now playing."""
    journal: str
    began_at: int
    ended_at: int


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    scrobbler = program("mpdscribble", "mpdscribble")
    folder = tmp_path_factory.mktemp("evening")
    (folder / "music").mkdir()
    tags = {"artist": "Sigur Rós", "title": "Hoppípolla", "album": "Takk…", "tracknumber": "3"}
    songs = [
        silent_flac(folder / "music/1.flac", LENGTH_S, **tags),
        silent_flac(folder / "music/2.flac", LENGTH_S, artist="AC/DC", title="Hells & Bells"),
    ]
    journal = folder / "away.journal"
    with ExitStack() as stack:
        home = stack.enter_context(staged(folder / "home"))
        away = stack.enter_context(staged(folder / "away"))
        mpd = stack.enter_context(playing_to_nobody(songs))
        conf = scrobbler_conf(
            mpd,
            ("home", f"{home.url}/", home.password, folder / "home.journal"),
            ("away", f"{away.url}//", away.password, journal),
        )
        words = (scrobbler, "--no-daemon", "--conf", str(conf))
        with running(*words, log=folder / "log"):
            until(lambda: home.asked("/") and away.asked("/"), "both servers were greeted")
            mpd.say("play 0")
            began, began_at = time.monotonic(), int(time.time())
            until(lambda: _playing(home) and _playing(away), "both servers were told what plays")
            playing = (_playing(home), _playing(away))
            mpd.say("sendmessage mpdscribble love")
            home.stop()
            home.start()
            away.stop()
            threading.Event().wait(began + HEARD_S - time.monotonic())
            mpd.say("next")
            ended_at = int(time.time())
            until(home.heard, "home has the song")
            until(lambda: _playing(home) == "Hells & Bells", "home was told of the next song")
            mpd.say("stop")
        written = journal.read_text("utf-8")
        away.start()
        with running(*words, log=folder / "log"):
            until(away.heard, "away has the song")
        yield Evening(home, away, playing, written, began_at, ended_at)


def _playing(stage: Stage) -> str:
    slot = stage.services.playing.get(stage.user.user_id)
    return slot.submission.track_name if slot else ""


def _first_words(exchanges: list[Exchange]) -> list[str]:
    return [one.text.split()[0] for one in exchanges]


def test_the_handshake_and_what_plays_arrive(evening: Evening) -> None:
    """It greets by protocol 1.2, at "/" and at "//", and says what plays before anything is submitted."""
    assert evening.playing == ("Hoppípolla", "Hoppípolla")
    for stage in (evening.home, evening.away):
        greeting = stage.asked("/")[0]
        assert (greeting.form["c"], greeting.form["p"], greeting.form["u"]) == ("mdc", "1.2", "ada")
        assert stage.exchanges[1].path == "/nowplaying/1.2/" and stage.exchanges[1].form["l"] == str(LENGTH_S)


def test_a_song_becomes_a_loved_listen(evening: Evening) -> None:
    """Names, album, length and program are kept; the time is the song's end, as mpdscribble sends it; it is loved."""
    (listen,) = evening.home.heard()
    assert (listen.artist_name, listen.track_name, listen.release_name) == ("Sigur Rós", "Hoppípolla", "Takk…")
    assert (listen.duration_ms, listen.counted) == (LENGTH_S * 1000, True)
    assert listen.client.startswith("mpdscribble 0.")
    assert evening.began_at + HEARD_S - 1 <= listen.listened_at <= evening.ended_at + 2
    assert evening.home.loved() == evening.away.loved() == ["Hoppípolla"]


def test_an_ended_session_costs_nothing(evening: Evening) -> None:
    """BADSESSION makes it greet anew and send the song again: it arrives once."""
    submissions = evening.home.asked("/submissions/1.2/")
    assert _first_words(submissions) == ["BADSESSION", "OK"]
    assert _first_words(evening.home.asked("/"))[:2] == ["OK", "OK"]
    first, second = (one.form for one in submissions)
    assert first.pop("s") != second.pop("s") and first == second


def test_an_outage_costs_nothing(evening: Evening) -> None:
    """What could not be sent is in its journal, and is submitted after the next greeting, with its love."""
    assert "Hoppípolla" in evening.journal
    (listen,) = evening.away.heard()
    assert listen.listened_at == evening.home.heard()[0].listened_at
    assert _first_words(evening.away.asked("/submissions/1.2/")) == ["OK"]


def test_every_answer_is_as_specified(evening: Evening) -> None:
    """No recorded answer of either server contradicts the specification."""
    check_legacy(evening.home.exchanges)
    check_legacy(evening.away.exchanges)
