"""The two ways an import goes through its rows: looking (nothing is written) and running."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from earstead.core.catalog import track_of
from earstead.core.errors import Rejected
from earstead.core.listen import Submission
from earstead.kit.clock import Clock
from earstead.services.archive import archive, restore
from earstead.services.archive import shuffles as archive_shuffles
from earstead.services.creators import archiving
from earstead.services.decisions import Decisions
from earstead.services.import_types import ExportReader, ImportRow, Part
from earstead.services.imports.batches import Batch, batches, without_faults
from earstead.services.imports.tally import Tally, from_json, statuses
from earstead.services.ingest import Ingest, IngestResult
from earstead.services.views import DecisionRow
from earstead.storage import exporting, feedback, imports
from earstead.storage.engine import Tx
from earstead.storage.imports import ImportRecord
from earstead.storage.writer import Writer

_T = TypeVar("_T")
_PIECE = 500
_PODCAST_PIECE = 16
"""Lines of podcasts that one transaction takes: a series is a line, with thousands of points."""
VOLLEY = 8
"""Batches handed to the writer at once, so that it writes them in one transaction, while the next are read."""


class Stopped(Exception):
    """The import was cancelled, or the process closes; what is in stays in."""


@dataclass(slots=True)
class _Line:
    """The batches of a run that wait and those in flight, oldest first; the counts behind the last written, the cursor
    behind the last handed over."""

    job: ImportRecord
    tally: Tally
    cursor: tuple[int, int]
    on_batch: Callable[[Tally, Batch], None]
    waiting: list[Batch] = field(default_factory=list)
    flying: deque[tuple[Batch, Future[IngestResult]]] = field(default_factory=deque)

    def land(self) -> None:
        """Wait until none is in flight; raises what the oldest that failed raised."""
        while self.flying:
            batch, future = self.flying.popleft()
            future.result()
            self.on_batch(self.tally, batch)


class Runner:
    """Goes through the parts of an import, batch by batch."""

    def __init__(
        self, writer: Writer, ingest: Ingest, decisions: Decisions, clock: Clock, reader: ExportReader
    ) -> None:
        self._writer = writer
        self._ingest = ingest
        self._decisions = decisions
        self._clock = clock
        self._reader = reader

    def detect(self, files: Sequence[Path], options: dict[str, Any]) -> list[Part]:
        """What the files hold, own archives included."""
        ours = [path for path in files if archive.is_archive(path)]
        others = [path for path in files if path not in ours]
        found = [part for path in ours for part in archive.parts(path)]
        return found + (self._reader.detect(others, options) if others else [])

    def rows(self, part: Part) -> Iterator[ImportRow]:
        """The rows of a part."""
        return archive.rows(part) if part.format == archive.FORMAT else self._reader.rows(part)

    # ---- looking -----------------------------------------------------------------------------------------

    def look(self, user_id: int, parts: Sequence[Part], on_batch: Callable[[Tally, Batch], None]) -> Tally:
        """Count what a run would do. `on_batch` may raise to end it."""
        tally, look = Tally(), self._ingest.look(user_id)
        for batch in batches(parts, self.rows):
            try:
                found = look.take(_submissions(batch))
            except Rejected:
                batch = without_faults(batch, self._clock.now())
                found = look.take(_submissions(batch))
            tally.take(batch.rows, statuses(found))
            on_batch(tally, batch)
        return tally

    # ---- running -----------------------------------------------------------------------------------------

    def run(self, job: ImportRecord, parts: Sequence[Part], on_batch: Callable[[Tally, Batch], None]) -> Tally:
        """Store the rows behind the job's cursor. Raises Stopped when the job was cancelled meanwhile."""
        line = _Line(job, from_json(job.tally), (job.part_index, job.row_index), on_batch)

        def read(part: Part) -> Iterator[ImportRow]:
            # Every observation before this part has to be stored; words about recordings follow the decisions.
            if part.format == archive.FORMAT and part.member == archive.FEEDBACK:
                self._fire(line)
                line.land()
                self._restore(job.user_id, Path(part.path))
            return self.rows(part)

        try:
            for batch in batches(parts, read, part_index=job.part_index, row_index=job.row_index):
                line.waiting.append(batch)
                if len(line.waiting) == VOLLEY:
                    self._fire(line)
            self._fire(line)
            line.land()
        finally:
            # Whatever ended the run: nothing of it may be written behind the caller's back.
            wait([future for _, future in line.flying])
        return line.tally

    def _fire(self, line: _Line) -> None:
        line.land()
        for batch in line.waiting:
            try:
                self._start(line, batch)
            except Rejected:
                self._start(line, without_faults(batch, self._clock.now()))
        line.waiting.clear()

    def _start(self, line: _Line, batch: Batch) -> None:
        job, behind = line.job, line.cursor

        def also(tx: Tx, result: IngestResult) -> None:
            # A copy: when the transaction is taken back, so are the counts.
            following = from_json(_copied(line.tally.as_json()))
            skips = following.take(batch.rows, statuses(result.outcomes))
            imports.add_skips(tx, job.import_id, skips)
            self._say(tx, job.user_id, batch)
            exporting.set_received(tx, _received(batch, result))
            moved = imports.step(
                tx,
                job.import_id,
                behind=behind,
                part_index=batch.part_index,
                row_index=batch.row_index,
                tally=following.as_json(),
            )
            if not moved:
                raise Stopped
            line.tally = following

        future = self._ingest.start(job.user_id, _submissions(batch), bulk=True, also=also)
        line.flying.append((batch, future))
        line.cursor = (batch.part_index, batch.row_index)

    def _say(self, tx: Tx, user_id: int, batch: Batch) -> None:
        for row in batch.rows:
            if row.feedback is not None:
                named, score, at = row.feedback
                track = track_of(named)
                if track.artist_name and track.track_name:
                    feedback.put(tx, user_id, track, score=score, at=at)

    def _restore(self, user_id: int, path: Path) -> None:
        said = archive.settings(path)
        if self._writer.do(lambda tx: restore.apply_settings(tx, user_id, said)).result():
            self._ingest.rezone(user_id)
        for tags in _pieces(archive.tag_lines(path)):
            self._writer.do(partial(restore.apply_tags, user_id=user_id, said=tags)).result()
        for links in _pieces(archive.playlink_lines(path)):
            self._writer.do(partial(restore.apply_playlinks, user_id=user_id, said=links)).result()
        for names in _pieces(archive.follow_lines(path)):
            self._writer.do(partial(restore.apply_follows, user_id=user_id, said=names)).result()
        shuffles = list(archive.shuffle_lines(path))
        self._writer.do(lambda tx: archive_shuffles.apply(tx, user_id, shuffles)).result()
        now = self._clock.now()
        for podcasts in _pieces(archive.podcast_lines(path), _PODCAST_PIECE):
            self._writer.do(partial(archiving.apply, user_id=user_id, said=podcasts, now=now), bulk=True).result()
        hooks = list(archive.webhook_lines(path))
        self._writer.do(lambda tx: restore.apply_webhooks(tx, user_id, hooks)).result()
        for word in archive.decisions(path):
            self._decisions.import_row(
                user_id,
                DecisionRow(
                    decision_id=0,
                    kind=word.kind,
                    subject=word.subject,
                    summary=word.summary,
                    created_at=word.created_at,
                    undone_at=word.undone_at,
                    by_user=word.by_user,
                ),
            )


def _pieces(lines: Iterator[_T], size: int = _PIECE) -> Iterator[list[_T]]:
    while piece := list(itertools.islice(lines, size)):
        yield piece


def _submissions(batch: Batch) -> list[Submission]:
    return [row.submission for row in batch.rows if row.submission is not None]


def _received(batch: Batch, result: IngestResult) -> list[tuple[int, int]]:
    rows = [row for row in batch.rows if row.submission is not None]
    return [
        (outcome.seq, row.received_at)
        for row, outcome in zip(rows, result.outcomes, strict=True)
        if row.received_at and outcome.status != "known"
    ]


def _copied(values: dict[str, Any]) -> dict[str, Any]:
    return {
        **values,
        "reasons": dict(values["reasons"]),
        "years": {year: list(counts) for year, counts in values["years"].items()},
        "sample": list(values["sample"]),
    }
