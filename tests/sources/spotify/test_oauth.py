"""Signing in as steps over values."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from earstead.core.errors import NeedsReauth, Rejected, RetryLater
from earstead.core.spotify import ACCOUNTS_URL, Tokens
from earstead.core.spotify_scopes import FEATURES, chosen, missing, scopes_of
from earstead.kit.outbound import Answer
from earstead.sources.spotify import doors, oauth
from earstead.sources.spotify.tokens import tokens_of

PATH = "/settings/spotify/callback"


def test_the_challenge_is_that_of_the_standard() -> None:
    """The example of RFC 7636, appendix B."""
    assert oauth.challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == (
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_the_address_asks_for_what_is_needed_and_no_more() -> None:
    """State, challenge and rights are in the address, the verifier is not; a renewal asks even when all was granted."""
    said = {
        "client_id": "c" * 32,
        "redirect_uri": "http://127.0.0.1:3277" + PATH,
        "scopes": scopes_of(["listen"]),
        "state": "s",
        "verifier": "v" * 64,
    }
    first, again = oauth.begin(ACCOUNTS_URL, **said), oauth.begin(ACCOUNTS_URL, **said, again=True)
    asked = parse_qs(urlsplit(first).query)
    assert asked["scope"] == ["user-read-recently-played user-read-playback-state user-read-currently-playing"]
    assert asked["code_challenge_method"] == ["S256"] and asked["state"] == ["s"]
    assert "v" * 64 not in first and "show_dialog" not in asked
    assert parse_qs(urlsplit(again).query)["show_dialog"] == ["true"]


@pytest.mark.parametrize(
    ("uri", "good"),
    [
        ("https://music.example.org/back", True),
        ("http://127.0.0.1:3277/back", True),
        ("http://[::1]:3277/back", True),
        ("http://localhost:3277/back", False),
        ("https://localhost/back", False),
        ("http://192.168.1.10:3277/back", False),
        ("http://music.example.org/back", False),
        ("https://user@music.example.org/back", False),
        ("ftp://127.0.0.1/back", False),
    ],
)
def test_where_browsers_may_come_back_to(uri: str, good: bool) -> None:
    """The rules of 2025: https, or this machine by its number."""
    assert (oauth.redirect_fault(uri) == "") is good


@pytest.mark.parametrize(
    ("told", "seen", "expected"),
    [
        ("https://m.example.org", "http://10.0.0.2:3277", [("back", "https://m.example.org"), ("paste", 3277)]),
        ("", "http://127.0.0.1:8080", [("back", "http://127.0.0.1:8080"), ("paste", 8080)]),
        ("", "http://192.168.1.10:3277", [("paste", 3277)]),
        ("http://box.lan", "http://localhost:9000", [("paste", 9000)]),
        ("", "https://m.example.org", [("back", "https://m.example.org"), ("paste", 3277)]),
    ],
)
def test_the_way_back_fits_the_server(told: str, seen: str, expected: list[tuple[str, object]]) -> None:
    """A server with https, or on the browser's machine, is come back to; for a box at home the address is pasted."""
    roots = [(n, r if isinstance(r, str) else f"http://127.0.0.1:{r}") for n, r in expected]
    assert [(w.name, w.redirect_uri) for w in oauth.ways(PATH, told_url=told, seen_url=seen)] == [
        (name, root + PATH) for name, root in roots
    ]


def test_what_is_pasted_is_read() -> None:
    """The whole address, what stands behind its question mark, and white space around it are all fine."""
    for text in (f" http://127.0.0.1:3277{PATH}?code=AQ1&state=s2#_=_\n", "?code=AQ1&state=s2", "state=s2&code=AQ1"):
        found = oauth.read_return(text)
        assert (found.code, found.state) == ("AQ1", "s2")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "whole address"),
        ("http://127.0.0.1/cb?code=AQ1", "whole address"),
        ("?state=s&error=access_denied", "you said no"),
        ("?state=s&error=server_error", "server_error"),
        ("?state=s", "no code"),
        ("x" * 5000, "not the address"),
    ],
)
def test_what_is_pasted_wrongly_is_explained(text: str, why: str) -> None:
    """Each mistake has its sentence."""
    with pytest.raises(Rejected, match=why):
        oauth.read_return(text)


def test_client_ids_are_checked() -> None:
    """Blanks around a client id are dropped; what is none is refused before anybody leaves for Spotify."""
    assert oauth.check_client_id(f" {'a1' * 16} ") == "a1" * 16
    with pytest.raises(Rejected, match="client id"):
        oauth.check_client_id("https://developer.spotify.com/dashboard")


def test_rights_are_asked_as_a_union() -> None:
    """More rights are asked together with those that were granted; each right has a sentence why."""
    assert chosen(["shuffle"]) == ("listen", "shuffle")
    asked = scopes_of(("listen", "love"), ["playlist-read-private", "user-library-read"])
    assert set(asked) >= {"playlist-read-private", "user-library-modify", "user-read-recently-played"}
    assert len(asked) == len(set(asked))
    assert missing(("listen",), asked) == () and missing(("control",), asked) == ("user-modify-playback-state",)
    assert [why for f in FEATURES for _, why in f.scopes if not why.endswith(".")] == []
    with pytest.raises(Rejected):
        chosen(["everything"])


def said(status: int, body: bytes, **headers: str) -> Answer:
    return Answer(status, headers, body)


def test_the_old_refresh_token_is_kept() -> None:
    """An answer without refresh token and scopes leaves both as they were; one with them replaces them."""
    before = Tokens(access="a", refresh="r", expires_at=5, scopes=("x",))
    assert tokens_of(said(200, b'{"access_token":"b"}'), 100, before) == Tokens(
        access="b", refresh="r", expires_at=3700, scopes=("x",)
    )
    fresh = tokens_of(said(200, b'{"access_token":"b","refresh_token":"s","expires_in":60,"scope":"y z"}'), 100, before)
    assert fresh == Tokens(access="b", refresh="s", expires_at=160, scopes=("y", "z"))
    with pytest.raises(NeedsReauth):
        tokens_of(said(200, b'{"access_token":"b"}'), 100)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (said(400, b'{"error":"invalid_grant","error_description":"Refresh token expired"}'), NeedsReauth),
        (said(400, b'{"error":"invalid_client"}'), NeedsReauth),
        (said(429, b"", **{"retry-after": "7"}), RetryLater),
        (said(503, b"<html>"), RetryLater),
        (said(400, b"<html>bad gateway, really</html>"), RetryLater),
        (said(400, b'{"error":"invalid_request","error_description":"redirect_uri"}'), Rejected),
    ],
)
def test_only_what_is_final_ends_a_consent(answer: Answer, kind: type[Exception]) -> None:
    """A hiccup of the token endpoint never logs anybody out."""
    assert type(doors.token_fault(answer)) is kind


def test_tokens_do_not_show() -> None:
    """Neither tokens nor codes nor verifiers stand in a log that prints their records."""
    shown = repr(Tokens(access="BQsecret", refresh="AQsecret", expires_at=1)) + repr(
        oauth.read_return("?code=AQ&state=ZZ")
    )
    assert "secret" not in shown and "AQ" not in shown and "ZZ" not in shown
