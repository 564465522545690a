"""The rooms around the music in a real browser: imports by keyboard, accessibility rules, phone and desktop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import PASSWORD, House

WIDTHS = {"desktop": {"width": 1200, "height": 900}, "phone": {"width": 390, "height": 844}}
PAGES = (
    "/settings/profile",
    "/settings/password",
    "/settings/sessions",
    "/settings/tokens",
    "/settings/app-passwords",
    "/settings/account",
    "/settings/users",
    "/connect",
    "/import",
    "/export",
    "/decisions",
    "/decisions/new?q=bj",
    "/develop",
    "/no/such/page/at/all",
)


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Any, house: House) -> Iterator[Any]:
    """A page of alice's, at desktop and at phone width."""
    context = browser.new_context(viewport=WIDTHS[request.param], base_url=house.url)
    token = house.services.accounts.sign_in("alice", PASSWORD)
    context.add_cookies([{"name": "earstead_session", "value": token, "url": house.url}])
    yield context.new_page()
    context.close()


def test_an_upload_becomes_listens_by_keyboard_alone(page: Any, house: House, tmp_path: Path) -> None:
    """A file is chosen, looked into, imported and its report read with Enter only; a second time nothing is new."""
    width = page.viewport_size["width"]
    file = tmp_path / "scrobbles.csv"
    rows = [f"{1_500_000_000 + width * 100_000 + n * 600},Artist,Album,Track {n}" for n in range(30)]
    file.write_text("uts,artist,album,track\n" + "\n".join([*rows, "never,Artist,Album,Lost"]) + "\n")
    before = house.services.insights.count(house.users["alice"].user_id)
    for new in (30, 0):
        page.goto("/import")
        page.set_input_files("#f-files", str(file))
        page.get_by_role("button", name="Look into them").press("Enter")
        page.get_by_role("heading", name="Some of its rows").wait_for()
        assert page.locator(".k-new dd").inner_text() == str(new)
        assert page.locator(".k-skipped dd").inner_text() == "1"
        page.get_by_role("button", name="Import", exact=True).press("Enter")
        page.get_by_role("link", name="See the listens").wait_for()
    page.get_by_role("link", name="each row with its reason").press("Enter")
    page.get_by_role("heading", name="1 row skipped").wait_for()
    assert house.services.insights.count(house.users["alice"].user_id) == before + 30


@pytest.mark.parametrize("path", PAGES)
def test_pages_keep_the_accessibility_rules_and_their_width(page: Any, axe_source: str, path: str) -> None:
    """Axe finds nothing on any page, and none is wider than its window."""
    page.goto(path)
    page.evaluate(axe_source)
    found = page.evaluate(
        "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ')))"
    )
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_signing_in_works_without_scripts(browser: Any, house: House) -> None:
    """With JavaScript off a person signs in by keyboard and reaches the settings."""
    context = browser.new_context(java_script_enabled=False, base_url=house.url)
    page = context.new_page()
    page.goto("/settings/profile")
    page.locator("input[name=name]").focus()  # a loaded machine may focus it only after the first keys
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Profile").wait_for()
    assert page.url == f"{house.url}/settings/profile"
    context.close()
