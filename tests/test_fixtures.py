"""The fixtures hold what they promise, so that a test which skips or passes does so for its own reason."""

from __future__ import annotations

from playwright.sync_api import Browser

from earstead.storage.engine import Engine


def test_each_engine_is_migrated(engine: Engine) -> None:
    """Both databases open with the tables of the first migration in place."""
    with engine.read() as tx:
        assert tx.one("SELECT count(*) FROM observations") == (0,)


def test_the_browser_runs_scripts(browser: Browser) -> None:
    """The browser starts and runs a page's own JavaScript."""
    context = browser.new_context()
    page = context.new_page()
    page.set_content("<p id=x></p><script>document.getElementById('x').textContent = 'ran'</script>")
    assert page.text_content("#x") == "ran"
    context.close()
