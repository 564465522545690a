"""Tags: one user's, everybody's, and who is heard in which; on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from earstead.core.catalog import map_track, track_of
from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.kit.clock import FixedClock
from earstead.services import tags as module
from earstead.services.tags import Kind
from earstead.services.users import User
from earstead.services.views import EntityRef
from earstead.storage.engine import Engine
from tests.services.people import People, gather


@pytest.fixture
def people(engine: Engine, clock: FixedClock, tmp_path: Path) -> Iterator[People]:
    with gather(engine, clock, tmp_path) as found:
        yield found


def artist(people: People, user: User, name: str) -> int:
    """The id of an artist whom the user has just heard."""
    mapped = map_track(track_of(people.heard(user, name)))
    people.clock.advance(1000)
    return mapped.artists[0].entity_id


# ---- one user's ----------------------------------------------------------------------------------------------------


def test_tags_are_kept_as_first_written(people: People) -> None:
    """Trimmed, each once in whatever case, in the order given; visible to the very next question."""
    ada = people.add("ada")
    low = artist(people, ada, "Low")
    people.tags.add(ada.user_id, "artist", low, [" Slow core ", "Sad", "SAD", "", "  "])
    people.clock.advance(5)
    people.tags.add(ada.user_id, "artist", low, ["sad", "ab"])
    assert people.tags.of(ada.user_id, "artist", low)[-1] == "ab"
    assert set(people.tags.of(ada.user_id, "artist", low)) == {"Slow core", "Sad", "ab"}
    people.tags.remove(ada.user_id, "artist", low, " slow CORE")
    people.tags.remove(ada.user_id, "artist", low, "slow core")
    assert people.tags.of(ada.user_id, "artist", low) == ("Sad", "ab")


@pytest.mark.parametrize("names", [[], ["", " "], ["x" * 257], [f"tag {i}" for i in range(11)]])
def test_what_is_no_tag_is_refused(people: People, names: list[str]) -> None:
    """None, one too long and more than ten at once are refused, and nothing is kept."""
    ada = people.add("ada")
    low = artist(people, ada, "Low")
    with pytest.raises(Rejected):
        people.tags.add(ada.user_id, "artist", low, ["good", *names] if len(names) == 1 else names)
    assert people.tags.of(ada.user_id, "artist", low) == ()


@pytest.mark.parametrize(("kind", "entity_id"), [("artist", 12345), ("release", 0)])
def test_what_nobody_heard_cannot_be_tagged(people: People, kind: Kind, entity_id: int) -> None:
    """Neither an id that is not there nor one of another kind."""
    ada = people.add("ada")
    low = artist(people, ada, "Low")
    with pytest.raises(NotFound):
        people.tags.add(ada.user_id, kind, entity_id or low, ["x"])


def test_tags_have_an_end(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a most for each item and for each user; what stands already is no addition."""
    ada = people.add("ada")
    low, can = artist(people, ada, "Low"), artist(people, ada, "Can")
    monkeypatch.setattr(module, "MOST_OF_ITEM", 2)
    monkeypatch.setattr(module, "MOST_OF_USER", 3)
    people.tags.add(ada.user_id, "artist", low, ["a", "b"])
    people.tags.add(ada.user_id, "artist", low, ["A", "b"])
    with pytest.raises(Conflict):
        people.tags.add(ada.user_id, "artist", low, ["c"])
    with pytest.raises(Conflict):
        people.tags.add(ada.user_id, "artist", can, ["a", "b"])
    people.tags.add(ada.user_id, "artist", can, ["a"])
    assert people.tags.user_top(ada.user_id) == (("a", 2), ("b", 1))


def test_what_a_user_tagged_is_named_as_they_know_it(people: People) -> None:
    """Items of a tag by kind, latest first, in pages, under the user's own names."""
    ada = people.add("ada")
    low, can = artist(people, ada, "Low"), artist(people, ada, "Can")
    song = map_track(track_of(people.heard(ada, "Neu!", "Hero"))).recording.entity_id
    for item in (low, can):
        people.clock.advance(1)
        people.tags.add(ada.user_id, "artist", item, ["Rock"])
    people.tags.add(ada.user_id, "recording", song, ["rock"])
    found, total = people.tags.personal(ada.user_id, "ROCK", "artist")
    assert ([item.name for item in found], total) == (["Can", "Low"], 2)
    assert [i.name for i in people.tags.personal(ada.user_id, "rock", "artist", limit=1, offset=1)[0]] == ["Low"]
    ((hero,), total) = people.tags.personal(ada.user_id, "rock", "recording")
    assert (hero.name, hero.credit, total) == ("Hero", "Neu!", 1)
    assert people.tags.personal(ada.user_id, "jazz", "artist") == ((), 0)


def test_a_tag_keeps_the_words_of_an_item_that_is_gone(people: People) -> None:
    """When all who heard it went, the one who only tagged it still sees its name."""
    ada, bea = people.add("ada", "public"), people.add("bea")
    can = artist(people, ada, "Can")
    people.tags.add(bea.user_id, "artist", can, ["rock"])
    people.accounts.erase(ada.user_id)
    assert people.rows("SELECT name FROM entities") == []
    ((found,), _) = people.tags.personal(bea.user_id, "rock", "artist")
    assert (found.kind, found.entity_id, found.name) == ("artist", can, "Can")


def test_the_words_of_an_item_survive_being_kept_twice(people: People) -> None:
    """What nobody heard is tagged by its words, cut and cleaned so that an archive repeats them to the letter."""
    ada = people.add("ada")
    odd = EntityRef(kind="artist", entity_id=7, name=f"\x00{'x' * 4095} \ud800", credit="")
    people.tags.add(ada.user_id, "artist", 7, ["rock"], item=odd)
    ((found,), _) = people.tags.personal(ada.user_id, "rock", "artist")
    assert found.name == "x" * 4095
    assert module.item_words(found.name) == found.name


def test_tags_follow_what_is_merged_later(people: People) -> None:
    """What was given to either of two that became one is given to that one, once; undone, both have their own."""
    ada = people.add("ada", "public")
    low, lows = artist(people, ada, "Low"), artist(people, ada, "The Lows")
    people.tags.add(ada.user_id, "artist", lows, ["rock", "sad"])
    people.clock.advance(1)
    people.tags.add(ada.user_id, "artist", low, ["slow", "Sad"])
    merge = {"entity": "artist", "ids": [lows], "into": low}
    made = people.decisions.make(ada.user_id, "merge", merge)
    for entity_id in (low, lows):
        assert people.tags.of(ada.user_id, "artist", entity_id) == ("rock", "sad", "slow")
        assert people.tags.top("artist", entity_id, ada) == (("rock", 100), ("Sad", 100), ("slow", 100))
    ((item,), total) = people.tags.personal(ada.user_id, "sad", "artist")
    assert (item.entity_id, item.name, total) == (low, "Low", 1)
    assert [i.entity_id for i in people.tags.personal(ada.user_id, "rock", "artist")[0]] == [low]
    people.tags.add(ada.user_id, "artist", low, ["Rock"])
    people.tags.remove(ada.user_id, "artist", low, "SAD")
    people.decisions.undo(ada.user_id, made.decision_id)
    assert people.tags.of(ada.user_id, "artist", lows) == ("rock",)
    assert people.tags.of(ada.user_id, "artist", low) == ("slow",)


def test_names_kept_with_tags_are_of_those_in_sight(people: People) -> None:
    """A tag by id keeps the words that its giver may see; what only a private user heard cannot be tagged so."""
    bea, ada, cleo = people.add("bea"), people.add("ada", "public"), people.add("cleo")
    low, secret = artist(people, bea, "LOW"), artist(people, bea, "Secret")
    artist(people, ada, "Low")
    people.tags.add(cleo.user_id, "artist", low, ["rock"])
    people.tags.add(ada.user_id, "artist", low, ["rock"])
    assert [item.name for item in people.tags.personal(cleo.user_id, "rock", "artist")[0]] == ["Low"]
    assert [item.name for item in people.tags.tagged("rock", "artist", 10, 0, None)[0]] == ["Low"]
    with pytest.raises(NotFound):
        people.tags.add(cleo.user_id, "artist", secret, ["rock"])


# ---- everybody's ---------------------------------------------------------------------------------------------------


def test_private_tags_feed_nobody_elses_answers(people: People) -> None:
    """Answers about everybody are made of public users' tags and the viewer's own; a change acts at once."""
    ada, bea, cleo = people.add("ada", "public"), people.add("bea"), people.add("cleo", "unlisted")
    low = artist(people, ada, "Low")
    people.tags.add(ada.user_id, "artist", low, ["rock"])
    people.tags.add(bea.user_id, "artist", low, ["secret", "rock"])
    people.tags.add(cleo.user_id, "artist", low, ["hidden"])
    for viewer in (None, ada):
        assert people.tags.top("artist", low, viewer) == (("rock", 100),)
        assert people.tags.info("secret", viewer) == (0, 0)
        assert people.tags.info("Rock", viewer) == (1, 1)
        assert people.tags.most_used(10, 0, viewer) == ((("rock", 1, 1),), 1)
        assert people.tags.tagged("secret", "artist", 10, 0, viewer) == ((), 0)
        assert people.tags.similar("rock", 10, viewer) == ()
    assert people.tags.top("artist", low, bea) == (("rock", 100), ("secret", 50))
    assert people.tags.most_used(10, 0, bea) == ((("rock", 2, 2), ("secret", 1, 1)), 2)
    assert people.tags.similar("rock", 10, bea) == (("secret", 1.0),)
    people.accounts.update(cleo.user_id, visibility="public")
    assert people.tags.info("hidden", None) == (1, 1)


def test_everybodys_tags_are_weighed_and_paged(people: People) -> None:
    """Weights of an item are relative to its most given tag; lists are in order, in pages, with their length."""
    users = [people.add(name, "public") for name in ("ada", "bea", "cleo")]
    low, can, neu = (artist(people, users[0], name) for name in ("Low", "Can", "Neu!"))
    for user in users:
        people.tags.add(user.user_id, "artist", low, ["rock"])
    for user in users[:2]:
        people.tags.add(user.user_id, "artist", neu, ["Rock"])
    people.tags.add(users[0].user_id, "artist", low, ["slow"])
    people.tags.add(users[0].user_id, "artist", can, ["rock"])
    assert people.tags.top("artist", low, None) == (("rock", 100), ("slow", 33))
    assert people.tags.top("artist", low, None, limit=1) == (("rock", 100),)
    assert people.tags.info("rock", None) == (6, 3)
    used, total = people.tags.most_used(1, 0, None)
    assert (used[0][1:], total) == ((6, 3), 2)
    assert people.tags.most_used(1, 1, None) == ((("slow", 1, 1),), 2)
    found, total = people.tags.tagged("rock", "artist", 2, 0, None)
    assert ([item.name for item in found], total) == (["Low", "Neu!"], 3)
    assert [item.name for item in people.tags.tagged("rock", "artist", 2, 2, users[0])[0]] == ["Can"]
    assert people.tags.tagged("rock", "recording", 2, 0, None) == ((), 0)


def test_tags_on_the_same_items_are_similar(people: People) -> None:
    """The match is the cosine of the items two tags share: 1 for the same items, less for a tag that is everywhere."""
    ada, bea = people.add("ada", "public"), people.add("bea", "public")
    items = [artist(people, ada, name) for name in ("Low", "Can", "Neu!", "Faust")]
    for item in items[:2]:
        people.tags.add(ada.user_id, "artist", item, ["kraut", "motorik"])
    for item in items:
        people.tags.add(bea.user_id, "artist", item, ["rock"])
    (first, second) = people.tags.similar("Kraut", 10, None)
    assert (first, second[0]) == (("motorik", 1.0), "rock")
    assert second[1] == pytest.approx(2 / (2 * 4) ** 0.5)
    assert people.tags.similar("kraut", 1, None) == (("motorik", 1.0),)
    assert people.tags.similar("unheard of", 10, None) == ()


def test_erasing_takes_the_tags_along(people: People) -> None:
    """Of somebody who went no tag is left, in any number."""
    ada, bea = people.add("ada", "public"), people.add("bea", "public")
    low = artist(people, bea, "Low")
    for i in range(0, 100, 10):
        people.tags.add(ada.user_id, "artist", low, [f"tag {i + k}" for k in range(10)])
    people.tags.add(bea.user_id, "artist", low, ["mine"])
    people.accounts.erase(ada.user_id)
    assert people.rows("SELECT name FROM tags") == [("mine",)]
