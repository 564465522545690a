"""The connect page in a real browser: the light of a client turns on when its first play arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conftest import NOW, LiveServer

from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_light_turns_on_by_itself(live_server: LiveServer, browser: Browser) -> None:
    """Without a reload the page names the play and lights its client's entries alone; what was open stays open."""
    context = browser.new_context(base_url=live_server.url)
    token = live_server.services.accounts.sign_in(live_server.user.name, live_server.password)
    context.add_cookies([{"name": "earstead_session", "value": token, "url": live_server.url}])
    page = context.new_page()
    with page.expect_response("**/events"):
        page.goto("/connect")
    client = page.locator(".client").filter(has=page.get_by_role("heading", name="Pano Scrobbler")).first
    client.locator("summary").click()
    assert page.locator(".light.lit").count() == 0
    play = Submission(
        source="listenbrainz", artist_name="Kino", track_name="Группа крови", listened_at=UnixSeconds(NOW - 300),
        client="Pano Scrobbler 3.1",
    )  # fmt: skip
    live_server.services.ingest.add_now(live_server.user.user_id, [play])
    page.locator("#arrived", has_text="Группа крови").wait_for()
    client.locator(".light.lit").wait_for()
    assert client.get_attribute("open") is not None
    lit = page.locator(".client:has(.lit) h3").all_inner_texts()
    assert all(title.startswith("Pano Scrobbler") for title in lit), lit
    context.close()
