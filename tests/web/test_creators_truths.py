"""What the creators' pages claim: figures under their own days, comments of their own episode, nothing twice."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

import httpx2
import pytest
from tests.fakes.creators_desk import Desk, desk
from tests.fakes.servers import serving

from earstead.app import around


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, str]]:
    """A desk, and where it answers."""
    with desk(tmp_path_factory.mktemp("desk")) as made, serving(around(made.services), lifespan="off") as url:
        yield made, url


@pytest.fixture
def made(furnished: tuple[Desk, str]) -> Desk:
    """The desk."""
    return furnished[0]


@pytest.fixture
def ada(furnished: tuple[Desk, str]) -> Iterator[httpx2.Client]:
    """Ada's browser."""
    with furnished[0].visitor(furnished[1]) as client:
        yield client


def words(answer: httpx2.Response) -> str:
    """What people read of a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def said(client: httpx2.Client, path: str) -> str:
    """The words of a page that is there."""
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return words(answer)


def episode(made: Desk, state: str = "published") -> int:
    """The newest episode of a state."""
    return made.services.creators.shows.episodes(made.user_id, made.show_id, state=state).items[0].episode_id


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
