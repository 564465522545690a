"""Whose plays may feed an answer about everybody, and answers kept for as long as they hold.

The one place that decides it: users that are public, and the viewer. Private and unlisted users are not read at all,
so nothing of theirs can show, not even as a count of one. And of the public ones, plays of which only an API knows
are left out (`services.showing`): the circle carries the veil through which others are read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sized
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, TypeVar

from earstead.core.catalog import NO_RULES, MapRules
from earstead.kit.clock import Clock
from earstead.services.ingest import Ingest
from earstead.services.showing import NO_VEIL, Veil
from earstead.services.users import User
from earstead.storage import commons
from earstead.storage.engine import Tx

T = TypeVar("T")
KEPT_ANSWERS = 512
KEPT_ITEMS = 100_000
"""Rows of all kept answers together: about 15 MB."""
WORTH = 20.0
"""An answer that may lag is kept for so many times what it cost: making it anew takes at most a 20th of the time."""


@dataclass(frozen=True, slots=True)
class Circle:
    """The users an answer is made of, by id, with their write counters; and the viewer's standing decisions."""

    viewer_id: int
    user_ids: tuple[int, ...]
    versions: tuple[int, ...]
    rules: MapRules = NO_RULES
    veil: Veil = NO_VEIL
    _behind: dict[int, list[int]] = field(default_factory=dict)

    def only(self, user_ids: Iterable[int]) -> Circle:
        """The same circle without everybody else."""
        wanted = set(user_ids)
        pairs = [pair for pair in zip(self.user_ids, self.versions, strict=True) if pair[0] in wanted]
        return replace(self, user_ids=tuple(p[0] for p in pairs), versions=tuple(p[1] for p in pairs))

    def ids_of(self, entity_id: int) -> list[int]:
        """All ids that lead to where this one leads for the viewer; the end of the way first."""
        lead = self.rules.lead(entity_id)
        if self.rules.merges and not self._behind:
            for merged in self.rules.merges:
                self._behind.setdefault(self.rules.lead(merged), []).append(merged)
        return list(dict.fromkeys([lead, *self._behind.get(lead, ())]))


def circle(tx: Tx, ingest: Ingest, viewer: User | None, veil: Veil = NO_VEIL, *, own: int = 0) -> Circle:
    """Everybody who is public, and the viewer; under a veil narrowed to them without `own`."""
    viewer_id = viewer.user_id if viewer else 0
    rows = commons.circle(tx, viewer_id)
    rules = ingest.rules(tx, viewer_id)[0] if viewer_id else NO_RULES
    users = tuple(row[0] for row in rows)
    narrowed = veil.narrowed(user_id for user_id in users if user_id != own)
    return Circle(viewer_id, users, tuple(row[1] for row in rows), rules, narrowed)


class Kept:
    """Answers by circle and question. One holds while nobody of its circle wrote anything."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, tuple[tuple[int, ...], float, Any]] = OrderedDict()
        self._items = 0

    def answer(self, around: Circle, question: Hashable, ask: Callable[[], T], *, lags: bool = False) -> T:
        """The kept answer, or a new one.

        Args:
            lags: the answer may be a little old where it is dear; who belongs to the circle is always of now.
        """
        key = (around.viewer_id, around.user_ids, around.veil.level, question)
        now = self._clock.monotonic()
        with self._lock:
            if kept := self._answers.get(key):
                versions, until, found = kept
                if versions == around.versions or (lags and now < until):
                    self._answers.move_to_end(key)
                    held: T = found
                    return held
        answer = ask()
        done = self._clock.monotonic()
        with self._lock:
            self._forget(key)
            self._answers[key] = (around.versions, done + (done - now) * WORTH, answer)
            self._items += _size(answer)
            while len(self._answers) > KEPT_ANSWERS or self._items > KEPT_ITEMS:
                self._forget(next(iter(self._answers)))
        return answer

    def _forget(self, key: Hashable) -> None:
        if key in self._answers:
            self._items -= _size(self._answers.pop(key)[2])


def _size(answer: object) -> int:
    return len(answer) if isinstance(answer, Sized) else 1
