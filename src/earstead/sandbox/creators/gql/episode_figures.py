"""Analytics of an episode, by metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import Any, Final

from earstead.sandbox.creators.facts import Metric, People
from earstead.sandbox.creators.gql import values
from earstead.sandbox.creators.gql.context import Context
from earstead.sandbox.creators.gql.errors import unfinished
from earstead.sandbox.creators.gql.values import Value
from earstead.sandbox.creators.gql.windows import Span, buckets, span_of
from earstead.sandbox.creators.service import LAG, SLOW_LAG
from earstead.sandbox.creators.world import Episode, State

COUNTS: Final = {
    "EPISODE_PLAYS": Metric.PLAYS,
    "EPISODE_STREAMS": Metric.STREAMS,
    "EPISODE_STREAMS_AND_DOWNLOADS": Metric.STREAMS_AND_DOWNLOADS,
    "EPISODE_PLAYS_AND_DOWNLOADS": Metric.PLAYS_AND_DOWNLOADS,
    "EPISODE_OFF_PLATFORM_DOWNLOADS": Metric.DOWNLOADS,
    "EPISODE_IMPRESSIONS": Metric.IMPRESSIONS,
    "SIM_STARTS": Metric.STARTS,
    "SIM_RUNNING_PLAYS": Metric.PLAYS,
}
HEADS: Final = {
    "EPISODE_LISTENERS": People.SPOTIFY,
    "EPISODE_ALL_PLATFORMS_LISTENERS": People.ALL,
    "EPISODE_DOWNLOAD_LISTENERS": People.DOWNLOAD,
    "EPISODE_AUDIENCE_SIZE": People.ALL,
}
_PEOPLE: Final = {
    "SIM_PLAYS_BY_AGE": Metric.PLAYS,
    "SIM_PLAYS_BY_GENDER": Metric.PLAYS,
    "EPISODE_PLAYS_FACETED": Metric.PLAYS,
    "EPISODE_STREAMS_FACETED": Metric.STREAMS,
}
_BREAKDOWNS: Final = ("getEpisodePlaysByAge", "getEpisodePlaysByGender", "getEpisodeSpotifyPlaysByCountry")
_BREAKDOWN_WINDOWS: Final = ("WINDOW_ALL_TIME", "WINDOW_LAST_THIRTY_DAYS")
"""Other windows give an empty breakdown, which is what clients in the field have met."""
_SLOW: Final = frozenset(("EPISODE_IMPRESSIONS", "EPISODE_IMPRESSIONS_FACETED", "EPISODE_DISCOVERY_FUNNEL"))
"""What is told a day later than the rest."""
_POINTS: Final = 600
_DAILY: Final = "AGGREGATION_TYPE_DAILY"

Asked = Mapping[str, Any]


def analytics(context: Context, episode: Episode, asked: Asked) -> Value:
    """The answer to a request for one metric of an episode.

    Raises:
        GraphQLError: it is not published, or the window is not understood.
    """
    if episode.state is not State.PUBLISHED:
        raise unfinished("the episode is not published")
    metric = asked["episodeAnalyticsMetricType"]
    last_day = context.facts.last_day - (SLOW_LAG - LAG if metric in _SLOW else 0)
    span = span_of(asked, last_day, episode.day, episode=True)
    if context.operation in _BREAKDOWNS and asked["window"] not in _BREAKDOWN_WINDOWS:
        span = Span(span.start, span.start - 1)
    if asked["aggregationType"] != "AGGREGATION_TYPE_TOTAL":
        return values.result(_series(context, episode, metric, span, asked["aggregationType"]), span)
    plain = _numbers(context, episode, metric)
    value = _split(context, episode, metric, span) if plain is None else _total(metric, plain(span))
    return values.result(value, span)


def _total(metric: str, number: float) -> Value:
    if metric == "EPISODE_AUDIENCE_SIZE":
        return values.audience(int(number))
    if metric == "EPISODE_CONSUMPTION":
        return values.consumption(number)
    if metric == "EPISODE_AVERAGE_CONSUMPTION_TIME":
        return values.average_time(number)
    return values.percentage(number) if metric in _SHARES else values.single(int(number))


_SHARES: Final = ("EPISODE_AVERAGE_COMPLETION_RATE", "EPISODE_IMPRESSIONS_TO_PLAYS_RATE")


def _numbers(context: Context, episode: Episode, metric: str) -> Callable[[Span], float] | None:
    """The one number that a metric is of a span; None for metrics that are more than a number."""
    facts, heard = context.facts, context.heard
    if metric in COUNTS:
        return lambda span: facts.count(COUNTS[metric], episode, span.start, span.end)
    if metric in HEADS:
        return lambda span: facts.unique(HEADS[metric], episode, span.start, span.end)
    if metric == "EPISODE_CONSUMPTION":
        return lambda span: heard.seconds(episode, span.start, span.end) / 3600
    if metric == "EPISODE_AVERAGE_CONSUMPTION_TIME":
        return lambda span: values.share_of(
            heard.seconds(episode, span.start, span.end), facts.unique(People.SPOTIFY, episode, span.start, span.end)
        )
    if metric == "EPISODE_AVERAGE_COMPLETION_RATE":
        return lambda span: facts.retention(episode).completion
    if metric == "EPISODE_IMPRESSIONS_TO_PLAYS_RATE":
        return lambda span: values.share_of(
            facts.count(Metric.PLAYS, episode, span.start, span.end),
            facts.count(Metric.IMPRESSIONS, episode, span.start, span.end),
        )
    return None


def _split(context: Context, episode: Episode, metric: str, span: Span) -> Value | None:
    """What is more than a number; None for metrics of which nobody recorded the value."""
    facts = context.facts
    if metric == "EPISODE_PERFORMANCE":
        return _retention(context, episode)
    if metric in _PEOPLE:
        genders = not context.service.faults.on("graphql.demographics_null")
        return values.faceted(facts.people(_PEOPLE[metric], episode, span.start, span.end), genders=genders)
    if metric == "EPISODE_SPOTIFY_PLAYS_BY_COUNTRY":
        return values.geos(facts.by("country", Metric.PLAYS, episode, span.start, span.end))
    if metric == "EPISODE_IMPRESSIONS_FACETED" and context.operation:
        return {"__typename": "SourceBreakdown", **values.sources(facts.sources(episode, span.start, span.end))}
    if metric == "EPISODE_DISCOVERY_FUNNEL":
        before, ended = span.before(), facts.retention(episode).completion
        seen, played = (
            tuple(facts.count(metric, episode, each.start, each.end) for each in (span, before))
            for metric in (Metric.IMPRESSIONS, Metric.PLAYS)
        )
        return values.funnel(span, ((seen[0], seen[1]), (played[0], played[1]), (ended, ended)))
    return None


def _series(context: Context, episode: Episode, metric: str, span: Span, aggregation: str) -> Value | None:
    facts, spans = context.facts, buckets(span, aggregation)
    if metric == "SIM_RUNNING_PLAYS":
        counts = accumulate(facts.daily(Metric.PLAYS, episode, span.start, span.end))
        return values.series((each, values.counted(count)) for each, count in zip(spans, counts, strict=True))
    if metric == "SIM_RUNNING_AUDIENCE":
        return values.series(
            (each, values.counted(count)) for each, count in zip(spans, _running(context, episode, span), strict=True)
        )
    if metric in COUNTS and aggregation == _DAILY:
        days = facts.daily(COUNTS[metric], episode, span.start, span.end)
        return values.series((each, values.counted(count)) for each, count in zip(spans, days, strict=True))
    if metric in HEADS and aggregation == _DAILY:
        days = facts.heads(HEADS[metric], episode, span.start, span.end)
        return values.series((each, values.counted(count)) for each, count in zip(spans, days, strict=True))
    plain = _numbers(context, episode, metric)
    if plain is None:
        return None
    return values.series((each, _point(metric, plain(each))) for each in spans)


def _point(metric: str, number: float) -> Value:
    if metric in _SHARES:
        return values.ratio(number)
    return values.counted(int(number)) if metric in COUNTS or metric in HEADS else _total(metric, number)


def _running(context: Context, episode: Episode, span: Span) -> list[int]:
    """Different people since the first day, by each day; the last is the number of the whole span."""
    days = context.facts.heads(People.SPOTIFY, episode, span.start, span.end)
    whole = context.facts.unique(People.SPOTIFY, episode, span.start, span.end)
    total, most = sum(days), 0
    found = []
    for so_far, day in zip(accumulate(days), days, strict=True):
        most = max(most, day, so_far * whole // total if total else 0)
        found.append(most)
    return found


def _retention(context: Context, episode: Episode) -> Value:
    """About 600 points at most; the step is said."""
    found = context.facts.retention(episode)
    step = -(-len(found.samples) // _POINTS)
    points = [{"second": second, "sampleCount": found.samples[second]} for second in range(0, len(found.samples), step)]
    marks = [{"completionPercentage": mark, "audiencePercentage": share} for mark, share in found.percentiles.items()]
    return {
        "__typename": "PerformanceValue",
        "points": points,
        "percentiles": marks,
        "medianCompletionSeconds": found.median_s,
        "sampleRateMs": step * 1000,
        "maxSampleCount": max(point["sampleCount"] for point in points),
    }
