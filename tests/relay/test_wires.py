"""What is written to other services, and how their answers are understood. Without a network."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.errors import AppError, NeedsReauth, Refused, RetryLater
from earstead.core.listen import Kind
from earstead.core.relaying import MOST_MARKS, context_of, marked, marks_in
from earstead.relay import wire_lastfm, wire_listenbrainz
from earstead.services.relays.types import Secrets
from earstead.services.views import EntityRef, ListenRow

KEYS = Secrets(
    api_key="0123456789abcdef0123456789abcdef",
    secret="fedcba9876543210fedcba9876543210",
    session="00112233445566778899aabbccddeeff",
    pending="aabbccddeeff00112233445566778899",
)


def row(**more: object) -> ListenRow:
    """A listen with nothing but names, unless more is given."""
    said = {
        "listen_id": 1,
        "listened_at": 1_700_000_000,
        "inserted_at": 1_700_000_300,
        "kind": int(Kind.MUSIC),
        "track_id": 1,
        "track_name": "Hoppípolla",
        "artist_name": "Sigur Rós",
        "release_name": "",
        "recording": EntityRef(kind="recording", entity_id=1, name="Hoppípolla"),
        "release": None,
        "artists": (),
        "played_ms": 0,
        "duration_ms": -1,
        "counted": True,
        "hidden": False,
        "skipped": None,
        "source": "player",
        "client": "",
        "recording_mbid": "",
        "release_mbid": "",
        "artist_mbids": (),
        "isrc": "",
        "spotify_uri": "",
        "recording_msid": "",
    }
    return ListenRow(**{**said, **more})


# --- Last.fm ------------------------------------------------------------------------------------------------------


def test_signatures_are_the_documented_ones() -> None:
    """The vectors of the specification come out: a session, letters beyond ASCII, and a batch past ten entries."""
    session = wire_lastfm.session(KEYS)
    assert (session["api_sig"], session["format"]) == ("60699e3e368df8986b191c9c6112b14c", "json")
    love = {"method": "track.love", "artist": "Sigur Rós", "track": "Hoppípolla", "sk": KEYS.session}
    assert wire_lastfm.signed(love, KEYS)["api_sig"] == "92240f903a6c0a9821088782eb17df48"
    batch = [row(artist_name="A", track_name=f"T{i}", listened_at=1_700_000_000 + 200 * i) for i in range(12)]
    assert wire_lastfm.scrobble(batch, KEYS)["api_sig"] == "91020297d0a5d093ce8e339cc1c6ef96"


def test_a_scrobble_says_what_is_known_and_no_more() -> None:
    """Album, length and id go when they are known; an unknown length is left out instead of being sent as 0."""
    full = row(release_name="Takk...", duration_ms=268_999, recording_mbid="m")
    said = wire_lastfm.scrobble([full, row()], KEYS)
    assert (said["album[0]"], said["duration[0]"], said["mbid[0]"]) == ("Takk...", "268", "m")
    assert {name for name in said if name.endswith("[1]")} == {"artist[1]", "track[1]", "timestamp[1]"}


@pytest.mark.parametrize(
    ("status", "document", "error"),
    [
        *(
            (status, {"error": code, "message": "x"}, RetryLater)
            for code in (8, 11, 16, 29)
            for status in (200, 403, 503)
        ),
        *((403, {"error": code, "message": "x"}, NeedsReauth) for code in (4, 9, 10, 13, 14, 15, 17, 26)),
        *((400, {"error": code, "message": "x"}, Refused) for code in (2, 3, 6, 7, 27, 99, "odd", None, -1)),
        *((status, "<html>", RetryLater) for status in (429, 408, 500, 502, 503, 504)),
        *((status, "<html>", NeedsReauth) for status in (200, 301, 403, 404)),
        (200, [1], NeedsReauth),
        (200, {"error": "9"}, NeedsReauth),
    ],
)
def test_each_error_of_last_fm_has_its_consequence(status: int, document: object, error: type[AppError]) -> None:
    """Passing trouble is tried again, trouble of the account is for the user, the rest is about what was sent."""
    body = document.encode() if isinstance(document, str) else json.dumps(document).encode()
    with pytest.raises(error):
        wire_lastfm.read("service", status, body)


def test_ignored_plays_are_told_from_taken_ones() -> None:
    """Codes 0 and 91 are taken, 5 passes by itself, all others are refusals with a reason."""

    def entry(code: object, text: str = "") -> dict[str, object]:
        return {"ignoredMessage": {"code": code, "#text": text}}

    entries = [entry("0"), entry(91), entry("3", "Timestamp was too old"), entry("1"), entry("5"), entry("77"), {}]
    found = wire_lastfm.delivered("service", {"scrobbles": {"scrobble": entries}}, 7)
    assert [bool(why) for why in found.refused] == [False, False, True, True, True, True, False]
    assert found.refused[2:4] == ("Timestamp was too old", "the artist is ignored there")
    assert found.again == (False, False, False, False, True, False, False)
    assert found.pause_s > 3600
    single = wire_lastfm.delivered("service", {"scrobbles": {"scrobble": entry("0")}}, 1)
    assert single.refused == ("",)


@pytest.mark.parametrize("document", [{}, {"scrobbles": {}}, {"scrobbles": {"scrobble": [{}]}}, {"scrobbles": 3}])
def test_an_answer_that_does_not_tell_is_no_success(document: dict[str, object]) -> None:
    """With too few entries nobody knows which play was taken: the batch goes again."""
    with pytest.raises(RetryLater):
        wire_lastfm.delivered("service", document, 2)


# --- ListenBrainz -------------------------------------------------------------------------------------------------


def test_a_copy_for_listenbrainz_carries_no_mark_and_nothing_private() -> None:
    """What a client said besides the facts stays here, and the public copy does not tell which server it came from."""
    said = {"earstead_origin": ["a"], "device": "phone", "submission_client": "Player"}
    body = wire_listenbrainz.imported([row(extra=said, client="Player 2", played_ms=5_000)], "1.0")
    (listen,) = json.loads(body)["payload"]
    info = listen["track_metadata"]["additional_info"]
    assert info == {
        "submission_client": "earstead",
        "submission_client_version": "1.0",
        "media_player": "Player 2",
        "duration_played": 5,
    }
    assert "release_name" not in listen["track_metadata"]


def test_a_copy_for_an_earstead_carries_all_marks() -> None:
    """Whoever held it before is named before the sender."""
    body = wire_listenbrainz.imported([row(extra={"earstead_origin": ["a", "b"]})], "1.0", "me")
    info = json.loads(body)["payload"][0]["track_metadata"]["additional_info"]
    assert info["earstead_origin"] == ["a", "b", "me"]


@pytest.mark.parametrize(
    ("status", "headers", "body", "error", "after"),
    [
        (429, {"x-ratelimit-reset-in": "7"}, b"", RetryLater, 7.0),
        (429, {"retry-after": "12"}, b"", RetryLater, 12.0),
        (429, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, b"", RetryLater, 60.0),
        (429, {"retry-after": "999999999"}, b"", RetryLater, 3600.0),
        (503, {}, b"<html>", RetryLater, 30.0),
        (401, {}, b'{"code":401,"error":"Invalid authorization token."}', NeedsReauth, 0),
        (404, {}, b"<html>", NeedsReauth, 0),
        (200, {}, b"<html>", NeedsReauth, 0),
        (400, {}, b'{"code":400,"error":"Too long."}', Refused, 0),
        (413, {}, b"", Refused, 0),
    ],
)
def test_each_answer_of_listenbrainz_has_its_consequence(
    status: int, headers: dict[str, str], body: bytes, error: type[AppError], after: float
) -> None:
    """Limits are kept to the second they name, within reason; a bad token is for the user; bad listens are refused."""
    with pytest.raises(error) as raised:
        wire_listenbrainz.read("service", status, headers, body)
    if isinstance(raised.value, RetryLater):
        assert raised.value.after_s == after


def test_a_spent_limit_pauses_the_next_request() -> None:
    """With no request left the pause is the one the headers name; otherwise there is none."""
    spent = wire_listenbrainz.delivered({"x-ratelimit-remaining": "0", "x-ratelimit-reset-in": "9"}, 3)
    assert (spent.refused, spent.pause_s) == (("", "", ""), 9.0)
    assert wire_listenbrainz.delivered({"x-ratelimit-remaining": "5", "x-ratelimit-reset-in": "9"}, 1).pause_s == 0


# --- marks, and whatever comes ------------------------------------------------------------------------------------


@given(st.lists(st.text("abcdef-0123456789", min_size=1, max_size=36)), st.text("abc", min_size=1, max_size=8))
def test_marks_survive_both_protocols(held: list[str], own: str) -> None:
    """The sender stands last and once, the oldest fall off at the bound, and both ways of writing read alike."""
    carried = marked(tuple(held), own)
    assert carried[-1] == own
    assert carried.count(own) == 1
    assert len(carried) <= MOST_MARKS
    assert marks_in({"earstead_origin": list(carried)}) == carried
    assert marks_in({"context": context_of(carried)}) == carried


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    "error message scrobbles scrobble ignoredMessage code #text token session name key valid user_name origin "
    "earstead_origin context".split()
)
documents = st.dictionaries(names, json_values | st.dictionaries(names, json_values), max_size=5)


@given(st.integers(200, 599), documents)
def test_no_answer_makes_us_stumble(status: int, document: dict[str, object]) -> None:
    """Whatever another server says, it is understood or becomes one of our errors."""
    body = json.dumps(document).encode()
    for read in (
        lambda: wire_lastfm.delivered("s", wire_lastfm.read("s", status, body), 2),
        lambda: wire_lastfm.account_of("s", wire_lastfm.read("s", status, body)),
        lambda: wire_lastfm.token_of("s", wire_lastfm.read("s", status, body)),
        lambda: wire_listenbrainz.account_of("s", wire_listenbrainz.read("s", status, {}, body)),
        lambda: wire_listenbrainz.mark_of(body),
        lambda: marks_in(document),
    ):
        with contextlib.suppress(AppError):
            read()
