"""A dry run sends nothing at all, and says what would be sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from earstead.creators import Change, Creators, MemoryLog, State
from earstead.creators.errors import Planned, ValidationError
from tests.creators.client import client_at
from tests.creators.files import mp3, mp4, png
from tests.fakes.creators import Stage

EPISODE = "4vXk0mWJmQ9yC1dEf2GhIj"


def _recipes(folder: Path, stage: Stage) -> dict[str, Callable[[Creators], Change]]:
    soon = datetime.fromtimestamp(stage.clock.now(), UTC) + timedelta(days=1)
    show = stage.show_id
    return {
        "edit": lambda c: c.episodes.edit(EPISODE, title="x"),
        "schedule": lambda c: c.episodes.schedule(EPISODE, soon),
        "draft": lambda c: c.episodes.draft(EPISODE),
        "publish": lambda c: c.episodes.publish(EPISODE),
        "sponsored": lambda c: c.episodes.sponsored(EPISODE, True),
        "picture": lambda c: c.episodes.cover(EPISODE, png(folder)),
        "audio": lambda c: c.episodes.upload_audio(EPISODE, mp3(folder)),
        "video": lambda c: c.episodes.upload_video(EPISODE, mp4(folder)),
        "delete": lambda c: c.episodes.delete(EPISODE, confirm="x"),
        "create": lambda c: c.episodes.create(show, "T", "D", audio=mp3(folder), publish_on=soon, sponsored=True),
        "show": lambda c: c.shows.edit(show, name="x", category="Arts|Design"),
        "cover": lambda c: c.shows.cover(show, png(folder)),
        "slug": lambda c: c.shows.slug(show, "water", confirm="water"),
    }


def test_every_recipe_plans_and_sends_nothing(creators_stage: Stage, tmp_path: Path) -> None:
    """Not even the sign-in is sent; each plan names its requests, and the log stays empty."""
    log = MemoryLog()
    with client_at(creators_stage, dry_run=True, log=log) as creators:
        for name, recipe in _recipes(tmp_path, creators_stage).items():
            change = recipe(creators)
            assert change.state is State.PLANNED, name
            assert len(change.steps) >= 3, name
            assert all(step.split(" ")[0] in ("GET", "POST", "PUT") for step in change.steps), name
            with pytest.raises(ValidationError, match="planned"):
                creators.undo(change)
    assert not creators_stage.simulator.calls
    assert log.changes == ()


def test_the_recipes_of_a_plan_are_those_that_are_there(creators_stage: Stage, tmp_path: Path) -> None:
    """Every writing recipe of episodes and shows is in the list above."""
    reading = {"list", "get", "all", "categories"}
    writing = {name for part in ("episodes", "shows") for name in _public(creators_stage, part)} - reading
    names = set(_recipes(tmp_path, creators_stage))
    said = {"edit", "schedule", "draft", "publish", "sponsored", "cover", "upload_audio", "upload_video"}
    assert writing == said | {"delete", "create", "slug"}
    assert len(names) == len(writing) + 2  # edit and cover, of shows as well


def _public(stage: Stage, part: str) -> list[str]:
    with client_at(stage, dry_run=True) as creators:
        return [name for name in dir(getattr(creators, part)) if not name.startswith("_")]


def test_a_plan_is_checked_like_the_real_thing(creators_stage: Stage, tmp_path: Path) -> None:
    """What would be refused before sending is refused in a dry run, too."""
    with client_at(creators_stage, dry_run=True) as creators:
        with pytest.raises(ValidationError):
            creators.episodes.edit(EPISODE, publish_on=datetime(2027, 1, 1))
        with pytest.raises(ValidationError):
            creators.episodes.upload_audio(EPISODE, png(tmp_path))
        with pytest.raises(ValidationError):
            creators.shows.edit(creators_stage.show_id, name="x" * 101)


def test_reads_and_single_calls_say_what_they_would_send(creators_stage: Stage) -> None:
    """A read in a dry run is refused by name, before any sign-in."""
    with client_at(creators_stage, dry_run=True) as creators:
        with pytest.raises(Planned, match="overview"):
            creators.rest.overview(123456789)
        with pytest.raises(Planned, match="/v3/stations/46000000/episodes"):
            creators.rest.create_episode(46000000)
        with pytest.raises(Planned, match="podcasters/v0"):
            creators.pod.show_card(creators_stage.show_id)
        with pytest.raises(Planned):
            creators.shows.all()
        with pytest.raises(Planned):
            creators.rest.set_slug("water", confirm="water")
    with Creators.sign_in(sp_dc=creators_stage.sp_dc, urls=creators.urls, dry_run=True) as signed:
        assert signed.session.expires_at == 0
    assert not creators_stage.simulator.calls
