"""What a reader of files hands over: the readable members of an upload, and their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec

from earstead.core.listen import Submission


class ImportRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of an import: exactly one of `submission`, `feedback`, `skip` is set.

    Attributes:
        where: "file.json row 12", for the report; rows of a part are counted from 1.
        skip: the reason why the row cannot become a listen, a sentence for the user; "" otherwise.
        feedback: (submission-like names, score 1 love / -1 hate, unix seconds) of rows that only say so.
        excerpt: the row as it stood, shortened to 300 characters, without personal data; for skipped rows.
        received_at: when another server of ours first received it, unix seconds; 0 for all other rows.
    """

    where: str
    submission: Submission | None = None
    skip: str = ""
    feedback: tuple[Submission, int, int] | None = None
    excerpt: str = ""
    received_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One readable member of an upload: a loose file, or an entry of a zip.

    `path` is the file on disk, `member` the entry's name inside it ("" for loose files); `format` names the
    reader ("spotify-extended"); `options` are reader-specific (column mapping, time zone), JSON values.
    `ignored` tells why a member is not read at all ("not a listening history"); "" when it is read.
    """

    path: str
    member: str
    format: str
    title: str
    size: int
    options: dict[str, Any] = field(default_factory=dict)
    ignored: str = ""


class ExportReader(Protocol):
    """Reads the files other services give out. Implemented by `sources/exports`."""

    def detect(self, files: Sequence[Path], options: dict[str, Any] | None = None) -> list[Part]:
        """What the files hold, decided by content; never raises on bad content (see `Part.ignored`)."""

    def rows(self, part: Part) -> Iterator[ImportRow]:
        """The rows of a part in file order, in bounded memory; the same rows each time it is read."""
