"""Imports: first a look at the files that writes nothing, then the run, which survives crashes and can be cancelled.

Each batch commits its listens, the counts, the skipped rows and the cursor together. Whatever happens to the
process, the next start goes on behind the last batch; and since every submission has a fingerprint, an import
that is repeated adds nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from earstead.core.errors import AppError, Conflict, NotFound, Rejected
from earstead.kit.clock import Clock
from earstead.kit.texts import storable
from earstead.services.decisions import Decisions
from earstead.services.events import Hub
from earstead.services.import_types import ExportReader, Part
from earstead.services.imports.batches import Batch, batches, without_faults
from earstead.services.imports.files import Uploads, check, check_unchanged, described
from earstead.services.imports.run import Runner, Stopped
from earstead.services.imports.tally import Tally, from_json
from earstead.services.ingest import Ingest
from earstead.services.views import ImportJob
from earstead.storage import imports
from earstead.storage.engine import Engine, Tx
from earstead.storage.imports import ImportRecord
from earstead.storage.writer import Writer

log = logging.getLogger(__name__)

OnProgress = Callable[[ImportJob], None]
ANNOUNCE_S = 0.25
ROW_BYTES = 300
"""What a row takes in a file, roughly: only for the progress of a first look, when nobody knows the rows yet."""
_PAGE = 1000
_LISTED = 200
Follower = Callable[[Tx, int, ImportJob], None]
"""Called with (transaction, user, the import that ended)."""


class Imports:
    """See the module. Every method takes the user first; other users' imports are not found."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        ingest: Ingest,
        decisions: Decisions,
        hub: Hub,
        clock: Clock,
        data_dir: Path,
        reader: ExportReader,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._hub = hub
        self._clock = clock
        self._uploads = Uploads(data_dir)
        self._runner = Runner(writer, ingest, decisions, clock, reader)
        self._lock = threading.Lock()
        self._turns: dict[int, threading.Lock] = {}
        self._looks: dict[int, tuple[Tally, float]] = {}
        self._threads: set[threading.Thread] = set()
        self._closing = threading.Event()
        self._followers: list[Follower] = []

    def followed_by(self, follower: Follower) -> None:
        """Have the end of imports, done or failed, followed by more in its own transaction."""
        self._followers.append(follower)

    # ---- what users ask ----------------------------------------------------------------------------------

    def upload_dir(self, user_id: int) -> Path:
        """A new private folder to put uploaded files into, before `preview` is called with them."""
        return self._uploads.incoming()

    def preview(
        self,
        user_id: int,
        files: Sequence[Path],
        *,
        options: dict[str, Any] | None = None,
        wait: bool = False,
        on_progress: OnProgress | None = None,
        count: bool = True,
    ) -> ImportJob:
        """Look at files: what they are, and what a run would do. Rejected when there is no such file.

        Without `wait` the look goes on in a thread; the job's `progress` is 1 when it is done. Without `count` it
        only says what the files are, for a run that follows at once: their rows are not read, and counted as none.
        """
        check(files)

        def work(tx: Tx) -> int:
            return imports.add(tx, user_id, self._clock.now())

        import_id = self._writer.do(work).result()
        found = described(self._uploads.take(import_id, files))
        self._writer.do(lambda tx: imports.set_files(tx, import_id, found, options or {})).result()
        self._go(self._look if count else self._recognise, user_id, import_id, on_progress, wait=wait)
        return self.get(user_id, import_id)

    def look_again(self, user_id: int, import_id: int, options: dict[str, Any]) -> ImportJob:
        """Look at the files of a preview, or of a look that failed, with other options: a new import takes its place.

        Conflict when the import ran already or is still being looked at; Rejected when its files are gone.
        """
        job = self._record(user_id, import_id)
        if job.state not in ("preview", "failed") or import_id in self._looks or (job.state == "failed" and job.parts):
            raise Conflict("only files that were not imported yet can be looked at again")
        check_unchanged(job.files)
        files = self._uploads.again(import_id, [Path(file["path"]) for file in job.files])
        self._end(user_id, import_id, "cancelled", "", ("preview", "failed"))
        return self.preview(user_id, files, options=options)

    def run(
        self, user_id: int, import_id: int, *, wait: bool = False, on_progress: OnProgress | None = None
    ) -> ImportJob:
        """Import what was looked at; a failed import goes on where it stopped. Conflict in any other state."""
        job = self._record(user_id, import_id)
        if job.state not in ("preview", "failed") or job.total_rows < 0:
            raise Conflict(
                "the files are still being looked at" if job.state == "preview" else f"the import is {job.state}"
            )
        tally = job.tally if job.state == "failed" else Tally(sample=from_json(job.tally).sample).as_json()
        begun = self._writer.do(lambda tx: imports.begin(tx, import_id, state=job.state, tally=tally)).result()
        if not begun:
            raise Conflict("the import was begun or cancelled at the same moment")
        self._go(self._run, user_id, import_id, on_progress, wait=wait)
        return self.get(user_id, import_id)

    def cancel(self, user_id: int, import_id: int) -> ImportJob:
        """Stop between two batches: what is in stays in. Conflict when it ended already."""
        self._record(user_id, import_id)
        self._writer.do(lambda tx: imports.forget_counts(tx, import_id)).result()
        if not self._end(user_id, import_id, "cancelled", "", ("preview", "running", "failed")):
            raise Conflict("the import has ended already")
        self._uploads.remove(import_id)
        return self._announce(user_id, import_id)

    def get(self, user_id: int, import_id: int) -> ImportJob:
        """An import as it stands. NotFound when this user has none of this id."""
        return self._job(self._record(user_id, import_id))

    def list(self, user_id: int) -> tuple[ImportJob, ...]:
        """The user's imports, newest first, at most 200."""
        with self._engine.read() as tx:
            found = imports.latest(tx, user_id, _LISTED)
        return tuple(self._job(record) for record in found)

    def report(self, user_id: int, import_id: int) -> Iterator[dict[str, str]]:
        """Every skipped row as {where, reason, excerpt}, in file order.

        Of an import that never ran: those that would be skipped, as long as its files are there.
        """
        job = self._record(user_id, import_id)
        begun = job.state not in ("preview", "cancelled") or job.part_index or job.row_index
        return self._skipped(import_id) if begun else self._foreseen(job)

    def _skipped(self, import_id: int) -> Iterator[dict[str, str]]:
        after = 0
        while True:
            with self._engine.read() as tx:
                page = imports.skips(tx, import_id, after=after, limit=_PAGE)
            for skip in page:
                yield {"where": skip.place, "reason": skip.reason, "excerpt": skip.excerpt}
            if len(page) < _PAGE:
                return
            after = page[-1].row_number

    def _foreseen(self, job: ImportRecord) -> Iterator[dict[str, str]]:
        try:
            check_unchanged(job.files)
        except Rejected:
            return
        for batch in batches([Part(**part) for part in job.parts], self._runner.rows):
            for row in without_faults(batch, self._clock.now()).rows:
                if row.skip:
                    yield {"where": row.where, "reason": row.skip, "excerpt": row.excerpt}

    # ---- the life of the process -------------------------------------------------------------------------

    def start(self) -> None:
        """Go on with what a stopped process left behind, and remove uploads nobody needs. Once, before serving."""
        with self._engine.read() as tx:
            left = imports.unfinished(tx)
            needed = imports.with_files(tx)
        self._uploads.sweep(needed)
        for job in left:
            if job.state == "running":
                self._go(self._run, job.user_id, job.import_id, None, wait=False)
            elif job.total_rows < 0:
                self._go(self._look, job.user_id, job.import_id, None, wait=False)

    def close(self) -> None:
        """Stop behind the batch in hand; running imports stay running and go on at the next start."""
        self._closing.set()
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def _go(
        self,
        work: Callable[[ImportRecord, Callable[[Tally, Batch], None]], None],
        user_id: int,
        import_id: int,
        on_progress: OnProgress | None,
        *,
        wait: bool,
    ) -> None:
        def main() -> None:
            try:
                with self._turn(user_id):
                    self._guarded(work, user_id, import_id, on_progress)
            finally:
                with self._lock:
                    self._threads.discard(threading.current_thread())

        if wait:
            main()
            return
        thread = threading.Thread(target=main, name=f"import-{import_id}", daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()

    @contextmanager
    def _turn(self, user_id: int) -> Iterator[None]:
        """Several imports of one user go one after another."""
        with self._lock:
            turn = self._turns.setdefault(user_id, threading.Lock())
        with turn:
            yield

    def _guarded(
        self,
        work: Callable[[ImportRecord, Callable[[Tally, Batch], None]], None],
        user_id: int,
        import_id: int,
        on_progress: OnProgress | None,
    ) -> None:
        try:
            job = self._record(user_id, import_id)
            if job.state in ("preview", "running"):
                work(job, self._watch(job, on_progress))
        except Stopped:
            pass
        except Exception as error:
            # This is the door between foreign files and us: whatever they do ends this import, with a sentence.
            if self._closing.is_set():
                return
            log.warning("import %d stopped", import_id, exc_info=not isinstance(error, AppError))
            self._end(user_id, import_id, "failed", _sentence(error), ("preview", "running"))
        finally:
            self._looks.pop(import_id, None)
        if not self._closing.is_set():
            job_now = self._announce(user_id, import_id)
            if on_progress:
                on_progress(job_now)

    # ---- the two works -----------------------------------------------------------------------------------

    def _recognise(self, job: ImportRecord, on_batch: Callable[[Tally, Batch], None]) -> None:
        parts = self._parts(job)
        self._previewed(job, parts, Tally(), max(1, sum(p.size for p in parts if not p.ignored) // ROW_BYTES))

    def _parts(self, job: ImportRecord) -> tuple[Part, ...]:
        check_unchanged(job.files)
        parts = tuple(self._runner.detect([Path(file["path"]) for file in job.files], job.options))
        if all(part.ignored for part in parts):
            why = "; ".join(dict.fromkeys(part.ignored for part in parts))
            raise NotFound(f"there is no listening history in this: {why or 'nothing was recognised'}")
        return parts

    def _look(self, job: ImportRecord, on_batch: Callable[[Tally, Batch], None]) -> None:
        parts = self._parts(job)
        size = sum(part.size for part in parts if not part.ignored) or 1
        before = [sum(p.size for p in parts[:i] if not p.ignored) for i in range(len(parts))]

        def watch(tally: Tally, batch: Batch) -> None:
            within = min(batch.row_index * ROW_BYTES, parts[batch.part_index].size)
            self._looks[job.import_id] = (tally, min(0.99, (before[batch.part_index] + within) / size))
            on_batch(tally, batch)

        tally = self._runner.look(job.user_id, parts, watch)
        self._previewed(job, parts, tally, tally.read)

    def _previewed(self, job: ImportRecord, parts: Sequence[Part], tally: Tally, total_rows: int) -> None:
        title = ", ".join(dict.fromkeys(part.title for part in parts if not part.ignored))[:200]

        def work(tx: Tx) -> bool:
            return imports.previewed(
                tx,
                job.import_id,
                title=title,
                parts=[asdict(part) for part in parts],
                total_rows=total_rows,
                tally=tally.as_json(),
            )

        self._writer.do(work).result()

    def _run(self, job: ImportRecord, on_batch: Callable[[Tally, Batch], None]) -> None:
        check_unchanged(job.files)
        self._runner.run(job, [Part(**part) for part in job.parts], on_batch)
        if self._end(job.user_id, job.import_id, "done", "", ("running",)):
            self._uploads.remove(job.import_id)

    def _watch(self, job: ImportRecord, on_progress: OnProgress | None) -> Callable[[Tally, Batch], None]:
        """Called behind each batch: stops when it should, and tells how far it is, four times a second."""
        told = self._clock.monotonic()

        def on_batch(tally: Tally, batch: Batch) -> None:
            nonlocal told
            if self._closing.is_set():
                raise Stopped
            if self._clock.monotonic() - told < ANNOUNCE_S:
                return
            told = self._clock.monotonic()
            current = self._announce(job.user_id, job.import_id)
            if on_progress:
                on_progress(current)
            if current.state != job.state:
                raise Stopped

        return on_batch

    # ---- records -----------------------------------------------------------------------------------------

    def _record(self, user_id: int, import_id: int) -> ImportRecord:
        with self._engine.read() as tx:
            found = imports.one(tx, user_id, import_id)
        if found is None:
            raise NotFound("no such import")
        return found

    def _end(self, user_id: int, import_id: int, state: str, error: str, among: Sequence[str]) -> bool:
        now = self._clock.now()

        def work(tx: Tx) -> bool:
            ended = imports.end(tx, user_id, import_id, state=state, error=error, now=now, among=among)
            record = imports.one(tx, user_id, import_id) if ended and state in ("done", "failed") else None
            if record is not None:
                for follow in self._followers:
                    follow(tx, user_id, _shown(record, from_json(record.tally)))
            return ended

        return self._writer.do(work).result()

    def _announce(self, user_id: int, import_id: int) -> ImportJob:
        job = self.get(user_id, import_id)
        told = {
            "import_id": job.import_id,
            "state": job.state,
            "title": job.title,
            "progress": job.progress,
            "counts": asdict(job.counts),
            "error": job.error,
        }
        self._hub.publish(user_id, "import", told)
        return job

    def _job(self, record: ImportRecord) -> ImportJob:
        tally = from_json(record.tally)
        job = _shown(record, tally)
        look = self._looks.get(record.import_id)
        if look is None or record.state != "preview" or record.total_rows >= 0:
            return job
        return replace(job, counts=look[0].counts(), progress=look[1])


def _shown(record: ImportRecord, tally: Tally) -> ImportJob:
    return ImportJob(
        import_id=record.import_id,
        user_id=record.user_id,
        state=record.state,
        title=record.title,
        files=tuple(Path(file["path"]).name for file in record.files),
        parts=tuple({name: value for name, value in part.items() if name != "path"} for part in record.parts),
        counts=tally.counts(),
        reasons=tally.reasons,
        years=tally.year_counts(),
        first_at=tally.first_at,
        last_at=tally.last_at,
        sample=tuple(tally.sample),
        progress=_progress(record, tally),
        error=record.error,
        created_at=record.created_at,
        finished_at=record.finished_at,
    )


def _progress(record: ImportRecord, tally: Tally) -> float:
    if record.state == "done":
        return 1.0
    if record.state == "preview":
        return 0.0 if record.total_rows < 0 else 1.0
    return min(1.0, tally.read / record.total_rows) if record.total_rows > 0 else 0.0


def _sentence(error: Exception) -> str:
    text = str(error) if isinstance(error, AppError) else f"the files could not be read to their end ({error})"
    return storable(text[:500])
