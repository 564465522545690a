"""Choosing a range on a plot, in a real browser: with the mouse, with the keyboard, with the form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PASSWORD = "a long and quiet evening"


@pytest.fixture
def opened(house: Any, browser: Browser) -> Iterator[Page]:
    """Alice's browser."""
    token = house.services.accounts.sign_in("alice", PASSWORD)
    context = browser.new_context(base_url=house.url, viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "earstead_session", "value": token, "url": house.url}])
    yield context.new_page()
    context.close()


def _drag(page: Page, first: str, last: str) -> None:
    """From the middle of the step that begins at one day to the middle of another."""
    ends = []
    for day in (first, last):
        box = page.locator(f'.wide-only [data-span^="{day}.."]').first.bounding_box()
        assert box is not None
        ends.append((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    page.mouse.move(*ends[0])
    page.mouse.down()
    page.mouse.move(*ends[1], steps=4)
    page.mouse.up()


def test_dragging_over_a_plot_opens_the_range(opened: Page) -> None:
    """On the home page and on a chart, from whichever side one begins, what else was chosen being kept."""
    opened.goto("/alice?period=2025-06")
    _drag(opened, "2025-06-03", "2025-06-12")
    opened.wait_for_url("**/alice?period=2025-06-03..2025-06-12")
    opened.goto("/alice/artists?period=2025&by=time")
    _drag(opened, "2025-06-01", "2025-02-01")
    opened.wait_for_url("**/alice/artists?by=time&period=2025-02-01..2025-06-30")
    assert opened.locator("h1").inner_text() == "Artists"


def test_the_keyboard_chooses_a_range(opened: Page) -> None:
    """Arrows go through the bars and are read out, shift extends, Escape lets go, Enter opens."""
    opened.goto("/alice/artists?period=2025")
    opened.locator(".wide-only .bars").focus()
    readout = opened.locator("[data-range] .readout")
    opened.keyboard.press("ArrowRight")
    assert "play" in readout.inner_text()
    opened.keyboard.press("Escape")
    assert opened.locator("[data-range] .on").count() == 0
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        opened.keyboard.press(key)
    assert readout.inner_text() == "1 February 2025 to 30 April 2025"
    assert opened.locator(".wide-only .on").count() == 3
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/alice/artists?by=plays&period=2025-02-01..2025-04-30")


def test_an_artist_leads_to_the_listens_of_a_range(opened: Page) -> None:
    """On an entity's page a range, dragged or typed, opens that entity's listens; the form needs no script."""
    opened.goto("/alice/artists?period=all")
    artist = str(opened.locator('a[href^="/alice/artist/"]').first.get_attribute("href")).rsplit("/", 1)[1]
    opened.goto(f"/alice/artist/{artist}")
    # How long a step is follows from how long the artist was heard, to which other tests of this house add.
    span = str(opened.locator(".wide-only [data-span]").first.get_attribute("data-span"))
    first = span.split("..")[0]
    _drag(opened, first, first)
    opened.wait_for_url(f"**/alice/listens?artist={artist}&period={span}")
    opened.goto(f"/alice/artist/{artist}")
    opened.locator(".range summary").click()
    opened.fill("input[name=from]", "2025-01-01")
    opened.fill("input[name=to]", "2025-12-31")
    opened.click(".range button")
    opened.wait_for_url(f"**/alice/listens?artist={artist}&from=2025-01-01&to=2025-12-31")
    assert opened.locator(".error").count() == 0
