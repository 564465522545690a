"""Days that have no value and should have one.

Of the show itself, every day from its first to the last that the service can know of. Of an episode, every day from its
publication to the last one that was asked for: old episodes are asked for less often, and that is no gap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby

from earstead.core.creators.metrics import BEGINNING, METRICS, Aggregation
from earstead.services.creators.choosing import (
    EPISODE,
    FIRST,
    ID,
    LAST,
    METRIC,
    OPERATION,
    POINTS,
)
from earstead.services.creators.rows import day_of, number_of
from earstead.services.creators.types import Gap
from earstead.storage import creator_figures as table
from earstead.storage import creator_reads as reads
from earstead.storage import creators as creators_table
from earstead.storage.engine import Row, Tx

MOST = 500
NOT_READ = "not read yet"
NOTHING = "the service has nothing"
_ID, _STATE, _PUBLISHED = 0, 4, 5


def gaps_of(tx: Tx, show_id: int, today: int) -> tuple[Gap, ...]:
    """The gaps of a show and its episodes, latest first, at most `MOST`."""
    published = {
        row[_ID]: row[_PUBLISHED] // 86_400 for row in creators_table.episodes_of(tx, show_id) if row[_PUBLISHED]
    }
    marks = {(row[0], row[1]): row[2:] for row in reads.reads_of(tx, show_id)}
    found: list[Gap] = []
    for (episode_id, metric), groups in _daily(tx, show_id).items():
        first = max(published.get(episode_id, 0), number_of(BEGINNING)) if episode_id else _begin(groups)
        for series in groups:
            mark = marks.get((episode_id, series[0][OPERATION]))
            last = min(today - 1 - METRICS[metric].lag_days, mark[1] if mark and episode_id else today)
            if last >= first and _is_short(series, first, last):
                found += _between(tx, series, first, last, mark)
    found.sort(key=lambda gap: (gap.end, gap.start, -gap.episode_id), reverse=True)
    return tuple(found[:MOST])


def _daily(tx: Tx, show_id: int) -> Mapping[tuple[int, str], list[list[Row]]]:
    """(episode, metric) -> its daily series, those of one operation together."""
    by_operation: dict[tuple[int, str, str], list[Row]] = defaultdict(list)
    for metric in METRICS:
        for row in table.series_of_metric(tx, show_id, metric, "", Aggregation.DAILY):
            if row[POINTS]:
                by_operation[row[EPISODE], metric, row[OPERATION]].append(row)
    found: dict[tuple[int, str], list[list[Row]]] = defaultdict(list)
    for (episode_id, metric, _), rows in by_operation.items():
        found[episode_id, metric].append(rows)
    return found


def _begin(groups: Iterable[list[Row]]) -> int:
    """The first day of a show: that of the first value it has."""
    return min(int(row[FIRST]) for rows in groups for row in rows)


def _is_short(series: list[Row], first: int, last: int) -> bool:
    """Whether days may be absent, told without reading a single value."""
    begin, end = min(int(row[FIRST]) for row in series), max(int(row[LAST]) for row in series)
    return begin > first or end < last or sum(int(row[POINTS]) for row in series) < end - begin + 1


def _between(tx: Tx, series: list[Row], first: int, last: int, mark: tuple[int, int, int, str] | None) -> list[Gap]:
    there = set(table.days(tx, [row[ID] for row in series], first, last))
    absent = [day for day in range(first, last + 1) if day not in there]
    found = []
    for _, run in groupby(enumerate(absent), key=lambda pair: pair[1] - pair[0]):
        days = [day for _, day in run]
        found.append(
            Gap(
                metric=series[0][METRIC],
                episode_id=series[0][EPISODE],
                start=day_of(days[0]),
                end=day_of(days[-1]),
                why=_why(mark, days[0], days[-1]),
            )
        )
    return found


def _why(mark: tuple[int, int, int, str] | None, first: int, last: int) -> str:
    if mark is None or first < mark[0] or last > mark[1]:
        return f"refused: {mark[3]}" if mark and mark[3] else NOT_READ
    return NOTHING
