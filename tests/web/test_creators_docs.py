"""The documentation of the interfaces behind Spotify for Creators, as pages of the running site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.web.conftest import House

from earstead.core.creators.registry import Registry
from earstead.web.creators_docs import words
from earstead.web.creators_guide.pages import pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BROKEN = """() => [...document.querySelectorAll(".guide td, .guide th")].flatMap(cell => {
  const found = [], texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/[A-Za-z0-9_]+/g)) {
    const range = document.createRange();
    range.setStart(texts.currentNode, word.index);
    range.setEnd(texts.currentNode, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) found.push(word[0]);
  }
  return found;
})"""
"""The words of tables that stand on two lines."""


def test_every_page_is_there_for_a_visitor(house: House) -> None:
    """Each page answers without a session, and its headings can be linked to."""
    with house.visitor() as visitor:
        for page in pages():
            address = "/develop/creators" if page.slug == "index" else f"/develop/creators/{page.slug}"
            answer = visitor.get(address)
            assert answer.status_code == 200, page.slug
            for heading in page.headings:
                assert f'id="{heading.id}"' in answer.text, heading.id
        assert "unofficial" in visitor.get("/develop/creators").text
        assert "/develop/creators" in visitor.get("/develop").text


def test_no_link_of_a_page_is_dead(house: House) -> None:
    """Every link between the pages leads to a page and, where it names one, to a heading of it."""
    with house.visitor() as visitor:
        drawn = {
            f"/develop/creators/{page.slug}": visitor.get(f"/develop/creators/{page.slug}").text for page in pages()[1:]
        }
        drawn["/develop/creators"] = visitor.get("/develop/creators").text
    links = {link for text in drawn.values() for link in re.findall(r'href="(/develop/creators[^"]*)"', text)}
    assert len(links) > 100
    for link in links:
        address, _, anchor = link.partition("#")
        assert address in drawn, link
        assert not anchor or f'id="{anchor}"' in drawn[address], link


def test_an_operation_is_found_by_its_name(house: House) -> None:
    """The search leads to the section of an operation, and says when nothing has the words."""
    name = next(iter(Registry.pinned())).name
    with house.visitor() as visitor:
        found = visitor.get("/develop/creators", params={"q": name}).text
        assert f'/develop/creators/graphql-account#{name.lower()}"' in found
        assert "No section has these words" in visitor.get("/develop/creators", params={"q": "zyxwv <b>"}).text


def test_an_unknown_page_is_not_found(house: House) -> None:
    """A page that is not there is 404, and the name of the first one leads to it."""
    with house.visitor() as visitor:
        assert visitor.get("/develop/creators/nonsense").status_code == 404
        assert visitor.get("/develop/creators/index").headers["location"] == "/develop/creators"


@pytest.mark.parametrize("width", [390, 1280])
def test_no_table_breaks_a_word(house: House, browser: Browser, width: int) -> None:
    """A table that is too wide scrolls in its box; its words stay whole, and the page is as wide as the window."""
    context = browser.new_context(base_url=house.url, viewport={"width": width, "height": 900})
    try:
        opened = context.new_page()
        for slug in ("", "/choosing", "/rest", "/graphql", "/podcasters", "/changelog"):
            opened.goto(f"/develop/creators{slug}")
            assert opened.evaluate(BROKEN) == [], slug
            assert opened.evaluate("document.documentElement.scrollWidth") == width, slug
    finally:
        context.close()


def test_words_are_escaped() -> None:
    """What stands in words cannot become markup, not even within code or links."""
    assert words("a < b `<script>` **<i>** [x<y](graphql#all)") == (
        "a &lt; b <code>&lt;script&gt;</code> <strong>&lt;i&gt;</strong> "
        '<a href="/develop/creators/graphql#all">x&lt;y</a>'
    )


def test_long_addresses_may_be_broken_behind_slashes() -> None:
    """An address that is wider than a column goes on below; what is short stays whole."""
    assert words("`https://generic.wg.spotify.com/podcasters/v0`").count("/<wbr>") == 3
    assert "<wbr>" not in words("`podcasters/v0`")
