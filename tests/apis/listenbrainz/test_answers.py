"""Listens as ListenBrainz writes them, whatever source they came from."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from earstead.apis.listenbrainz.answers import listen_json, playing_json, submission_msid
from earstead.core.ids import DurationMs, UnixSeconds, UserId
from earstead.core.listen import Kind, NowPlaying, Submission
from earstead.services.views import EntityRef, ListenRow

MBID = "5f0c2f7e-6a55-4c0e-9f0f-0d9c7f9d7f11"
ROW = ListenRow(
    listen_id=1,
    listened_at=1_700_000_000,
    inserted_at=1_700_000_100,
    kind=int(Kind.MUSIC),
    track_id=2,
    track_name="Low Tide",
    artist_name="Halcyon Choir",
    release_name="",
    recording=EntityRef(kind="recording", entity_id=3, name="Low Tide"),
    release=None,
    artists=(),
    played_ms=-1,
    duration_ms=-1,
    counted=True,
    hidden=False,
    skipped=None,
    source="listenbrainz",
    client="demo 0.3",
    recording_mbid="",
    release_mbid="",
    artist_mbids=(),
    isrc="",
    spotify_uri="",
    recording_msid=MBID,
)


def info(row: ListenRow) -> dict[str, Any]:
    found: dict[str, Any] = listen_json(row, "ada")["track_metadata"]["additional_info"]
    return found


def test_what_a_client_said_is_given_back_nothing_added() -> None:
    """Nulls, empties and lists survive; nested objects become dotted keys; only the MSID is injected."""
    row = replace(ROW, extra={"rating": None, "note": "", "a": {"b": {"c": 1}, "d": [{"e": 2}]}, "recording_msid": "x"})
    assert info(row) == {"rating": None, "note": "", "a.b.c": 1, "a.d": [{"e": 2}], "recording_msid": MBID}


def test_facts_of_other_witnesses_fill_what_the_client_left_out() -> None:
    """A length or id that only another source knew is added; what the client said itself stands."""
    row = replace(
        ROW,
        extra={"duration": 214, "isrc": "said"},
        duration_ms=213_500,
        isrc="QZES52000001",
        spotify_uri="spotify:track:1rrgWMXGCGHru5bIRxGFV0",
    )
    assert info(row) == {
        "duration": 214,
        "isrc": "said",
        "spotify_id": "https://open.spotify.com/track/1rrgWMXGCGHru5bIRxGFV0",
        "recording_msid": MBID,
    }


def test_fields_of_other_sources_stay_inside() -> None:
    """What an export said in words of its own (incognito, platform) is not handed to programs that read by name."""
    row = replace(
        ROW,
        kind=int(Kind.EPISODE),
        source="spotify-extended",
        client="",
        extra={"incognito": True, "platform": "x"},
        duration_ms=60_000,
    )
    assert info(row) == {"media_type": "podcast", "duration_ms": 60_000, "recording_msid": MBID}


@pytest.mark.parametrize(
    ("known", "mapping"),
    [
        ({}, None),
        ({"release_mbid": MBID, "artist_mbids": (MBID,)}, None),
        ({"recording_mbid": MBID}, {"recording_mbid": MBID, "recording_name": "Low Tide"}),
        (
            {"recording_mbid": MBID, "release_mbid": MBID, "artist_mbids": (MBID,)},
            {
                "recording_mbid": MBID,
                "recording_name": "Low Tide",
                "release_mbid": MBID,
                "artist_mbids": [MBID],
            },
        ),
    ],
)
def test_the_mapping_is_there_when_the_recording_is_known(known: dict[str, Any], mapping: Any) -> None:
    """Clients take its presence for a resolved recording."""
    assert listen_json(replace(ROW, **known), "ada")["track_metadata"].get("mbid_mapping") == mapping


def test_what_plays_by_another_api_is_told_in_this_ones_words() -> None:
    """The slot is shared by all APIs; fields of others stay inside."""
    said = Submission(
        source="lastfm",
        artist_name="Halcyon Choir",
        track_name="Low Tide",
        listened_at=UnixSeconds(5),
        duration_ms=DurationMs(9_000),
        client="player",
        extra={"context": "x"},
    )
    slot = NowPlaying(user_id=UserId(1), submission=said, started_at=UnixSeconds(5), expires_at=UnixSeconds(9))
    assert playing_json(slot, "ada")["track_metadata"]["additional_info"] == {
        "submission_client": "player",
        "duration_ms": 9_000,
        "recording_msid": submission_msid(said),
    }
