"""What is broken, hostile or private: reasons, never exceptions."""

from __future__ import annotations

import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earstead.core.rules import problem
from earstead.kit.clock import FixedClock
from earstead.sources.exports import files
from earstead.sources.exports.formats import FORMATS
from earstead.sources.exports.reader import Exports
from tests.sources.exports.conftest import NOW, Read, packed
from tests.sources.exports.test_formats import AT, LISTEN, MALOJA, PANO, TRACK, XML, lines
from tests.sources.exports.test_spotify import row

EXTENDED = json.dumps([row(), row(ms_played=1), row(ms_played=2)]).encode()


def test_a_cut_file_gives_every_row_before_the_cut(read: Read) -> None:
    """One skip row tells where the file ended, in arrays, lines and XML alike."""
    for content, before in (
        (EXTENDED[:-200], 2),
        (lines(LISTEN, LISTEN, LISTEN).encode()[:-40], 2),
        (XML.replace("</recenttracks></lfm>", "").encode() + b"<track><artist>A", 1),
        (json.dumps({"maloja": {}, "scrobbles": [MALOJA, MALOJA]}).encode()[:-30], 1),
    ):
        rows = read(content)
        assert [bool(one.submission) for one in rows] == [True] * before + [False]
        assert rows[-1].skip == "the file ends in the middle of this row"
        assert rows[-1].where == f"upload.bin row {before + 1}"


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (LISTEN | {"listened_at": -5}, "1970"),
        (LISTEN | {"listened_at": "0001-01-01T00:00:00Z"}, "1970"),
        (LISTEN | {"listened_at": NOW + 90_000}, "future"),
        (LISTEN | {"listened_at": None}, "time"),
        (LISTEN | {"listened_at": {"a": 1}}, "time"),
        (LISTEN | {"listened_at": "9999999-01-01T00:00:00Z"}, "time"),
        (LISTEN | {"track_metadata": None}, "track_metadata"),
        (LISTEN | {"track_metadata": {"artist_name": None, "track_name": "T"}}, "no artist"),
        (LISTEN | {"track_metadata": {"artist_name": "A", "track_name": []}}, "no title"),
        (LISTEN | {"track_metadata": {"artist_name": "A" * 10_000, "track_name": "T"}}, "longer"),
        (LISTEN | {"track_metadata": {"artist_name": "A\0", "track_name": "T"}}, "U+0000"),
        (
            LISTEN | {"track_metadata": {"artist_name": "A", "track_name": "T", "additional_info": {"x": ["\0"]}}},
            "U+0000",
        ),
        (LISTEN | {"track_metadata": {"artist_name": "\ud800", "track_name": "T"}}, "half of a character"),
        (None, "object"),
        ([], "object"),
        (7, "object"),
    ],
)
def test_a_bad_row_is_skipped_with_its_reason(read: Read, bad: Any, word: str) -> None:
    """Its neighbours are read, and its number is its own."""
    rows = read(lines(LISTEN, bad, LISTEN))
    assert [bool(one.submission) for one in rows] == [True, False, True]
    assert word in rows[1].skip
    assert rows[1].where == "upload.bin row 2"


def test_a_broken_line_does_not_end_the_file(read: Read) -> None:
    """The line is shown in the report; the next is read."""
    rows = read(lines(LISTEN) + '{"listened_at": oops\n' + lines(LISTEN) + "[" * 3000 + "\n" + lines(LISTEN))
    assert [bool(one.submission) for one in rows] == [True, False, True, False, True]
    assert "oops" in rows[1].excerpt
    assert len(rows[3].excerpt) <= 300


def test_a_wrong_byte_costs_no_row(read: Read) -> None:
    """A JSON file with one byte that is no UTF-8 is read to its end."""
    rows = read(EXTENDED.replace(b"Low Tide", b"Low \xff Tide", 1) + b" " * 70_000)
    assert [bool(one.submission) for one in rows] == [True, True, True]


def test_an_unclosed_quote_does_not_swallow_the_file(read: Read) -> None:
    """Fields have a largest size; rows after it are found again."""
    table = f'artist,track,played_at\nA,T,{AT}\n"A,T,{AT}\n' + f"A,T,{AT}\n" * 20_000
    rows = read(table)
    assert rows[0].submission is not None
    assert any(one.skip for one in rows)
    assert rows[-1].submission is not None


def test_excerpts_of_skipped_rows_hold_nothing_personal(read: Read) -> None:
    """What Spotify says about the person is not written to the report either."""
    (only,) = read([row(master_metadata_track_name=None)])
    assert only.skip
    assert not any(word in only.excerpt for word in ("203.0.113.9", "agent%20", "name-of-the-user"))


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("Payments.json", b'[{"ts":1,"ms_played":2}]', "not opened"),
        ("Userdata.json", b"{}", "not opened"),
        ("MessageData.json", b"{}", "not opened"),
        ("UserAddress.json", b"{}", "not opened"),
        ("Playlist1.json", b'{"playlists":[{"name":"x"}]}', "playlists"),
        ("YourLibrary.json", b'{"tracks":[{"artist":"a","uri":"u"}]}', "no times"),
        ("SearchQueries.json", b'[{"searchTime":"x","searchQuery":"y"}]', "searches"),
        ("user.json", b'{"user_id":1,"username":"n"}', "whose"),
        ("watch-history.html", b"<html><title>YouTube</title>", "JSON"),
        ("a.pdf", b"%PDF-1.7", "PDF"),
        ("a.gz", b"\x1f\x8b\x08", "unpack"),
        ("a.xml", b'<!DOCTYPE lfm [<!ENTITY a "b">]><lfm/>', "entities"),
        ("a.xml", b"<rss/>", "without tracks"),
        ("empty", b"", "empty"),
        ("a.bin", bytes(range(256)) * 9, "not a text"),
        ("a.txt", b"just words\nin lines\n", "no listening history"),
        ("a.json", b"{", "known"),
        ("a.json", b"[]", "known"),
        ("a.zip", b"PK\x03\x04" + b"\0" * 50, "damaged"),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18, "empty"),
    ],
)
def test_what_is_no_history_is_not_read_and_says_why(detect: Any, name: str, content: bytes, word: str) -> None:
    """Each file of a package that is not read has its sentence."""
    part = detect(content, name)
    assert word in part.ignored, part.ignored


def test_entities_declared_late_are_refused(read: Read) -> None:
    """A document type behind a long comment is refused while reading."""
    late = b"<!--recenttracks <track" + b"-" * 0 + b" " * 70_000 + b'--><!DOCTYPE a [<!ENTITY b "c">]><lfm>&b;</lfm>'
    (only,) = read(late)
    assert "entities" in only.skip


def test_a_wrong_zone_is_told(detect: Any) -> None:
    """A time zone that does not exist is the user's to mend."""
    assert "no time zone called 'Mars/Base'" in detect(EXTENDED, zone="Mars/Base").ignored


def test_a_zip_is_read_entry_by_entry(reader: Exports, tmp_path: Path) -> None:
    """Odd paths are only names; other entries are listed with their reasons; nothing is written to disk."""
    path = packed(
        tmp_path / "my.zip",
        {
            "../../etc/Streaming_History_Video_2023.json": EXTENDED,
            "a/b/listens/2024/1.jsonl": lines(LISTEN).encode(),
            "a/Payments.json": EXTENDED,
            "inner.zip": b"PK\x03\x04rest",
            "__MACOSX/x.json": b"[]",
        },
    )
    parts = reader.detect([path])
    assert [part.format for part in parts] == ["spotify-extended", "listenbrainz", "", ""]
    assert ["not opened" in parts[2].ignored, "inside the archive" in parts[3].ignored] == [True, True]
    rows = list(reader.rows(parts[0]))
    assert len(rows) == 3
    assert all(one.submission and one.submission.extra["is_video"] for one in rows)
    assert sorted(tmp_path.iterdir()) == [path]


def test_bombs_and_locked_archives_are_refused_unopened(reader: Exports, tmp_path: Path, monkeypatch: Any) -> None:
    """Ratio, number of entries and unpacked size have caps; an encrypted entry says what to do."""
    bomb = packed(tmp_path / "bomb.zip", {"a.json": b"[" + b" " * (5 * 2**20)})
    assert "tightly" in reader.detect([bomb])[0].ignored
    locked = packed(tmp_path / "locked.zip", {"a.json": EXTENDED})
    content = bytearray(locked.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    locked.write_bytes(content)
    assert "encrypted" in reader.detect([locked])[0].ignored
    monkeypatch.setattr(files, "MAX_ENTRIES", 1)
    many = packed(tmp_path / "many.zip", {"a.json": EXTENDED, "b.json": EXTENDED})
    assert "2 entries" in reader.detect([many])[0].ignored
    monkeypatch.setattr(files, "MAX_ENTRIES", 10)
    monkeypatch.setattr(files, "MAX_UNPACKED", 100)
    assert "unpacks to" in reader.detect([many])[0].ignored


def test_a_damaged_entry_gives_what_can_be_read(reader: Exports, tmp_path: Path) -> None:
    """A wrong checksum or a broken stream ends the part with one reason."""
    noise = random.Random(1)
    many = json.dumps([row(master_metadata_track_name=str(noise.random())) for _ in range(3000)]).encode()
    path = packed(tmp_path / "a.zip", {"a.json": many})
    (part,) = reader.detect([path])
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40] = b"\xff" * 40
    path.write_bytes(content)
    rows = list(reader.rows(part))
    assert rows[0].submission is not None
    assert rows[-1].skip
    path.unlink()
    assert "not there" in next(iter(reader.rows(part))).skip


def test_folders_and_missing_files_are_told(reader: Exports, tmp_path: Path) -> None:
    """What is no file has its sentence too."""
    parts = reader.detect([tmp_path, tmp_path / "missing"])
    assert [part.ignored[:6] for part in parts] == ["not a ", "cannot"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["2024-01-01T00:00:00Z", AT]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
SAMPLES: dict[str, Any] = {
    "spotify-extended": row(),
    "spotify-account": {"endTime": "2024-01-01 00:00", "artistName": "A", "trackName": "T", "msPlayed": 1},
    "lastfm-json": TRACK,
    "listenbrainz": LISTEN,
    "listenbrainz-feedback": {"score": 1, "created": AT, "track_metadata": LISTEN["track_metadata"]},
    "maloja": MALOJA,
    "pano-scrobbler": PANO,
    "youtube-music": {
        "header": "YouTube Music",
        "title": "T",
        "subtitles": [{"name": "A"}],
        "time": "2024-01-01T00:00:00Z",
    },
    "koito": {"listened_at": AT, "track": {"aliases": []}, "artists": [{"aliases": [{"alias": "A"}]}]},
    "apple-music": {"Song Name": "T", "Artist Name": "A", "Event End Timestamp": "2024-01-01T00:00:00Z"},
}


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_row_makes_a_mapper_raise(name: str, data: st.DataObject) -> None:
    """Any value in any field gives a play, a feedback or a reason; the same each time."""
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(SAMPLES[name])), JSON, max_size=3))
    mapper = FORMATS[name].mapper({})
    value = {**SAMPLES[name], **changed}
    outcome = mapper(value)
    assert outcome or outcome == ""
    assert repr(mapper(value)) == repr(outcome)
    assert mapper(data.draw(JSON)) != ""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=400)
    | st.builds(
        lambda good, at, noise: good[:at] + noise + good[at:],
        st.sampled_from(
            [EXTENDED, lines(LISTEN, PANO).encode(), XML.encode(), b"artist,track,played_at\nA,T,1700000000\n"]
        ),
        st.integers(0, 1500),
        st.binary(max_size=6),
    )
)
def test_no_file_makes_the_reader_raise(tmp_path: Path, content: bytes) -> None:
    """Any bytes, and good files with noise in them, give rows that are sound or have a reason; the same twice."""
    reader = Exports(FixedClock(NOW))
    path = tmp_path / "any"
    path.write_bytes(content)
    zipped = tmp_path / "any.zip"
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        archive.writestr("any", content)
    zipped.write_bytes(buffer.getvalue())
    for part in reader.detect([path, zipped]):
        rows = list(reader.rows(part))
        assert repr(rows) == repr(list(reader.rows(part)))
        for number, one in enumerate(rows, 1):
            assert one.where.endswith(f"row {number}")
            assert (one.submission is not None) + bool(one.skip) + (one.feedback is not None) == 1
            assert one.submission is None or problem(one.submission, NOW) is None
