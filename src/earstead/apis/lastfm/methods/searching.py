"""The envelope of the three searches."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from earstead.apis.lastfm.method import Call
from earstead.apis.lastfm.methods.known import Family
from earstead.apis.lastfm.methods.pieces import number, offset
from earstead.apis.lastfm.tree import Box, Many, Text
from earstead.services.everybody.commons import CommonRow

NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"


def results(
    call: Call,
    family: Family,
    elements: Callable[[tuple[CommonRow, ...]], Iterable[Box]],
    *,
    size: int,
    artist: str = "",
) -> Box:
    """What a search found.

    Args:
        elements: the things found as elements.
        size: things a page where the caller does not say.
        artist: narrows the search to what is credited so; "" does not.
    """
    text, limit, page = call.required(family.name), call.limit(size), call.page()
    rows, total = call.services.commons.search(
        family.kind, text, artist=artist, limit=limit, offset=offset(limit, page), viewer=call.viewer
    )
    return Box(
        "results",
        (
            Text("opensearch:Query", "", {"role": "request", "searchTerms": text, "startPage": str(page)}),
            number("opensearch:totalResults", total),
            number("opensearch:startIndex", offset(limit, page)),
            number("opensearch:itemsPerPage", limit),
            Box(f"{family.name}matches", (Many(family.name, tuple(elements(rows))),)),
        ),
        # Last.fm never declares the prefix, and its answers are no XML to a strict reader.
        {"for": text, "xmlns:opensearch": NAMESPACE},
    )
