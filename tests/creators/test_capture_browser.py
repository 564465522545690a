"""The capture kit from end to end: a page is clicked through in a real browser, and what was missing works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from earstead.core.creators.registry import Registry
from earstead.creators import Creators, Urls
from earstead.creators.capture import console_script, read_capture, store
from earstead.creators.errors import Missing
from earstead.kit.clock import FixedClock
from earstead.sandbox.creators import Simulator
from earstead.sandbox.creators.gql.operations import made_up_hash
from tests.creators.asking import QUICK
from tests.fakes.creators import NOW
from tests.fakes.servers import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>A dashboard</title>
<button id="approve">approve</button><button id="reply">reply</button><button id="rest">overview</button>
<p id="done"></p>
<script>
const told = BODIES;
const headers = {"content-type": "application/json", "x-creator-client": "public-website"};
headers.authorization = "Bearer BEARER";
let count = 0;
const done = () => { document.getElementById("done").textContent = `${++count} done`; };
document.getElementById("approve").onclick = async () => {
  const answer = await fetch("/_gql/v2/graph-pq", {method: "POST", headers, body: JSON.stringify(told.approve)});
  await answer.json();                                   // the page reads its answer itself
  const second = {method: "POST", headers, body: JSON.stringify(told.pin)};
  await (await fetch(new Request("/_gql/v2/graph-pq?code=secretcode42", second))).json();
  done();
};
document.getElementById("reply").onclick = () => {
  const asked = new XMLHttpRequest();
  asked.open("POST", "/_gql/v2/graph-pq");
  for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
  asked.onload = done;
  asked.send(JSON.stringify(told.reply));
};
document.getElementById("rest").onclick = async () => {
  await fetch("/elsewhere?mail=somebody@example.org", {headers});
  await fetch("/_pod/podcasters/v0/user/me", {headers});
  done();
};
</script>"""


class Dashboard:
    """The simulator with a page of its own at the same origin, as the real dashboard is for its services."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOW)
        self.simulator = Simulator(self.clock, episodes=8, days=90)
        self.said = self.simulator.credentials()
        self.bodies: dict[str, object] = {}
        routes = [Route("/dashboard", self._page), Mount("/", self.simulator.app)]
        self.app = Starlette(routes=routes)

    async def _page(self, request: Request) -> Response:
        bearer = self.simulator.accounts.bearer(self.simulator.account, self.simulator.now_ms)
        return HTMLResponse(PAGE.replace("BODIES", json.dumps(self.bodies)).replace("BEARER", bearer))

    def client(self, url: str, registry: Registry | None = None) -> Creators:
        return Creators.sign_in(
            sp_dc=self.said["sp_dc"], urls=Urls.at(url), registry=registry, pace=QUICK, clock=self.clock, adhoc=True
        )


def body(name: str, **variables: object) -> dict[str, object]:
    """A call as the dashboard makes it, with the hash that no public source has."""
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": made_up_hash(name)}}
    return {"operationName": name, "variables": variables, "extensions": persisted}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(accept_downloads=True)
    yield context.new_page()
    context.close()


def test_what_was_missing_works_after_a_capture(page: Page, tmp_path: Path) -> None:
    """The script records fetch and XHR while somebody clicks; its file, imported, makes the mutations work."""
    dashboard = Dashboard()
    with serving(dashboard.app) as url, dashboard.client(url) as before:
        talk = httpx2.get(f"{url}/sandbox/talk").json()["comments"]
        waiting = [one["uri"] for one in talk if one["approved_ms"] is None]
        comment = before.comments.digest(dashboard.said["show_id"])[0]
        with pytest.raises(Missing, match="createCommentReplyByCommentUri"):
            before.comments.reply(comment.uri, "Thanks!")
        dashboard.bodies = {
            "approve": body("publishCommentByCommentUri", commentUri=waiting[0]),
            "pin": body("pinComment", commentUri=comment.uri),
            "reply": body("createCommentReplyByCommentUri", parentCommentUri=comment.uri, replyStr="my private words"),
        }
        saved = recorded(page, url, tmp_path)
        text = saved.read_text()
        for secret in ("Bearer", "authorization", "secretcode42", "somebody@example.org", "elsewhere"):
            assert secret not in text, secret
        found = read_capture(saved.read_bytes(), Registry.pinned(), now_ms=NOW * 1000)
        assert found.operations == ("createCommentReplyByCommentUri", "pinComment", "publishCommentByCommentUri")
        assert list(found.other) == ["GET /podcasters/v0/user/me"] and found.kind == "console"
        overlay = store(tmp_path / "kit", found)
        assert "my private words" not in "".join(path.read_text() for path in (tmp_path / "kit").rglob("*.*"))
        with dashboard.client(url, Registry.pinned().with_file(overlay)) as after:
            other = after.comments.digest(dashboard.said["show_id"])[0]
            assert after.comments.reply(other.uri, "Thanks!").state == "confirmed"
            replied = {
                one.uri for one in after.comments.of_show(dashboard.said["show_id"]).value.comments if one.replied
            }
            assert other.uri in replied
            with pytest.raises(Missing, match="deleteCommentByCommentUri"):
                after.comments.delete(other.uri, confirm=True)


def recorded(page: Page, url: str, folder: Path) -> Path:
    """Paste the script, click everything, save the file, stop."""
    page.goto(f"{url}/dashboard")
    page.evaluate(console_script())
    page.evaluate(console_script())  # pasted twice by mistake: it stays one recording
    for number, button in enumerate(("approve", "reply", "rest"), 1):
        page.click(f"#{button}")
        page.get_by_text(f"{number} done", exact=True).wait_for()
    page.get_by_text("4 recorded", exact=True).wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save").click()
    assert download.value.suggested_filename.startswith("earstead-capture-")
    download.value.save_as(folder / "capture.json")
    page.get_by_role("button", name="Stop").click()
    assert page.locator("#earstead-capture").count() == 0
    assert page.evaluate("String(window.fetch).includes('[native code]')"), "everything is as it was"
    return folder / "capture.json"


def test_the_page_notices_nothing(page: Page) -> None:
    """With the script running the page's own requests get their answers, and its failures stay its own."""
    dashboard = Dashboard()
    with serving(dashboard.app) as url:
        page.goto(f"{url}/dashboard")
        page.evaluate(console_script())
        answers = page.evaluate(
            """async () => {
              const bad = await fetch("/_gql/v2/graph-pq", {method: "POST", body: "{"});
              const blob = await fetch("/_pod/podcasters/v0/user/me");
              let refused = "";
              try { await fetch("http://127.0.0.1:1/_rest/v3/x"); } catch (error) { refused = error.name; }
              const odd = [];
              const used = new Request("/_gql/v2/graph-pq", {method: "POST", body: "{}"});
              await used.text();
              for (const named of ["http://[", used]) {
                odd.push(await fetch(named).then(() => "answered", (error) => error.name));
              }
              try { new XMLHttpRequest().open("GET", "http://["); } catch (error) { odd.push(error.name); }
              return [bad.status, (await bad.text()).length > 0, blob.status, refused, ...odd];
            }"""
        )
        assert answers == [401, True, 401, "TypeError", "TypeError", "TypeError", "SyntaxError"]
        page.get_by_text("2 recorded", exact=True).wait_for()
        kept = json.loads(page.evaluate("window.earsteadCapture.text()"))
    assert [one["status"] for one in kept["entries"]] == [401, 401] and kept["earstead_capture"] == 1
