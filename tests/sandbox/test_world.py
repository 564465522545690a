"""The generated history is believable, repeatable and quick."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from earstead.core.listen import Kind, Submission
from earstead.kit.clock import SystemClock
from earstead.sandbox.exports import as_lastfm_csv, as_listenbrainz_jsonl, as_spotify_extended
from earstead.sandbox.world import MAX_LISTENS, history

END = 1_795_270_000
ZONE = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def life() -> list[Submission]:
    """Twenty thousand plays of one listener."""
    return list(history(7, 20_000, END))


def test_equal_seeds_give_equal_histories_and_other_seeds_others() -> None:
    """The same arguments give the same plays; another seed gives another listener."""
    assert list(history(3, 500, END)) == list(history(3, 500, END))
    assert {play.artist_name for play in history(3, 500, END)} != {play.artist_name for play in history(4, 500, END)}


@pytest.mark.parametrize("listens", [0, 1, 2, 40, 999, 3_000])
@pytest.mark.parametrize("hour", range(0, 24, 5))
def test_size_and_end_are_exact(listens: int, hour: int) -> None:
    """There are exactly as many plays as asked for, in order, none overlapping, none after the end."""
    end = END + hour * 3600
    plays = list(history(1, listens, end))
    assert len(plays) == listens
    assert all((a.ended_at or 0) <= b.listened_at for a, b in pairwise(plays))
    assert all((play.ended_at or 0) <= end for play in plays)


def test_a_size_out_of_range_is_refused() -> None:
    """More plays than fit into fifty years, or fewer than none, are refused in words."""
    with pytest.raises(ValueError, match="0 to"):
        history(1, MAX_LISTENS + 1, END)
    with pytest.raises(ValueError, match="0 to"):
        history(1, -1, END)


def test_people_sleep_and_commute(life: list[Submission]) -> None:
    """Hours are those of the listener's zone: hardly a play at night, many in the morning and in the evening."""
    hours = Counter(datetime.fromtimestamp(play.listened_at, ZONE).hour for play in life)
    assert sum(hours[hour] for hour in range(1, 5)) < len(life) * 0.02
    assert hours[7] + hours[8] > len(life) * 0.04
    assert hours[20] > len(life) * 0.05


def test_the_charts_have_a_head_and_a_long_tail(life: list[Submission]) -> None:
    """The most heard artist has a few per cent; hundreds of artists were heard; the favourites repeat."""
    artists = Counter(play.artist_names[0] for play in life if play.kind is Kind.MUSIC)
    assert 0.01 < artists.most_common(1)[0][1] / len(life) < 0.12
    assert len(artists) > 300
    assert Counter(play.track_name for play in life).most_common(1)[0][1] > 20


def test_albums_are_played_through_and_songs_repeated(life: list[Submission]) -> None:
    """Runs of five tracks of one release are common, and some songs follow themselves."""
    releases = [play.release_name for play in life]
    assert sum(len(set(releases[i : i + 5])) == 1 for i in range(0, len(life) - 5, 5)) > len(life) / 5 * 0.05
    assert any(a.track_name == b.track_name for a, b in pairwise(life))


def test_oddities_of_real_histories_are_there(life: list[Submission]) -> None:
    """Skips, podcasts, guests, long names and seven scripts occur."""
    letters = {unicodedata.name(c, "?").split()[0] for play in life for c in play.artist_name if c.isalpha()}
    assert letters >= {"LATIN", "CYRILLIC", "CJK", "HIRAGANA", "ARABIC", "HEBREW", "DEVANAGARI"}
    assert any(not play.artist_name.isascii() and "ü" in play.artist_name for play in life)
    assert any(len(play.artist_names) == 2 for play in life)
    assert any(len(play.release_name) > 150 for play in life)
    assert any(play.kind is Kind.EPISODE for play in life)
    assert 0.02 < sum(play.skipped is True for play in life) / len(life) < 0.15


def test_a_hundred_thousand_take_seconds_not_minutes() -> None:
    """Generating is quick enough for benches (a tenth of the target, so that a busy machine passes)."""
    clock = SystemClock()
    started = clock.monotonic()
    assert sum(1 for _ in history(1, 20_000, END)) == 20_000
    assert clock.monotonic() - started < 2.0


def test_spotify_writes_every_play_with_its_end(life: list[Submission]) -> None:
    """The extended history is one valid JSON array with an end time a play, guests in the title, no names of guests."""
    rows = json.loads(b"".join(as_spotify_extended(life)))
    assert len(rows) == len(life)
    assert rows[5]["ts"] == datetime.fromtimestamp(life[5].ended_at or 0, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    at = next(i for i, play in enumerate(life) if len(play.artist_names) == 2)
    assert rows[at]["master_metadata_album_artist_name"] == life[at].artist_names[0]
    assert f"(feat. {life[at].artist_names[1]})" in rows[at]["master_metadata_track_name"]
    episode = next(i for i, play in enumerate(life) if play.kind is Kind.EPISODE)
    assert rows[episode]["master_metadata_track_name"] is None
    assert rows[episode]["episode_show_name"] == life[episode].artist_name


def test_scrobblers_write_only_what_counts(life: list[Submission]) -> None:
    """Last.fm and ListenBrainz hold the same plays: music heard long enough, at its start, newest or oldest first."""
    table = list(csv.DictReader(io.StringIO(b"".join(as_lastfm_csv(life)).decode())))
    lines = [json.loads(line) for line in b"".join(as_listenbrainz_jsonl(life)).splitlines()]
    assert len(table) == len(lines) < len(life)
    assert [int(row["uts"]) for row in table] == [line["listened_at"] for line in reversed(lines)]
    starts = {play.listened_at for play in life if not play.skipped}
    assert all({line["listened_at"] - late for late in range(3)} & starts for line in lines)


def test_every_service_misses_other_plays(life: list[Submission]) -> None:
    """`lose` leaves out every n-th play, and an empty history still makes valid files."""
    assert len(json.loads(b"".join(as_spotify_extended(life, lose=10)))) == len(life) - len(life) // 10
    assert json.loads(b"".join(as_spotify_extended([]))) == []
    assert b"".join(as_lastfm_csv([])).startswith(b'"uts"')
    assert b"".join(as_listenbrainz_jsonl([])) == b""
