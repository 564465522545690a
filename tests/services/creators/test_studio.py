"""Writing to a simulated service: what is asked for happens, nothing else does, and the journal holds all of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from earstead.core.errors import AppError, Conflict, Forbidden, NeedsReauth, NotFound, Refused, Rejected, Upstream
from earstead.creators.errors import NotConfirmed
from earstead.sandbox.creators.world import State
from earstead.services.creators.write_types import Change, EpisodeEdit, NewEpisode, PollWanted, ShowEdit
from tests.services.creators.desk import Desk

WRITES = [f"REST {label}" for label in "1-C 1-Q 1-S 1-T 1-U 1-Z 6-C 1-V-3s 1-V-3e E-1 E-3".split()] + ["STO put"]
DAY = 86_400


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Something that begins like a PNG."""
    path = tmp_path / "cover.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    return path


def written(at: Desk) -> int:
    """Requests that write, as the simulator counted them."""
    return sum(at.stage.simulator.calls[label] for label in WRITES)


def test_an_edit_changes_what_is_given_and_nothing_else(at: Desk) -> None:
    """The title is another one there and here, the description stays, and the journal tells before and after."""
    episode = at.episode()
    there = at.stage.episodes()[0]
    described = there.description
    change = at.creators.studio.edit(at.user_id, episode.episode_id, EpisodeEdit(title="Another title"), actor="api")
    assert (there.title, there.description, there.state) == ("Another title", described, State.PUBLISHED)
    assert at.creators.shows.episode(at.user_id, episode.episode_id).title == "Another title"
    assert (change.state, change.actor, change.action) == ("confirmed", "api", "episode.edit")
    assert change.differences == (("title", episode.title, "Another title"),)
    assert change.undoable and len(change.steps) == written(at) == 1


def test_a_draft_is_made_and_scheduled(at: Desk) -> None:
    """A draft stays one until a date is given, keeps its description then, and is known here at once."""
    studio = at.creators.studio
    made = studio.draft(at.user_id, at.show.show_id, NewEpisode(title="Salt", description="<p>About salt</p>"))
    there = at.stage.simulator.world.episode(int(made.after["anchor_id"]))
    assert there is not None and (there.title, there.state) == ("Salt", State.DRAFT)
    here = at.creators.shows.episode(at.user_id, made.episode_id)
    assert (here.title, here.state, here.anchor_id) == ("Salt", "draft", there.anchor_id)
    moment = at.clock.now() + 3 * DAY
    change = studio.schedule(at.user_id, made.episode_id, moment)
    assert (there.state, there.publish_on_ms) == (State.SCHEDULED, moment * 1000)
    assert there.description == "<p>About salt</p>"
    here = at.creators.shows.episode(at.user_id, made.episode_id)
    assert (here.state, here.published_at, change.state) == ("scheduled", moment, "confirmed")


def test_a_second_draft_of_a_title_is_not_made(at: Desk) -> None:
    """What may be a repetition is refused before anything is sent."""
    new = NewEpisode(title="Salt")
    at.creators.studio.draft(at.user_id, at.show.show_id, new)
    before = written(at)
    with pytest.raises(AppError, match="Salt"):
        at.creators.studio.draft(at.user_id, at.show.show_id, new)
    assert written(at) == before


def test_a_lost_answer_to_a_create_makes_one_draft(at: Desk) -> None:
    """The draft is made and its answer lost: it is found again, and no second one is made."""
    at.stage.fault(rest__create_timeout_after_commit=1)
    change = at.creators.studio.draft(at.user_id, at.show.show_id, NewEpisode(title="Salt"))
    made = [one for one in at.stage.episodes(State.DRAFT) if one.title == "Salt"]
    assert [one.anchor_id for one in made] == [change.after["anchor_id"]]
    assert change.state == "confirmed"


def test_publishing_wants_the_title_typed(at: Desk) -> None:
    """Without the title nothing is sent; with it the episode is there for everybody."""
    episode = at.episode(State.SCHEDULED)
    there = at.stage.episodes(State.SCHEDULED)[0]
    with pytest.raises(Rejected, match="type"):
        at.creators.studio.publish(at.user_id, episode.episode_id, confirm="yes")
    assert (there.state, written(at)) == (State.SCHEDULED, 0)
    change = at.creators.studio.publish(at.user_id, episode.episode_id, confirm=episode.title)
    assert there.state is State.PUBLISHED and not change.undoable
    assert at.creators.shows.episode(at.user_id, episode.episode_id).state == "published"
    with pytest.raises(Conflict, match="published already"):
        at.creators.studio.publish(at.user_id, episode.episode_id, confirm=episode.title)


def test_a_date_can_be_taken_back(at: Desk) -> None:
    """A scheduled episode becomes a draft again, and undoing that schedules it as before."""
    episode, there = at.episode(State.SCHEDULED), at.stage.episodes(State.SCHEDULED)[0]
    moment = there.publish_on_ms
    change = at.creators.studio.unschedule(at.user_id, episode.episode_id)
    assert there.state is State.DRAFT
    assert at.creators.shows.episode(at.user_id, episode.episode_id).state == "draft"
    at.creators.changes.undo(at.user_id, change.change_id)
    assert (there.state, there.publish_on_ms) == (State.SCHEDULED, moment)
    assert at.creators.changes.get(at.user_id, change.change_id).state == "undone"


def test_deleting_wants_the_title_typed(at: Desk) -> None:
    """Another word deletes nothing; the title deletes for good, here as well, and cannot be undone."""
    episode, there = at.episode(), at.stage.episodes()[0]
    with pytest.raises(Rejected, match="cannot be taken back"):
        at.creators.studio.delete(at.user_id, episode.episode_id, confirm="delete")
    assert written(at) == 0
    change = at.creators.studio.delete(at.user_id, episode.episode_id, confirm=episode.title)
    assert at.stage.simulator.world.episode(there.anchor_id) is None
    assert at.creators.shows.episode(at.user_id, episode.episode_id).state == "gone"
    with pytest.raises(Conflict):
        at.creators.changes.undo(at.user_id, change.change_id)
    with pytest.raises(NotFound):
        at.creators.studio.delete(at.user_id, episode.episode_id, confirm=episode.title)


def test_an_edit_is_undone(at: Desk) -> None:
    """The earlier title comes back, by a change that says which one it takes back."""
    episode, there = at.episode(), at.stage.episodes()[0]
    change = at.creators.studio.edit(at.user_id, episode.episode_id, EpisodeEdit(title="Another title"))
    undo = at.creators.changes.undo(at.user_id, change.change_id, actor="cli")
    assert there.title == episode.title
    assert (undo.undoes, undo.actor, undo.state) == (change.change_id, "cli", "confirmed")
    first = at.creators.changes.get(at.user_id, change.change_id)
    assert (first.state, first.undone_by) == ("undone", undo.change_id)
    assert (change.undoable, bool(change.undo)) == (True, True)
    assert (first.undoable, first.undo) == (False, "")
    assert at.creators.shows.episode(at.user_id, episode.episode_id).title == episode.title
    with pytest.raises(Conflict, match="already"):
        at.creators.changes.undo(at.user_id, change.change_id)


def test_an_undo_does_not_undo_what_came_after(at: Desk) -> None:
    """Whoever changed the title in the dashboard since keeps it."""
    episode, there = at.episode(), at.stage.episodes()[0]
    change = at.creators.studio.edit(at.user_id, episode.episode_id, EpisodeEdit(title="Another title"))
    there.title = "Changed in the dashboard"
    with pytest.raises(Conflict, match="changed since"):
        at.creators.changes.undo(at.user_id, change.change_id)
    assert there.title == "Changed in the dashboard"
    assert at.creators.changes.get(at.user_id, change.change_id).state == "confirmed"


def test_a_new_date_is_undone(at: Desk) -> None:
    """The earlier date comes back."""
    episode, there = at.episode(State.SCHEDULED), at.stage.episodes(State.SCHEDULED)[0]
    moment = there.publish_on_ms
    change = at.creators.studio.schedule(at.user_id, episode.episode_id, at.clock.now() + 30 * DAY)
    assert there.publish_on_ms == (at.clock.now() + 30 * DAY) * 1000
    at.creators.changes.undo(at.user_id, change.change_id)
    assert there.publish_on_ms == moment


def test_a_show_is_changed_and_changed_back(at: Desk) -> None:
    """Only the description is another; undo brings the earlier one."""
    show, before = at.stage.show, at.stage.show.description
    name = show.name
    change = at.creators.studio.show_settings(at.user_id, at.show.show_id, ShowEdit(description="Slow talk."))
    assert (show.description, show.name) == ("Slow talk.", name)
    assert at.show.description == "Slow talk."
    at.creators.changes.undo(at.user_id, change.change_id)
    assert show.description == before


def test_an_address_is_changed_unless_it_is_taken(at: Desk) -> None:
    """The show's name has to be typed; a taken address changes nothing, and the journal says that it failed."""
    studio, show_id = at.creators.studio, at.show.show_id
    with pytest.raises(Rejected, match="type"):
        studio.slug(at.user_id, show_id, "slow-talk", confirm="slow-talk", whichever=True)
    with pytest.raises(Rejected, match="2 shows"):
        studio.slug(at.user_id, show_id, "slow-talk", confirm=at.show.name, dry_run=True)
    assert written(at) == 0
    studio.slug(at.user_id, show_id, "Slow-Talk", confirm=at.show.name, whichever=True)
    assert at.show.web_station_id == "slow-talk"
    at.stage.fault(rest__slug_taken=True)
    with pytest.raises(Conflict, match="taken"):
        studio.slug(at.user_id, show_id, "fast-talk", confirm=at.show.name, whichever=True)
    assert at.creators.changes.of_show(at.user_id, show_id).items[0].state == "failed"


def test_covers(at: Desk, picture: Path) -> None:
    """A show and an episode get pictures of their own."""
    episode, before = at.episode(), at.stage.show.image_url
    at.creators.studio.cover(at.user_id, at.show.show_id, picture)
    assert at.stage.show.image_url != before
    at.creators.studio.cover(at.user_id, at.show.show_id, picture, episode_id=episode.episode_id)
    assert at.stage.episodes()[0].image_url
    actions = [one.action for one in at.creators.changes.of_show(at.user_id, at.show.show_id).items]
    assert actions == ["episode.cover", "show.cover"]


def test_sponsored_content_is_said_and_taken_back(at: Desk) -> None:
    """The mark is set with the date it has, and undo takes it off."""
    episode, there = at.episode(State.SCHEDULED), at.stage.episodes(State.SCHEDULED)[0]
    change = at.creators.studio.schedule(at.user_id, episode.episode_id, at.clock.now() + 5 * DAY)
    moment = there.publish_on_ms
    change = at.creators.studio.sponsored(at.user_id, episode.episode_id, True)
    assert there.sponsored and there.publish_on_ms == moment
    at.creators.changes.undo(at.user_id, change.change_id)
    assert not there.sponsored


def test_a_dry_run_sends_nothing_at_all(at: Desk, picture: Path, tmp_path: Path) -> None:
    """Every action says what it would do without a single request, not even a sign-in, and leaves no row."""
    published, scheduled = at.episode(), at.episode(State.SCHEDULED)
    sound = tmp_path / "ep.mp3"
    sound.write_bytes(b"ID3" + bytes(100))
    studio, user, show = at.creators.studio, at.user_id, at.show.show_id
    first, later = published.episode_id, scheduled.episode_id
    moment = at.clock.now() + DAY
    new = NewEpisode(title="Salt", publish_on=moment)
    poll = PollWanted(question="Salt?", options=("yes", "no"), opens_at=at.clock.now(), closes_at=moment)
    plans: list[Callable[[], Change]] = [
        lambda: studio.draft(user, show, new, dry_run=True),
        lambda: studio.edit(user, first, EpisodeEdit(title="x", explicit=True), dry_run=True),
        lambda: studio.schedule(user, later, moment, dry_run=True),
        lambda: studio.unschedule(user, later, dry_run=True),
        lambda: studio.publish(user, later, confirm="", dry_run=True),
        lambda: studio.delete(user, first, confirm="", dry_run=True),
        lambda: studio.cover(user, show, picture, dry_run=True),
        lambda: studio.cover(user, show, picture, episode_id=first, dry_run=True),
        lambda: studio.show_settings(user, show, ShowEdit(name="x"), dry_run=True),
        lambda: studio.slug(user, show, "slow-talk", confirm="", whichever=True, dry_run=True),
        lambda: studio.poll(user, first, poll, dry_run=True),
        lambda: studio.remove_poll(user, first, confirm="", dry_run=True),
        lambda: studio.plan_upload(user, show, sound, new),
        lambda: at.creators.comments.switch(user, show, False, dry_run=True),
        lambda: at.creators.comments.policy(user, show, "high", dry_run=True),
    ]
    at.creators.doing.hands.forget(at.account.account_id)  # as after a start: nobody is signed in
    before = at.stage.simulator.calls.total()
    planned = [plan() for plan in plans]
    assert at.stage.simulator.calls.total() == before
    assert {(one.state, one.change_id) for one in planned} == {("planned", 0)}
    assert all(one.after and one.undo and one.title for one in planned)
    assert planned[1].before == {"title": published.title}
    assert at.creators.changes.of_user(user).items == ()


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (EpisodeEdit(), ""),
        (EpisodeEdit(title="  "), "title"),
        (EpisodeEdit(title="x" * 201), "title"),
        (EpisodeEdit(publish_on=1), "publish_on"),
        (EpisodeEdit(publish_on=1_795_255_200_000), "publish_on"),
        (EpisodeEdit(season=-1), "season"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_before_anything_is_sent(at: Desk, wish: EpisodeEdit, field: str) -> None:
    """The dry run says so as well as the real one."""
    episode = at.episode(State.SCHEDULED)
    before = at.stage.simulator.calls.total()
    for dry_run in (True, False):
        with pytest.raises(Rejected) as refused:
            at.creators.studio.edit(at.user_id, episode.episode_id, wish, dry_run=dry_run)
        assert refused.value.field == field
    assert at.stage.simulator.calls.total() == before


def test_a_published_date_cannot_be_moved(at: Desk) -> None:
    """The service would take it and do nothing: it is refused here."""
    episode = at.episode()
    with pytest.raises(Conflict, match="dashboard"):
        at.creators.studio.schedule(at.user_id, episode.episode_id, at.clock.now() + DAY)
    assert written(at) == 0


def test_what_is_like_that_already_is_not_sent(at: Desk) -> None:
    """An edit to what is there says so and writes nothing."""
    episode = at.episode()
    with pytest.raises(Conflict, match="nothing was sent"):
        at.creators.studio.edit(at.user_id, episode.episode_id, EpisodeEdit(title=episode.title))
    assert written(at) == 0 and at.creators.changes.of_user(at.user_id).items == ()


def test_nobody_writes_to_the_shows_of_others(at: Desk) -> None:
    """Another user of this server has neither the show nor its episodes."""
    episode = at.episode()
    other = at.services.accounts.add_user("bea", "correct horse battery staple").user_id
    with pytest.raises(NotFound):
        at.creators.studio.edit(other, episode.episode_id, EpisodeEdit(title="x"))
    with pytest.raises(NotFound):
        at.creators.studio.draft(other, at.show.show_id, NewEpisode(title="x"))
    assert written(at) == 0


def test_a_show_hosted_elsewhere_is_not_written_to(at: Desk) -> None:
    """The refusal says where to change it."""
    foreign = next(one for one in at.creators.shows.of_user(at.user_id) if not one.hosted)
    with pytest.raises(Conflict, match="where its feed comes from"):
        at.creators.studio.draft(at.user_id, foreign.show_id, NewEpisode(title="x"))
    assert written(at) == 0


def test_without_cookies_nothing_is_written_and_the_mend_is_said(at: Desk) -> None:
    """The write fails with what to do, the account is ended, and its health names the cookie."""
    episode = at.episode()
    at.creators.doing.hands.forget(at.account.account_id)
    at.stage.fault(auth__login_required=True)
    with pytest.raises(NeedsReauth) as fault:
        at.creators.studio.edit(at.user_id, episode.episode_id, EpisodeEdit(title="x"))
    assert "creators.spotify.com" in getattr(fault.value, "mend", "")
    assert at.creators.accounts.get(at.user_id, at.account.account_id).state == "ended"
    health = at.creators.health.of_account(at.user_id, at.account.account_id)
    assert (health.state, health.cause) == ("broken", "cookie") and "Sign in" in health.mend
    at.stage.fault(auth__login_required=False)
    account = at.creators.accounts.replace_cookies(at.user_id, at.account.account_id, at.stage.sp_dc)
    at.creators.studio.edit(at.user_id, episode.episode_id, EpisodeEdit(title="x"))
    assert at.creators.health.of_account(at.user_id, account.account_id).state == "ok"


def test_polls_say_what_is_missing_until_a_harvest_brought_it(at: Desk) -> None:
    """No public source has the hash: the refusal names it; after a harvest was adopted the poll is there."""
    episode = at.episode()
    moment = at.clock.now()
    wanted = PollWanted(question="Salt?", options=("yes", "no"), opens_at=moment, closes_at=moment + DAY)
    with pytest.raises(Refused, match="createPollForEpisode") as fault:
        at.creators.studio.poll(at.user_id, episode.episode_id, wanted)
    assert "capture" in getattr(fault.value, "mend", "")
    assert at.creators.changes.of_user(at.user_id).items == ()
    found = at.creators.captures.harvest(at.user_id, at.account.account_id)
    assert "createPollForEpisode" in found.mutations
    at.creators.captures.adopt(at.user_id, found.capture_id)
    change = at.creators.studio.poll(at.user_id, episode.episode_id, wanted)
    assert (change.state, change.after["question"]) == ("confirmed", "Salt?")
    undo = at.creators.changes.undo(at.user_id, change.change_id)
    assert (undo.action, undo.state) == ("poll.delete", "confirmed")


def test_only_the_owner_puts_operations_in_force(at: Desk) -> None:
    """What a capture brings holds for all: another user may look, and may not decide."""
    other = at.services.accounts.add_user("bea", "correct horse battery staple").user_id
    found = at.creators.captures.harvest(at.user_id, at.account.account_id)
    with pytest.raises(Forbidden):
        at.creators.captures.adopt(other, found.capture_id)
    at.creators.captures.adopt(at.user_id, found.capture_id)
    with pytest.raises(Conflict, match="withdraw"):
        at.creators.captures.remove(at.user_id, found.capture_id)
    withdrawn = at.creators.captures.withdraw(at.user_id, found.capture_id)
    assert not withdrawn.live and withdrawn.adopted_at
    assert not at.creators.captures.registry().get("createPollForEpisode").callable
    at.creators.captures.remove(at.user_id, found.capture_id)
    assert at.creators.captures.of_user(at.user_id) == ()


def test_a_write_that_reads_back_otherwise_failed(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service answers well and keeps something else: the change is failed, and says what is there."""
    episode, there = at.episode(), at.stage.episodes()[0]
    keep = type(there).__setattr__

    def stubborn(one: object, name: str, value: object) -> None:
        if not (one is there and name == "title"):
            keep(one, name, value)

    monkeypatch.setattr(type(there), "__setattr__", stubborn)
    with pytest.raises(NotConfirmed):
        at.creators.studio.edit(at.user_id, episode.episode_id, EpisodeEdit(title="Another title"))
    (change,) = at.creators.changes.of_show(at.user_id, at.show.show_id).items
    assert (change.state, change.after["title"]) == ("failed", episode.title)


def test_the_journal_holds_every_write_that_the_service_saw(at: Desk, picture: Path) -> None:
    """After a day's work the steps of all changes are as many as the writes the service counted."""
    studio, user, show = at.creators.studio, at.user_id, at.show.show_id
    episode = at.episode()
    made = studio.draft(user, show, NewEpisode(title="Salt"))
    studio.schedule(user, made.episode_id, at.clock.now() + DAY)
    edited = studio.edit(user, episode.episode_id, EpisodeEdit(title="x"))
    at.creators.changes.undo(user, edited.change_id)
    studio.cover(user, show, picture)
    studio.show_settings(user, show, ShowEdit(author="Ada"))
    studio.slug(user, show, "slow-talk", confirm=at.show.name, whichever=True)
    studio.delete(user, made.episode_id, confirm="Salt")
    at.stage.fault(rest__slug_taken=True)
    with pytest.raises(Conflict):
        studio.slug(user, show, "fast-talk", confirm=at.show.name, whichever=True)
    at.stage.fault(http__503=99)
    with pytest.raises(Upstream):
        studio.edit(user, episode.episode_id, EpisodeEdit(title="y"))
    changes = at.creators.changes.of_user(user).items
    assert sum(len(change.steps) for change in changes) == written(at)
    assert {change.state for change in changes} <= {"confirmed", "undone", "failed", "ambiguous"}
