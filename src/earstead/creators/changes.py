"""Every write to the service leaves a record: what was there before, what was sent, what came of it.

A record is made before the request leaves (`ChangeLog.begin`), every request of it is noted before it is sent
(`.step`), and the end is noted when it is known (`.finish`). A process that dies in between leaves a record in state
"sent", which says exactly that: it may or may not have happened.

Writers do this:

    with journal.writing("episode.edit", "title of Ep 61", episode=uri, before=old, after=new) as entry:
        ...requests...            # the transport refuses a write outside of such a block
        entry.confirmed(found)    # after reading back

Blocks may stand inside each other: the inner one joins the outer, so that a recipe of five writes is one change with
five steps.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from earstead.creators.errors import (
    AmbiguousCreate,
    CredentialsExpired,
    Forbidden,
    NotConfirmed,
    RateLimited,
    Unavailable,
)
from earstead.kit.clock import Clock, SystemClock, new_uuid4


class State(StrEnum):
    """How far a change got."""

    PLANNED = "planned"
    """Only said by a dry run; nothing was sent."""
    SENT = "sent"
    """Begun; the end is not known (yet)."""
    CONFIRMED = "confirmed"
    """Answered well and, where the service allows it, read back."""
    FAILED = "failed"
    """Refused, or not all of it was done; `error` says what and `steps` how far it got."""
    AMBIGUOUS = "ambiguous"
    """An answer was lost: it may have happened."""
    UNDONE = "undone"
    """Taken back by a later change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change to a show, an episode or what hangs on them.

    Attributes:
        action: what was done, "episode.edit", "show.slug", "comment.reply".
        target: what it was done to, in words.
        episode: its URI, or its Anchor id as text where no URI is known; "" for changes of a show.
        before: the values that are replaced, as far as they were known.
        after: the values that were sent; once confirmed, those that were found.
        undo: how it is taken back, or why it cannot be.
        can_undo: whether `Creators.undo` can do that.
        steps: the requests, in order, without secrets: sent ones, or in a dry run those that would be.
        error: what went wrong, "" if nothing did.
    """

    change_id: str = ""
    at_ms: int = 0
    actor: str = ""
    show_uri: str = ""
    episode: str = ""
    action: str
    target: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    state: State = State.SENT
    undo: str = ""
    can_undo: bool = False
    steps: tuple[str, ...] = ()
    error: str = ""


class ChangeLog(Protocol):
    """Where changes are kept. Durable before `begin` and `step` come back."""

    def begin(self, change: Change) -> str:
        """Keep a change that is about to be sent; its id, the one it has or a new one."""

    def step(self, change_id: str, step: str) -> None:
        """One request of it is about to be sent."""

    def finish(self, change_id: str, state: State, after: Mapping[str, Any], error: str) -> None:
        """How it ended."""


@runtime_checkable
class Amending(Protocol):
    """A log that can also be told more of a change while it is under way: the number of a draft that was made."""

    def amend(self, change: Change) -> None:
        """All that is known of it now, under its id."""


@runtime_checkable
class Recalling(Protocol):
    """A log that can also tell what was last written to an episode; the service does not tell it of drafts."""

    def recall(self, episode: str) -> Mapping[str, Any]:
        """The last value of each field that was written to an episode, given as in `Change.episode`."""


def recalled(changes: Iterable[Change], episode: str) -> dict[str, Any]:
    """The last value of each field that was written to an episode; `changes` oldest first."""
    found: dict[str, Any] = {}
    for change in changes:
        if change.episode == episode and change.state in (State.CONFIRMED, State.SENT, State.AMBIGUOUS):
            found.update(change.after)
    return found


class MemoryLog:
    """Keeps changes as long as the object lives; `changes` has them, oldest first."""

    def __init__(self) -> None:
        self._kept: dict[str, Change] = {}
        self._lock = threading.Lock()

    @property
    def changes(self) -> tuple[Change, ...]:
        """All, oldest first."""
        with self._lock:
            return tuple(self._kept.values())

    def recall(self, episode: str) -> Mapping[str, Any]:
        """The last value of each field that was written to an episode."""
        return recalled(self.changes, episode)

    def begin(self, change: Change) -> str:
        """Keep it."""
        with self._lock:
            self._kept[change.change_id] = change
        return change.change_id

    def amend(self, change: Change) -> None:
        """Keep what is known by now."""
        with self._lock:
            self._kept[change.change_id] = change

    def step(self, change_id: str, step: str) -> None:
        """Note a request."""
        with self._lock:
            change = self._kept[change_id]
            self._kept[change_id] = replace(change, steps=(*change.steps, step))

    def finish(self, change_id: str, state: State, after: Mapping[str, Any], error: str) -> None:
        """Note the end."""
        with self._lock:
            self._kept[change_id] = replace(self._kept[change_id], state=state, after=dict(after), error=error)


class FileLog:
    """Appends to a JSON Lines file, mode 600: a line when a change begins, one for each request, one for its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def begin(self, change: Change) -> str:
        """Append the whole change."""
        self._append({"begin": asdict(change)})
        return change.change_id

    def amend(self, change: Change) -> None:
        """Append the whole change again; the later line counts."""
        self._append({"begin": asdict(change)})

    def step(self, change_id: str, step: str) -> None:
        """Append a request."""
        self._append({"step": step, "change_id": change_id})

    def finish(self, change_id: str, state: State, after: Mapping[str, Any], error: str) -> None:
        """Append the end."""
        self._append({"finish": str(state), "change_id": change_id, "after": dict(after), "error": error})

    def changes(self) -> tuple[Change, ...]:
        """All that were kept, oldest first; a torn last line is passed over."""
        kept = MemoryLog()
        for line in self._lines():
            if "begin" in line:
                said = line["begin"]
                kept.begin(Change(**{**said, "state": State(said["state"]), "steps": tuple(said["steps"])}))
            elif "step" in line:
                kept.step(line["change_id"], line["step"])
            else:
                kept.finish(line["change_id"], State(line["finish"]), line["after"], line["error"])
        return kept.changes

    def recall(self, episode: str) -> Mapping[str, Any]:
        """The last value of each field that was written to an episode."""
        return recalled(self.changes(), episode)

    def _lines(self) -> Iterator[Any]:
        if not self._path.exists():
            return
        for text in self._path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(text)
            except ValueError:  # the process died while writing it
                continue

    def _append(self, line: Mapping[str, Any]) -> None:
        with self._lock:
            self._path.touch(mode=0o600)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")


class Entry:
    """A change that is under way."""

    def __init__(self, log: ChangeLog, change: Change) -> None:
        self._log = log
        self._change = change
        self._sent = False
        self._taken = False
        self._done = False

    @property
    def change(self) -> Change:
        """As it stands now."""
        return self._change

    def sending(self, request: str) -> None:
        """A request that writes is about to leave; called by the transport."""
        self._sent, self._taken = True, False
        self._change = replace(self._change, steps=(*self._change.steps, request))
        self._log.step(self._change.change_id, request)

    def answered(self, status: int) -> None:
        """The request that was noted last was answered; called by the transport."""
        self._taken = 200 <= status < 300

    def about(self, **more: Any) -> None:
        """Say more about it while it is under way: `episode`, `target`, `before`, `after`, `undo`, `can_undo`."""
        self._change = replace(self._change, **more)
        if isinstance(self._log, Amending):
            self._log.amend(self._change)

    def confirmed(self, after: Mapping[str, Any] | None = None) -> None:
        """It is done; `after` is what was found there, if it was read back."""
        self._end(State.CONFIRMED, self._change.after if after is None else after, "")

    def broken(self, fault: BaseException) -> None:
        """It ended with an error: failed if that is certain, ambiguous if something may have happened."""
        lost = isinstance(fault, Unavailable | AmbiguousCreate) or not isinstance(fault, Exception)
        # What was taken and could only not be read back has happened, as far as anybody knows.
        unread = self._taken and isinstance(fault, RateLimited | CredentialsExpired | Forbidden)
        state = State.AMBIGUOUS if (lost and self._sent) or unread else State.FAILED
        after = self._change.after
        if isinstance(fault, NotConfirmed):
            after = {**after, **{name: found for name, (_, found) in fault.differences.items()}}
        self._end(state, after, str(fault) or type(fault).__name__)

    def _end(self, state: State, after: Mapping[str, Any], error: str) -> None:
        if self._done:
            return
        self._done = True
        self._change = replace(self._change, state=state, after=dict(after), error=error)
        self._log.finish(self._change.change_id, state, after, error)


class _Part(Entry):
    """What an inner block gets: its requests are steps of the outer change, which alone says how it ended."""

    def __init__(self, outer: Entry) -> None:
        self._outer = outer

    @property
    def change(self) -> Change:
        """The outer change."""
        return self._outer.change

    def sending(self, request: str) -> None:
        """A step of the outer change."""
        self._outer.sending(request)

    def answered(self, status: int) -> None:
        """Of the outer change."""
        self._outer.answered(status)

    def about(self, **more: Any) -> None:
        """What the outer change is about is said by the outer block."""

    def confirmed(self, after: Mapping[str, Any] | None = None) -> None:
        """The outer block goes on."""


class Journal:
    """Opens changes in a log, and knows the one that the running code belongs to."""

    def __init__(
        self, log: ChangeLog | None = None, *, clock: Clock | None = None, actor: str = "", dry_run: bool = False
    ) -> None:
        self.log: ChangeLog = log if log is not None else MemoryLog()
        # What a dry run begins never happens: it leaves no record.
        self._kept: ChangeLog = MemoryLog() if dry_run else self.log
        self._clock = clock or SystemClock()
        self.actor = actor
        # A variable of its own for each client: two accounts in one thread must not write into each other's change.
        self._open: ContextVar[Entry | None] = ContextVar("earstead.creators.change", default=None)

    @property
    def current(self) -> Entry | None:
        """The change that is under way here."""
        return self._open.get()

    @contextmanager
    def writing(
        self,
        action: str,
        target: str = "",
        *,
        show_uri: str = "",
        episode: str = "",
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        undo: str = "It cannot be taken back by itself.",
        can_undo: bool = False,
    ) -> Iterator[Entry]:
        """Record what the block writes; inside another such block, add to that one.

        A block that ends without `confirmed` and without an error is confirmed with what was sent.
        """
        outer = self._open.get()
        if outer is not None:
            yield _Part(outer)
            return
        change = Change(
            change_id=new_uuid4(),
            at_ms=self._clock.now_ms(),
            actor=self.actor,
            show_uri=show_uri,
            episode=episode,
            action=action,
            target=target,
            before=dict(before or {}),
            after=dict(after or {}),
            undo=undo,
            can_undo=can_undo,
        )
        entry = Entry(self._kept, replace(change, change_id=self._kept.begin(change)))
        token = self._open.set(entry)
        try:
            yield entry
        except BaseException as fault:
            entry.broken(fault)
            raise
        else:
            entry.confirmed()
        finally:
            self._open.reset(token)
