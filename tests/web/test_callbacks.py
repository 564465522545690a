"""Where an allowed application's browser goes, as tables."""

from __future__ import annotations

import pytest

from earstead.web.callbacks import callback_fault, destination, location, with_token


@pytest.mark.parametrize(
    ("address", "registered", "fine"),
    [
        ("http://localhost:9078/lastfm/callback?state=mine", "", True),
        ("HTTPS://example.org", "", True),
        ("http://[::1]:8080/cb", "", True),
        ("myplayer://login", "myplayer://other", True),
        ("myplayer://login", "", False),
        ("myplayer://login", "https://example.org", False),
        ("javascript:alert(1)", "javascript:alert(1)", False),
        ("data:text/html,x", "data:text/html,x", False),
        ("http:///nowhere", "", False),
        ("http:localhost", "", False),
        ("http://[::1", "", False),
        ("http://a:99999999/", "", False),
        ("//example.org", "", False),
        ("/api/accounts", "", False),
        ("http://evil.example\\@good.example/", "", False),
        ("http://a/\r\nSet-Cookie: x=1", "", False),
        ("http://a/ b", "", False),
        ("http://a/" + "x" * 2000, "", False),
    ],
)
def test_only_web_addresses_and_registered_schemes_are_gone_to(address: str, registered: str, fine: bool) -> None:
    """Anything a browser would run itself, misread, or that opens an unregistered program is refused with a reason."""
    assert (callback_fault(address, registered) == "") is fine


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://a/cb", "http://a/cb?token=T"),
        ("http://a/cb?state=x;y|z", "http://a/cb?state=x;y|z&token=T"),
        ("http://a/cb?", "http://a/cb?&token=T"),
        ("myplayer://login", "myplayer://login?token=T"),
    ],
)
def test_the_token_is_appended_and_nothing_else_changes(address: str, expected: str) -> None:
    """The token follows a "?", or a "&" where a query is there already."""
    assert with_token(address, "T") == expected


def test_a_header_carries_the_callback_as_it_was_written() -> None:
    """Signs of ASCII stay, percent-sequences too; other letters are encoded."""
    assert location("http://a/%20;|{}[]^`?x='y'#z") == "http://a/%20;|{}[]^`?x='y'#z"
    assert location("http://a/ä") == "http://a/%C3%A4"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://bank.example@evil.example/x", "evil.example"),
        ("http://[::1]:8080/cb", "[::1]:8080"),
        ("http://127.0.0.1:7070/", "127.0.0.1:7070"),
        ("myplayer://login", "myplayer:"),
    ],
)
def test_the_destination_is_where_a_browser_really_goes(address: str, shown: str) -> None:
    """A user name in the address does not pose as its host."""
    assert destination(address) == shown
