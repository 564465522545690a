"""Answers about one user's listens, kept for as long as they hold.

An answer about a span holds until something in that span changes. Each write raises the user's write counter and
notes the times it touched; so what was said about last month, or about all years but the last day, survives the
listen that arrives now. The notes are rows, written with the change they tell of: no process holds a stale answer.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from earstead.core.periods import Span
from earstead.storage import charts, listens
from earstead.storage.engine import Row, Tx

T = TypeVar("T")
KEPT_ANSWERS = 256
ALWAYS = Span(0, 1 << 62)
SETTLED_S = 6 * 3600
"""What is older than this before the latest listen rarely changes: sums are kept up to the day before."""


class Answers:
    """See the module."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()

    def kept(self, tx: Tx, user_id: int, question: Hashable, ask: Callable[[], T], span: Span | None = None) -> T:
        """The kept answer, or a new one.

        Args:
            question: names the answer, its span included.
            span: what it is about; None for everything.
        """
        version, about = listens.counters(tx, user_id)[4], span or ALWAYS
        with self._lock:
            held = self._answers.get((user_id, question))
        if held is not None and (
            held[0] == version
            or (held[0] < version and not listens.touched(tx, user_id, held[0], version, about.start, about.end))
        ):
            answer: T = held[1]
        else:
            answer = ask()
        with self._lock:
            if held is None or held[0] <= version:  # not over what a newer snapshot said
                self._answers[user_id, question] = version, answer
                self._answers.move_to_end((user_id, question))
            while len(self._answers) > KEPT_ANSWERS:
                self._answers.popitem(last=False)
        return answer

    def days(self, tx: Tx, user_id: int, span: Span | None) -> list[Row]:
        """(day, hour, plays, heard ms) by local day and hour; an hour may come twice, with different plays."""
        about = span or ALWAYS

        def ask() -> list[Row]:
            settled, recent = _parts(tx, user_id, about)
            rows = charts.days(tx, user_id, recent.start, recent.end)
            return rows if settled is None else [*self.days(tx, user_id, settled), *rows]

        return self.kept(tx, user_id, ("days", about), ask, about)

    def chart(self, tx: Tx, user_id: int, kind: str, span: Span | None) -> list[Row]:
        """(entity_id, plays, heard ms) of all of a kind in a span, in no order. The list is kept: do not change it."""

        def ask() -> list[Row]:
            settled, recent = _parts(tx, user_id, span or ALWAYS)
            if settled is None:
                return charts.chart(tx, user_id, kind, (span.start, span.end) if span else None)
            rows = charts.chart(tx, user_id, kind, (recent.start, recent.end))
            return _sum(self.chart(tx, user_id, kind, settled), rows)

        return self.kept(tx, user_id, ("chart", kind, span), ask, span)


def _parts(tx: Tx, user_id: int, span: Span) -> tuple[Span | None, Span]:
    """A span as the part that hardly changes any more, if it has one, and the rest."""
    cut = (charts.ends(tx, user_id)[1] - SETTLED_S) // 86_400 * 86_400
    return (Span(span.start, cut), Span(cut, span.end)) if span.start < cut < span.end else (None, span)


def _sum(many: list[Row], few: list[Row]) -> list[Row]:
    more = {row[0]: row for row in few}
    found = [
        (row[0], row[1] + other[1], row[2] + other[2]) if (other := more.pop(row[0], None)) else row for row in many
    ]
    return [*found, *more.values()]
