"""The page of downloads, driven as a creator does: feed, log, prefix, OP3; and looked at in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.fakes.browsing import faults, opened
from tests.services.creators.test_downloads import FEED, Stage, line, stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["stage"]
PASSWORD = "a long and quiet evening"


@pytest.fixture
def mira(stage: Stage) -> Iterator[httpx2.Client]:
    """A browser of hers."""
    with httpx2.Client(base_url=stage.url, timeout=30, headers={"sec-fetch-site": "same-origin"}) as client:
        client.cookies.set("earstead_session", stage.services.accounts.sign_in("mira", PASSWORD))
        yield client


def text(client: httpx2.Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def test_from_an_empty_page_to_a_line(stage: Stage, mira: httpx2.Client, tmp_path: Path) -> None:
    """Feed read, log uploaded, read by the worker: the downloads stand on the page, with what was left out and why."""
    base = f"/create/{stage.show_id}/downloads"
    assert "can be counted here" in text(mira, base)
    assert mira.post(f"{base}/log", files={"log": ("a.log", b"x")}).status_code == 422
    refused = mira.post(f"{base}/feed", data={"url": "feed"})
    assert refused.status_code == 422 and "beginning with https://" in refused.text
    done = mira.post(f"{base}/feed", data={"url": f"{stage.outside}/feed", "counting": "day", "prefix": "1"})
    assert done.status_code == 303, done.text
    said = text(mira, base)
    assert "2 files" in said and f"{stage.services.public_url.rstrip('/')}/dl/" in mira.get(base).text
    lines = line(20, "10:00:00", "/one.mp3") + line(21, "10:00:00", "/one.mp3") + "nonsense\n"
    assert mira.post(f"{base}/log", files={"log": ("räume.log", lines.encode())}).status_code == 303
    assert 'hx-trigger="every 2s"' in mira.get(base).text
    stage.services.worker.run_due()
    said = text(mira, f"{base}?period=30d")
    assert "2 downloads of the feed's files in these days, from logs, counted in the manner of the IAB." in said
    assert "3 lines, 2 for files of this feed, 2 of them new" in said and "neither the combined format nor JSON" in said
    assert "AntennaPod" in said and "Über wasser" in said and 'hx-trigger="every 2s"' not in mira.get(base).text


def test_op3_says_when_a_token_is_not_accepted(stage: Stage, mira: httpx2.Client) -> None:
    """A wrong token is refused beside its field, and not kept."""
    base = f"/create/{stage.show_id}/downloads"
    mira.post(f"{base}/feed", data={"url": f"{stage.outside}/feed"})
    stage.services.creators.op3._url = f"{stage.outside}/op3"
    refused = mira.post(f"{base}/op3", data={"token": "bad"})
    assert refused.status_code == 422 and "token is not accepted" in unescape(refused.text)
    assert not stage.services.creators.feeds.get(stage.user_id, stage.show_id).op3
    assert mira.post(f"{base}/op3", data={"token": "good"}).status_code == 303
    assert stage.services.creators.feeds.get(stage.user_id, stage.show_id).op3
    assert "good" not in mira.get(base).text


def test_nobody_else_sees_it(stage: Stage, mira: httpx2.Client) -> None:
    """Another user finds no such page, and changes nothing."""
    stage.services.accounts.add_user("nora", PASSWORD)
    mira.cookies.set("earstead_session", stage.services.accounts.sign_in("nora", PASSWORD))
    base = f"/create/{stage.show_id}/downloads"
    assert mira.get(base).status_code == 404
    assert mira.post(f"{base}/feed", data={"url": f"{stage.outside}/feed"}).status_code == 404
    assert FEED and stage.services.creators.feeds.get(stage.user_id, stage.show_id).url == ""


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_follows_the_rules_of_accessibility(
    stage: Stage, mira: httpx2.Client, browser: Browser, axe_source: str, width: int, scheme: Any
) -> None:
    """Full and on every screen: no rule of axe is broken, nothing is wider than the screen."""
    base = f"/create/{stage.show_id}/downloads"
    mira.post(f"{base}/feed", data={"url": f"{stage.outside}/feed", "prefix": "1"})
    mira.post(f"{base}/log", files={"log": ("a.log", line(20, "10:00:00", "/one.mp3").encode())})
    stage.services.worker.run_due()
    session, size = mira.cookies["earstead_session"], {"width": width, "height": 900}
    context = opened(browser, stage.url, session, viewport=size, color_scheme=scheme)
    page = context.new_page()
    page.goto(base)
    assert not faults(page, axe_source, base)
    context.close()
