"""All pages of the documentation in their order: from the registry, the endpoints and the words of this package."""

from __future__ import annotations

from functools import cache

from earstead.core.creators.registry import Registry
from earstead.web.creators_guide import (
    authentication,
    capture,
    choosing,
    evidence,
    graph,
    identifiers,
    library,
    other,
    recipes,
    rest,
    writing,
)
from earstead.web.creators_guide.blocks import Block, Heading, Page, Table, Text

NOTICE = (
    "**These interfaces are unofficial.** Spotify publishes none for this product. They were put together from "
    "public notes "
    "and public code, may change overnight, and are yours to use for your own shows, gently, at your own risk."
)


@cache
def pages() -> tuple[Page, ...]:
    """The index first."""
    registry = Registry.pinned()
    others = (
        choosing.page(),
        authentication.page(),
        identifiers.page(),
        writing.page(),
        library.page(),
        recipes.page(),
        rest.page(),
        *graph.pages(registry),
        rest.podcasters(),
        other.page(rest.next_data(), rest.legacy()),
        choosing.limits(),
        capture.page(),
        evidence.page(),
        evidence.unknown(),
        evidence.changelog(),
    )
    return (_index(others), *others)


def _index(others: tuple[Page, ...]) -> Page:
    lead = "What earstead knows of the interfaces behind creators.spotify.com, how well, and how to use each."
    blocks: tuple[Block, ...] = (
        Text(NOTICE),
        Heading("Pages"),
        Table(("Page", "About"), tuple((f"[{page.title}]({page.slug})", page.lead) for page in others)),
        Heading("Backends"),
        Table(("Name", "Address", "Serves", "More"), choosing.BACKENDS),
    )
    return Page(slug="index", title="Spotify for Creators: the interfaces", lead=lead, blocks=blocks)
