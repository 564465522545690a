"""What the creators' pages claim: figures under their own days, comments of their own episode, nothing twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape

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
