"""The same-origin rule, as a table."""

from __future__ import annotations

import pytest

from earstead.web.csrf import is_foreign

_COOKIE = {"cookie": "earstead_session=x", "host": "music.example"}


@pytest.mark.parametrize(
    ("method", "headers", "foreign"),
    [
        ("GET", {**_COOKIE, "sec-fetch-site": "cross-site"}, False),
        ("POST", {**_COOKIE, "sec-fetch-site": "same-origin"}, False),
        ("POST", {**_COOKIE, "sec-fetch-site": "none"}, False),
        ("POST", {**_COOKIE, "sec-fetch-site": "cross-site"}, True),
        ("POST", {**_COOKIE, "sec-fetch-site": "same-site"}, True),
        ("DELETE", {**_COOKIE, "sec-fetch-site": "cross-site"}, True),
        ("POST", {**_COOKIE, "origin": "https://music.example"}, False),
        ("POST", {**_COOKIE, "origin": "https://MUSIC.example"}, False),
        ("POST", {**_COOKIE, "origin": "https://evil.example"}, True),
        ("POST", {**_COOKIE, "origin": "https://music.example:444"}, True),
        ("POST", {**_COOKIE, "origin": "null"}, True),
        ("POST", _COOKIE, False),
        ("POST", {"host": "music.example", "sec-fetch-site": "cross-site"}, False),
    ],
)
def test_only_foreign_changes_in_a_cookies_name_are_refused(
    method: str, headers: dict[str, str], foreign: bool
) -> None:
    """A request is refused exactly when it changes something, carries a cookie and comes from another origin."""
    assert is_foreign(method, headers) is foreign
