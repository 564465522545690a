"""The record that every write leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from earstead.creators.changes import FileLog, Journal, MemoryLog, State
from earstead.creators.errors import NotConfirmed, Unavailable, UpstreamError, ValidationError
from earstead.creators.transport import Request, Transport
from earstead.kit.clock import FixedClock

WRITE = Request(backend="rest", label="1-Z", method="POST", url="http://127.0.0.1:1/x", writes=True)


def _journal() -> tuple[Journal, MemoryLog]:
    log = MemoryLog()
    return Journal(log, clock=FixedClock(1_795_255_200), actor="ada"), log


def test_a_change_is_kept_before_its_end_is_known() -> None:
    """Inside the block it stands as sent, afterwards as confirmed with what was found."""
    journal, log = _journal()
    with journal.writing("episode.edit", "Ep", episode="1", before={"title": "a"}, after={"title": "b"}) as entry:
        assert log.changes[0].state is State.SENT
        entry.sending("POST /x")
        entry.confirmed({"title": "b!"})
    change = log.changes[0]
    assert (change.state, change.after, change.actor, change.steps) == (
        State.CONFIRMED,
        {"title": "b!"},
        "ada",
        ("POST /x",),
    )
    assert entry.change == change


def test_an_inner_block_adds_to_the_outer_change() -> None:
    """A recipe of two writes is one change with two steps, which the outer block ends."""
    journal, log = _journal()
    with journal.writing("episode.create", "Ep") as outer:
        for step in ("one", "two"):
            with journal.writing("episode.update", "inner") as inner:
                inner.sending(step)
                inner.confirmed({"ignored": True})
        assert log.changes[0].state is State.SENT
        outer.about(episode="7")
    assert [(change.action, change.steps) for change in log.changes] == [("episode.create", ("one", "two"))]
    assert outer.change.episode == "7"


@pytest.mark.parametrize(
    ("fault", "sent", "state"),
    [
        (UpstreamError("no", status=400), True, State.FAILED),
        (Unavailable("no answer"), True, State.AMBIGUOUS),
        (Unavailable("no answer"), False, State.FAILED),
        (KeyboardInterrupt(), True, State.AMBIGUOUS),
        (ValidationError("title", "too long"), False, State.FAILED),
    ],
)
def test_an_end_says_whether_something_may_have_happened(fault: BaseException, sent: bool, state: State) -> None:
    """A refusal is a failure; a lost answer after something was sent is ambiguous."""
    journal, log = _journal()

    def write() -> None:
        with journal.writing("episode.edit") as entry:
            if sent:
                entry.sending("POST /x")
            raise fault

    with pytest.raises(type(fault)):
        write()
    assert log.changes[0].state is state
    assert log.changes[0].error


def test_what_was_found_instead_is_kept() -> None:
    """After a read-back that differs, the record shows what is there."""
    journal, log = _journal()
    with pytest.raises(NotConfirmed), journal.writing("episode.edit", after={"title": "b", "explicit": True}):
        raise NotConfirmed("differs", {"title": ("b", "a")})
    assert log.changes[0].after == {"title": "a", "explicit": True}


def test_a_write_outside_of_a_change_is_refused() -> None:
    """The transport sends no write that leaves no record."""
    journal, _ = _journal()
    with pytest.raises(ValidationError, match="no change was begun"):
        Transport(journal).send(WRITE)


def test_a_dry_run_leaves_no_record() -> None:
    """What never happens is not in the log."""
    log = MemoryLog()
    with Journal(log, dry_run=True).writing("episode.edit"):
        pass
    assert log.changes == ()


def test_a_file_keeps_changes_over_a_restart_and_a_torn_line(tmp_path: Path) -> None:
    """What was appended is read again, whatever the last line looks like; nobody else may read it."""
    path = tmp_path / "changes.jsonl"
    journal = Journal(FileLog(path))
    with journal.writing("episode.edit", "Ep ü", episode="1", after={"description": "x"}) as entry:
        entry.sending("POST /x")
    with path.open("a") as file:
        file.write('{"begin": {"act')
    kept = FileLog(path).changes()
    assert kept == (entry.change,)
    assert path.stat().st_mode & 0o777 == 0o600
    assert FileLog(path).recall("1") == {"description": "x"}


def test_what_was_written_last_is_recalled() -> None:
    """Of confirmed changes the last value of each field counts; failed ones do not."""
    journal, log = _journal()
    with journal.writing("a", episode="1", after={"title": "a", "description": "d"}):
        pass
    with journal.writing("b", episode="1", after={"title": "b"}):
        pass
    with pytest.raises(UpstreamError), journal.writing("c", episode="1", after={"title": "c"}):
        raise UpstreamError("no")
    assert log.recall("1") == {"title": "b", "description": "d"}
    assert log.recall("2") == {}
