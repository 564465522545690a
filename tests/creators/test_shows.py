"""Recipes for shows: settings, cover, address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from earstead.creators import Creators, MemoryLog, State
from earstead.creators.errors import SlugTaken, ValidationError
from earstead.sandbox.creators.world import Hosting
from tests.creators.client import client_at
from tests.creators.files import png
from tests.fakes.creators import Stage, staged


@pytest.fixture
def alone() -> Iterator[Stage]:
    """An account with a single show."""
    with staged(shows=[Hosting.S4P], episodes=3, days=20) as stage:
        yield stage


def test_settings_change_and_the_others_stay(creators: Creators, creators_stage: Stage) -> None:
    """A new description leaves name, author, category and language alone, and can be undone."""
    show = creators_stage.show
    old = creators.shows.get(show.id)
    change = creators.shows.edit(show.id, description="About water")
    new = creators.shows.get(show.id)
    assert new.description == "About water"
    assert (new.name, new.author, new.category, new.language) == (old.name, old.author, old.category, old.language)
    assert (change.before, change.after) == ({"description": old.description}, {"description": "About water"})
    creators.undo(change)
    assert creators.shows.get(show.id).description == old.description


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": "x" * 101},
        {"description": "x" * 601},
        {"author": "x" * 81},
        {"name": " "},
        {"explicit": 1},
        {"name": 3},
    ],
)
def test_settings_are_checked_before_they_are_sent(
    creators: Creators, creators_stage: Stage, fields: dict[str, Any]
) -> None:
    """The limits of the service are kept here: nobody knows what it does beyond them."""
    with pytest.raises(ValidationError):
        creators.shows.edit(creators_stage.show_id, **fields)
    assert not creators_stage.simulator.calls


def test_a_cover_is_uploaded_and_read_back(creators: Creators, creators_stage: Stage, tmp_path: Path) -> None:
    """The address of the new picture is in the change, beside the old one."""
    before = creators.shows.get(creators_stage.show_id).image
    change = creators.shows.cover(creators_stage.show_id, png(tmp_path))
    after = creators.shows.get(creators_stage.show_id).image
    assert change.before == {"picture": before}
    assert change.after == {"picture": after}
    assert after != before


def test_an_address_is_chosen_after_typing_it_twice(alone: Stage) -> None:
    """The address changes only when it is confirmed; the change knows the old one, and leads back to it."""
    log = MemoryLog()
    with client_at(alone, log=log) as creators:
        old = alone.show.web_id
        with pytest.raises(ValidationError, match="once more"):
            creators.shows.slug(alone.show_id, "water", confirm="yes")
        for odd in ("", "With Space", "ümlaut", "-x-", "a/b"):
            with pytest.raises(ValidationError, match="letters, digits"):
                creators.shows.slug(alone.show_id, odd, confirm=odd)
        assert alone.simulator.calls["REST 1-U"] == 0
        change = creators.shows.slug(alone.show_id, "water-and-wine", confirm="water-and-wine")
        assert alone.show.web_id == "water-and-wine"
        assert change.before == {"slug": old}
        creators.undo(change)
        assert alone.show.web_id == old


def test_a_taken_address_is_told(alone: Stage) -> None:
    """Nothing is changed, the mend says to choose another, and the record says that it failed."""
    log = MemoryLog()
    alone.fault(rest__slug_taken=True)
    with client_at(alone, log=log) as creators, pytest.raises(SlugTaken, match="water") as raised:
        creators.shows.slug(alone.show_id, "water", confirm="water")
    assert "another address" in raised.value.mend
    assert log.changes[-1].state is State.FAILED


def test_with_several_shows_the_address_is_left_alone(creators: Creators, creators_stage: Stage) -> None:
    """The service is not told which show is meant; unless that is accepted, nothing is sent."""
    with pytest.raises(ValidationError, match="which of your"):
        creators.shows.slug(creators_stage.show_id, "water", confirm="water")
    assert creators_stage.simulator.calls["REST 1-U"] == 0
    creators.shows.slug(creators_stage.show_id, "water", confirm="water", whichever=True)
    assert creators_stage.show.web_id == "water"
