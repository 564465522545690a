"""Descriptions before and after the service rewrote them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.creators.html import normal, same

LINK = '<a href="https://x.example/?a=1&b=2" rel="ugc noopener noreferrer" target="_blank">x</a>'


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("<p>a<br>b</p>", "<p>a<br />b</p>"),
        ("a<BR/>b<br >c", "a<br />b<br />c"),
        ('<a href="https://x.example/?a=1&b=2">x</a>', LINK),
        ("<a href='https://x.example/?a=1&b=2' target=\"_top\">x</a>", LINK),
        ("<abbr>x</abbr> <p>plain</p>", "<abbr>x</abbr> <p>plain</p>"),
    ],
)
def test_tags_are_rewritten_as_the_service_does(sent: str, stored: str) -> None:
    """Line breaks are closed and links are marked; everything else stays."""
    assert normal(sent) == stored
    assert same(sent, stored)


@given(st.text(alphabet="<abr />=\"'hef&;p", max_size=60))
def test_what_is_normal_stays_so(text: str) -> None:
    """Rewriting twice is rewriting once."""
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize(
    ("sent", "found", "alike"),
    [
        ("<p>a</p>\r\n<p>b</p>", "<p>a</p><p>b</p>", True),
        ("Tom &amp; I", "Tom & I", True),
        ("<p>a</p>", "<p>b</p>", False),
        ("a<br>b", "a b", False),
    ],
)
def test_only_what_the_service_rewrites_is_passed_over(sent: str, found: str, alike: bool) -> None:
    """Spaces between tags and the encoding of characters do not count; words and tags do."""
    assert same(sent, found) is alike
