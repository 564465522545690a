"""Which stored series answer for a metric: one operation at a time, never a daily one joined with a running one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from earstead.core.creators.metrics import Aggregation, Definition, Kind, Metric, Scope, Window, definition_of
from earstead.services.creators.rows import QUALITIES, day_of, number_of
from earstead.services.creators.types import Point, Provenance
from earstead.storage import creator_figures as table
from earstead.storage.engine import Row, Tx

# Columns of `storage.creator_figures.SERIES`.
ID, SHOW, EPISODE, METRIC, BREAKDOWN, AGGREGATION, SPAN, DEFINITION, OPERATION, SCOPE, FIRST, LAST, POINTS, FETCHED = (
    range(14)
)
NATURAL: dict[Kind, tuple[Aggregation, ...]] = {
    Kind.DAILY: (Aggregation.DAILY, Aggregation.RUNNING),
    Kind.CUMULATIVE: (Aggregation.RUNNING,),
    Kind.TOTAL: (Aggregation.TOTAL, Aggregation.RUNNING),
    Kind.SHARE: (Aggregation.DAILY, Aggregation.WEEKLY, Aggregation.TOTAL),
}
"""In which ways a metric may be told, the best first."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Series that may be read as one: of one operation, window and aggregation; they differ in definition alone."""

    series: tuple[Row, ...]

    @property
    def ids(self) -> list[int]:
        """Their ids."""
        return [row[ID] for row in self.series]

    @property
    def aggregation(self) -> Aggregation:
        """Of all of them."""
        return Aggregation(self.series[0][AGGREGATION])

    @property
    def operation(self) -> str:
        """Of all of them."""
        return str(self.series[0][OPERATION])


def choose(
    rows: Iterable[Row], metric: Metric, start: int, end: int, ways: Sequence[Aggregation] = ()
) -> Chosen | None:
    """The series that tell most of some days; None when none tells anything of them.

    Args:
        rows: series of one metric, of one show or episode, without breakdown.
        ways: the aggregations that will do; those natural to the metric by default.
    """
    for way in ways or NATURAL[metric.kind]:
        groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in rows:
            meets = row[FIRST] <= end and (row[LAST] >= start or way is Aggregation.RUNNING)
            if row[AGGREGATION] == way and row[POINTS] and meets:
                groups[row[OPERATION], row[SPAN]].append(row)
        if groups:
            best = max(groups.values(), key=lambda group: (_reach(group, start, end), max(r[FETCHED] for r in group)))
            return Chosen(tuple(best))
    return None


def _reach(group: Sequence[Row], start: int, end: int) -> int:
    return sum(max(0, min(row[LAST], end) - max(row[FIRST], start) + 1) for row in group)


def points_of(tx: Tx, chosen: Chosen, start: int, end: int) -> tuple[tuple[Point, ...], int]:
    """(the values by day, when the oldest of them was read)."""
    rows = table.points(tx, chosen.ids, start, end)
    plain = sorted(row for row in (row[1:] for row in rows) if not row[1])
    points = tuple(Point(day_of(day), value, QUALITIES[quality]) for day, _, value, quality, _ in plain)
    return points, min((row[4] for row in plain), default=0)


def provenance(
    metric: Metric, chosen: Chosen | None, start: date, end: date, fetched_at: int, way: Aggregation | None = None
) -> Provenance:
    """Where values come from. `way`: how they were put together, where that is not how they are stored."""
    if chosen is None:
        return Provenance(
            scope=metric.scope,
            window=Window.NONE,
            aggregation=way or NATURAL[metric.kind][0],
            definition=definition_of(metric.name, start, end),
            operation="",
            fetched_at=0,
        )
    used = [row for row in chosen.series if row[FIRST] <= number_of(end) and row[LAST] >= number_of(start)]
    said = {Definition(row[DEFINITION]) for row in used or chosen.series}
    first = chosen.series[0]
    return Provenance(
        scope=Scope(first[SCOPE]),
        window=Window(first[SPAN]),
        aggregation=way or chosen.aggregation,
        definition=said.pop() if len(said) == 1 else Definition.MIXED,
        operation=chosen.operation,
        fetched_at=fetched_at,
    )
