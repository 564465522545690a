"""From the parts of an import to batches of rows with a cursor behind each."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from earstead.core.names import clean
from earstead.core.rules import problem
from earstead.services.ingest import CHUNK
from earstead.services.registry import ImportRow, Part

EMPTY = 0
MOST_SEEN = 4_000_000
"""Fingerprints remembered, 16 bytes each at worst; beyond that a preview calls repeats new (the run does not)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one part, and the cursor behind them: part `part_index`, of which `row_index` rows are done."""

    rows: Sequence[ImportRow]
    part_index: int
    row_index: int


def batches(
    parts: Sequence[Part], read: Callable[[Part], Iterator[ImportRow]], *, part_index: int = 0, row_index: int = 0
) -> Iterator[Batch]:
    """The rows behind a cursor, in batches of at most `CHUNK`; ignored parts have none."""
    for index in range(part_index, len(parts)):
        if parts[index].ignored:
            continue
        rows: list[ImportRow] = []
        done = row_index if index == part_index else 0
        for number, row in enumerate(read(parts[index]), start=1):
            if number <= done:
                continue
            rows.append(row)
            if len(rows) == CHUNK:
                yield Batch(rows, index, number)
                done, rows = number, []
        if rows:
            yield Batch(rows, index, done + len(rows))


def without_faults(batch: Batch, now: int) -> Batch:
    """The batch with every submission that ingest would refuse turned into a skip with the reason."""
    return replace(batch, rows=[_checked(row, now) for row in batch.rows])


def _checked(row: ImportRow, now: int) -> ImportRow:
    submission = row.submission
    if submission is None:
        return row
    why = problem(submission, now)
    if why is None and not (clean(submission.artist_name) and clean(submission.track_name)):
        why = "a name has no printable character"
    if why is None:
        return row
    excerpt = row.excerpt or f"{submission.listened_at} {submission.artist_name} - {submission.track_name}"
    return ImportRow(where=row.where, skip=why, excerpt=excerpt[:300])


class SeenKeys:
    """A set of 63-bit hashes in an open-addressing table of plain integers: a sixth of what a `set` takes.

    Exact up to `most` members; then it is full and remembers no more.
    """

    def __init__(self, most: int = MOST_SEEN) -> None:
        self._most = most
        self._size = 0
        self._table = _table(1 << 12)

    def add(self, key: int) -> bool:
        """Whether `key` (not 0) was not there before; it is from now on, unless the set is full."""
        slot = self._slot(key)
        if self._table[slot] == key:
            return False
        if self._size < self._most:
            self._table[slot] = key
            self._size += 1
            if self._size * 2 > len(self._table):
                self._grow()
        return True

    def _slot(self, key: int) -> int:
        table, mask = self._table, len(self._table) - 1
        slot = key & mask
        while table[slot] != EMPTY and table[slot] != key:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        old = self._table
        self._table = _table(len(old) * 2)
        for key in old:
            if key != EMPTY:
                self._table[self._slot(key)] = key


def _table(size: int) -> array[int]:
    return array("q", bytes(8 * size))
