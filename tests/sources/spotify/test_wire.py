"""Answers of both dialects, and of no dialect at all, become the same records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.listen import Kind, Reading
from earstead.core.player import Item, PlayerState
from earstead.core.rules import problem
from earstead.core.spotify import Page, Profile
from earstead.sources.spotify import wire
from earstead.sources.spotify.wire.said import moment_ms

NOW_MS = 1_772_400_000_000
FERRY = Item(
    uri="spotify:track:2takcwOaAZWiXQijPHIx7B",
    track_name="Slow Ferry",
    artist_names=("Ida Vorhees", "Kino"),
    release_name="Northern Weather",
    duration_ms=215_000,
    isrc="SEAB11900123",
)
DEMO = Item(
    uri="spotify:local:Ada+%26+Bea:Tape:Demo%2C+take+2:93",
    track_name="Demo, take 2",
    artist_names=("Ada & Bea",),
    release_name="Tape",
    duration_ms=93_000,
)


def answer(name: str) -> Any:
    return json.loads((Path(__file__).parent / "answers" / f"{name}.json").read_text("utf-8"))


def state(name: str) -> PlayerState:
    return wire.player_state(answer(name), NOW_MS)


@pytest.mark.parametrize("name", ["player_old", "player_new"])
def test_both_dialects_of_the_player(name: str) -> None:
    """A playing track is read alike with and without the fields of old; a playlist's old address as today's."""
    assert state(name) == PlayerState(
        received_ms=NOW_MS,
        item=FERRY,
        is_playing=True,
        progress_ms=65_000,
        context_uri="spotify:playlist:37i9dQZF1DX0XUsuxWHRQd",
        device_id="d1",
        device_name="Kitchen",
        device_type="speaker",
        volume=40,
        shuffle=True,
        repeat="context",
    )


def test_a_private_session_leaves_nothing() -> None:
    """Of a private session neither item nor device nor settings are read."""
    assert state("player_private") == PlayerState(received_ms=NOW_MS)


@pytest.mark.parametrize("name", ["player_ad", "player_null_item"])
def test_what_is_no_item_does_not_play(name: str) -> None:
    """Advertisements and moments between items show a device that plays nothing."""
    shown = state(name)
    assert (shown.item, shown.is_playing, shown.progress_ms, shown.device_name) == (None, False, 0, "Kitchen")


def test_nothing_is_a_look_too() -> None:
    """The empty answer of a sleeping player is a look that shows nothing."""
    assert wire.player_state(None, NOW_MS) == PlayerState(received_ms=NOW_MS)


def test_restricted_devices_have_no_id() -> None:
    """A device without id and volume is read, liked songs are a context of their own, unsaid settings stay unknown."""
    shown = state("player_restricted")
    assert (shown.device_id, shown.device_type, shown.volume) == ("", "speaker", None)
    assert (shown.shuffle, shown.repeat, shown.context_uri) == (None, None, "spotify:user:ada:collection")


def test_episodes_and_chapters_are_told_apart() -> None:
    """An episode's artist is its show; what has neither language nor date is a chapter, by its author, of its book."""
    episode, chapter = state("player_episode").item, state("player_chapter").item
    assert episode and (episode.kind, episode.artist_names) == (Kind.EPISODE, ("Tide Tables",))
    assert chapter and (chapter.kind, chapter.artist_names, chapter.release_name) == (
        Kind.CHAPTER,
        ("Tomas Brandal",),
        "Eleven Winters at Sea",
    )


def test_files_of_the_listener() -> None:
    """A local file gets its names from its address where the answer has none."""
    assert state("player_local").item == DEMO


def test_nonsense_is_nothing() -> None:
    """Values of wrong types read as unknown, never as a fault."""
    assert state("player_nonsense") == PlayerState(
        received_ms=NOW_MS, context_uri="spotify:playlist:37i9dQZF1DX0XUsuxWHRQd", repeat="context"
    )


def test_the_queue() -> None:
    """What comes next is read in order; what is withdrawn is left out."""
    queue = wire.queue_of(answer("queue"))
    assert queue.current == FERRY
    assert [item.track_name for item in queue.upcoming] == ["#12", "Demo, take 2"]


def test_devices() -> None:
    """A device that says that it has no volume has none, whatever number it gives."""
    assert [(d.name, d.device_id, d.volume) for d in wire.devices_of(answer("devices"))] == [
        ("Kitchen", "d1", 40),
        ("Car", "", None),
    ]


def test_recently_played_is_sorted_and_its_starts_do_not_overlap() -> None:
    """Rows come oldest first; a start is the end less the length, but not before the play before it ended."""
    rows = wire.played_of(answer("recent"))
    assert [row.item.track_name for row in rows] == ["Slow Ferry", "Lamplight", "Slow Ferry"]
    said = wire.submissions_of(rows)
    ends = [row.played_at_ms // 1000 for row in rows]
    assert [s.listened_at for s in said] == [ends[0] - 215, ends[1] - 120, (rows[2].played_at_ms - 215_000) // 1000]
    assert [(s.reading, s.ended_at, s.source, s.isrc) for s in said[:1]] == [
        (Reading.EITHER, ends[0], "spotify-recent", "SEAB11900123")
    ]
    assert said[2].extra == {
        "played_at_ms": rows[2].played_at_ms,
        "context_uri": "spotify:album:4LH4d3cOWNNsVw41Gqt2kv",
    }
    assert [problem(s, ends[-1]) for s in said] == [None, None, None]
    assert wire.submissions_of(rows[1:], rows[0].played_at_ms) == said[1:], "a former row can be given by its time"


def test_recently_played_without_plays() -> None:
    """No plays since, with null cursors, is no fault."""
    assert wire.played_of(answer("recent_empty")) == ()


def test_pages_go_on_by_number() -> None:
    """A page tells where the next begins, and never the address that it names; what has lost its name is left out."""
    page = wire.saved_of(answer("saved"))
    assert [(s.item, s.added_at) for s in page.items] == [(FERRY, moment_ms("2025-12-24T18:00:00Z") // 1000)]
    assert (page.total, page.next) == (120, "52")


def test_followed_artists_go_on_by_id() -> None:
    """The one list with cursors goes on after its last id."""
    page = wire.artists_of(answer("following"))
    assert ([a.name for a in page.items], page.next) == (["Ida Vorhees", "Kino"], "2B")


def test_saved_albums() -> None:
    """A date keeps the precision it came with."""
    (album,) = wire.saved_albums_of(answer("albums")).items
    assert (album.name, album.artist_names, album.release_date, album.total) == (
        "Northern Weather",
        ("Ida Vorhees",),
        "2019-03",
        11,
    )


@pytest.mark.parametrize("name", ["playlists_old", "playlists_new"])
def test_both_dialects_of_playlists(name: str) -> None:
    """The number of items is found under either name, text is unescaped, a null row is left out."""
    (playlist,) = wire.playlists_of(answer(name)).items
    assert (playlist.total, playlist.description, playlist.snapshot_id) == (31, "slow & warm", "AAAAB")
    assert (playlist.owner_id, playlist.public, playlist.collaborative) == ("ada", False, True)


@pytest.mark.parametrize("name", ["items_old", "items_new"])
def test_both_dialects_of_playlist_items(name: str) -> None:
    """Items are found under either name, and a withdrawn one keeps its position."""
    page = wire.playlist_items_of(answer(name))
    assert [(row.position, row.item, row.added_by) for row in page.items] == [
        (100, FERRY, "ada"),
        (101, None, ""),
        (102, DEMO, "bea"),
    ]


def test_both_dialects_of_a_profile() -> None:
    """The immutable id is what an account is known by, where there is one."""
    old, new = wire.profile_of(answer("me_old")), wire.profile_of(answer("me_new"))
    assert old == Profile(spotify_id="ada", name="Ada", product="premium", country="SE") and old.key == "ada"
    assert new == Profile(spotify_id="ada", account_id="7f3c", name="Ada") and new.key == "7f3c"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["items", "item", "track", "uri", "name", "device", "artists", "album", "show", "id", "owner"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_answer_breaks_the_readers(said: Any) -> None:
    """Whatever JSON comes: every reader answers with a record."""
    assert isinstance(wire.player_state(said, NOW_MS), PlayerState)
    assert isinstance(wire.played_of(said), tuple)
    for page in (wire.saved_of, wire.saved_albums_of, wire.artists_of, wire.playlists_of, wire.playlist_items_of):
        assert isinstance(page(said), Page)
    assert isinstance(wire.profile_of(said), Profile)
    assert wire.queue_of(said).upcoming is not None and wire.devices_of(said) is not None
