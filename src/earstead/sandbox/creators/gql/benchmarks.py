"""How an episode usually does beside those of other shows: percentiles, drawn around the show's own episodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from earstead.sandbox.creators.facts import Metric, People
from earstead.sandbox.creators.gql.errors import refused
from earstead.sandbox.creators.gql.values import Value
from earstead.sandbox.creators.gql.windows import Span
from earstead.sandbox.creators.world import Episode, Show

if TYPE_CHECKING:
    from earstead.sandbox.creators.gql.context import Context

_COUNTS: Final = {
    "BENCHMARK_IMPRESSIONS": Metric.IMPRESSIONS,
    "BENCHMARK_PLAYS": Metric.PLAYS,
    "BENCHMARK_PLAYS_AND_DOWNLOADS": Metric.PLAYS_AND_DOWNLOADS,
    "BENCHMARK_OFF_PLATFORM_DOWNLOADS": Metric.DOWNLOADS,
}
_HEADS: Final = {
    "BENCHMARK_ALL_PLATFORM_AUDIENCE": People.ALL,
    "BENCHMARK_OFF_PLATFORM_AUDIENCE": People.DOWNLOAD,
    "BENCHMARK_SPOTIFY_AUDIENCE": People.SPOTIFY,
}
_MOST_DAYS: Final = 90
_POOLS: Final = {"LAST_10_EPISODES": 10, "ALL_EPISODES": 40}
"""The newest of a show; more would take long and change little."""


def points(context: Context, show: Show, asked: Mapping[str, Any] | None, span: Span, *, daily: bool) -> Value:
    """Percentiles of the pool, for the whole span or for each day since publication, running.

    Raises:
        GraphQLError: what to compare was not said.
    """
    if not asked:
        raise refused("SHOW_BENCHMARK_EPISODE needs benchmarkParams")
    newest = sorted(context.service.world.published(show), key=lambda episode: -episode.day)
    pool = newest[: _POOLS[asked["episodePool"]]]
    length = max(1, min(span.days, _MOST_DAYS))
    rows = []
    for day in range(1 if daily else length, length + 1):
        found = sorted(_value(context, asked["metricType"], episode, day) for episode in pool)
        ranks = [{"percentile": rank, "value": _rank(found, rank)} for rank in asked["percentiles"]]
        rows.append({"label": str(day), "percentiles": ranks})
    return {"__typename": "BenchmarkTimeSeriesValue", "points": rows}


def _value(context: Context, metric: str, episode: Episode, days: int) -> float:
    """What an episode had after so many days."""
    facts, start, end = context.facts, episode.day, episode.day + days - 1
    if metric in _COUNTS:
        return facts.count(_COUNTS[metric], episode, start, end)
    if metric in _HEADS:
        return facts.unique(_HEADS[metric], episode, start, end)
    if metric == "BENCHMARK_COMMENTS":
        return len(context.talk.of_episode(episode, context.service.now_ms))
    if metric in ("BENCHMARK_CONSUMPTION_TIME", "BENCHMARK_AVG_CONSUMPTION_TIME"):
        seconds = context.heard.seconds(episode, start, end)
        people = facts.unique(People.SPOTIFY, episode, start, end) if "AVG" in metric else 3600
        return seconds / people if people else 0.0
    # Completion, watch time and retention are shares; how they differ between shows is not known.
    return (60 + episode.pull % 25) / 100


def _rank(found: list[float], rank: int) -> float:
    return found[min(len(found) - 1, len(found) * rank // 100)] if found else 0.0
