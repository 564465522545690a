"""Which metric is meant when none is named: the first that has values, the headline before all others."""

from __future__ import annotations

from collections.abc import Sequence

from earstead.core.creators.metrics import HEADLINE
from earstead.services.creators.figures import CreatorFigures
from earstead.services.creators.types import Comparison, Series


def series_of(figures: CreatorFigures, show_id: int, metric: str, period: str, episode_id: int = 0) -> Series:
    """The values of a period by day. `metric` "" for the first that has some. Raises Rejected."""
    start, end, _ = figures.days(show_id, period)
    for name in _tried(figures, show_id, metric, episodes=bool(episode_id)):
        series = figures.daily(show_id, name, start, end, episode_id=episode_id)
        if series.points:
            return series
    return figures.daily(show_id, metric or HEADLINE, start, end, episode_id=episode_id)


def comparison_of(
    figures: CreatorFigures, show_id: int, metric: str, episode_ids: Sequence[int], days: int
) -> Comparison:
    """Episodes by days since publication. `metric` "" for the first that makes lines. Raises Rejected, NotFound."""
    for name in _tried(figures, show_id, metric, episodes=True):
        found = figures.compare(show_id, name, episode_ids, days)
        # Of some figures the service tells only a total of today, which is no line.
        if any(sum(value is not None for value in line.values) > 1 for line in found.lines):
            return found
    return figures.compare(show_id, metric or HEADLINE, episode_ids, days)


def _tried(figures: CreatorFigures, show_id: int, metric: str, *, episodes: bool) -> list[str]:
    if metric:
        return [metric]
    return [one.metric.name for one in figures.metrics(show_id) if (one.episodes if episodes else one.show)]
