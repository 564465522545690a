"""Every other format, from bytes to plays, through the reader."""

from __future__ import annotations

import json
from typing import Any

import pytest

from earstead.core.listen import Reading, Submission
from tests.sources.exports.conftest import Read

AT = 1_704_112_440  # 2024-01-01T12:34:00Z


def only(rows: list[Any]) -> Submission:
    assert [row.skip for row in rows] == [""] * len(rows)
    (row,) = rows
    assert row.submission is not None
    return row.submission


def lines(*values: Any) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


TRACK = {
    "artist": {"#text": "Halcyon Choir", "mbid": ""},
    "album": {"#text": "Harbour Lights", "mbid": ""},
    "name": "Low Tide",
    "mbid": "",
    "date": {"uts": str(AT), "#text": "01 Jan 2024, 12:34"},
}
XML = (
    '<?xml version="1.0"?><lfm status="ok"><recenttracks page="1"><track><artist mbid="">Halcyon Choir</artist>'
    '<name>Low Tide</name><album mbid="">Harbour Lights</album><image size="small">x</image>'
    f'<date uts="{AT}">01 Jan 2024, 12:34</date></track></recenttracks></lfm>'
)
MALOJA = {
    "time": AT,
    "track": {
        "artists": ["Halcyon Choir"],
        "title": "Low Tide",
        "album": {"albumtitle": "Harbour Lights", "artists": []},
        "length": 200,
    },
    "duration": None,
    "origin": "client:web",
}
KOITO = {
    "listened_at": "2024-01-01T12:34:00Z",
    "client": "player",
    "track": {"mbid": None, "duration": 200, "aliases": [{"alias": "x"}, {"alias": "Low Tide", "is_primary": True}]},
    "album": {"mbid": None, "aliases": [{"alias": "Harbour Lights", "is_primary": True}]},
    "artists": [{"mbid": None, "is_primary": True, "aliases": [{"alias": "Halcyon Choir", "is_primary": True}]}],
}
LISTEN = {
    "listened_at": AT,
    "track_metadata": {
        "artist_name": "Halcyon Choir",
        "track_name": "Low Tide",
        "release_name": "Harbour Lights",
        "additional_info": {"duration_ms": 200_000},
    },
}
PANO = {
    "timeMs": AT * 1000,
    "artist": "Halcyon Choir",
    "track": "Low Tide",
    "album": "Harbour Lights",
    "event": "scrobble",
}
ROW = "Halcyon Choir,Harbour Lights,Low Tide"


@pytest.mark.parametrize(
    ("content", "source"),
    [
        (f"{ROW},01 Jan 2024 12:34\n", "lastfm-export"),
        (
            "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"
            f'"{AT}","01 Jan 2024, 12:34","Halcyon Choir","","Harbour Lights","","Low Tide",""\n',
            "lastfm-export",
        ),
        (f"Artist,Album,Title,Date\n{ROW},2024-01-01 12:34\n", "lastfm-export"),
        (
            f'Artist;Album;AlbumId;Track;Date#name\n"Halcyon Choir";"Harbour Lights";"";"Low Tide";"{AT}000"\n',
            "lastfm-export",
        ),
        ([TRACK], "lastfm-export"),
        ([{"track": [TRACK], "@attr": {"page": "1"}}], "lastfm-export"),
        ([{"recenttracks": {"track": [TRACK]}}], "lastfm-export"),
        ({"recenttracks": {"track": [TRACK]}}, "lastfm-export"),
        ([[TRACK]], "lastfm-export"),
        (
            {
                "username": "n",
                "scrobbles": [
                    {"track": "Low Tide", "artist": "Halcyon Choir", "album": "Harbour Lights", "date": AT * 1000}
                ],
            },
            "lastfm-export",
        ),
        (XML, "lastfm-export"),
        (f"Exported data\n\nTime,Artist,Track,Album\n{AT},Halcyon Choir,Low Tide,Harbour Lights\n", "librefm-export"),
        (f"{AT}\tLow Tide\tHalcyon Choir\tHarbour Lights\t\t\t\n", "librefm-export"),
        ([{"Time": AT, "Artist": "Halcyon Choir", "Track": "Low Tide", "Album": "Harbour Lights"}], "librefm-export"),
        ({"maloja": {"export_time": AT}, "scrobbles": [MALOJA]}, "maloja-export"),
        ({"version": "1", "exported_at": "2024-02-01T00:00:00Z", "user": "n", "listens": [KOITO]}, "koito-export"),
        (lines(LISTEN), "listenbrainz-export"),
        (lines(LISTEN).strip(), "listenbrainz-export"),
        ([LISTEN], "listenbrainz-export"),
        ({"payload": {"count": 1, "listens": [LISTEN]}}, "listenbrainz-export"),
        (lines(PANO), "pano-scrobbler"),
        (f"timeHuman,timeMs,artist,track,album\nx,{AT}000,Halcyon Choir,Low Tide,Harbour Lights\n", "pano-scrobbler"),
        (
            f"#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#CLIENT/Rockbox\nHalcyon Choir\tHarbour Lights\tLow Tide\t4\t200\tL\t{AT}",
            "scrobbler-log",
        ),
        (
            lines(
                {"artist_name": "Halcyon Choir", "track_name": "Low Tide", "album": "Harbour Lights", "played_at": AT}
            ),
            "table",
        ),
    ],
)
def test_a_play_is_read_from_every_format(read: Read, content: Any, source: str) -> None:
    """The same play comes out of all of them, whatever the file is called."""
    play = only(read(content))
    assert (play.artist_name, play.track_name, play.release_name) == ("Halcyon Choir", "Low Tide", "Harbour Lights")
    assert (play.listened_at, play.source, play.asserted) == (AT, source, True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_tables_are_read_in_other_encodings(read: Read, encoding: str) -> None:
    """A byte-order mark, UTF-16 and Windows letters are no obstacle."""
    content = f"Artist,Album,Track,Date\nÉtoile du Café,Été,Là-bas,{AT}\n".encode(encoding)
    assert only(read(content)).artist_name == "Étoile du Café"


def test_what_listenbrainz_says_beside_the_names_is_kept(read: Read) -> None:
    """Known members of additional_info have their fields, and all of it stays in extra."""
    info = {
        "duration": 200,
        "isrc": "QZ-ES5-20-00001",
        "recording_mbid": "0B50F0A4-0000-4000-8000-000000000001",
        "artist_names": ["A", "B"],
        "music_service": "spotify.com",
        "spotify_id": "https://open.spotify.com/track/0123456789012345678901",
        "submission_client": "player",
        "submission_client_version": "1.2",
        "odd": {"nested": [1]},
    }
    row = {"listened_at": AT, "track_metadata": {"artist_name": "A & B", "track_name": "T", "additional_info": info}}
    play = only(read(lines(row)))
    assert (play.duration_ms, play.isrc, play.client) == (200_000, "QZES52000001", "player 1.2")
    assert play.recording_mbid == "0b50f0a4-0000-4000-8000-000000000001"
    assert (play.artist_names, play.origin) == (("A", "B"), "spotify.com")
    assert play.spotify_uri == "spotify:track:0123456789012345678901"
    assert play.extra == info


def test_loves_come_as_feedback(read: Read) -> None:
    """Rows that say love or hate are no plays."""
    names = {"artist_name": "A", "track_name": "T"}
    (mine,) = read(lines(PANO | {"event": "love"}))
    (theirs, idless) = read(
        lines(
            {"recording_mbid": "x", "score": -1, "created": AT, "track_metadata": names},
            {"recording_mbid": "x", "score": 1, "created": AT},
        )
    )
    assert mine.feedback is not None
    assert theirs.feedback is not None
    assert (mine.feedback[1:], theirs.feedback[1:]) == ((1, AT), (-1, AT))
    assert "only ids" in idless.skip


def test_a_clock_without_zone_is_read_in_the_zone_given(read: Read) -> None:
    """A Rockbox log with #TZ/UNKNOWN and CSV times without an offset are local times."""
    log = f"#AUDIOSCROBBLER/1.1\n#TZ/UNKNOWN\nA\tB\tC\t1\t200\tS\t{AT}\t\n"
    play = only(read(log, zone="Europe/Berlin"))
    assert (play.listened_at, play.skipped, play.asserted) == (AT - 3600, True, False)
    table = "artist,track,played_at\nA,T,2024-07-01 12:00:00\n"
    assert only(read(table, zone="America/New_York")).listened_at == only(read(table)).listened_at + 4 * 3600


APPLE = (
    "Apple ID Number,Song Name,Album Name,Artist Name,Event Type,Event Start Timestamp,Event End Timestamp,"
    "Play Duration Milliseconds,Media Duration In Milliseconds,End Reason Type\n"
)


def test_apple_music_plays_are_their_ends(read: Read) -> None:
    """Only PLAY_END rows are plays; the start is taken as seen, and the reason tells a skip."""
    rows = read(
        APPLE
        + "1,T,R,A,PLAY_END,2024-01-01T12:30:00.5Z,2024-01-01T12:34:00Z,1000,200000,TRACK_SKIPPED_FORWARDS\n"
        + "1,T,R,A,PLAY_END,,2024-01-01T12:34:00Z,60000,200000,NATURAL_END_OF_TRACK\n"
        + "1,T,R,A,LYRIC_DISPLAY,,2024-01-01T12:34:00Z,60000,200000,\n"
        + "1,T,R,,PLAY_END,,2024-01-01T12:34:00Z,60000,200000,\n"
    )
    first, second = rows[0].submission, rows[1].submission
    assert first is not None
    assert second is not None
    assert (first.listened_at, first.ended_at, first.reading, first.skipped) == (AT - 240, AT, Reading.START, True)
    assert (second.listened_at, second.reading, second.skipped, second.asserted) == (AT - 60, Reading.END, False, False)
    assert "not the end" in rows[2].skip
    assert rows[3].skip == "no artist"
    assert "Number" not in rows[3].excerpt


def watched(title: str, **changed: Any) -> dict[str, Any]:
    return {
        "header": "YouTube Music",
        "title": title,
        "titleUrl": "https://music.youtube.com/watch?v=abcdefghijk",
        "subtitles": [{"name": "Halcyon Choir - Topic"}],
        "time": "2024-01-01T12:34:00.123Z",
        "products": ["YouTube"],
    } | changed


def test_youtube_music_is_read_out_of_the_watch_history(read: Read) -> None:
    """The words around a title and the channel's "- Topic" fall away; videos and advertisements are skipped."""
    rows = read(
        [
            watched("Watched Low Tide"),
            watched("Watched a film", header="YouTube", titleUrl="https://www.youtube.com/watch?v=abcdefghijk"),
            watched("Watched an advertisement", details=[{"name": "From Google Ads"}]),
            watched("Watched a removed song", subtitles=[]),
        ]
    )
    play = rows[0].submission
    assert play is not None
    assert (play.artist_name, play.track_name, play.listened_at) == ("Halcyon Choir", "Low Tide", AT)
    assert [bool(row.skip) for row in rows] == [False, True, True, True]


def test_the_sentence_around_a_title_is_learnt_in_any_language(read: Read) -> None:
    """Words that all titles of the file share are not part of the songs' names."""
    rows = read([watched(f"Katseltu {name} juuri") for name in "abcdefghij"])
    assert [row.submission.track_name for row in rows if row.submission] == list("abcdefghij")


def test_a_mapping_reads_any_table(read: Read) -> None:
    """The user says which column holds what; played time lets our rule decide whether it counts."""
    mapping = {"artist": "who", "track": "what", "listened_at": "when", "played_ms": "ms"}
    play = only(read(f"when|who|what|ms\n{AT}000|A|T|5000\n", mapping=mapping))
    assert (play.artist_name, play.track_name, play.listened_at, play.played_ms, play.asserted) == (
        "A",
        "T",
        AT,
        5000,
        False,
    )
    inside = {"artist": "song.by", "track": "song.name", "listened_at": "when"}
    assert only(read(lines({"when": AT, "song": {"by": "A", "name": "T"}}), mapping=inside)).track_name == "T"
    bare = {"artist": "2", "track": "3", "listened_at": "1"}
    assert only(read("2024-01-01T12:34:00Z;A;T\n", mapping=bare)).listened_at == AT


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (None, ("column", "when", "who", "what")),
        ({"artist": "who", "track": "what"}, ("lacks listened_at",)),
        ({"artist": "who", "track": "what", "listened_at": "then"}, ("no column then", "when")),
        ({"artist": "who", "melody": "what"}, ("melody",)),
    ],
)
@pytest.mark.parametrize(
    "content", ["when,who,what\n1,A,T\n", '{"when":1,"who":"A","what":"T"}\n{}\n', '[{"when":1,"who":"A","what":"T"}]']
)
def test_an_unknown_table_asks_for_a_mapping(detect: Any, content: str, mapping: Any, words: tuple[str, ...]) -> None:
    """The sentence lists the columns found, or says what is wrong with the mapping given."""
    part = detect(content, mapping=mapping)
    assert all(word in part.ignored for word in words), part.ignored
