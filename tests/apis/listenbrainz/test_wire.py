"""Bodies of the ListenBrainz API: every rule with its message, the order of checks, the mapping."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.apis.listenbrainz import wire
from earstead.apis.listenbrainz.errors import InvalidListen
from earstead.core.errors import Rejected
from earstead.core.listen import Kind, Submission

NOW = 1_800_000_000
AT = 1_767_225_600
MBID = "5f0c2f7e-6a55-4c0e-9f0f-0d9c7f9d7f11"


def metadata(**changes: Any) -> dict[str, Any]:
    return {"artist_name": "Halcyon Choir", "track_name": "Low Tide", **changes}


def without(key: str) -> dict[str, Any]:
    return {k: v for k, v in metadata().items() if k != key}


def listen(**changes: Any) -> dict[str, Any]:
    return {"listened_at": AT, "track_metadata": metadata(), **changes}


def informed(**info: Any) -> dict[str, Any]:
    return listen(track_metadata=metadata(additional_info=info))


def body(*listens: Any, kind: Any = "single") -> bytes:
    return json.dumps({"listen_type": kind, "payload": list(listens)}).encode()


def why(data: bytes) -> str:
    with pytest.raises(Rejected) as caught:
        wire.parse_submission(data, NOW)
    return caught.value.why


def parsed(one: dict[str, Any]) -> Submission:
    return wire.parse_submission(body(one), NOW).submissions[0]


REQUESTS = [
    (b"[]", "Invalid JSON document submitted. Top level of JSON document should be a json object."),
    (b"null", "Invalid JSON document submitted. Top level of JSON document should be a json object."),
    (b'{"listen_type":"single"}', "Invalid JSON document submitted."),
    (b'{"listen_type":"single","payload":{}}', "The payload in the JSON document should be a list of listens."),
    (b'{"listen_type":"single","payload":null}', "The payload in the JSON document should be a list of listens."),
    (b'{"listen_type":"single","payload":[]}', "JSON document does not contain any listens"),
    (
        body(*[listen()] * 1001, kind="import"),
        "Too many listens. You may not submit more than 1000 listens at once.",
    ),
    (
        body(informed(x="y" * 10_240)),
        "JSON document is too large. Each listens may not be larger than 10240 bytes.",
    ),
    (b'{"payload":[null]}', "Invalid JSON document submitted."),
    (body(listen(), kind="double"), "JSON document requires a valid listen_type key."),
    (body(listen(), kind=None), "JSON document requires a valid listen_type key."),
    (body(listen(), kind=["single"]), "JSON document requires a valid listen_type key."),
    (
        body(listen(), listen()),
        "JSON document contains more than listen for a single/playing_now. It should contain only one.",
    ),
    (b'{"payload":1}' + b" " * 10_240_000, "Payload too large. Payload cannot exceed 10240000 bytes"),
]


@pytest.mark.parametrize(("data", "message"), REQUESTS)
def test_requests_are_refused_in_the_protocols_words(data: bytes, message: str) -> None:
    """Each rule about the request as a whole has its message."""
    assert why(data) == message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{} x",
        b"{'a':1}",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1e400}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b"\xff\xfe{\x00}\x00",
        b"[" * 100_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b'{"listen_type":"single","payload":[' + b"[" * 80 + b"]" * 80 + b"]}",
    ],
)
def test_what_is_not_json_is_refused_as_such(data: bytes) -> None:
    """Bad syntax, non-finite numbers, bad text and absurd nesting get the message about parsing."""
    assert why(data).startswith("Cannot parse JSON document: ")


NAME_RULES = [
    (listen(track_metadata=without(field)), f"JSON document does not contain required field track_metadata.{field}.")
    for field in ("artist_name", "track_name")
] + [
    (listen(track_metadata=metadata(**{field: value})), message.format(field))
    for field in ("artist_name", "track_name")
    for value, message in (
        (None, "track_metadata.{} must be a single string."),
        (["a"], "track_metadata.{} must be a single string."),
        (" \n\u3000", "field track_metadata.{} is empty."),
        ("\u0001\u0002", "field track_metadata.{} is empty."),
        ("a\0b", "a\0b contains a unicode null"),
    )
]

DURATION_RULES = [
    (informed(**{field: value}), f"Value for {field} is {message}")
    for field, most in (("duration", 2_073_600), ("duration_ms", 2_073_600_000))
    for value, message in (
        (0, "invalid, should be a positive integer."),
        (-1, "invalid, should be a positive integer."),
        (None, "invalid, should be a positive integer."),
        (True, "invalid, should be a positive integer."),
        ("soon", "invalid, should be a positive integer."),
        ([1], "invalid, should be a positive integer."),
        ("nan", "invalid, should be a positive integer."),
        (most + 1, f"too large, max permitted value is {most}"),
        (10**30, f"too large, max permitted value is {most}"),
    )
]

MBID_RULES = [
    (informed(**{field: value}), f"{field} MBID format invalid.")
    for field in ("recording_mbid", "release_mbid", "release_group_mbid", "track_mbid")
    for value in ("x", 7, [MBID], {})
] + [
    (informed(**{field: value}), f"{field} MBID format invalid.")
    for field in ("artist_mbids", "work_mbids")
    for value in ([MBID, "x"], MBID, [[MBID]], [7], {"a": 1})
]

LISTENS = [
    (None, "Listen is empty and cannot be validated."),
    ("x", "Listen must be a JSON object."),
    (
        {"track_metadata": metadata()},
        "JSON document must contain the key listened_at at the top level.",
    ),
    *[
        (listen(listened_at=bad), "JSON document must contain an int value for listened_at.")
        for bad in (None, "soon", True, [], {}, "1" * 5000)
    ],
    (listen(listened_at=NOW + 3_600), "Value for key listened_at is too high."),
    (listen(listened_at=10**30), "Value for key listened_at is too high."),
    *[
        (
            listen(listened_at=bad),
            "Value for key listened_at is too low. listened_at timestamp should be greater than "
            "1033410600 (2002-10-01 00:00:00 UTC).",
        )
        for bad in (1_033_430_399, 0, -1, -(10**30), "12")
    ],
    ({"listened_at": AT}, "JSON document must contain the key track_metadata at the top level."),
    (listen(extra=1), "JSON document may only contain listened_at and track_metadata top level keys"),
    (listen(track_metadata=None), "JSON document may not have track_metadata with null value."),
    (listen(track_metadata=[]), "track_metadata must be a JSON object."),
    *NAME_RULES,
    (listen(track_metadata=metadata(release_name=5)), "track_metadata.release_name must be a single string."),
    (listen(track_metadata=metadata(additional_info=[])), "track_metadata.additional_info must be a JSON object."),
    (
        informed(tags=["a"] * 51),
        "JSON document may not contain more than 50 items in track_metadata.additional_info.tags.",
    ),
    (
        informed(tags=["a" * 65]),
        "JSON document may not contain track_metadata.additional_info.tags longer than 64 characters.",
    ),
    (informed(tags=[5]), "track_metadata.additional_info.tags must be a list of strings."),
    (informed(tags="folk"), "track_metadata.additional_info.tags must be a list of strings."),
    (informed(duration=1, duration_ms=1000), "JSON document should not contain both duration and duration_ms."),
    *DURATION_RULES,
    *MBID_RULES,
    (informed(deep=[{"a": ["x\0"]}]), "x\0 contains a unicode null"),
    (informed(**{"k\0": 1}), "k\0 contains a unicode null"),
]


@pytest.mark.parametrize(("one", "message"), LISTENS)
def test_listens_are_refused_in_the_protocols_words(one: Any, message: str) -> None:
    """Each rule about one listen has its message, in a single and in the midst of an import."""
    assert why(body(one)) == message
    assert why(body(listen(), one, listen(), kind="import")) == message


PLAYING = [
    ({}, "JSON document must contain the key track_metadata at the top level."),
    (listen(), "JSON document must not contain listened_at while submitting playing_now."),
    (
        {"track_metadata": metadata(), "x": 1},
        "JSON document may only contain track_metadata as top level key when submitting playing_now.",
    ),
    ({"track_metadata": None}, "JSON document may not have track_metadata with null value."),
    (None, "Listen is empty and cannot be validated."),
]


@pytest.mark.parametrize(("one", "message"), PLAYING)
def test_playing_now_has_rules_of_its_own(one: Any, message: str) -> None:
    """What is playing now has no time and nothing beside its metadata."""
    assert why(body(one, kind="playing_now")) == message


def broken_everywhere() -> dict[str, Any]:
    """A listen that breaks every rule there is, with the repairs in the order of the checks."""
    info = {"tags": ["a"] * 51, "duration": 0, "recording_mbid": "x", "note": "x\0"}
    return {"x": 1, "track_metadata": {"track_name": "", "artist_name": 5, "release_name": 5, "additional_info": info}}


def test_checks_come_in_the_protocols_order() -> None:
    """Repairing one fault after the other shows the next message of the fixed order."""
    one = broken_everywhere()
    said = one["track_metadata"]
    info = said["additional_info"]
    repairs = [
        (lambda: one.update(listened_at=NOW * 2), "JSON document must contain the key listened_at"),
        (lambda: one.update(listened_at=5), "Value for key listened_at is too high."),
        (lambda: one.update(listened_at=AT), "Value for key listened_at is too low."),
        (lambda: one.pop("x"), "JSON document may only contain listened_at and track_metadata"),
        (lambda: said.update(track_name="a"), "field track_metadata.track_name is empty."),
        (lambda: said.update(artist_name="b"), "track_metadata.artist_name must be a single string."),
        (lambda: said.update(release_name="c"), "track_metadata.release_name must be a single string."),
        (lambda: info.update(tags=[]), "JSON document may not contain more than 50 items"),
        (lambda: info.update(duration=1), "Value for duration is invalid"),
        (lambda: info.update(recording_mbid=MBID), "recording_mbid MBID format invalid."),
        (lambda: info.update(note="x"), "x\0 contains a unicode null"),
    ]
    for repair, message in repairs:
        assert why(body(one)).startswith(message)
        repair()
    assert parsed(one).track_name == "a"


def test_a_refused_listen_is_carried_along() -> None:
    """The answer can repeat the offending listen's own keys."""
    with pytest.raises(InvalidListen) as caught:
        wire.parse_submission(body(listen(), listen(x=1), kind="import"), NOW)
    assert caught.value.listen == listen(x=1)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (AT, AT),
        (str(AT), AT),
        (AT + 0.9, AT),
        (f" {AT} ", AT),
        (1_033_430_400, 1_033_430_400),
        (NOW + 3_599, NOW + 3_599),
    ],
)
def test_times_are_read_as_whole_seconds(value: Any, kept: int) -> None:
    """Numeric strings and fractions are taken, truncated; the bounds themselves are allowed."""
    assert parsed(listen(listened_at=value)).listened_at == kept


def test_names_are_trimmed_and_an_empty_release_is_none() -> None:
    """White space around names is dropped; a blank or null release is no release."""
    said = parsed(listen(track_metadata={"artist_name": " A ", "track_name": "\tB\n", "release_name": " C "}))
    assert (said.artist_name, said.track_name, said.release_name) == ("A", "B", "C")
    for empty in ("", "  ", None):
        assert parsed(listen(track_metadata=metadata(release_name=empty))).release_name == ""


def test_additional_info_is_normalised_and_otherwise_kept_as_it_came() -> None:
    """Durations become integers, MBIDs canonical, empty ones go; all else stays, nested and null values too."""
    said = parsed(
        informed(
            duration_ms="214000.7",
            recording_mbid=MBID.upper(),
            release_mbid="",
            track_mbid=None,
            release_group_mbid=[],
            artist_mbids=[None, "", MBID.replace("-", "")],
            work_mbids=[None],
            tags=None,
            tracknumber="4/12",
            nested={"a": {"b": None}, "c": [1, {"d": 2}]},
            rating=None,
            big=10**25,
        )
    )
    assert said.extra == {
        "duration_ms": 214_000,
        "recording_mbid": MBID,
        "artist_mbids": [MBID],
        "tags": None,
        "tracknumber": "4/12",
        "nested": {"a": {"b": None}, "c": [1, {"d": 2}]},
        "rating": None,
        "big": 10**25,
    }
    assert (said.recording_mbid, said.release_mbid, said.artist_mbids, said.duration_ms) == (
        MBID,
        None,
        (MBID,),
        214_000,
    )


def test_the_submission_says_what_the_client_said() -> None:
    """Source, client, origin, ids and lengths come out in neutral form."""
    said = parsed(
        informed(
            submission_client="Web Scrobbler",
            submission_client_version="3.9.0",
            media_player="YouTube",
            music_service="Music.YouTube.com",
            duration=214,
            duration_played=100.5,
            artist_names=["Halcyon Choir", " Ada "],
            isrc="qz-es5-20-00001",
            spotify_id="https://open.spotify.com/intl-de/track/1rrgWMXGCGHru5bIRxGFV0?si=1",
        )
    )
    assert (said.source, said.asserted, said.kind) == ("listenbrainz", True, Kind.MUSIC)
    assert (said.client, said.origin) == ("Web Scrobbler 3.9.0", "music.youtube.com")
    assert (said.duration_ms, said.played_ms) == (214_000, 100_500)
    assert said.artist_names == ("Halcyon Choir", "Ada")
    assert (said.isrc, said.spotify_uri) == ("QZES52000001", "spotify:track:1rrgWMXGCGHru5bIRxGFV0")


@pytest.mark.parametrize(
    ("info", "field", "value"),
    [
        ({"media_player": "mpd", "media_player_version": "0.23"}, "client", "mpd 0.23"),
        ({"submission_client": "demo", "submission_client_version": 3}, "client", "demo"),
        ({"submission_client": 5, "media_player": ["x"]}, "client", ""),
        ({"music_service": None, "origin_url": "https://bandcamp.com/a"}, "origin", "bandcamp.com"),
        ({"origin_url": "http://[broken"}, "origin", ""),
        ({"artist_names": "not a list"}, "artist_names", ()),
        ({"artist_names": ["a", ""]}, "artist_names", ()),
        ({"duration_played": "long"}, "played_ms", None),
        ({"duration_played": -5}, "played_ms", None),
        ({"isrc": ["QZES52000001"]}, "isrc", None),
        ({"isrc": "nonsense"}, "isrc", None),
        ({"spotify_id": "spotify:track:1rrgWMXGCGHru5bIRxGFV0"}, "spotify_uri", "spotify:track:1rrgWMXGCGHru5bIRxGFV0"),
        ({"spotify_id": 5}, "spotify_uri", None),
        ({"media_type": "podcast"}, "kind", Kind.EPISODE),
    ],
)
def test_odd_additional_info_never_costs_a_listen(info: dict[str, Any], field: str, value: Any) -> None:
    """Fields the protocol does not check are read where they make sense and passed over where not."""
    said = parsed(informed(**info))
    assert getattr(said, field) == value
    assert said.extra == info


@pytest.mark.parametrize(
    ("info", "ttl_s"),
    [({}, 600), ({"duration": 90}, 90), ({"duration_ms": 214_999}, 214), ({"duration_ms": 999}, 1), (None, 600)],
)
def test_playing_now_stands_for_the_length_of_the_track(info: Any, ttl_s: int) -> None:
    """The slot lives as long as the recording, ten minutes when unknown, one second at least."""
    batch = wire.parse_submission(body({"track_metadata": metadata(additional_info=info)}, kind="playing_now"), NOW)
    assert (batch.playing_now, batch.ttl_s, batch.submissions[0].listened_at) == (True, ttl_s, NOW)


def test_exported_listens_can_be_submitted_again() -> None:
    """A submitted `mbid_mapping` is tolerated and ignored."""
    assert parsed(listen(track_metadata=metadata(mbid_mapping={"recording_mbid": "x"}))).recording_mbid is None


def test_of_duplicate_keys_the_last_one_stands() -> None:
    """A document with a repeated key is read as JSON parsers commonly do."""
    data = body(listen()).replace(b'"track_name": "Low Tide"', b'"track_name": "Old", "track_name": "Low Tide"')
    assert wire.parse_submission(data, NOW).submissions[0].track_name == "Low Tide"


def test_a_thousand_listens_pass() -> None:
    """The largest import allowed is taken whole, in order."""
    batch = wire.parse_submission(body(*[listen(listened_at=AT + i) for i in range(1000)], kind="import"), NOW)
    assert [s.listened_at for s in batch.submissions] == [AT + i for i in range(1000)]


def test_names_nobody_could_show_are_refused() -> None:
    """A name beyond the product's own bound is refused with the reason."""
    assert "longer than 4096 characters" in why(body(listen(track_metadata=metadata(track_name="a" * 5000))))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KNOWN = {"tags", "duration", "duration_ms", "recording_mbid", "artist_mbids", "isrc", "spotify_id", "artist_names"}
OTHERS = {"duration_played", "music_service", "origin_url", "submission_client", "media_player", "media_type", "odd"}
INFO_KEYS = st.sampled_from(sorted(KNOWN | OTHERS))
LISTEN = JSON | st.fixed_dictionaries(
    {},
    optional={
        "listened_at": st.just(AT) | JSON,
        "track_metadata": JSON
        | st.fixed_dictionaries(
            {"artist_name": st.text(max_size=5) | JSON, "track_name": st.text(max_size=5) | JSON},
            optional={"release_name": JSON, "additional_info": st.dictionaries(INFO_KEYS, JSON, max_size=4) | JSON},
        ),
    },
)


@given(LISTEN, st.sampled_from(["single", "playing_now", "import"]) | JSON)
def test_anything_is_either_read_or_refused(one: Any, kind: Any) -> None:
    """Whatever JSON arrives, the parser answers with submissions that can be kept or with a reason."""
    read, refused = read_or_refuse(msgspec.json.encode({"listen_type": kind, "payload": [one]}))
    assert refused or all(s.artist_name and s.track_name and s.listened_at > 0 for s in read)


def read_or_refuse(data: bytes) -> tuple[tuple[Submission, ...], str]:
    try:
        return wire.parse_submission(data, NOW).submissions, ""
    except Rejected as refused:
        return (), refused.why


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Listen timestamp missing."),
        ({"listened_at": "soon"}, "soon: Listen timestamp invalid."),
        ({"listened_at": 10**30}, f"{10**30}: Listen timestamp invalid."),
        ({"listened_at": AT}, "Recording MSID missing."),
        ({"listened_at": AT, "recording_msid": "x"}, "x: Recording MSID format invalid."),
    ],
)
def test_deletions_are_refused_in_the_protocols_words(data: Any, message: str) -> None:
    """Each rule about a deletion has its message."""
    with pytest.raises(Rejected) as caught:
        wire.parse_deletion(json.dumps(data).encode())
    assert caught.value.why == message


def test_a_deletion_names_time_and_msid() -> None:
    """Numeric strings and upper case are taken."""
    data = json.dumps({"listened_at": str(AT), "recording_msid": MBID.upper()}).encode()
    assert wire.parse_deletion(data) == wire.Deletion(listened_at=AT, recording_msid=MBID)


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"ts":"x"}', b'{"ts":1.5}', b'{"ts":true}', b'{"service":"x"}'])
def test_bad_import_places_are_refused(data: bytes) -> None:
    """Bad JSON, a time that is no integer and an unknown service get the one message there is."""
    with pytest.raises(Rejected) as caught:
        wire.parse_import_place(data)
    assert caught.value.why == "Invalid data sent"


def test_import_places_have_defaults() -> None:
    """Without a service it is lastfm, without a time 0."""
    assert wire.parse_import_place(b"{}") == ("lastfm", 0)
    assert wire.parse_import_place(b'{"ts":"12","service":"librefm"}') == ("librefm", 12)
