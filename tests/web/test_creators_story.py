"""The whole story of a creator, lived through the pages alone, against the simulated Spotify for Creators."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from tests.fakes.creators_evening import Evening, spent, words


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    """Ada, who has connected nothing yet."""
    with spent(tmp_path / "data") as made:
        yield made


def test_the_whole_story(evening: Evening) -> None:
    """Connect, history, a month of comments, a title, an upload with a date, export, the cookie mended, the journal."""
    account = connects(evening)
    sees_the_history(evening)
    answers_the_comments(evening, account)
    fixes_a_title(evening)
    schedules_an_upload(evening)
    exports_everything(evening)
    loses_the_cookie(evening, account)
    journal_has_everything(evening)


def connects(evening: Evening) -> str:
    """Wrong cookies are explained and kept out of the page; right ones lead to the account, which is read."""
    assert "Connect your account" in evening.page("/create")
    assert "sp_dc" in evening.page("/create/connect")
    refused = evening.browser.post("/create/connect", data={"sp_dc": "AQDwrongcookie", "sp_key": ""})
    assert refused.status_code == 422 and "AQDwrongcookie" not in refused.text
    assert "creators.spotify.com" in words(refused.text)
    account = evening.connect()
    assert evening.simulator.credentials()["sp_dc"] not in evening.html(account)
    return account


def sees_the_history(evening: Evening) -> None:
    """Shows of every hosting class; the first one's figures, each with what it is."""
    said = evening.page("/create")
    assert "Hosted by Spotify for Creators" in said and "Hosted elsewhere" in said
    overview = evening.page(evening.base)
    assert "streams and downloads in the last 30 days" in overview, overview
    assert "on all platforms" in overview and "30 seconds heard (since 11 June 2026)" in overview
    for path in ("/episodes", "/compare", "/audience", "/discovery", "/figures", "/calendar", "/media-kit"):
        evening.page(f"{evening.base}{path}")


def answers_the_comments(evening: Evening, account: str) -> None:
    """The codes are looked up in the dashboard's scripts and adopted; then every comment is answered or approved."""
    inbox = f"{evening.base}/comments"
    evening.learn(account)
    show_id = int(evening.base.rsplit("/", 1)[1])
    comments = evening.services.creators.comments
    todo = comments.inbox(evening.user_id, show_id, "open", size=100)
    assert todo.total > 2, "the simulator has comments of a month"
    for thread in todo.items:
        one = f"{inbox}/{thread.comment.comment_id}"
        if thread.comment.state == "review":
            evening.send(f"{one}/approve", state="open")
        back = evening.send(f"{one}/reply", state="open", text="Thank you for listening.")
        assert back.startswith(inbox)
    assert "Nothing to do" in evening.page(inbox)


def fixes_a_title(evening: Evening) -> None:
    """The exact change is shown before it is sent, undone from the journal, and made again."""
    show = evening.base
    listed = evening.services.creators.shows.episodes(evening.user_id, int(show.rsplit("/", 1)[1]), state="published")
    episode = listed.items[0]
    here = f"{show}/episodes/{episode.episode_id}"
    form = evening.html(f"{here}/edit")
    description = unescape(re.search(r'name="description"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)[1])  # type: ignore[index]
    wanted = {"title": "A better title, ünd a quiet one", "description": description}
    assert evening.send(f"{here}/edit", **wanted) == here
    assert "A better title, ünd a quiet one" in evening.page(here)
    change = re.search(r"/changes/(\d+)/undo", evening.html(f"{show}/changes"))
    assert change is not None
    evening.send(f"{show}/changes/{change[1]}/undo")
    assert episode.title in evening.page(here)
    evening.send(f"{here}/edit", **wanted)


def schedules_an_upload(evening: Evening) -> None:
    """A file comes to this server, what would be sent is shown, and the worker brings it there with its date."""
    show = evening.base
    before = len(evening.overheard.writes)
    form = {"title": "Snow, in advance", "description": "First.\n\nSecond.", "publish_on": "2026-12-01T09:30"}
    sound = {"file": ("snow.mp3", b"ID3" + b"\0" * 400_000, "audio/mpeg")}
    received = evening.browser.post(f"{show}/studio/new", data=form, files=sound)
    assert received.status_code == 303, words(received.text)
    plan = str(received.headers["location"])
    said = evening.page(plan)
    assert "Snow, in advance" in said and "1 December 2026, 09:30" in said and "snow.mp3" in said, said
    assert len(evening.overheard.writes) == before
    sent = evening.browser.post(plan, data={"step": "send"})
    assert sent.status_code == 303, words(sent.text)
    upload = str(sent.headers["location"])
    evening.until(lambda: "every 1s" not in evening.html(upload))
    assert "Done. It is set for 1 December 2026, 09:30" in evening.page(upload)
    assert "Snow, in advance" in evening.page(f"{show}/calendar?month=2026-12")
    assert not list((evening.services.data / "creators").glob("*/snow.mp3")), "the file was left behind"


def exports_everything(evening: Evening) -> None:
    """All figures of all episodes as CSV, and the same as JSON lines."""
    show = evening.base
    assert "Plays and downloads" in evening.page(f"{show}/export")
    asked = {"from": "2026-09-01", "to": "2026-11-21", "by": "episode"}
    answer = evening.browser.get(f"{show}/export/file", params=asked | {"format": "csv"})
    assert answer.status_code == 200, words(answer.text)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    lines = evening.browser.get(f"{show}/export/file", params=asked | {"format": "jsonl"}).text.splitlines()
    assert len(rows) == len(lines) > 100
    assert evening.browser.get(f"{show}/export/file", params=asked | {"format": "tape"}).status_code == 422


def loses_the_cookie(evening: Evening, account: str) -> None:
    """When the cookie ends, pages say so and what to do; new ones mend it, and the reading goes on."""
    world = evening.simulator
    evening.clock.advance(3600)
    world.accounts.expire_all()
    world.account.signed_in = False
    tried = words(evening.browser.post(f"{account}/check").text)
    assert "The cookies are taken" not in tried and "Spotify for Creators: " not in tried
    evening.browser.post(f"{account}/sync")
    evening.until(lambda: evening.services.creators.accounts.get(evening.user_id, 1).state == "ended")
    said = evening.page(account)
    assert "What to do:" in said and "cookies" in said
    assert "Give new cookies" in evening.page("/create")
    assert "Give new cookies" in evening.page(evening.base)
    refused = evening.browser.post(f"{account}/cookies", data={"sp_dc": "AQDanotherwrongone"})
    assert refused.status_code == 422
    world.account.signed_in = True
    world.accounts.renew_cookies(world.account)
    fresh = world.credentials()
    mended = evening.browser.post(f"{account}/cookies", data={"sp_dc": fresh["sp_dc"], "sp_key": fresh["sp_key"]})
    assert mended.status_code == 303, words(mended.text)
    assert "Give new cookies" not in evening.page(evening.base)
    told = evening.page(account)
    now = told.partition("Earlier readings")[0]
    assert "The cookies were accepted." in now and "no longer signed in" not in now, told


def journal_has_everything(evening: Evening) -> None:
    """As many requests that change something were heard as the journal lists, and its pages show each change."""
    page, listed, shown = 1, 0, ""
    while True:
        found = evening.services.creators.changes.of_user(evening.user_id, page)
        listed += sum(len(change.steps) for change in found.items)
        shown += evening.page(f"/create/changes?page={page}")
        if not found.more:
            break
        page += 1
    assert listed == len(evening.overheard.writes), evening.overheard.writes
    for said in ("Answer a comment", "Change an episode", "Make a new episode", "Upload", "Schedule an episode"):
        assert said in shown
