"""The figures of shows and episodes, each with where it comes from. Daily and running series never meet here.

Show ids come from `CreatorShows.get`, which asks whose they are; nothing here asks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from earstead.kit.clock import Clock
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.types import (
    Benchmark,
    Breakdown,
    Comparison,
    Funnel,
    Gap,
    MetricOffer,
    Retention,
    Series,
    ShowOverview,
    Total,
)
from earstead.storage.engine import Engine

BREAKDOWNS = ("country", "region", "city", "age", "gender", "app", "device", "source")


class CreatorFigures:
    """See the module. Methods block. Days are UTC, both ends included."""

    def __init__(self, engine: Engine, clock: Clock, shows: CreatorShows) -> None: ...

    def days(self, show_id: int, period: str) -> tuple[date, date, str]:
        """(first day, last day, label) of "7d", "30d", "90d", "365d", "all", "2026-05", "2026-05-01..2026-05-31"."""
        raise NotImplementedError

    def metrics(self, show_id: int) -> tuple[MetricOffer, ...]:
        """What there are values of, the headline first."""
        raise NotImplementedError

    def daily(self, show_id: int, metric: str, start: date, end: date, *, episode_id: int = 0) -> Series:
        """Values by day; of a metric that is a running total (followers), what it stood at."""
        raise NotImplementedError

    def totals(self, show_id: int, metric: str, start: date, end: date, *, episode_id: int = 0) -> Total:
        """One number for a stretch: the sum of its days, or the last value of what is not summed."""
        raise NotImplementedError

    def compare(self, show_id: int, metric: str, episode_ids: Sequence[int] = (), days: int = 30) -> Comparison:
        """Episodes by days since publication; without ids the ten newest published ones."""
        raise NotImplementedError

    def retention(self, episode_id: int) -> Retention | None:
        """How long people stayed, with the words at which they left; None when it was never read."""
        raise NotImplementedError

    def breakdown(
        self,
        show_id: int,
        kind: str,
        period: str = "30d",
        metric: str = "",
        *,
        episode_id: int = 0,
        within: str = "",
    ) -> Breakdown:
        """A figure by one of BREAKDOWNS, for the window asked for or the nearest that was read.

        Args:
            metric: "" for the one this breakdown was read of.
            within: for "region" the country, for "city" "country/region"; "" for the largest that was read.
        """
        raise NotImplementedError

    def funnel(self, show_id: int, period: str = "30d") -> Funnel | None:
        """From being shown to being heard; None when it was never read."""
        raise NotImplementedError

    def benchmarks(self, show_id: int) -> tuple[Benchmark, ...]:
        """How shows of the same kind do; empty when it was never told."""
        raise NotImplementedError

    def overview(self, show_id: int, period: str = "30d") -> ShowOverview:
        """What one sees first of a show."""
        raise NotImplementedError

    def gaps(self, show_id: int) -> tuple[Gap, ...]:
        """Days that have no value and should have one, of the show and its episodes, latest first."""
        raise NotImplementedError
