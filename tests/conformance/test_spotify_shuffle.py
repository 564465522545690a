"""A shuffle as a listener uses it: its playlist, played at Spotify on two devices over three evenings."""

from __future__ import annotations

import re
from pathlib import Path

from tests.fakes.spotify_home import Home, at_home

from earstead.sandbox.spotify.playlists import Playlist

TRACKS = 24


def playlist(on: Home, name: str) -> Playlist:
    """A playlist at Spotify by its name."""
    return next(one for one in on.spotify.playlists.values() if one.name == name)


def pass_time(on: Home, seconds: int) -> None:
    """Let time pass, minute by minute, with the jobs that fall due."""
    for _ in range(0, seconds, 60):
        on.live(60)
        on.services.worker.run_due()


def shuffled(on: Home) -> str:
    """A shuffle over a playlist of a few tracks, mirrored; its page."""
    source = playlist(on, "Sunday")
    more = [track.uri for track in on.spotify.store.tracks()[500 : 500 + TRACKS - len(source.rows)]]
    source.add(more, len(source.rows), "ada", on.spotify.now_ms)
    on.services.mirrors.look_soon(on.account.account_id)
    pass_time(on, 1_800)
    choice = re.search(r'value="(playlist:\d+)"[^>]*>Sunday', on.page("/shuffles/new"))
    assert choice
    made = on.browser.post("/shuffles/new", data={"source": choice[1], "playlist": "1"})
    pass_time(on, 1_200)
    return made.headers["location"]


def test_what_is_played_on_any_device_leaves_the_playlist_and_never_comes_twice(tmp_path: Path) -> None:
    """Three evenings on two devices: each track is heard once before any is heard again, and the source stays whole."""
    with at_home(tmp_path / "data", "listen", "library", "playlists", "shuffle") as on:
        page = shuffled(on)
        source = [row.uri for row in playlist(on, "Sunday").rows]
        mirror = playlist(on, "Sunday · shuffle")
        assert sorted(row.uri for row in mirror.rows) == sorted(source) and len(source) == TRACKS
        heard: list[str] = []
        for evening in range(3):
            before = len(on.truth())
            on.do("play", context=f"spotify:playlist:{mirror.id}", device=("Phone", "Laptop")[evening % 2])
            pass_time(on, 1_500)
            on.do("transfer", device=("Laptop", "Phone")[evening % 2])
            pass_time(on, 900)
            on.do("pause")
            pass_time(on, 7_200)
            heard += [play.uri for play in on.truth()[before:] if play.heard_ms >= 30_000]
        first, again = heard[:TRACKS], heard[TRACKS:]
        assert sorted(first) == sorted(source) and len(again) == len(set(again)) >= 6
        left = {row.uri for row in mirror.rows}
        assert left == set(source) - set(again)
        assert [row.uri for row in playlist(on, "Sunday").rows] == source
        assert f"{len(left)} of {TRACKS} tracks left in round 2." in on.page(page)
