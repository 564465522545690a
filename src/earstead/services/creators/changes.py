"""The journal of what was written at Spotify for Creators: who changed what, what was there before, how it ended.

The client reports here: a row before its first request, a line for each request before that is sent, and the end.
So nothing is written there that this journal does not show, not even by a process that dies in the middle: what it had
begun stands as "sent", becomes "ambiguous" at the next start, and is looked for then (`settling`).

Who acts, for whom and on what is said once, by `acting`, around the calls; the client knows nothing of our users.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from earstead.core.errors import NotFound
from earstead.kit import jsontext
from earstead.kit.clock import Clock, new_uuid4
from earstead.kit.texts import storable
from earstead.services.creators.types import CreatorEpisode
from earstead.services.creators.write_types import Actor, Change, ChangePage
from earstead.storage import creator_writes as table
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

LOST_AFTER_S = 1_800
"""A change that another process began is given up for lost after this long; no request takes nearly as long."""
MOST_PAGE = 200
LAST_PAGE = 1_000_000
MOST_RECALLED = 500
_MOST_TEXT = 20_000


@dataclass(kw_only=True)
class Acting:
    """Who does what to whom, for the changes that are begun within `Changes.acting`; `ids` are theirs."""

    user_id: int
    account_id: int
    show_id: int = 0
    episode_id: int = 0
    actor: Actor = "server"
    title: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    undoes: int = 0
    ids: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A change as the client begins it. `undo`: how it is taken back, or why not."""

    action: str
    target: str
    words: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    undo: str
    undoable: bool


_ACTING: ContextVar[Acting | None] = ContextVar("earstead.creators.acting", default=None)


class Changes:
    """See the module. Methods block; what is begun, noted or finished is on disk when the call returns."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._holder = new_uuid4()
        self._undo: Callable[[Change, Actor, bool], Change] | None = None

    # ---- reading -----------------------------------------------------------------------------------------

    def of_show(self, user_id: int, show_id: int, page: int = 1, *, size: int = 50) -> ChangePage:
        """A page of what was changed of a user's show, latest first; pages count from 1."""
        size, page = min(max(size, 1), MOST_PAGE), min(max(page, 1), LAST_PAGE)
        with self._engine.read() as tx:
            rows = table.changes_of_show(tx, user_id, show_id, (page - 1) * size, size + 1)
        return ChangePage(items=tuple(map(change_from, rows[:size])), page=page, more=len(rows) > size)

    def of_user(self, user_id: int, page: int = 1, *, size: int = 50) -> ChangePage:
        """The same over all shows of a user, what belongs to no show included."""
        size, page = min(max(size, 1), MOST_PAGE), min(max(page, 1), LAST_PAGE)
        with self._engine.read() as tx:
            rows = table.changes_of_user(tx, user_id, (page - 1) * size, size + 1)
        return ChangePage(items=tuple(map(change_from, rows[:size])), page=page, more=len(rows) > size)

    def get(self, user_id: int, change_id: int) -> Change:
        """One of a user's changes. Raises NotFound."""
        with self._engine.read() as tx:
            row = table.change(tx, change_id)
        if row is None or row[1] != user_id:
            raise NotFound("There is no such change here.")
        return change_from(row)

    def poll_of(self, episode: CreatorEpisode) -> Change | None:
        """The poll that was put on an episode from here and not taken off again; None for none.

        The service has no reading of polls that works for everybody, so this is what it was told.
        """
        with self._engine.read() as tx:
            row = table.last_change(tx, episode.show_id, episode.episode_id, ("poll.put", "poll.delete"))
        found = change_from(row) if row else None
        return found if found and found.action == "poll.put" and found.state != "undone" else None

    # ---- writing: what the client reports ----------------------------------------------------------------

    @contextmanager
    def acting(self, acting: Acting) -> Iterator[Acting]:
        """Say for whom the client acts until the end of the block; the ids of what it begins are in `acting.ids`."""
        token = _ACTING.set(acting)
        try:
            yield acting
        finally:
            _ACTING.reset(token)

    def begin(self, account_id: int, user_id: int, begun: Begun) -> int:
        """Keep a change before its first request leaves; its id.

        Args:
            account_id, user_id: whose client it is, for a change that nobody announced by `acting`.
        """
        who = _ACTING.get() or Acting(user_id=user_id, account_id=account_id)
        values = {
            "user_id": who.user_id,
            "account_id": account_id,
            "show_id": who.show_id,
            "episode_id": who.episode_id,
            "at_ms": self._clock.now_ms(),
            "actor": who.actor,
            "action": begun.action,
            "target": _short(begun.target),
            "title": _short(who.title or begun.words),
            "before": _packed({**who.before, **begun.before}),
            "after": _packed(begun.after),
            "state": "sent",
            "undo": _short(begun.undo),
            "undoable": int(begun.undoable),
            "undoes": who.undoes,
            "holder": self._holder,
        }
        change_id = self._writer.do(lambda tx: table.add_change(tx, values)).result()
        who.ids.append(change_id)
        return change_id

    def step(self, change_id: int, step: str) -> None:
        """Keep that a request of a change is about to leave."""
        self._writer.do(lambda tx: table.add_step(tx, change_id, _short(step))).result()

    def finish(self, change_id: int, state: str, after: Mapping[str, Any], error: str) -> None:
        """Keep how a change ended; what it took back is marked as undone."""
        values = {
            "state": state,
            "after": _packed(after),
            "error": _short(error),
            "ended_ms": self._clock.now_ms(),
        }

        def work(tx: Tx) -> None:
            table.set_change(tx, change_id, values)
            row = table.change(tx, change_id)
            undoes = change_from(row).undoes if row else 0
            if undoes and state == "confirmed":
                table.set_change(tx, undoes, {"state": "undone", "undone_by": change_id})

        self._writer.do(work).result()

    def refine(self, change_id: int, **values: Any) -> None:
        """Say more about a change: `episode_id`, `title`, `before`, `undo`, `undoable`."""
        packed = {name: _packed(value) if name == "before" else value for name, value in values.items()}
        self._writer.do(lambda tx: table.set_change(tx, change_id, packed)).result()

    def written(self, account_id: int, target: str) -> dict[str, Any]:
        """The last value of each field that was written to something, by what the service calls it."""
        with self._engine.read() as tx:
            rows = table.changes_of_target(tx, account_id, target, MOST_RECALLED)
        found: dict[str, Any] = {}
        for change in map(change_from, rows):
            # What may have been written counts: a draft tells nothing by which it could be known better.
            if change.state in ("confirmed", "sent", "ambiguous"):
                found.update(change.after)
        return found

    # ---- what nobody heard the end of --------------------------------------------------------------------

    def lose(self, *, all_others: bool = False) -> int:
        """Mark as ambiguous what a process began that is no longer there; returns how many.

        Args:
            all_others: whatever another process began, at a start; otherwise only what is older than half an hour.
        """
        now_ms = self._clock.now_ms()
        before_ms = now_ms + 1 if all_others else now_ms - LOST_AFTER_S * 1_000
        said = {
            "state": "ambiguous",
            "error": "The program ended before it heard how this went.",
            "ended_ms": now_ms,
        }

        def work(tx: Tx) -> int:
            rows = table.changes_in_state(tx, "sent", before_ms, 1_000)
            lost = [row[0] for row in rows if row[20] != self._holder]
            for change_id in lost:
                table.set_change(tx, change_id, said)
            return len(lost)

        return self._writer.do(work).result()

    def ambiguous(self, most_checks: int) -> tuple[Change, ...]:
        """Everybody's changes whose end is not known and that were looked for fewer times than that, oldest first."""
        with self._engine.read() as tx:
            rows = table.changes_in_state(tx, "ambiguous", 1 << 62, 500)
        return tuple(change_from(row) for row in rows if row[21] < most_checks)

    def settle(self, change: Change, state: str, words: str, after: Mapping[str, Any] | None = None) -> None:
        """Write down what a look found about a change: "confirmed", "failed", or still "ambiguous"."""

        def work(tx: Tx) -> None:
            row = table.change(tx, change.change_id)
            if row is None or row[14] != "ambiguous":  # its own process came back with the answer
                return
            values: dict[str, Any] = {"state": state, "error": _short(words), "checks": row[21] + 1}
            if after is not None:
                values["after"] = _packed(after)
            table.set_change(tx, change.change_id, values)
            if change.undoes and state == "confirmed":
                table.set_change(tx, change.undoes, {"state": "undone", "undone_by": change.change_id})

        self._writer.do(work).result()

    # ---- undo --------------------------------------------------------------------------------------------

    def undone_by(self, undo: Callable[[Change, Actor, bool], Change]) -> None:
        """Who takes changes back, or only says how (True). Given once, when the services are put together."""
        self._undo = undo

    def undo(self, user_id: int, change_id: int, *, actor: Actor = "page", dry_run: bool = False) -> Change:
        """Take a change back, as a change of its own. Raises Conflict with the reason where that cannot be."""
        assert self._undo is not None, "the services were not put together"
        return self._undo(self.get(user_id, change_id), actor, dry_run)


def _short(text: str) -> str:
    return storable(text)[:2_000]


def _packed(values: Mapping[str, Any]) -> str:
    kept = {name: value[:_MOST_TEXT] if isinstance(value, str) else value for name, value in values.items()}
    return jsontext.dumps(kept)


def change_from(row: Row) -> Change:
    """A row of `creator_writes.CHANGE` as a record. What did not happen, or no longer holds, has no way back."""
    stands = row[14] not in ("failed", "undone")
    return Change(
        change_id=row[0],
        user_id=row[1],
        account_id=row[2],
        show_id=row[3],
        episode_id=row[4],
        at_ms=row[5],
        ended_ms=row[6],
        actor=row[7],
        action=row[8],
        target=row[9],
        title=row[10],
        before=jsontext.loads(row[11]),
        after=jsontext.loads(row[12]),
        steps=tuple(row[13].split("\n")) if row[13] else (),
        state=row[14],
        error=row[15],
        undo=row[16] if stands else "",
        undoable=stands and bool(row[17]),
        undone_by=row[18],
        undoes=row[19],
    )
