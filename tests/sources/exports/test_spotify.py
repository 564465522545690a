"""Spotify's two packages."""

from __future__ import annotations

from typing import Any

import pytest

from earstead.core.listen import Kind, Reading, Submission
from earstead.sources.exports.wire_spotify import map_account, map_extended

END = 1_700_000_180  # 2023-11-14T22:16:20Z


def row(**changed: Any) -> dict[str, Any]:
    return {
        "ts": "2023-11-14T22:16:20Z",
        "username": "name-of-the-user",
        "platform": "android",
        "ms_played": 180_000,
        "conn_country": "DE",
        "ip_addr": "203.0.113.9",
        "ip_addr_decrypted": "203.0.113.9",
        "user_agent_decrypted": "agent%20string",
        "master_metadata_track_name": "Low Tide",
        "master_metadata_album_artist_name": "Halcyon Choir",
        "master_metadata_album_album_name": "Harbour Lights",
        "spotify_track_uri": "spotify:track:0123456789012345678901",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "shuffle": True,
        "skipped": False,
        "offline": False,
        "offline_timestamp": None,
        "incognito_mode": True,
    } | changed


def said(**changed: Any) -> Submission:
    outcome = map_extended(row(**changed))
    assert isinstance(outcome, Submission), outcome
    return outcome


def test_a_row_becomes_a_play_that_ends_at_ts() -> None:
    """The start is the end less the played time, and the circumstances are kept."""
    play = said()
    assert (play.listened_at, play.ended_at, play.reading) == (END - 180, END, Reading.END)
    assert (play.artist_name, play.track_name, play.release_name) == ("Halcyon Choir", "Low Tide", "Harbour Lights")
    assert (play.source, play.asserted, play.twin_s, play.precision_s) == ("spotify-extended", False, 30, 1)
    assert play.spotify_uri == "spotify:track:0123456789012345678901"
    assert play.extra == {
        "ts": "2023-11-14T22:16:20Z",
        "branch": "computed",
        "platform": "android",
        "country": "DE",
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "shuffle": True,
        "skipped": False,
        "offline": False,
        "incognito": True,
    }


def test_nothing_personal_is_kept() -> None:
    """Address, user agent and user name of a row are nowhere in what is kept."""
    assert not any(word in repr(said()) for word in ("203.0.113.9", "agent%20", "name-of-the-user"))


@pytest.mark.parametrize(
    ("changed", "start", "end", "branch"),
    [
        ({"offline_timestamp": END - 185}, END - 180, END, "computed"),
        ({"offline_timestamp": END - 400}, END - 400, END, "paused"),
        ({"offline_timestamp": (END - 400) * 1000}, END - 400, END, "paused"),
        ({"offline_timestamp": END - 90_000, "offline": True}, END - 90_000, END - 89_820, "late"),
        ({"offline_timestamp": END - 90_000, "reason_end": "unexpected-exit"}, END - 90_000, END - 89_820, "late"),
        ({"offline_timestamp": END - 90_000, "reason_end": "logout"}, END - 90_000, END - 89_820, "late"),
        ({"offline_timestamp": END - 20}, END - 180, END, "computed"),
        ({"offline_timestamp": 0}, END - 180, END, "computed"),
        ({"offline_timestamp": 1}, END - 180, END, "computed"),
        ({"offline_timestamp": END + 500}, END - 180, END, "computed"),
        ({"ts": "2023-11-14 22:16:20"}, END - 180, END, "computed"),
    ],
)
def test_the_start_is_found_by_the_branch_that_fits(changed: dict[str, Any], start: int, end: int, branch: str) -> None:
    """`offline_timestamp` repairs rows that were reported late and shows pauses; nonsense in it changes nothing."""
    play = said(**changed)
    assert (play.listened_at, play.ended_at, play.extra["branch"]) == (start, end, branch)


@pytest.mark.parametrize(
    ("changed", "skipped"),
    [
        ({"skipped": True}, True),
        ({"skipped": 1}, True),
        ({"skipped": 0}, False),
        ({"skipped": None}, False),
        ({"skipped": None, "reason_end": "endplay"}, None),
        ({"skipped": False, "reason_end": "fwdbtn", "ms_played": 4_000}, True),
        ({"skipped": None, "reason_end": "fwdbtn", "ms_played": 40_000}, None),
        ({"skipped": True, "reason_end": "endplay", "ts": "2022-10-15T23:59:59Z"}, None),
        ({"skipped": True, "reason_end": "endplay", "ts": "2022-10-16T00:00:00Z"}, True),
        ({"skipped": False, "reason_end": "backbtn", "ms_played": 10, "ts": "2015-01-01T00:00:00Z"}, True),
    ],
)
def test_skips_are_believed_since_they_were_written_reliably(changed: dict[str, Any], skipped: bool | None) -> None:
    """Before 2022-10-16 only the reason of the end tells a skip."""
    assert said(**changed).skipped is skipped


def test_a_short_play_is_kept() -> None:
    """Zero milliseconds are a play too; whether it counts is decided elsewhere."""
    play = said(ms_played=0)
    assert (play.played_ms, play.listened_at, play.asserted) == (0, END, False)


def test_podcasts_and_audiobooks_are_told_by_their_uris() -> None:
    """An episode's artist is its show; a chapter's release is the book."""
    none = {"master_metadata_track_name": None, "master_metadata_album_artist_name": None, "spotify_track_uri": None}
    episode = said(
        **none, episode_name="Ep 1", episode_show_name="A Show", spotify_episode_uri="spotify:episode:" + "a" * 22
    )
    assert (episode.kind, episode.artist_name, episode.track_name) == (Kind.EPISODE, "A Show", "Ep 1")
    chapter = said(**none, audiobook_title="A Book", audiobook_uri="spotify:show:x", audiobook_chapter_title="One")
    assert (chapter.kind, chapter.artist_name, chapter.track_name, chapter.release_name) == (
        Kind.CHAPTER,
        "A Book",
        "One",
        "A Book",
    )


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"master_metadata_track_name": None}, "withdrawn"),
        ({"master_metadata_track_name": ["x"]}, "withdrawn"),
        ({"ts": None}, "time"),
        ({"ts": "2023-13-41T22:16:20Z"}, "time"),
        ({"ms_played": None}, "played time"),
        ({"ms_played": "much"}, "played time"),
    ],
)
def test_a_row_without_names_or_times_is_skipped_with_its_reason(changed: dict[str, Any], word: str) -> None:
    """The reason says what is missing."""
    outcome = map_extended(row(**changed))
    assert isinstance(outcome, str)
    assert word in outcome


def test_a_list_where_a_word_belongs_is_dropped() -> None:
    """A wrong type in the circumstances does not cost the play."""
    assert "platform" not in said(platform=["a"]).extra


def test_account_data_is_read_to_the_minute() -> None:
    """Streaming history of the account data: an end in UTC, precise to a minute."""
    play = map_account({"endTime": "2023-11-14 22:16", "artistName": "A", "trackName": "T", "msPlayed": 60_000})
    assert isinstance(play, Submission)
    assert (play.listened_at, play.ended_at, play.precision_s) == (END - 20 - 60, END - 20, 60)
    assert (play.reading, play.asserted, play.source) == (Reading.END, False, "spotify-account")


@pytest.mark.parametrize(
    ("fields", "kind", "names"),
    [
        ({"podcastName": "Show", "episodeName": "Ep"}, Kind.EPISODE, ("Show", "Ep", "")),
        (
            {"authorName": "Writer", "audiobookName": "Book", "chapterName": "One"},
            Kind.CHAPTER,
            ("Writer", "One", "Book"),
        ),
    ],
)
def test_account_data_knows_podcasts_and_audiobooks(fields: dict[str, str], kind: Kind, names: tuple[str, ...]) -> None:
    """Field names of audiobooks vary; any that speak of author, book and chapter will do."""
    play = map_account({"endTime": "2023-11-14 22:16", "msPlayed": 1000} | fields)
    assert isinstance(play, Submission)
    assert (play.kind, (play.artist_name, play.track_name, play.release_name)) == (kind, names)


def test_unknown_items_of_account_data_are_skipped() -> None:
    """Spotify's "Unknown Artist" is no artist: all such plays would become one song."""
    row = {"endTime": "2023-11-14 22:16", "artistName": "Unknown Artist", "trackName": "Unknown Track", "msPlayed": 1}
    assert "withdrawn" in str(map_account(row))
