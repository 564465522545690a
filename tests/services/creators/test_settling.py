"""After a crash, and after the moment of an episode: what became of it is looked for, and told."""

from __future__ import annotations

from typing import Any

import pytest

from earstead.core.errors import Upstream
from earstead.sandbox.creators.world import State
from earstead.services.creators.changes import Acting, Begun, Changes
from earstead.services.creators.doing import SETTLE_AFTER_S
from earstead.services.creators.settling import GRACE_S, TELL_AFTER_S
from earstead.services.creators.types import CreatorEpisode
from earstead.services.creators.write_types import Change, EpisodeEdit, NewEpisode
from earstead.services.journal import JournalEvent
from tests.services.creators.desk import Desk

DAY = 86_400


def died(at: Desk, action: str, target: str, episode: CreatorEpisode | None = None, **values: Any) -> int:
    """A change that another process began before it died: `values` is what it sent, `before` what was there."""
    other = Changes(at.services.engine, at.services.writer, at.clock)
    before = values.pop("before", {})
    begun = Begun(action=action, target=target, words="", before=before, after=values, undo="", undoable=True)
    acting = Acting(
        user_id=at.user_id,
        account_id=at.account.account_id,
        show_id=at.show.show_id,
        episode_id=episode.episode_id if episode else 0,
    )
    with other.acting(acting):
        return other.begin(at.account.account_id, at.user_id, begun)


def started(at: Desk, change_id: int) -> Change:
    """The change after the server started anew and looked for it."""
    at.creators.start()
    assert at.creators.changes.get(at.user_id, change_id).state == "ambiguous"
    at.creators.settling.settle()
    return at.creators.changes.get(at.user_id, change_id)


def events(at: Desk, name: str) -> list[JournalEvent]:
    """What was told of a type."""
    return [one for one in at.services.journal.latest(at.user_id) if one.type == name]


def test_an_edit_that_was_done_is_found(at: Desk) -> None:
    """The episode shows what was sent: the change is confirmed."""
    episode, there = at.episode(), at.stage.episodes()[0]
    change_id = died(at, "episode.edit", episode.uri, episode, title="Another", before={"title": there.title})
    there.title = "Another"
    assert started(at, change_id).state == "confirmed"


def test_an_edit_that_was_not_done_is_told(at: Desk) -> None:
    """The episode shows what was there before: the change failed."""
    episode = at.episode()
    change_id = died(at, "episode.edit", episode.uri, episode, title="Another", before={"title": episode.title})
    found = started(at, change_id)
    assert found.state == "failed" and "as before" in found.error


def test_an_edit_of_what_is_different_by_now_stays_ambiguous(at: Desk) -> None:
    """Somebody wrote a third thing: nobody can tell, and what is there is said."""
    episode, there = at.episode(), at.stage.episodes()[0]
    change_id = died(at, "episode.edit", episode.uri, episode, title="Another", before={"title": there.title})
    there.title = "A third thing"
    found = started(at, change_id)
    assert found.state == "ambiguous" and found.after["title"] == "A third thing"


def test_a_date_that_was_set_is_found(at: Desk) -> None:
    """A scheduled episode shows the moment that was sent."""
    episode, there = at.episode(State.SCHEDULED), at.stage.episodes(State.SCHEDULED)[0]
    there.schedule((at.clock.now() + DAY) * 1000, at.clock.now() * 1000)
    sent = {"state": "scheduled", "publish_on": "2026-11-22T10:00:00.000Z"}
    assert started(at, died(at, "episode.schedule", episode.uri, episode, **sent)).state == "confirmed"


@pytest.mark.parametrize("gone", [True, False])
def test_a_delete_is_looked_for(at: Desk, gone: bool) -> None:
    """An episode that is gone was deleted; one that is there was not."""
    episode, there = at.episode(), at.stage.episodes()[0]
    change_id = died(at, "episode.delete", episode.uri, episode)
    if gone:
        at.stage.simulator.world.delete(there)
    assert started(at, change_id).state == ("confirmed" if gone else "failed")


def test_a_draft_that_was_made_is_found_by_its_title(at: Desk) -> None:
    """One of that title is in the list; without one the untitled draft may be the one, and that is said."""
    made = at.creators.studio.draft(at.user_id, at.show.show_id, NewEpisode(title="Salt"))
    found = started(at, died(at, "episode.create", at.show.uri, title="Salt"))
    assert (found.state, found.after["anchor_id"]) == ("confirmed", made.after["anchor_id"])
    other = started(at, died(at, "episode.create", at.show.uri, title="Pepper"))
    assert other.state == "ambiguous" and "untitled" in other.error


def test_a_show_that_was_changed_is_found(at: Desk) -> None:
    """The show says what was sent."""
    at.stage.show.author = "Ada"
    assert started(at, died(at, "show.edit", at.show.uri, author="Ada", before={"author": "x"})).state == "confirmed"


def test_what_cannot_be_seen_stays_ambiguous_and_says_so(at: Desk) -> None:
    """The service shows no pin by which it could be told; after some looks it is left alone."""
    change_id = died(at, "comment.pin", "spotify:comment:x", pinned=True)
    assert "look in the dashboard" in started(at, change_id).error
    for _ in range(6):
        at.creators.settling.settle()
    before = at.stage.simulator.calls.total()
    at.creators.settling.settle()
    assert at.stage.simulator.calls.total() == before


def test_without_an_answer_it_is_looked_for_again(at: Desk) -> None:
    """While the service is away nothing is concluded; the next look finds it."""
    episode, there = at.episode(), at.stage.episodes()[0]
    change_id = died(at, "episode.edit", episode.uri, episode, title="Another", before={"title": there.title})
    there.title = "Another"
    at.stage.fault(http__503=99)
    assert started(at, change_id).error == "The program ended before it heard how this went."
    at.stage.fault(http__503=0)
    at.creators.settling.settle()
    assert at.creators.changes.get(at.user_id, change_id).state == "confirmed"


def test_a_lost_answer_is_settled_a_minute_later(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service goes away behind the write: the change is ambiguous at first, and found by the worker then."""
    episode, there = at.episode(), at.stage.episodes()[0]
    keep = type(there).__setattr__

    def away(one: object, name: str, value: object) -> None:
        keep(one, name, value)
        if name == "title":
            at.stage.fault(http__503=99)

    monkeypatch.setattr(type(there), "__setattr__", away)
    with pytest.raises(Upstream):
        at.creators.studio.edit(at.user_id, episode.episode_id, EpisodeEdit(title="Another"))
    monkeypatch.undo()
    (change,) = at.creators.changes.of_show(at.user_id, at.show.show_id).items
    assert (change.state, there.title) == ("ambiguous", "Another")
    at.stage.fault(http__503=0)
    at.clock.advance(SETTLE_AFTER_S)
    at.services.worker.run_due()
    assert at.creators.changes.get(at.user_id, change.change_id).state == "confirmed"


# --- the moment of an episode ------------------------------------------------------------------------------------


def scheduled(at: Desk, *, media: bool = True) -> CreatorEpisode:
    """An episode that appears in a day, known here by its date."""
    episode, there = at.episode(State.SCHEDULED), at.stage.episodes(State.SCHEDULED)[0]
    if not media:
        there.media = None
    at.creators.studio.schedule(at.user_id, episode.episode_id, at.clock.now() + DAY)
    return at.creators.shows.episode(at.user_id, episode.episode_id)


def test_an_episode_that_appeared_is_confirmed(at: Desk) -> None:
    """Nothing is asked before its moment; after it the episode is published here as well, at that moment."""
    episode = scheduled(at)
    before = at.stage.simulator.calls.total()
    assert at.creators.settling.confirm() == 0
    assert at.stage.simulator.calls.total() == before
    at.clock.advance(DAY + GRACE_S + 1)
    assert at.creators.settling.confirm() == 1
    here = at.creators.shows.episode(at.user_id, episode.episode_id)
    assert (here.state, here.published_at) == ("published", episode.published_at)
    assert events(at, "creators.schedule_failed") == []
    assert at.creators.settling.confirm() == 0


def test_an_episode_that_did_not_appear_is_told_once(at: Desk) -> None:
    """It still waits a quarter of an hour later: its creator is told what to do, and not again."""
    episode = scheduled(at, media=False)
    at.clock.advance(DAY + GRACE_S + 1)
    assert at.creators.settling.confirm() == 0 and events(at, "creators.schedule_failed") == []
    at.clock.advance(TELL_AFTER_S)
    for _ in range(2):
        at.creators.settling.confirm()
    (told,) = events(at, "creators.schedule_failed")
    assert (told.data["episode_id"], told.data["state"]) == (episode.episode_id, "scheduled")
    assert told.data["publish_on"] == episode.published_at and episode.title in told.data["words"]


@pytest.mark.parametrize("way", ["draft", "gone"])
def test_an_episode_that_was_taken_back_elsewhere_is_told(at: Desk, way: str) -> None:
    """A draft again, or deleted in the dashboard: the event says which."""
    scheduled(at)
    there = at.stage.episodes(State.SCHEDULED)[0]
    if way == "gone":
        at.stage.simulator.world.delete(there)
    else:
        there.publish_on_ms = None
    at.clock.advance(DAY + TELL_AFTER_S + 1)
    at.creators.settling.confirm()
    (told,) = events(at, "creators.schedule_failed")
    assert told.data["state"] == way


def test_a_date_that_was_moved_elsewhere_is_taken_over(at: Desk) -> None:
    """Moved in the dashboard: nothing is told, and the new moment is known here."""
    episode = scheduled(at)
    there = at.stage.episodes(State.SCHEDULED)[0]
    later = at.clock.now() + 3 * DAY
    there.schedule(later * 1000, at.clock.now() * 1000)
    at.clock.advance(DAY + TELL_AFTER_S + 1)
    at.creators.settling.confirm()
    assert at.creators.shows.episode(at.user_id, episode.episode_id).published_at == later
    assert events(at, "creators.schedule_failed") == []


def test_the_service_being_away_tells_nothing(at: Desk) -> None:
    """Whether it appeared cannot be seen: nobody is alarmed, and the next look sees it."""
    scheduled(at)
    at.clock.advance(DAY + TELL_AFTER_S + 1)
    at.stage.fault(http__503=99)
    assert at.creators.settling.confirm() == 0 and events(at, "creators.schedule_failed") == []
    at.stage.fault(http__503=0)
    assert at.creators.settling.confirm() == 1
