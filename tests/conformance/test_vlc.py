"""VLC with its Audioscrobbler module: a song played to nobody, greeted, shown, kept.

It wants to have heard half of the 31 seconds, and is told to stop the song soon after.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conformance.sound import silent_flac
from tests.conformance.stage import Stage, check_legacy, give_to_nobody, program, running, staged, until

LENGTH_S = 31
HEARD_S = 17


@dataclass(frozen=True)
class Heard:
    stage: Stage
    playing: str
    began_at: int


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heard]:
    """What was told of one song. VLC refuses to be root; its files are in a folder that another user can reach."""
    player = program("cvlc", "vlc-bin")
    home = Path(tempfile.mkdtemp(prefix="earstead-vlc-", dir="/tmp"))
    tags = {"artist": "Sigur Rós", "title": "Hoppípolla", "album": "Takk…", "tracknumber": "3"}
    songs = [silent_flac(home / f"{i}.flac", LENGTH_S, **tags) for i in (1, 2)]
    give_to_nobody(home)
    log = tmp_path_factory.mktemp("vlc") / "log"
    try:
        with staged(tmp_path_factory.mktemp("stage") / "data") as stage:
            words = (
                player, "--ignore-config", "--no-video", "--aout=dummy", "--no-metadata-network-access",
                "--extraintf=audioscrobbler", f"--scrobbler-url={stage.host}",
                "--lastfm-username=ada", f"--lastfm-password={stage.password}", f"--stop-time={HEARD_S}",
            )  # fmt: skip
            began_at = int(time.time())
            with running(*words, *map(str, songs), log=log, as_nobody=True, HOME=str(home)):
                slot = until(lambda: stage.services.playing.get(stage.user.user_id), "VLC told what plays", 30)
                until(stage.heard, "VLC has sent the song", 40)
            yield Heard(stage, slot.submission.track_name, began_at)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def test_a_song_is_greeted_shown_and_kept(heard: Heard) -> None:
    """Handshake, now playing, submission: names, album, length, start and program are kept."""
    assert heard.playing == "Hoppípolla"
    assert [one.path for one in heard.stage.exchanges[:3]] == ["/", "/nowplaying/1.2/", "/submissions/1.2/"]
    (listen,) = heard.stage.heard()
    assert (listen.artist_name, listen.track_name, listen.release_name) == ("Sigur Rós", "Hoppípolla", "Takk…")
    assert listen.duration_ms == LENGTH_S * 1000
    assert heard.began_at <= listen.listened_at <= heard.began_at + 15
    assert listen.client.startswith("VLC 3.")


def test_addresses_do_not_follow_the_host_of_its_posts(heard: Heard) -> None:
    """Its POSTs name a host without a port; they arrive, since the addresses come from the greeting."""
    greeting, *posts = heard.stage.exchanges
    assert greeting.headers["host"] == heard.stage.host
    assert {one.headers["host"] for one in posts} == {"127.0.0.1"}


def test_every_answer_is_as_specified(heard: Heard) -> None:
    """No recorded answer contradicts the specification."""
    check_legacy(heard.stage.exchanges)
