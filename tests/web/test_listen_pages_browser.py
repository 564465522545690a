"""The listening pages in a real browser: rules of accessibility, widths, keys, and what is live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATHS = (
    "/alice?period=2025", "/alice/artists?period=2025", "/alice/recordings?period=all&by=time", "/alice/listens",
    "/alice/year/2025", "/search?q=j", "/create",
)  # fmt: skip
LOOKS = [(1280, 800, "light"), (1280, 800, "dark"), (390, 844, "light"), (390, 844, "dark")]
PASSWORD = "a long and quiet evening"


@pytest.fixture(scope="module")
def session(house: Any) -> str:
    """Alice's session."""
    token: str = house.services.accounts.sign_in("alice", PASSWORD)
    return token


@pytest.fixture
def opened(house: Any, browser: Browser, session: str) -> Iterator[Page]:
    """A page of alice's browser that fails on any fault or refusal in its console."""
    context = browser.new_context(base_url=house.url, viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "earstead_session", "value": session, "url": house.url}])
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    yield page
    context.close()
    assert not faults


@pytest.mark.parametrize(("width", "height", "scheme"), LOOKS)
def test_pages_follow_the_rules_of_accessibility(
    opened: Page, axe_source: str, width: int, height: int, scheme: Any
) -> None:
    """No listening page breaks a rule of axe or is wider than the screen, whatever the width and the scheme."""
    opened.set_viewport_size({"width": width, "height": height})
    opened.emulate_media(color_scheme=scheme)
    broken = []
    for path in [*PATHS, *deep_links(opened)]:
        opened.goto(path)
        opened.evaluate(axe_source)
        found = opened.evaluate("axe.run(document, {resultTypes: ['violations']})")
        broken += [(path, v["id"], v["nodes"][0]["html"][:160], v["nodes"][0].get("failureSummary", "")[:300])
                   for v in found["violations"]]  # fmt: skip
        if opened.evaluate("document.documentElement.scrollWidth > innerWidth"):
            broken.append((path, "wider than the screen", "", ""))
    assert not broken


def deep_links(page: Page) -> list[str]:
    """The address of one artist, one track and one listen."""
    page.goto("/alice/listens")
    return [
        str(page.locator(f'a[href^="/alice/{kind}/"]').first.get_attribute("href"))
        for kind in ("artist", "recording", "listen")
    ]


def test_keys_lead_through_the_pages(opened: Page) -> None:
    """Slash goes to search, j to the next row, g h home, question mark to the help."""
    opened.goto("/alice/listens")
    opened.keyboard.press("/")
    assert opened.evaluate("document.activeElement.id") == "find"
    opened.keyboard.press("Escape")
    opened.evaluate("document.activeElement.blur()")
    opened.keyboard.press("j")
    opened.keyboard.press("j")
    assert (
        opened.evaluate("[...document.querySelectorAll('.row')].indexOf(document.activeElement.closest('.row'))") == 1
    )
    opened.keyboard.press("?")
    assert opened.locator("#keys").is_visible()
    opened.keyboard.press("Escape")
    opened.keyboard.press("g")
    opened.keyboard.press("h")
    opened.wait_for_url("**/alice")


def test_shift_selects_a_range(opened: Page) -> None:
    """Two clicks, the second with shift, select everything between, and the bar says how many."""
    opened.goto("/alice/listens")
    assert not opened.locator("[data-actions]").is_visible()
    boxes = opened.locator(".pick input")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    assert opened.locator(".pick input:checked").count() == 4
    assert opened.locator("[data-count]").text_content() == "4 listens"


def test_arrow_keys_read_out_the_disc(opened: Page) -> None:
    """With the focus on the large disc the arrow keys go from arc to arc and say each."""
    opened.goto("/alice/year/2025")
    opened.locator(".large-disc").focus()
    opened.keyboard.press("ArrowRight")
    first = opened.locator(".readout").first.text_content() or ""
    opened.keyboard.press("ArrowUp")
    second = opened.locator(".readout").first.text_content() or ""
    assert "Week of" in first
    assert "Week of" in second
    assert first != second


def test_period_changes_in_place(opened: Page) -> None:
    """Another period is shown without loading the page again, under its own address; back leads back."""
    opened.goto("/alice/artists?period=2025")
    opened.evaluate("window.stays = true")
    opened.locator("#p-all").click()
    opened.wait_for_url("**/alice/artists?period=all")
    opened.locator("#p-all[aria-current]").wait_for()
    assert opened.evaluate("window.stays") is True
    opened.go_back()
    opened.wait_for_url("**/alice/artists?period=2025")


def test_new_listen_and_now_playing_appear_by_themselves(house: Any, opened: Page) -> None:
    """A play that arrives while the home page is open is shown without a reload."""
    user_id = house.users["alice"].user_id
    with opened.expect_request("**/alice/events"):
        opened.goto("/alice")
    now = house.services.clock.now()
    said = Submission(
        source="listenbrainz", artist_name="Sigur Rós", track_name="Olsen Olsen", listened_at=UnixSeconds(now)
    )
    opened.wait_for_function("performance.getEntriesByType('resource').length > 0")
    # The stream may not be open yet when the request is seen, so the player tells again until the page shows it.
    for attempt in range(20):
        house.services.playing.clear(user_id)
        house.services.playing.set(user_id, said, 60)
        if attempt == 0:
            house.services.ingest.add_now(user_id, [said])
        if opened.locator("#now:has-text('Olsen Olsen')").count():
            break
        opened.wait_for_timeout(200)
    opened.locator("#now:has-text('Olsen Olsen')").wait_for(timeout=5000)
    opened.locator("#latest:has-text('Olsen Olsen')").wait_for(timeout=5000)
    house.services.playing.clear(user_id)


def test_pages_work_without_script(house: Any, browser: Browser, session: str) -> None:
    """Without JavaScript one can still change the period, select, delete, and undo."""
    context = browser.new_context(base_url=house.url, java_script_enabled=False)
    context.add_cookies([{"name": "earstead_session", "value": session, "url": house.url}])
    page = context.new_page()
    page.goto("/alice/artists?period=2025")
    page.locator("#p-all").click()
    page.wait_for_url("**?period=all")
    page.goto("/alice/listens")
    page.locator(".pick input").first.check()
    page.get_by_role("button", name="Delete").click()
    assert "Deleted 1 listen." in (page.locator(".notice").text_content() or "")
    page.get_by_role("button", name="Undo").click()
    page.goto("/alice/listens?which=deleted")
    assert page.locator(".row.listen").count() == 0
    context.close()
