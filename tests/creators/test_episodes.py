"""Recipes for episodes: nothing is lost, nothing happens unasked, and everything is read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from earstead.creators import Creators, MemoryLog
from earstead.creators import State as Progress
from earstead.creators.errors import (
    AmbiguousCreate,
    CreatorsError,
    DraftExists,
    NotConfirmed,
    NotFound,
    Unavailable,
    UploadRejected,
    UpstreamError,
    ValidationError,
)
from earstead.creators.listing import OPERATION
from earstead.creators.transport import Exchange
from earstead.sandbox.creators.world import Episode, State
from tests.creators.client import client_at
from tests.creators.files import mp3, png
from tests.fakes.creators import Stage


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def creators(creators_stage: Stage, log: MemoryLog) -> Any:
    with client_at(creators_stage, log=log, actor="ada") as client:
        yield client


def _later(stage: Stage, days: float = 3) -> datetime:
    return datetime.fromtimestamp(stage.clock.now(), UTC) + timedelta(days=days)


def _stored(stage: Stage, anchor_id: int) -> Episode:
    episode = next((one for one in stage.simulator.world.episodes(stage.show) if one.anchor_id == anchor_id), None)
    assert episode is not None
    return episode


# --- reading -----------------------------------------------------------------------------------------------------


def test_episodes_are_listed_by_state(creators: Creators, creators_stage: Stage) -> None:
    """All of them, the published, the drafts, and those that come out later; a request for each 50."""
    made = creators.episodes.create(creators_stage.show_id, "Soon", "d", publish_on=_later(creators_stage))
    counts = {
        state: len(creators.episodes.list(creators_stage.show_id, state))
        for state in (None, "published", "draft", "scheduled")
    }
    world = creators_stage.episodes
    assert counts["published"] == len(world(State.PUBLISHED))
    assert counts["draft"] == len(world(State.DRAFT))
    assert counts["scheduled"] == len(world(State.SCHEDULED))
    assert counts[None] == counts["published"] + counts["draft"] + counts["scheduled"]
    assert creators.episodes.get(made.episode).state == "scheduled"
    with pytest.raises(ValidationError, match="state"):
        creators.episodes.list(creators_stage.show_id, "hidden")


def test_a_draft_is_read_as_far_as_the_service_tells(creators: Creators, creators_stage: Stage) -> None:
    """Of a draft that we did not write there is a title, and no description."""
    draft = creators_stage.episodes(State.DRAFT)[0]
    shown = creators.episodes.get(draft.anchor_id)
    assert (shown.state, shown.title, shown.description) == ("draft", draft.title, None)
    with pytest.raises(NotFound):
        creators.episodes.get(1_000_001)


# --- editing -----------------------------------------------------------------------------------------------------


def test_an_edit_leaves_all_else_as_it_was(creators: Creators, creators_stage: Stage, log: MemoryLog) -> None:
    """A new title changes the title; description, type, mark and state stay, and the change says before and after."""
    episode = creators_stage.episodes(State.PUBLISHED)[0]
    old = (episode.title, episode.description, episode.kind, episode.explicit)
    change = creators.episodes.edit(episode.uri, title="On water")
    assert (episode.title, episode.description, episode.kind, episode.explicit) == ("On water", *old[1:])
    assert episode.state is State.PUBLISHED
    assert (change.before, change.after) == ({"title": old[0]}, {"title": "On water"})
    assert (change.state, change.actor, change.episode) == (Progress.CONFIRMED, "ada", episode.uri)
    assert change.can_undo
    assert log.changes == (change,)


def test_an_edit_keeps_the_date_of_what_is_scheduled(creators: Creators, creators_stage: Stage) -> None:
    """A scheduled episode keeps its moment when only its title changes."""
    when = _later(creators_stage)
    made = creators.episodes.create(creators_stage.show_id, "Soon", "d", publish_on=when)
    creators.episodes.edit(made.episode, title="Sooner")
    stored = _stored(creators_stage, made.after["anchor_id"])
    assert (stored.title, stored.state) == ("Sooner", State.SCHEDULED)
    assert stored.publish_on_ms == int(when.timestamp() * 1000)


def test_a_rewritten_description_counts_as_read_back(creators: Creators, creators_stage: Stage) -> None:
    """What the service does to links and line breaks is no difference; the record shows what is stored."""
    episode = creators_stage.episodes(State.PUBLISHED)[0]
    change = creators.episodes.edit(episode.uri, description='<p>a<br><a href="https://x.example">x</a></p>')
    assert change.state is Progress.CONFIRMED
    assert change.after["description"] == episode.description
    assert "ugc noopener" in episode.description


def test_an_edit_of_a_draft_needs_what_would_be_lost(creators: Creators, creators_stage: Stage) -> None:
    """A draft of somebody else's making is not written without a description; what we wrote is remembered."""
    draft = creators_stage.episodes(State.DRAFT)[0]
    with pytest.raises(ValidationError, match="does not tell"):
        creators.episodes.edit(draft.anchor_id, title="New")
    assert draft.title != "New"
    creators.episodes.edit(draft.anchor_id, title="New", description="d", explicit=False, episode_type="full")
    creators.episodes.edit(draft.anchor_id, title="Newer")
    assert (draft.title, draft.description) == ("Newer", "d")


def test_a_draft_that_somebody_else_touched_is_not_remembered(creators: Creators, creators_stage: Stage) -> None:
    """If the title is no longer the one we wrote, what else we wrote may be gone, too."""
    draft = creators_stage.episodes(State.DRAFT)[0]
    creators.episodes.edit(draft.anchor_id, title="New", description="d", explicit=False, episode_type="full")
    draft.title, draft.description = "By hand", "by hand"
    with pytest.raises(ValidationError, match="description"):
        creators.episodes.edit(draft.anchor_id, season=2)
    assert draft.description == "by hand"


def test_nothing_is_sent_when_all_is_as_wanted(creators: Creators, creators_stage: Stage, log: MemoryLog) -> None:
    """An edit to the values that are there sends no write and leaves no record."""
    episode = creators_stage.episodes(State.PUBLISHED)[0]
    change = creators.episodes.edit(episode.uri, title=episode.title)
    assert (change.state, change.steps) == (Progress.CONFIRMED, ())
    assert creators_stage.simulator.calls["REST 1-C"] == 0
    assert log.changes == ()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"title": ""},
        {"title": 5},
        {"title": "half \ud83d"},
        {"description": None, "explicit": "yes"},
        {"episode_type": "podcast"},
        {"season": "2"},
        {"number": True},
        {"publish_on": "2026-12-01T00:00:00Z"},
        {"publish_on": 1795000000},
        {"publish_on": datetime(2027, 1, 1)},
        {"publish_on": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
)
def test_what_the_service_would_mangle_never_leaves(
    creators: Creators, creators_stage: Stage, fields: dict[str, Any]
) -> None:
    """Wrong types, empty titles, times without a zone or in the past are refused before any request."""
    with pytest.raises(ValidationError):
        creators.episodes.edit(creators_stage.episodes(State.PUBLISHED)[0].uri, **fields)
    assert not creators_stage.simulator.calls


def test_the_date_of_what_is_published_cannot_be_moved(creators: Creators, creators_stage: Stage) -> None:
    """The service would answer 200 and ignore it; we say so instead."""
    episode = creators_stage.episodes(State.PUBLISHED)[0]
    for write in (creators.episodes.edit, creators.episodes.schedule):
        with pytest.raises(ValidationError, match="only the web page"):
            write(episode.uri, publish_on=_later(creators_stage))
    with pytest.raises(ValidationError, match="published"):
        creators.episodes.draft(episode.uri)
    assert creators_stage.simulator.calls["REST 1-C"] == 0


def test_what_is_there_after_a_write_is_compared(creators_stage: Stage, log: MemoryLog) -> None:
    """An answer of 200 is not believed: when something else is there, it is said, with the fields."""
    episode = creators_stage.episodes(State.PUBLISHED)[0]
    was = episode.title

    def forget(exchange: Exchange) -> None:
        if exchange.label == "1-C":
            episode.title = was

    with (
        client_at(creators_stage, log=log, heard=forget) as creators,
        pytest.raises(NotConfirmed, match="title") as raised,
    ):
        creators.episodes.edit(episode.uri, title="On water")
    assert raised.value.differences == {"title": ("On water", was)}
    assert log.changes[0].state is Progress.FAILED
    assert log.changes[0].after == {"title": was}


# --- scheduling and publishing -------------------------------------------------------------------------------------


def test_a_draft_is_scheduled_moved_and_taken_back(creators: Creators, creators_stage: Stage) -> None:
    """The whole way of a date, each step read back, to the second."""
    made = creators.episodes.create(creators_stage.show_id, "Soon", "d")
    stored = _stored(creators_stage, made.after["anchor_id"])
    first, second = _later(creators_stage, 2), _later(creators_stage, 5)
    change = creators.episodes.schedule(made.episode, first)
    assert change.after == {"state": "scheduled", "publish_on": first.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    creators.episodes.schedule(made.episode, second)
    assert stored.publish_on_ms == int(second.timestamp() * 1000)
    creators.episodes.draft(made.episode)
    assert stored.state is State.DRAFT
    assert (stored.title, stored.description) == ("Soon", "d")


def test_the_time_zone_of_a_date_is_understood(creators: Creators, creators_stage: Stage) -> None:
    """A moment in another zone is scheduled as the same instant."""
    from datetime import timezone

    when = _later(creators_stage).astimezone(timezone(timedelta(hours=9)))
    made = creators.episodes.create(creators_stage.show_id, "Soon", "d", publish_on=when)
    assert _stored(creators_stage, made.after["anchor_id"]).publish_on_ms == int(when.timestamp() * 1000)


def test_publishing_is_asked_for_by_name(creators: Creators, creators_stage: Stage, tmp_path: Path) -> None:
    """A create with a file makes a draft; only `publish` publishes it, once."""
    made = creators.episodes.create(creators_stage.show_id, "Now", "d", audio=mp3(tmp_path))
    stored = _stored(creators_stage, made.after["anchor_id"])
    assert (made.after["state"], stored.state) == ("draft", State.DRAFT)
    change = creators.episodes.publish(made.episode)
    assert stored.state is State.PUBLISHED
    assert not change.can_undo and "stays published" in change.undo
    with pytest.raises(ValidationError, match="already"):
        creators.episodes.publish(made.episode)


def test_publishing_without_a_file_is_refused_by_the_service(creators: Creators, creators_stage: Stage) -> None:
    """The refusal is told in its words, and the change is marked as failed."""
    made = creators.episodes.create(creators_stage.show_id, "Empty", "d")
    with pytest.raises(UpstreamError, match="without media"):
        creators.episodes.publish(made.episode)
    with pytest.raises(ValidationError, match="without sound"):
        creators.episodes.create(creators_stage.show_id, "Other", "d", publish=True)


def test_a_mark_is_set_with_the_date_that_is_there(creators: Creators, creators_stage: Stage) -> None:
    """Marking as sponsored moves no date, of scheduled and published episodes; of a draft it is refused."""
    when = _later(creators_stage)
    made = creators.episodes.create(creators_stage.show_id, "Ad", "d", publish_on=when, sponsored=True)
    stored = _stored(creators_stage, made.after["anchor_id"])
    assert stored.sponsored and stored.publish_on_ms == int(when.timestamp() * 1000)
    published = creators_stage.episodes(State.PUBLISHED)[0]
    change = creators.episodes.sponsored(published.uri, True)
    assert published.sponsored and published.state is State.PUBLISHED
    creators.undo(change)
    assert not published.sponsored
    draft = creators.episodes.create(creators_stage.show_id, "Draft", "d")
    with pytest.raises(ValidationError, match="date"):
        creators.episodes.sponsored(draft.episode, True)


# --- creating ------------------------------------------------------------------------------------------------------


def test_an_episode_is_made_from_nothing_to_scheduled(
    creators: Creators, creators_stage: Stage, log: MemoryLog, tmp_path: Path
) -> None:
    """Draft, title, sound, picture and date in one call, one change with a step for each write."""
    when = _later(creators_stage)
    told: list[tuple[int, int]] = []
    change = creators.episodes.create(
        creators_stage.show_id,
        "On water",
        "<p>About water</p>",
        audio=mp3(tmp_path),
        picture=png(tmp_path),
        publish_on=when,
        season=2,
        number=5,
        told=lambda done, size: told.append((done, size)),
    )
    stored = _stored(creators_stage, change.after["anchor_id"])
    assert (stored.title, stored.description, stored.state) == ("On water", "<p>About water</p>", State.SCHEDULED)
    assert stored.media is not None and stored.media.size == 4000
    assert stored.image_url
    assert (stored.season, stored.number) == (2, 5)
    assert told[-1] == (4000, 4000)
    assert log.changes == (change,)
    ends = [step.rpartition("/")[2] for step in change.steps]
    assert ends == ["episodes", "update", "ep.mp3", "process_upload", "image", "process_upload", "update"]
    creators_stage.clock.advance(4 * 86_400)
    assert creators.episodes.get(change.episode).state == "published"


def test_a_draft_of_the_same_title_is_not_made_twice(creators: Creators, creators_stage: Stage) -> None:
    """The number of the draft that is there is told, and nothing is sent."""
    first = creators.episodes.create(creators_stage.show_id, "On water", "d")
    with pytest.raises(DraftExists, match="On water") as raised:
        creators.episodes.create(creators_stage.show_id, " On water ", "d")
    assert raised.value.anchor_id == first.after["anchor_id"]
    assert creators_stage.simulator.calls["REST 1-S"] == 1


def test_a_create_whose_answer_was_lost_is_found_again(creators: Creators, creators_stage: Stage) -> None:
    """The draft that is there is taken; a second one is never made."""
    creators_stage.fault(rest__create_timeout_after_commit=1)
    before = len(creators_stage.episodes(State.DRAFT))
    change = creators.episodes.create(creators_stage.show_id, "On water", "d")
    assert change.state is Progress.CONFIRMED
    assert len(creators_stage.episodes(State.DRAFT)) == before + 1
    assert creators_stage.simulator.calls["REST 1-S"] == 1
    assert _stored(creators_stage, change.after["anchor_id"]).title == "On water"


def test_a_lost_create_that_never_happened_is_not_repeated(
    creators: Creators, creators_stage: Stage, log: MemoryLog
) -> None:
    """Nothing in the list after a lost answer: that is said, with what to do, and the change stays ambiguous."""
    creators.resolve.show(creators_stage.show_id)
    creators_stage.fault(http__reset=1, http__where=f"/_rest/v3/stations/{creators_stage.show.station_id}/episodes")
    with pytest.raises(AmbiguousCreate, match="no new draft") as raised:
        creators.episodes.create(creators_stage.show_id, "On water", "d")
    assert "create again" in raised.value.mend
    assert log.changes[0].state is Progress.AMBIGUOUS
    assert not any(one.title == "On water" for one in creators_stage.episodes(State.DRAFT))


def test_two_new_drafts_are_not_guessed_between(creators_stage: Stage) -> None:
    """When somebody else makes a draft at the same moment, both numbers are told and none is taken."""
    creators_stage.fault(rest__create_timeout_after_commit=1)
    somebody = [f"/v3/stations/{creators_stage.show.station_id}/episodes"]

    def meanwhile(exchange: Exchange) -> None:
        if exchange.label == OPERATION and somebody:
            creators_stage.fault(rest__create_timeout_after_commit=0)
            assert creators_stage.rest("POST", somebody.pop(), {"hourOffset": 0}).status_code == 200
            creators_stage.fault(rest__create_timeout_after_commit=1)

    with client_at(creators_stage, heard=meanwhile) as creators, pytest.raises(AmbiguousCreate) as raised:
        creators.episodes.create(creators_stage.show_id, "On water", "d")
    assert len(raised.value.candidates) == 2


def test_a_list_that_is_being_built_is_not_believed(creators: Creators, creators_stage: Stage) -> None:
    """Without a whole list nobody knows whether the draft exists: nothing is made, and it is said to come back."""
    creators_stage.fault(list__index_building=True)
    with pytest.raises(Unavailable, match="being built"):
        creators.episodes.create(creators_stage.show_id, "On water", "d")
    assert creators_stage.simulator.calls["REST 1-S"] == 0
    assert creators_stage.simulator.calls["REST 1-M"] == 1


def test_a_create_that_fails_half_way_leaves_a_draft_that_can_be_found(
    creators: Creators, creators_stage: Stage, log: MemoryLog, tmp_path: Path
) -> None:
    """The refused file is told with the number of the draft, which has its title already."""
    creators_stage.fault(upload__fail="AUDIO_CORRUPT")
    with pytest.raises(UploadRejected, match="no reason was given") as raised:
        creators.episodes.create(creators_stage.show_id, "On water", "d", audio=mp3(tmp_path))
    draft = next(one for one in creators_stage.episodes(State.DRAFT) if one.title == "On water")
    assert str(draft.anchor_id) in raised.value.mend
    assert (log.changes[0].state, log.changes[0].episode) == (Progress.FAILED, str(draft.anchor_id))


@pytest.mark.parametrize(
    "given",
    [
        {"publish": True, "publish_on": datetime(2027, 1, 1, tzinfo=UTC)},
        {"sponsored": True},
        {"audio": Path("nowhere.mp3")},
        {"picture": Path("nowhere.png")},
        {"episode_type": "clip"},
        {"publish_on": datetime(2027, 1, 1)},
    ],
)
def test_a_create_is_checked_before_anything_is_sent(
    creators: Creators, creators_stage: Stage, given: dict[str, Any]
) -> None:
    """Contradictions, missing files and naive dates are told at once."""
    with pytest.raises(ValidationError):
        creators.episodes.create(creators_stage.show_id, "T", "D", **given)
    assert not creators_stage.simulator.calls


# --- deleting and undoing ------------------------------------------------------------------------------------------


def test_a_delete_wants_the_title_letter_by_letter(creators: Creators, creators_stage: Stage) -> None:
    """Anything but the title leaves the episode; the title removes it for good, and says so."""
    episode = creators_stage.episodes(State.PUBLISHED)[0]
    for wrong in ("yes", episode.title.lower() + "x", str(episode.anchor_id)):
        with pytest.raises(ValidationError, match="for good"):
            creators.episodes.delete(episode.uri, confirm=wrong)
    with pytest.raises(ValidationError, match="for good"):
        creators.episodes.delete(episode.uri, confirm=" ")
    assert episode in creators_stage.episodes(State.PUBLISHED)
    change = creators.episodes.delete(episode.uri, confirm=episode.title)
    assert episode not in creators_stage.episodes(State.PUBLISHED)
    assert change.before["title"] == episode.title and not change.can_undo
    with pytest.raises(ValidationError, match="keeps nothing"):
        creators.undo(change)


def test_an_untitled_draft_is_deleted_by_its_number(creators: Creators, creators_stage: Stage) -> None:
    """Where there is no title, the number is typed."""
    draft = creators.rest.create_episode(creators_stage.show.station_id)
    with pytest.raises(ValidationError, match=str(draft.anchor_id)):
        creators.episodes.delete(draft.anchor_id, confirm="x")
    creators.episodes.delete(draft.anchor_id, confirm=str(draft.anchor_id))
    assert all(one.anchor_id != draft.anchor_id for one in creators_stage.episodes(State.DRAFT))


def test_edits_and_dates_are_undone(creators: Creators, creators_stage: Stage, log: MemoryLog) -> None:
    """Each leads back to what was there, is a change itself, and marks the first as undone."""
    episode = creators_stage.episodes(State.PUBLISHED)[0]
    title, description = episode.title, episode.description
    change = creators.episodes.edit(episode.uri, title="x", description="y")
    back = creators.undo(change)
    assert (episode.title, episode.description) == (title, description)
    assert [one.state for one in log.changes] == [Progress.UNDONE, Progress.CONFIRMED]
    assert back.change_id != change.change_id
    with pytest.raises(ValidationError, match="undone already"):
        creators.undo(log.changes[0])
    first, second = _later(creators_stage, 2), _later(creators_stage, 5)
    made = creators.episodes.create(creators_stage.show_id, "Soon", "d", publish_on=first)
    stored = _stored(creators_stage, made.after["anchor_id"])
    creators.undo(creators.episodes.edit(made.episode, title="Sooner", publish_on=second))
    assert (stored.title, stored.publish_on_ms) == ("Soon", int(first.timestamp() * 1000))
    creators.undo(creators.episodes.draft(made.episode))
    assert (stored.state, stored.publish_on_ms) == (State.SCHEDULED, int(first.timestamp() * 1000))
    draft = creators.episodes.create(creators_stage.show_id, "Draft", "d")
    creators.undo(creators.episodes.schedule(draft.episode, second))
    assert _stored(creators_stage, draft.after["anchor_id"]).state is State.DRAFT


def test_a_picture_of_an_episode_is_uploaded(creators: Creators, creators_stage: Stage, tmp_path: Path) -> None:
    """The picture is there afterwards; a failed one is told."""
    episode = creators_stage.episodes(State.PUBLISHED)[0]
    before = episode.image_url
    creators.episodes.cover(episode.uri, png(tmp_path))
    assert episode.image_url != before
    creators_stage.fault(upload__image_fail=True)
    with pytest.raises(UploadRejected, match="picture"):
        creators.episodes.cover(episode.uri, png(tmp_path))
    with pytest.raises(ValidationError, match="neither PNG nor JPEG"):
        creators.episodes.cover(episode.uri, mp3(tmp_path))


def test_nothing_is_written_that_the_log_does_not_show(
    creators: Creators, creators_stage: Stage, log: MemoryLog, tmp_path: Path
) -> None:
    """Every write that the simulator counts is a step of some change, low-level calls included."""
    show = creators_stage.show
    made = creators.episodes.create(show.id, "On water", "d", audio=mp3(tmp_path), publish_on=_later(creators_stage))
    creators.episodes.edit(made.episode, title="On wine")
    creators.rest.create_episode(show.station_id)
    creators.rest.set_sponsored(made.after["anchor_id"], True, _later(creators_stage))
    creators.episodes.delete(made.episode, confirm="On wine")
    calls = creators_stage.simulator.calls
    written = sum(calls[f"REST {label}"] for label in ("1-C", "1-S", "1-Q", "1-Z", "6-C")) + calls["STO put"]
    assert written == sum(len(change.steps) for change in log.changes) == 9
    assert all("Signature" not in step and "?" not in step for change in log.changes for step in change.steps)


def test_errors_of_the_service_say_what_to_do(creators: Creators) -> None:
    """Every error class of the client has a sentence for people."""
    from earstead.creators import errors

    made = [
        errors.CredentialsExpired(),
        errors.AuthConfigError("x"),
        errors.AuthFlowChanged("x"),
        errors.Forbidden("x"),
        errors.NotFound("x"),
        errors.RateLimited(),
        errors.UpstreamError("x"),
        errors.Unavailable("x"),
        errors.SlugTaken("x"),
        errors.DraftExists("x", 1),
        errors.ValidationError("field", "is wrong"),
        errors.AmbiguousCreate("x"),
        errors.NotConfirmed("x", {}),
        errors.UploadRejected("x"),
        errors.StaleOperation("x"),
        errors.Missing("x"),
        errors.GraphQLFailed("x", ["y"]),
        errors.GraphQLPartial("x", {}, ["y"]),
        errors.Planned("x"),
    ]
    known = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CreatorsError)}
    assert known - {CreatorsError} == {type(one) for one in made}
    assert all(one.mend.endswith(".") and str(one) for one in made)
