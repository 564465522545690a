"""The fixtures hold what they promise, so that a test which skips or passes does so for its own reason."""

from __future__ import annotations

import httpx2
from playwright.sync_api import Browser

from earstead.storage.engine import Engine
from tests.conftest import LiveServer


def test_each_engine_is_migrated(engine: Engine) -> None:
    """Both databases open with the tables of the first migration in place."""
    with engine.read() as tx:
        assert tx.one("SELECT count(*) FROM observations") == (0,)


def test_the_live_server_knows_its_user(live_server: LiveServer) -> None:
    """The application answers on its socket, and the token handed out is that of its one user."""
    answer = httpx2.get(f"{live_server.url}/1/validate-token", headers={"Authorization": f"Token {live_server.token}"})
    assert answer.json()["user_name"] == live_server.user.name


def test_the_browser_runs_scripts(browser: Browser) -> None:
    """The browser starts and runs a page's own JavaScript."""
    context = browser.new_context()
    page = context.new_page()
    page.set_content("<p id=x></p><script>document.getElementById('x').textContent = 'ran'</script>")
    assert page.text_content("#x") == "ran"
    context.close()
