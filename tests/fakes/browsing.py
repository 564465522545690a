"""A real browser with a session, and what is wrong with a page in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


def opened(browser: Browser, url: str, session: str, **more: Any) -> BrowserContext:
    """A context with a session; `more` as Playwright takes it."""
    context = browser.new_context(base_url=url, **more)
    context.add_cookies([{"name": "earstead_session", "value": session, "url": url}])
    return context


def faults(page: Page, axe_source: str, path: str) -> list[tuple[str, ...]]:
    """What axe and the width of a page object to, each beginning with `path`."""
    page.evaluate(axe_source)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    broken: list[tuple[str, ...]] = [
        (path, v["id"], v["nodes"][0]["html"][:160], v["nodes"][0].get("failureSummary", "")[:300])
        for v in found["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        broken.append((path, "wider than the screen"))
    return broken
