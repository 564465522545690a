"""What an import counted: kept as plain values, so that it is written with every batch and read after a crash."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from earstead.kit.texts import storable
from earstead.services.import_types import ImportRow
from earstead.services.ingest import Outcome
from earstead.services.views import ImportCounts
from earstead.storage.imports import SkipRow

SAMPLE = 10
MOST_REASONS = 100
OTHER_REASONS = "other reasons"
_STATUSES = ("new", "merged", "known")


@dataclass(slots=True)
class Tally:
    """Counts of the rows read so far. `years` maps "2016" to the numbers of new, merged and known listens."""

    new: int = 0
    merged: int = 0
    known: int = 0
    skipped: int = 0
    feedback: int = 0
    first_at: int = 0
    last_at: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    years: dict[str, list[int]] = field(default_factory=dict)
    sample: list[dict[str, Any]] = field(default_factory=list)

    @property
    def read(self) -> int:
        """All rows: by construction the sum of what became of them."""
        return self.new + self.merged + self.known + self.skipped + self.feedback

    def counts(self) -> ImportCounts:
        """As pages and APIs show it."""
        return ImportCounts(
            read=self.read,
            new=self.new,
            merged=self.merged,
            known=self.known,
            skipped=self.skipped,
            feedback=self.feedback,
        )

    def year_counts(self) -> dict[str, ImportCounts]:
        """Counts by calendar year (UTC) in order; skipped rows have no time that could be trusted."""
        return {
            year: ImportCounts(read=sum(n), new=n[0], merged=n[1], known=n[2]) for year, n in sorted(self.years.items())
        }

    def take(self, rows: Sequence[ImportRow], statuses: Sequence[str]) -> list[SkipRow]:
        """Count a batch; `statuses` holds new, merged or known for each submission in it. Returns its skipped rows."""
        skips: list[SkipRow] = []
        remaining = iter(statuses)
        for row in rows:
            if row.submission is not None:
                self._take_listen(row, next(remaining))
            elif row.feedback is not None:
                self.feedback += 1
            else:
                self.skipped += 1
                known = row.skip in self.reasons or len(self.reasons) < MOST_REASONS
                reason = row.skip if known else OTHER_REASONS
                self.reasons[reason] = self.reasons.get(reason, 0) + 1
                skips.append(_skip(self.read, row))
        return skips

    def _take_listen(self, row: ImportRow, status: str) -> None:
        place = _STATUSES.index(status)
        setattr(self, status, getattr(self, status) + 1)
        submission = row.submission
        assert submission is not None
        at = submission.listened_at
        self.first_at = min(self.first_at or at, at)
        self.last_at = max(self.last_at, at)
        self.years.setdefault(_year(at // 86_400), [0, 0, 0])[place] += 1
        if len(self.sample) < SAMPLE:
            self.sample.append(
                {
                    "where": row.where,
                    "status": status,
                    "listened_at": at,
                    "artist_name": submission.artist_name[:200],
                    "track_name": submission.track_name[:200],
                    "release_name": submission.release_name[:200],
                    "played_ms": submission.played_ms,
                }
            )

    def as_json(self) -> dict[str, Any]:
        """For the column; `from_json` reads it again."""
        return {name: getattr(self, name) for name in self.__slots__}


@lru_cache(maxsize=16384)
def _year(day: int) -> str:
    return str(time.gmtime(day * 86_400).tm_year)


def from_json(values: Mapping[str, Any]) -> Tally:
    """The tally that `as_json` gave; an empty one for {}."""
    return Tally(**{name: values[name] for name in Tally.__slots__ if name in values})


def statuses(outcomes: Sequence[Outcome]) -> list[str]:
    """The words of outcomes, in order."""
    return [outcome.status for outcome in outcomes]


def _skip(number: int, row: ImportRow) -> SkipRow:
    return SkipRow(
        row_number=number,
        place=storable(row.where[:300]),
        reason=storable(row.skip[:300]),
        excerpt=storable(row.excerpt[:300]),
    )
