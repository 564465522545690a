"""What the creators' pages claim: figures under their own days, comments of their own episode, nothing twice."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from urllib.parse import unquote

import httpx2
from tests.fakes.creators_desk import Desk
from tests.web.test_creators_pages import ada, episode, furnished, made, said, words

from earstead.web.forms import sentence

__all__ = ["ada", "furnished", "made"]


def test_the_comments_of_an_episode_are_those_alone(made: Desk, ada: httpx2.Client) -> None:
    """The link of an episode leads to its comments; the counts and the other views stay with it."""
    inbox = made.services.creators.comments
    under = Counter(thread.comment.episode_id for thread in inbox.inbox(made.user_id, made.show_id, "all").items)
    assert len(under) > 1, "one episode alone would prove nothing"
    for episode_id, known in under.items():
        page = ada.get(f"/create/{made.show_id}/comments?state=all&episode={episode_id}")
        assert page.text.count("data-comment>") == known
        assert f"All {known}" in words(page) and "those on the whole show" in words(page)
        assert f"/comments?state=review&amp;episode={episode_id}" in page.text


def test_figures_of_a_window_of_their_own_say_which(made: Desk, ada: httpx2.Client) -> None:
    """The way in is read for 30 days only: under a year it stands with just those, and benchmarks speak plainly."""
    for period in ("30d", "365d"):
        page = said(ada, f"/create/{made.show_id}/discovery?period={period}")
        assert page.count("Of the last 30 days, as told on") >= 1, period
        assert "whichever days are chosen above" in page
    assert "shows of similar size" in page


def test_the_table_of_a_chart_can_be_read_by_programs(made: Desk, ada: httpx2.Client) -> None:
    """Days as ISO dates that sort, values without separators of thousands in the file."""
    html = ada.get(f"/create/{made.show_id}?period=30d").text
    file = unquote(html.split("data:text/csv;charset=utf-8,")[1].split('"')[0])
    head, *lines = csv.reader(io.StringIO(file))
    assert head[0] == "Day" and len(lines) == 30
    assert all(re.fullmatch(r"2026-1[01]-\d\d", day) for day, _ in lines)
    assert all(re.fullmatch(r"[\d.]+|no figure", value) for _, value in lines), lines


def test_what_cannot_be_done_is_not_offered(made: Desk, ada: httpx2.Client) -> None:
    """No new episodes where another host makes them, no other file for what is public, no date in the past."""
    for path in ("", "/calendar", "/episodes"):
        assert "/studio/new" not in ada.get(f"/create/{made.elsewhere}{path}").text, path
    assert "/studio/new" in ada.get(f"/create/{made.show_id}").text
    here = f"/create/{made.show_id}/episodes"
    assert "/media" not in ada.get(f"{here}/{episode(made)}").text
    closed = ada.get(f"{here}/{episode(made)}/media")
    assert "This episode is published" in words(closed) and 'type="file"' not in closed.text
    assert "/media" in ada.get(f"{here}/{episode(made, 'scheduled')}").text
    form = ada.get(f"/create/{made.show_id}/studio/new").text
    assert re.search(r'name="publish_on"[^>]* min="2026-11-21T11:00"', form), "on the clock of Berlin"
    assert re.search(r'type="file" name="file" accept="[^"]*\.mp3', form)


def test_nobody_heard_what_is_not_public(made: Desk, ada: httpx2.Client) -> None:
    """A scheduled episode and a draft have neither a chart since publication nor a place where people stay."""
    here = f"/create/{made.show_id}/episodes"
    for state in ("scheduled", "draft"):
        page = said(ada, f"{here}/{episode(made, state)}")
        assert "Since publication" not in page and "Where people stay" not in page, state
    assert "Where people stay" in said(ada, f"{here}/{episode(made)}")


def test_a_feed_that_cannot_be_had_is_said_beside_its_address(made: Desk, ada: httpx2.Client) -> None:
    """The feed of the settings is filled in; a private one is refused at the field, and no journal is named."""
    path = f"/create/{made.show_id}/downloads"
    assert 'value="https://feeds.test/field-notes.xml"' in ada.get(path).text
    refused = ada.post(f"{path}/feed", data={"url": "http://127.0.0.1:9/feed.xml"})
    assert refused.status_code == 422 and 'name="url" type="url" value="http://127.0.0.1:9/feed.xml"' in refused.text
    assert 'class="wrong" id="h-url"' in refused.text and "change journal" not in words(refused)


def test_a_sentence_keeps_the_letters_of_an_address() -> None:
    """A message begins with a capital letter, unless an address stands there."""
    assert sentence("anchor.example: refused") == "anchor.example: refused."
    assert sentence("is empty") == "Is empty." and sentence("") == ""


def test_what_is_known_stands_beside_the_choice(made: Desk, ada: httpx2.Client) -> None:
    """The small print leads to its operation; the help of the inbox has its keys; no chart's origin is a riddle."""
    overview = ada.get(f"/create/{made.show_id}").text
    assert '<a href="/develop/creators?q=getShowPlaysAndDownloads">' in overview
    assert ada.get("/develop/creators?q=getShowPlaysAndDownloads").status_code == 200
    assert "approve it" in said(ada, f"/create/{made.show_id}/comments")
    assert "approve it" not in words(ada.get(f"/create/{made.show_id}"))
    assert "14 episodes, with drafts" in said(ada, f"/create/{made.show_id}/episodes")
    assert "10 public episodes" in said(ada, "/create")
