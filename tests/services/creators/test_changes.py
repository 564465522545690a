"""The journal of changes: written before anything is sent, honest about what nobody heard the end of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from earstead.core.errors import NotFound
from earstead.creators.changes import Journal
from earstead.creators.errors import Unavailable, UpstreamError
from earstead.creators.keeping.log import ServerLog
from earstead.kit.clock import FixedClock
from earstead.services.creators.changes import LOST_AFTER_S, Acting, Begun, Changes
from earstead.storage.engine import Engine
from earstead.storage.writer import Writer

NOW = 1_795_255_200
ADA, BEA = 1, 2
ACCOUNT = 7


@pytest.fixture
def clock() -> FixedClock:
    """Moves only when it is told."""
    return FixedClock(NOW)


@pytest.fixture
def writer(engine: Engine) -> Iterator[Writer]:
    """The one that writes."""
    opened = Writer(engine)
    yield opened
    opened.close()


@pytest.fixture
def changes(engine: Engine, writer: Writer, clock: FixedClock) -> Changes:
    """A process's journal."""
    return Changes(engine, writer, clock)


@pytest.fixture
def client(changes: Changes, clock: FixedClock) -> Journal:
    """What the client of an account of Ada's writes through."""
    return Journal(ServerLog(changes, ACCOUNT, ADA), clock=clock)


def acting(**more: object) -> Acting:
    """Ada, from the command line, on episode 30 of show 3."""
    words = {"user_id": ADA, "account_id": ACCOUNT, "show_id": 3, "episode_id": 30, "actor": "cli", "title": "Ep 61"}
    return Acting(**(words | more))  # type: ignore[arg-type]


def test_a_change_is_in_the_journal_before_its_first_request(changes: Changes, client: Journal) -> None:
    """While the client writes, the row stands as sent, with who asked, what was there, and each request before it."""
    with (
        changes.acting(acting()) as who,
        client.writing("episode.edit", "Ep 61", episode="spotify:episode:x", before={"title": "a"}) as entry,
    ):
        begun = changes.get(ADA, who.ids[0])
        assert (begun.state, begun.actor, begun.show_id, begun.steps) == ("sent", "cli", 3, ())
        entry.sending("POST https://api/update")
        assert changes.get(ADA, who.ids[0]).steps == ("POST https://api/update",)
        entry.sending("GET https://api/overview")
        entry.confirmed({"title": "b"})
    (kept,) = changes.of_show(ADA, 3).items
    assert kept.state == "confirmed" and kept.ended_ms == NOW * 1000
    assert kept.steps == ("POST https://api/update", "GET https://api/overview")
    assert kept.differences == (("title", "a", "b"),)
    assert (kept.title, kept.target, kept.episode_id) == ("Ep 61", "spotify:episode:x", 30)


def test_a_write_that_nobody_announced_is_shown_all_the_same(changes: Changes, client: Journal) -> None:
    """A change begun outside of any service belongs to the account's user, and the server made it."""
    with client.writing("show.slug", "another address"):
        pass
    (kept,) = changes.of_user(ADA).items
    assert (kept.actor, kept.account_id, kept.title, kept.state) == ("server", ACCOUNT, "another address", "confirmed")


@pytest.mark.parametrize(("fault", "state"), [(UpstreamError("no"), "failed"), (Unavailable("no answer"), "ambiguous")])
def test_how_a_change_broke_is_kept(changes: Changes, client: Journal, fault: Exception, state: str) -> None:
    """A refusal is failed; a lost answer is ambiguous, because it may have happened."""

    def write() -> None:
        with changes.acting(acting()), client.writing("episode.edit", "x") as entry:
            entry.sending("POST https://api/update")
            raise fault

    with pytest.raises(type(fault)):
        write()
    (kept,) = changes.of_show(ADA, 3).items
    assert kept.state == state and str(fault) in kept.error


def test_what_a_dead_process_began_becomes_ambiguous(
    engine: Engine, writer: Writer, clock: FixedClock, changes: Changes, client: Journal
) -> None:
    """Another process's change is lost at once at a start, else after half an hour; one's own is never given up."""
    with changes.acting(acting()):
        changes.begin(ACCOUNT, ADA, _begun())
    assert changes.lose(all_others=True) == 0
    other = Changes(engine, writer, clock)
    assert other.lose() == 0
    clock.advance(LOST_AFTER_S + 1)
    assert other.lose() == 1
    (kept,) = other.of_show(ADA, 3).items
    assert kept.state == "ambiguous" and "ended before" in kept.error
    assert [change.change_id for change in other.ambiguous(5)] == [kept.change_id]


def test_an_answer_that_comes_after_all_is_believed(
    engine: Engine, writer: Writer, clock: FixedClock, changes: Changes
) -> None:
    """A process that was thought dead and finishes its change has the last word over what a look found."""
    with changes.acting(acting()):
        change_id = changes.begin(ACCOUNT, ADA, _begun())
    other = Changes(engine, writer, clock)
    other.lose(all_others=True)
    (lost,) = other.ambiguous(5)
    changes.finish(change_id, "confirmed", {"title": "b"}, "")
    other.settle(lost, "failed", "It was not done.")
    assert changes.get(ADA, change_id).state == "confirmed"


def test_looks_are_counted(engine: Engine, writer: Writer, clock: FixedClock, changes: Changes) -> None:
    """What stays ambiguous after some looks is left alone, and says why."""
    changes.begin(ACCOUNT, ADA, _begun())
    other = Changes(engine, writer, clock)
    other.lose(all_others=True)
    for _ in range(2):
        (lost,) = other.ambiguous(2)
        other.settle(lost, "ambiguous", "A draft does not show its fields.")
    assert other.ambiguous(2) == ()
    assert other.of_user(ADA).items[0].error == "A draft does not show its fields."


def test_an_undo_marks_what_it_took_back(changes: Changes, client: Journal) -> None:
    """The change that was taken back says by which one, and the other which one it takes back."""
    with changes.acting(acting()) as first, client.writing("episode.edit", "x"):
        pass
    with changes.acting(acting(undoes=first.ids[0])) as second, client.writing("episode.edit", "x"):
        pass
    undone, undo = changes.get(ADA, first.ids[0]), changes.get(ADA, second.ids[0])
    assert (undone.state, undone.undone_by, undo.undoes) == ("undone", undo.change_id, undone.change_id)


def test_a_failed_undo_leaves_what_it_was_to_take_back(changes: Changes, client: Journal) -> None:
    """Only an undo that worked marks the other change as undone."""
    with changes.acting(acting()) as first, client.writing("episode.edit", "x"):
        pass
    with (
        pytest.raises(UpstreamError),
        changes.acting(acting(undoes=first.ids[0])),
        client.writing("episode.edit", "x"),
    ):
        raise UpstreamError("no")
    assert changes.get(ADA, first.ids[0]).state == "confirmed"


def test_nobody_sees_the_changes_of_others(changes: Changes) -> None:
    """Neither the list nor a change is there for anybody else."""
    change_id = changes.begin(ACCOUNT, ADA, _begun())
    assert changes.of_user(BEA).items == ()
    assert changes.of_show(BEA, 0).items == ()
    with pytest.raises(NotFound):
        changes.get(BEA, change_id)


def test_pages_of_the_journal(changes: Changes) -> None:
    """Latest first, and each page says whether there is another."""
    ids = [changes.begin(ACCOUNT, ADA, _begun()) for _ in range(5)]
    first, last = changes.of_user(ADA, size=3), changes.of_user(ADA, 2, size=3)
    assert [one.change_id for one in (*first.items, *last.items)] == ids[::-1]
    assert (first.more, last.more, last.page) == (True, False, 2)


def _begun() -> Begun:
    return Begun(
        action="episode.edit",
        target="spotify:episode:x",
        words="Ep 61",
        before={"title": "a"},
        after={"title": "b"},
        undo="Undo writes the earlier values again.",
        undoable=True,
    )
