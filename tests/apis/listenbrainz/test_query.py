"""The bounds of a page of listens."""

from __future__ import annotations

import pytest

from earstead.apis.listenbrainz.query import Page, parse_page
from earstead.core.errors import Rejected


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ({}, Page(min_ts=None, max_ts=None, count=25)),
        ({"count": "0", "unknown": "x"}, Page(min_ts=None, max_ts=None, count=0)),
        ({"count": "5000"}, Page(min_ts=None, max_ts=None, count=1000)),
        ({"min_ts": "5", "max_ts": "6"}, Page(min_ts=5, max_ts=6, count=25)),
        ({"min_ts": "-5"}, Page(min_ts=-5, max_ts=None, count=25)),
    ],
)
def test_pages_are_read(query: dict[str, str], page: Page) -> None:
    """Defaults, the cap, zero and unknown parameters."""
    assert parse_page(query) == page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"max_ts": "x"}, "Incorrect max_ts timestamp argument: x"),
        ({"min_ts": ""}, "Incorrect min_ts timestamp argument: "),
        ({"min_ts": "9" * 30}, f"Incorrect min_ts timestamp argument: {'9' * 30}"),
        ({"max_ts": "9" * 5000}, f"Incorrect max_ts timestamp argument: {'9' * 5000}"),
        ({"min_ts": "6", "max_ts": "6"}, "max_ts should be greater than min_ts"),
        ({"count": "2.5"}, "Invalid count argument: 2.5"),
        ({"count": "-1"}, "Number of items requested should be positive"),
    ],
)
def test_bad_pages_are_refused_in_the_protocols_words(query: dict[str, str], message: str) -> None:
    """Each kind of bad parameter has its message."""
    with pytest.raises(Rejected) as caught:
        parse_page(query)
    assert caught.value.why == message
