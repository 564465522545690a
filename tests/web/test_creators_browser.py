"""The creators' desk in a real browser: the inbox by keyboard, uploads with their bar, rules of accessibility."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.fakes.browsing import faults, opened
from tests.fakes.creators_desk import Desk, desk
from tests.fakes.creators_evening import Evening, spent
from tests.fakes.servers import serving

from earstead.app import around

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LOOKS = [(1280, 900, "light"), (390, 844, "dark")]
PASSWORD = "a long and quiet evening"
ROOMS = (
    "", "/figures", "/episodes", "/compare", "/audience", "/discovery", "/downloads", "/comments", "/calendar",
    "/changes", "/export", "/settings", "/media-kit", "/studio/new", "/cover",
)  # fmt: skip
FORMS = ("", "/edit", "/delete", "/poll", "/cover")


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    """Ada, whose account was connected, and whose server learned to answer comments."""
    with spent(tmp_path_factory.mktemp("evening") / "data") as made:
        made.learn(made.connect())
        yield made


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, str]]:
    """A desk that was read for two years, with long names and such that run from right to left."""
    with desk(tmp_path_factory.mktemp("desk")) as made, serving(around(made.services), lifespan="off") as url:
        yield made, url


@pytest.fixture
def page(evening: Evening, browser: Browser) -> Iterator[Page]:
    """A page of ada's that fails on any fault or refusal in its console."""
    session = evening.services.accounts.sign_in("ada", PASSWORD)
    context = opened(browser, evening.url, session, viewport={"width": 1280, "height": 900})
    made = context.new_page()
    heard: list[str] = []
    made.on("console", lambda said: heard.append(said.text) if said.type in ("error", "warning") else None)
    made.on("pageerror", lambda fault: heard.append(str(fault)))
    yield made
    context.close()
    assert not heard


def todo(evening: Evening) -> int:
    """How many comments wait for something."""
    show_id = int(evening.base.rsplit("/", 1)[1])
    return evening.services.creators.comments.inbox(evening.user_id, show_id).total


def current(page: Page) -> str:
    """The id of the comment that the keys are for."""
    return str(page.locator(".comment.current").get_attribute("id"))


def test_comments_are_worked_through_by_keyboard(evening: Evening, page: Page) -> None:
    """J and k walk, r answers, Enter shows what is sent and sends it, the next is current; Escape sends nothing."""
    waiting = todo(evening)
    assert waiting >= 3
    page.goto(f"{evening.base}/comments")
    for key in "jjk":
        page.keyboard.press(key)
    first = page.locator(".comment").first
    assert current(page) == first.get_attribute("id")
    behind = page.locator(".comment").nth(1).get_attribute("id")

    writes = len(evening.overheard.writes)
    page.keyboard.press("d")
    page.locator(".planned [data-send]:focus").wait_for()
    assert "comment.delete" in page.locator(".planned").inner_text()
    page.keyboard.press("Escape")
    assert page.locator(".planned").count() == 0
    assert len(evening.overheard.writes) == writes

    page.keyboard.press("r")
    page.keyboard.type("Thank you.")
    page.keyboard.press("Enter")
    page.locator(".planned [data-send]:focus").wait_for()
    assert "Thank you." in page.locator(".planned").inner_text()
    assert len(evening.overheard.writes) == writes
    page.keyboard.press("Enter")
    page.locator(".notice", has_text="Answer a comment: done").wait_for()
    assert evening.overheard.writes[writes:] == ["createCommentReplyByCommentUri"]
    if todo(evening) == waiting:  # it also waits for approval, so it is still on the list
        page.keyboard.press("a")
        page.locator(".planned [data-send]:focus").wait_for()
        page.keyboard.press("Enter")
        page.locator(".notice", has_text="Approve a comment: done").wait_for()
    page.locator(".comment.current").wait_for()
    assert todo(evening) == waiting - 1
    assert current(page) == behind


def test_a_pin_goes_on_and_comes_off_by_keyboard(evening: Evening, page: Page) -> None:
    """P pins the current comment and, on the one that is pinned, takes it off."""
    page.goto(f"{evening.base}/comments?state=all")
    comment = page.locator(".comment", has=page.get_by_role("button", name="Pin:")).first
    here = str(comment.get_attribute("id"))
    for word in ("Pin a comment: done", "Take the pin off a comment: done"):
        page.goto(f"{evening.base}/comments?state=all#{here}")
        page.reload()
        page.locator(f"#{here}.current").wait_for()
        page.keyboard.press("p")
        page.locator(".planned [data-send]:focus").wait_for()
        page.keyboard.press("Enter")
        page.locator(".notice", has_text=word).wait_for()


def test_the_inbox_works_without_script(evening: Evening, browser: Browser) -> None:
    """Without JavaScript a comment is answered through the page that shows what is sent."""
    waiting = todo(evening)
    session = evening.services.accounts.sign_in("ada", PASSWORD)
    context = opened(browser, evening.url, session, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{evening.base}/comments")
    comment = page.locator(".comment", has_not=page.get_by_text("to approve")).first
    comment.locator("summary", has_text="Reply").click()
    comment.locator("textarea").fill("Danke!")
    comment.get_by_role("button", name="See what will be sent").click()
    assert "Nothing was sent yet" in page.inner_text("main")
    page.get_by_role("button", name="Send it").click()
    page.wait_for_url("**/comments*")
    assert todo(evening) == waiting - 1
    context.close()


def test_an_upload_moves_its_bar_and_leads_to_the_plan(evening: Evening, page: Page, tmp_path: Path) -> None:
    """A chosen file is sent with a bar, the plan is shown, one click hands it on, and the page says when it is done."""
    sound = tmp_path / "wind.mp3"
    sound.write_bytes(b"ID3" + bytes(300_000))
    page.goto(f"{evening.base}/studio/new")
    page.get_by_label("Title", exact=True).fill("Wind")
    page.set_input_files("#f-file", str(sound))
    page.get_by_role("button", name="Upload, and see what will be sent").click()
    page.wait_for_url("**/studio/plan/*")
    assert "wind.mp3" in page.inner_text("main")
    page.get_by_role("button", name="Send it").click()
    page.wait_for_url("**/studio/uploads/*")
    page.get_by_text("Done. It is a draft with its file.").wait_for(timeout=20_000)


@pytest.mark.parametrize(("width", "height", "scheme"), LOOKS)
def test_pages_follow_the_rules_of_accessibility(
    furnished: tuple[Desk, str], browser: Browser, axe_source: str, width: int, height: int, scheme: Any
) -> None:
    """No page of the desk breaks a rule of axe or is wider than the screen, whatever the width and the scheme."""
    made, url = furnished
    session = made.services.accounts.sign_in("ada", PASSWORD)
    context = opened(browser, url, session, viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    shows, show = made.services.creators.shows, f"/create/{made.show_id}"
    published, draft = (
        shows.episodes(made.user_id, made.show_id, state=state).items[0].episode_id for state in ("published", "draft")
    )
    paths = [
        "/create", "/create/connect", f"/create/accounts/{made.account.account_id}", "/create/captures",
        "/create/changes", *(f"{show}{room}" for room in ROOMS), f"/create/{made.elsewhere}",
        f"/create/{made.elsewhere}/audience", f"/create/{made.elsewhere}/settings",
        *(f"{show}/episodes/{published}{form}" for form in FORMS), f"{show}/episodes/{draft}/schedule",
        f"{show}/episodes/{draft}/media",
    ]  # fmt: skip
    broken = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        broken += faults(page, axe_source, path)
    page.goto(f"{show}/episodes/{published}/edit")
    page.get_by_label("Title").fill("Another title")
    page.get_by_role("button", name="See what will be sent").click()
    broken += faults(page, axe_source, "a plan")
    context.close()
    assert not broken
