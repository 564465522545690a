"""The reader of exports: what files hold, and their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from earstead.core.listen import Submission
from earstead.core.rules import problem
from earstead.kit.clock import Clock, SystemClock
from earstead.services.import_types import ImportRow, Part
from earstead.sources.exports.decode import Broken
from earstead.sources.exports.detect import parts_of
from earstead.sources.exports.files import DAMAGED, UNREADABLE, opened
from earstead.sources.exports.formats import FORMATS
from earstead.sources.exports.said import Feedback, Outcome, excerpt, names_fault


class Exports:
    """Reads the files that other services give out; content decides, names do not."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def detect(self, files: Sequence[Path], options: dict[str, Any] | None = None) -> list[Part]:
        """What the files hold, in their order; never raises on bad content (see `Part.ignored`).

        `options`: "zone" (IANA name, for local times), "mapping" (role to column name, for other tables).
        """
        return [part for path in files for part in parts_of(Path(path), options or {})]

    def rows(self, part: Part) -> Iterator[ImportRow]:
        """The rows of a part in file order, counted from 1, in bounded memory; none of an ignored part.

        Raises:
            KeyError: for a format that no reader here has.
        """
        form = FORMATS[part.format] if not part.ignored else None
        if form is None:
            return
        mapper, now = form.mapper(part.options), self._clock.now()
        name = part.member or Path(part.path).name
        number = 0
        for number, row in enumerate(_decoded(part), 1):
            where = f"{name} row {number}"
            if type(row) is Broken:
                yield ImportRow(where=where, skip=row.reason, excerpt=row.excerpt)
                continue
            outcome = mapper(row)
            if type(outcome) is Submission and not (why := _fault(outcome, now)):
                yield ImportRow(where=where, submission=outcome)
            else:
                yield _other(where, row, outcome, why if type(outcome) is Submission else "", now)


def _decoded(part: Part) -> Iterator[Any]:
    try:
        with opened(Path(part.path), part.member) as file:
            yield from FORMATS[part.format].decode(file, part.options)
    except UNREADABLE as error:
        missing = isinstance(error, FileNotFoundError)
        yield Broken(reason="the file is not there any more" if missing else f"{DAMAGED}; nothing after it was read")


def _other(where: str, row: Any, outcome: Outcome, why: str, now: int) -> ImportRow:
    """A row that is no play: feedback, or skipped with its reason."""
    if isinstance(outcome, Feedback):
        why = _fault(outcome.about, now)
        if not why:
            return ImportRow(where=where, feedback=outcome)
    elif isinstance(outcome, str):
        why = outcome
    return ImportRow(where=where, skip=why, excerpt=excerpt(row))


def _fault(said: Submission, now: int) -> str:
    return _words_fault(said.track_name, said.artist_name, said.release_name, said.artist_names) or (
        problem(said, now) or ""
    )


@lru_cache(maxsize=16384)
def _words_fault(track_name: str, artist_name: str, release_name: str, artist_names: tuple[str, ...]) -> str:
    return names_fault((track_name, artist_name, release_name, *artist_names))
