"""From the parts of an import to batches of rows with a cursor behind each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from earstead.core.names import clean
from earstead.core.rules import problem
from earstead.services.import_types import ImportRow, Part
from earstead.services.ingest import CHUNK


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
