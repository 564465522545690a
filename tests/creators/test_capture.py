"""Recordings become operations, types, fixtures and a changelog entry; and nothing secret or private stays in them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.creators.registry import Registry
from earstead.creators.capture import console_script, read_capture, store
from earstead.creators.capture.redact import clean
from earstead.creators.capture.shapes import Shape
from earstead.creators.errors import ValidationError

NOW_MS = 1_795_255_200_000
PINNED = Registry.pinned()
HASH, OTHER = "ab" * 32, "cd" * 32
COMMENT = "spotify:comment:1UvOCdxchmzRWxjsoDUXFg"
GRAPH = "https://creators-graph.spotify.com/v2/graph-pq"
SECRETS = [
    "AQCsecretcookie0123456789",
    "BQDsecretbearer0123456789",
    "somebody@example.org",
    "X-Goog-Signature",
    "deadbeefsignature",
    "secretcode42",
    "What a lovely show",
    "listener-name-77",
    "1UvOCdxchmzRWxjsoDUXFg",
]


def asked(name: str, digest: str = HASH, **variables: Any) -> dict[str, Any]:
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    return {"operationName": name, "variables": variables, "extensions": persisted}


COMMENTS = {
    "data": {
        "episodeByUri": {
            "uri": "spotify:episode:4vXk0mWJmQ9yC1dEf2GhIj",
            "comments": {
                "items": [
                    {
                        "__typename": "DecoratedComment",
                        "commentUri": COMMENT,
                        "commentStr": "What a lovely show, write to somebody@example.org",
                        "createDate": 1784070000123,
                        "state": "PUBLISHED_NOW",
                        "author": {
                            "username": "listener-name-77",
                            "cover": "https://i.x/p.jpg?X-Goog-Signature=deadbeefsignature",
                        },
                        "approvalDate": None,
                    },
                    {"__typename": "DecoratedReply", "commentUri": COMMENT, "approvalDate": 5},
                ],
                "nextPageToken": "secretcode42",
            },
        }
    }
}


def har(*exchanges: tuple[str, Any, int, Any]) -> bytes:
    """A HAR file as browsers write it: with cookies, bearers and everything."""
    entries = []
    for number, (url, sent, status, answer) in enumerate(exchanges):
        text = json.dumps(answer)
        content: dict[str, Any] = {"mimeType": "application/json", "text": text}
        if number % 2:
            content |= {"encoding": "base64", "text": base64.b64encode(text.encode()).decode()}
        entries.append(
            {
                "startedDateTime": "2026-11-21T10:00:00.000Z",
                "request": {
                    "method": "POST" if sent is not None else "GET",
                    "url": url,
                    "headers": [
                        {"name": "Authorization", "value": "Bearer BQDsecretbearer0123456789"},
                        {"name": "Cookie", "value": "sp_dc=AQCsecretcookie0123456789"},
                        {"name": "X-Creator-Client", "value": "public-website"},
                    ],
                    "cookies": [{"name": "sp_dc", "value": "AQCsecretcookie0123456789"}],
                    "postData": {"mimeType": "application/json", "text": json.dumps(sent)}
                    if sent is not None
                    else None,
                },
                "response": {"status": status, "headers": [], "content": content},
            }
        )
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


def console(*exchanges: tuple[str, Any, int, Any]) -> bytes:
    """What the script saves, had it forgotten to take anything out."""
    entries = [
        {
            "at_ms": NOW_MS,
            "method": "POST" if sent is not None else "GET",
            "url": url,
            "query": ["code"] if "?" in url else [],
            "client": "public-website",
            "status": status,
            "asked": sent,
            "answered": answer,
        }
        for url, sent, status, answer in exchanges
    ]
    return json.dumps({"earstead_capture": 1, "page": "https://creators.spotify.com", "entries": entries}).encode()


CLICKS: tuple[tuple[str, Any, int, Any], ...] = (
    (GRAPH, asked("pinComment", commentUri=COMMENT), 200, {"data": {}}),
    (
        GRAPH,
        asked(
            "getCommentsForEpisode",
            OTHER,
            episodeUri="spotify:episode:4vXk0mWJmQ9yC1dEf2GhIj",
            primaryFilters=["LIST_COMMENT_PRIMARY_FILTER_PUBLISHED"],
            pageSize=15,
            token="secretcode42",
        ),
        200,
        COMMENTS,
    ),
    (GRAPH, asked("unPinComment", commentUri=COMMENT), 200, {"errors": [{"message": "PersistedQueryNotFound"}]}),
    (GRAPH, [asked("muteThread", "12" * 32, threadId=COMMENT, forHours=3), asked("getMood", "34" * 32)], 200,
     [{"data": {"muteThread": {"ok": True}}}, {"data": {"mood": "VERY_GOOD"}}]),
    (
        "https://api-v5.anchor.fm/v3/episodes/122814255/overview?userId=5&code=secretcode42",
        None,
        200,
        {"title": "What a lovely show", "email": "somebody@example.org", "publishOn": "2026-06-01T10:00:00Z"},
    ),
    ("https://www.google-analytics.com/collect?x=1", None, 200, {"leak": "secretcode42"}),
)  # fmt: skip


@pytest.mark.parametrize("file", [har, console])
def test_a_recording_teaches_operations(file: Callable[..., bytes]) -> None:
    """Hash, client, variables and types of answers are learned; what was refused is told and teaches nothing."""
    found = read_capture(file(*CLICKS), PINNED, now_ms=NOW_MS)
    assert found.operations == ("getCommentsForEpisode", "getMood", "muteThread", "pinComment")
    assert found.passed_over == ("unPinComment",)
    pinned = found.registry.get("pinComment")
    assert (pinned.kind, pinned.hashes[0].sha256, pinned.hashes[0].client) == ("mutation", HASH, "public-website")
    assert [(one.name, one.type) for one in pinned.variables or ()] == [("commentUri", "String!")]
    assert found.registry.get("muteThread").kind == "mutation", "in doubt it writes"
    assert found.registry.get("getMood").kind == "query"
    asked_for = {one.name: one.type for one in found.registry.get("getCommentsForEpisode").variables or ()}
    assert asked_for["episodeUri"] == "EpisodeUri!" and asked_for["primaryFilters"] == "[String!]!"
    assert asked_for["pageSize"] == "Int!"
    assert [one.name for one in found.diff.added] == ["getMood", "muteThread"]
    assert [one.name for one in found.diff.changed] == ["getCommentsForEpisode", "pinComment"]
    assert found.diff.gone == ()


@pytest.mark.parametrize("file", [har, console])
def test_nothing_secret_or_private_is_kept(tmp_path: Path, file: Callable[..., bytes]) -> None:
    """Neither cookies, bearers, codes, signatures and addresses nor what people wrote is in anything that is stored."""
    found = read_capture(file(*CLICKS), PINNED, now_ms=NOW_MS)
    store(tmp_path, found)
    kept = "\n".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file()) + found.report + repr(found)
    for secret in SECRETS:
        assert secret not in kept, secret


def test_answers_become_types() -> None:
    """An answer is kept as its type: fields, kinds, words of the interface, and what is optional or null."""
    found = read_capture(har(*CLICKS), PINNED, now_ms=NOW_MS)
    places = dict(found.answered["getCommentsForEpisode"].leaves())
    items = "episodeByUri.comments.items[]"
    assert places[f"{items}.commentStr"] == "string" and places[f"{items}.approvalDate"] == "int | null"
    assert places[f"{items}.commentUri"] == "uri:comment" and places[f"{items}.state"] == "PUBLISHED_NOW"
    assert "DecoratedComment | DecoratedReply" in found.report and "commentStr?: string" in found.report
    learned = found.registry.get("getCommentsForEpisode")
    assert learned.shape == "P" and learned.root == "episodeByUri"
    merged = PINNED.merged(found.registry).get("getCommentsForEpisode")
    assert merged.about and merged.hashes[0].sha256 == OTHER and "capture" in merged.marks


def test_requests_that_are_no_graphql_become_types_too() -> None:
    """REST and its kin are kept as a template of the path with the type of the answer; strangers are not kept."""
    found = read_capture(har(*CLICKS), PINNED, now_ms=NOW_MS)
    assert list(found.other) == ["GET /v3/episodes/{}/overview?code&userId"]
    assert dict(found.other["GET /v3/episodes/{}/overview?code&userId"].leaves())["publishOn"] == "moment"


def test_a_folder_grows_with_each_capture(tmp_path: Path) -> None:
    """Overlay, types, fixtures and changelog are written; a second capture is laid over the first."""
    overlay = store(tmp_path, read_capture(har(*CLICKS[:1]), PINNED, now_ms=NOW_MS))
    again = (GRAPH, asked("pinComment", OTHER, commentUri=COMMENT), 200, {"data": {"done": True}})
    later = read_capture(console(again), PINNED.with_file(overlay), now_ms=NOW_MS)
    assert [(one.name, one.before[0].sha256) for one in later.diff.changed] == [("pinComment", HASH)]
    store(tmp_path, later)
    registry = PINNED.with_file(overlay)
    assert [one.sha256 for one in registry.get("pinComment").hashes] == [OTHER, HASH]
    fixture = json.loads((tmp_path / "fixtures/pinComment.json").read_text())
    assert fixture["variables"] == {"commentUri": f"spotify:comment:{'0' * 22}"} and fixture["answer"] == {"done": True}
    types = json.loads((tmp_path / "types/pinComment.json").read_text())
    assert types == {"variables": {"commentUri": "uri:comment"}, "data": {"done": "bool"}}
    changes = (tmp_path / "CHANGES.md").read_text()
    assert changes.count("## 2026-11-21: ") == 2 and changes.index("another hash") < changes.index("its first hash")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfe", "is not JSON"),
        (b"{}", "neither a HAR file"),
        (b"[1]", "neither a HAR file"),
        (b'{"log": {}}', "holds no request"),
        (b'{"earstead_capture": 1, "entries": [1, {"url": 5}]}', "holds no request"),
        (b'{"log": {"entries": [{"request": 1, "response": {}}, {}]}}', "holds no request"),
    ],
)
def test_what_is_no_recording_is_told(data: bytes, why: str) -> None:
    """Whatever file is given, the answer is a recording or a sentence."""
    with pytest.raises(ValidationError, match=why):
        read_capture(data, PINNED, now_ms=NOW_MS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


@given(JSON, JSON)
def test_odd_entries_never_break_a_reader(sent: Any, answer: Any) -> None:
    """Whatever was sent and answered, a recording of it is read beside one that is sound."""
    sound = (GRAPH, asked("pinComment", commentUri=COMMENT), 200, {"data": {}})
    for file in (har, console):
        found = read_capture(file((GRAPH, sent, 200, answer), sound), PINNED, now_ms=NOW_MS)
        assert "pinComment" in found.operations
        json.dumps(found.fixtures())
        Registry.read(found.registry.as_json())


def test_secrets_are_told_by_name_and_by_look() -> None:
    """Fields that are called so and texts that look so are blotted out; hashes of operations and states stay."""
    found = clean(
        {
            "accessToken": "abc",
            "sp_dc": "abc",
            "code": 42,
            "state": "q8w7e",
            "insight": {"state": "COMPLETE"},
            "sha256Hash": HASH,
            "note": f"see https://x.y/z?sig=1 or write a@b.cd, {'Q' * 60}",
            "cookies": "***",
        }
    )
    assert found == {
        "accessToken": "***",
        "sp_dc": "***",
        "code": "***",
        "state": "***",
        "insight": {"state": "COMPLETE"},
        "sha256Hash": HASH,
        "note": "see https://x.y/z or write ***@***, ***",
        "cookies": "***",
    }


def test_fields_that_are_values_are_gathered() -> None:
    """Keys that are ids or dates are one field, so that no id becomes part of a type."""
    shape = Shape().learn({"byId": {"4vXk0mWJmQ9yC1dEf2GhIj": 1, "2026-11-21": 2, "b c": None}})
    assert dict(shape.leaves()) == {"byId.*": "int | null"}
    assert shape.stand_in() == {"byId": {}}


def test_the_script_is_there() -> None:
    """The script for the console is part of the package and wraps both ways of asking."""
    script = console_script()
    assert "window.fetch" in script and "XMLHttpRequest" in script and "earstead_capture" in script
