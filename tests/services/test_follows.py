"""Following: by name, seen by those who may; on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.kit.clock import FixedClock
from earstead.services import follows as module
from earstead.services.users import User
from earstead.storage import follows as table
from earstead.storage.engine import Engine
from tests.services.people import People, gather


@pytest.fixture
def people(engine: Engine, clock: FixedClock, tmp_path: Path) -> Iterator[People]:
    with gather(engine, clock, tmp_path) as found:
        yield found


def names(page: tuple[tuple[User, ...], int]) -> tuple[list[str], int]:
    return [user.name for user in page[0]], page[1]


def test_following_is_seen_on_both_sides(people: People) -> None:
    """By name in whatever case, latest first and in pages; following twice and leaving twice are harmless."""
    ada, bea, cleo = (people.add(name, "public") for name in ("Ada", "Bea", "Cleo"))
    people.follows.follow(ada.user_id, "BEA")
    people.clock.advance(1)
    people.follows.follow(ada.user_id, "cleo")
    people.follows.follow(ada.user_id, "bea")
    people.follows.follow(cleo.user_id, "bea")
    assert names(people.follows.following(ada.user_id, None)) == (["Cleo", "Bea"], 2)
    assert names(people.follows.following(ada.user_id, None, limit=1, offset=1)) == (["Bea"], 2)
    assert names(people.follows.followers(bea.user_id, None)) == (["Cleo", "Ada"], 2)
    assert people.follows.follows(ada.user_id, "Bea")
    people.follows.unfollow(ada.user_id, "bea")
    people.follows.unfollow(ada.user_id, "bea")
    assert not people.follows.follows(ada.user_id, "bea")
    assert names(people.follows.followers(bea.user_id, None)) == (["Cleo"], 1)


def test_who_cannot_be_followed(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody follows themselves, somebody private, somebody who is not there, or people without end."""
    ada = people.add("ada")
    people.add("bea"), people.add("cleo", "unlisted"), people.add("dora", "public")
    with pytest.raises(Rejected):
        people.follows.follow(ada.user_id, "Ada")
    for name in ("bea", "nobody"):
        with pytest.raises(NotFound):
            people.follows.follow(ada.user_id, name)
    people.follows.follow(ada.user_id, "cleo")
    monkeypatch.setattr(module, "MOST_FOLLOWED", 1)
    people.follows.follow(ada.user_id, "cleo")
    with pytest.raises(Conflict):
        people.follows.follow(ada.user_id, "dora")


def test_lists_keep_what_is_private(people: People) -> None:
    """Private people are in nobody's lists but for themselves, unlisted ones in one's own; changes act at once."""
    ada, bea, cleo = people.add("ada", "public"), people.add("bea", "public"), people.add("cleo", "unlisted")
    for name in ("bea", "cleo"):
        people.follows.follow(ada.user_id, name)
    assert people.follows.following(ada.user_id, ada)[1] == 2
    assert names(people.follows.following(ada.user_id, None)) == (["bea"], 1)
    assert names(people.follows.following(ada.user_id, bea)) == (["bea"], 1)
    assert people.follows.following(ada.user_id, cleo)[1] == 2
    people.accounts.update(bea.user_id, visibility="private")
    assert names(people.follows.following(ada.user_id, ada)) == (["cleo"], 1)
    assert people.follows.following(ada.user_id, None) == ((), 0)
    people.accounts.update(ada.user_id, visibility="private")
    assert people.follows.followers(cleo.user_id, cleo) == ((), 0)
    assert names(people.follows.followers(cleo.user_id, ada)) == (["ada"], 1)


def test_a_name_that_became_free_is_followed_by_nobody(people: People) -> None:
    """Erasing removes follows in both directions, so that a newcomer with the name has no old followers."""
    ada, bea = people.add("ada", "public"), people.add("bea", "public")
    people.follows.follow(ada.user_id, "bea")
    people.follows.follow(bea.user_id, "ada")
    people.accounts.erase(bea.user_id)
    newcomer = people.add("bea", "public")
    assert people.follows.followers(newcomer.user_id, None) == ((), 0)
    assert people.rows("SELECT name FROM follows") == []


def test_a_follow_from_an_archive_waits_for_its_name(people: People) -> None:
    """Somebody who is not here yet is in no list, and is followed once they come."""
    ada = people.add("ada", "public")
    row = {"user_id": ada.user_id, "name_key": "bea", "name": "Bea", "at": 5}
    people.writer.do(lambda tx: table.put(tx, [row])).result()
    assert people.follows.following(ada.user_id, ada) == ((), 0)
    people.add("bea", "public")
    assert names(people.follows.following(ada.user_id, ada)) == (["bea"], 1)
