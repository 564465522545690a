"""All episodes, or the show, by any metrics and any days: CSV, JSON lines, Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, BinaryIO

from earstead.services.creators.shows import CreatorShows
from earstead.storage.engine import Engine

FORMATS = (
    ("csv", "CSV for spreadsheets", ".csv"),
    ("jsonl", "JSON lines", ".jsonl"),
    ("parquet", "Parquet", ".parquet"),
)


class CreatorExports:
    """See the module. Streams in bounded memory."""

    def __init__(self, engine: Engine, shows: CreatorShows) -> None: ...

    def formats(self) -> tuple[tuple[str, str, str], ...]:
        """(name, title, suffix) of every format."""
        return FORMATS

    def rows(
        self, user_id: int, show_id: int, metrics: Sequence[str], start: date, end: date, by: str = "episode"
    ) -> Iterator[dict[str, Any]]:
        """One row a day and metric and episode (`by` "episode") or show ("show"), in order; no metrics: all.

        Raises Rejected, NotFound before the first row.
        """
        raise NotImplementedError

    def write(
        self,
        user_id: int,
        show_id: int,
        format: str,  # noqa: A002 - the word of the interface
        out: BinaryIO,
        *,
        metrics: Sequence[str] = (),
        start: date,
        end: date,
        by: str = "episode",
    ) -> int:
        """Write them; returns how many rows. Raises Rejected, NotFound."""
        raise NotImplementedError
