"""Analytics of a show, by metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from earstead.sandbox.creators.facts import Facts, Metric, People
from earstead.sandbox.creators.gql import benchmarks, values
from earstead.sandbox.creators.gql.context import Context
from earstead.sandbox.creators.gql.errors import refused
from earstead.sandbox.creators.gql.values import Value
from earstead.sandbox.creators.gql.windows import Span, buckets, span_of
from earstead.sandbox.creators.service import LAG, SLOW_LAG
from earstead.sandbox.creators.shares import regions_of
from earstead.sandbox.creators.world import Episode, Show, day_of

COUNTS: Final = {
    "SHOW_PLAYS": Metric.PLAYS,
    "SHOW_STREAMS": Metric.STREAMS,
    "SHOW_STREAMS_AND_DOWNLOADS": Metric.STREAMS_AND_DOWNLOADS,
    "SHOW_PLAYS_AND_DOWNLOADS": Metric.PLAYS_AND_DOWNLOADS,
    "SHOW_OFF_PLATFORM_DOWNLOADS": Metric.DOWNLOADS,
    "SIM_IMPRESSIONS": Metric.IMPRESSIONS,
}
HEADS: Final = {
    "SHOW_ALL_PLATFORMS_LISTENERS": People.ALL,
    "SHOW_DOWNLOAD_LISTENERS": People.DOWNLOAD,
    "SHOW_LISTENERS": People.SPOTIFY,
}
_SPLITS: Final = {
    "SHOW_STREAMS_AND_DOWNLOADS_BY_APP": ("app", Metric.STREAMS_AND_DOWNLOADS),
    "SHOW_STREAMS_AND_DOWNLOADS_BY_DEVICE": ("device", Metric.STREAMS_AND_DOWNLOADS),
    "SIM_PLAYS_AND_DOWNLOADS_BY_APP": ("app", Metric.PLAYS_AND_DOWNLOADS),
    "SIM_PLAYS_AND_DOWNLOADS_BY_DEVICE": ("device", Metric.PLAYS_AND_DOWNLOADS),
}
_GEO: Final = {
    "SHOW_STREAMS_AND_DOWNLOADS_BY_GEO_ALL_PLATFORMS": Metric.STREAMS_AND_DOWNLOADS,
    "SHOW_PLAYS_AND_DOWNLOADS_BY_COUNTRY": Metric.PLAYS_AND_DOWNLOADS,
    "SHOW_PLAYS_AND_DOWNLOADS_BY_REGION": Metric.PLAYS_AND_DOWNLOADS,
    "SHOW_PLAYS_AND_DOWNLOADS_BY_CITY": Metric.PLAYS_AND_DOWNLOADS,
    "SIM_PLAYS_BY_GEO": Metric.PLAYS,
}
_LEVELS: Final = {"_REGION": "GEO_REGION", "_CITY": "GEO_CITY"}
_PEOPLE: Final = {
    "SIM_PLAYS_BY_AGE": Metric.PLAYS,
    "SIM_PLAYS_BY_GENDER": Metric.PLAYS,
    "SHOW_STREAMS_FACETED": Metric.STREAMS,
}
HOSTED_ONLY: Final = frozenset((*_SPLITS, *_GEO, "SIM_IMPRESSIONS", "TOP_EPISODES_BY_IMPRESSIONS_FACETED"))
"""What fails for shows that are hosted elsewhere."""
_SLOW: Final = frozenset(("SIM_IMPRESSIONS", "TOP_EPISODES_BY_IMPRESSIONS_FACETED", "SHOW_DISCOVERY_FUNNEL"))
"""What is told a day later than the rest."""
TOTAL: Final = "AGGREGATION_TYPE_TOTAL"
_TOP: Final = 50
_LATEST: Final = 10

Asked = Mapping[str, Any]


def analytics(context: Context, show: Show, asked: Asked) -> Value:
    """The answer to a request for one metric of a show.

    Raises:
        GraphQLError: the metric or the window is not for this show.
    """
    metric = asked["showAnalyticsMetricType"]
    custom_refused = context.service.faults.on("graphql.custom_window_refused")
    if context.operation == "getShowAudienceDiscoveryStats" and asked["window"] == "WINDOW_CUSTOM" and custom_refused:
        raise refused("this operation takes no custom window")
    if metric in HOSTED_ONLY and not context.service.hosted(show):
        raise refused(f"{metric} is not available for this show")
    last_day = context.facts.last_day - (SLOW_LAG - LAG if metric in _SLOW else 0)
    # Benchmarks count from the publication of each episode, so they know the windows that episodes know.
    span = span_of(asked, last_day, show.since_day, episode=metric == "SHOW_BENCHMARK_EPISODE")
    if metric in ("SHOW_FOLLOWERS", "SHOW_FOLLOWER_GROWTH"):
        return values.result(None, span, followerCount=context.facts.followers(show, span.end, span.end)[0])
    if asked["aggregationType"] != TOTAL:
        return values.result(_series(context, show, metric, span, asked), span)
    return _total(context, show, metric, span, asked)


def _total(context: Context, show: Show, metric: str, span: Span, asked: Asked) -> Value:
    plain = _numbers(context, show, metric, asked)
    if plain is not None:
        changed = None
        if asked.get("includePeriodComparison"):
            changed = values.change(plain(span), plain(span.before()))
        return values.result(_WRAP.get(metric, _single)(plain(span)), span, change=changed)
    return values.result(_split(context, show, metric, span, asked), span)


def _single(number: float) -> Value:
    return values.single(int(number))


_WRAP: Final[Mapping[str, Callable[[float], Value]]] = {
    "SHOW_CONSUMPTION": values.consumption,
    "SHOW_AVERAGE_CONSUMPTION_TIME": values.average_time,
    "SHOW_WINDOWED_AVERAGE_COMPLETION_RATE": values.percentage,
    "AUDIENCE_SIZE": lambda people: values.audience(int(people)),
}


def _numbers(context: Context, show: Show, metric: str, asked: Asked) -> Callable[[Span], float] | None:
    """The one number that a metric is of a span; None for metrics that are more than a number."""
    facts, heard = context.facts, context.heard
    subjects = _subjects(context, show, asked)
    if metric in COUNTS:
        return lambda span: sum(facts.count(COUNTS[metric], one, span.start, span.end) for one in subjects)
    if metric in HEADS or metric == "AUDIENCE_SIZE":
        people = HEADS.get(metric, People.ALL)
        return lambda span: sum(facts.unique(people, one, span.start, span.end) for one in subjects)
    if metric == "SHOW_CONSUMPTION":
        return lambda span: sum(heard.seconds(one, span.start, span.end) for one in subjects) / 3600
    if metric == "SHOW_AVERAGE_CONSUMPTION_TIME":
        return lambda span: values.share_of(
            sum(heard.seconds(one, span.start, span.end) for one in subjects),
            sum(facts.unique(People.SPOTIFY, one, span.start, span.end) for one in subjects),
        )
    if metric == "SHOW_WINDOWED_AVERAGE_COMPLETION_RATE":
        return lambda span: completion(context, show, span)
    return None


def _subjects(context: Context, show: Show, asked: Asked) -> Sequence[Show | Episode]:
    """The show, or those of its episodes that appeared within `publishedAfter` and `publishedBefore`."""
    after, before = ((asked.get(name) or {}).get("seconds") for name in ("publishedAfter", "publishedBefore"))
    if after is None and before is None:
        return (show,)
    first = day_of((after or 0) * 1000)
    last = day_of(before * 1000) if before is not None else context.facts.last_day
    return [episode for episode in context.service.world.published(show) if first <= episode.day <= last]


def _split(context: Context, show: Show, metric: str, span: Span, asked: Asked) -> Value | None:
    """What is more than a number; None for metrics of which nobody recorded the value."""
    facts = context.facts
    if metric in _GEO:
        return _geography(context, show, metric, span, asked.get("geoParams") or {})
    if metric in _PEOPLE:
        genders = not context.service.faults.on("graphql.demographics_null")
        return values.faceted(facts.people(_PEOPLE[metric], show, span.start, span.end), genders=genders)
    if metric in _SPLITS:
        kind, count = _SPLITS[metric]
        typename, key = ("AppFacetedBreakdown", "apps") if kind == "app" else ("DeviceFacetedBreakdown", "devices")
        return values.shares(typename, key, facts.by(kind, count, show, span.start, span.end))
    if metric == "SHOW_SEGMENTED_AUDIENCE":
        return _segments(context, show, span, asked)
    if metric == "SHOW_DISCOVERY_FUNNEL":
        return _funnel(context, show, span)
    if metric == "TOP_EPISODES_BY_IMPRESSIONS_FACETED":
        return _top(context, show, span)
    if metric == "SHOW_BENCHMARK_EPISODE":
        return benchmarks.points(context, show, asked.get("benchmarkParams"), span, daily=False)
    return None


def _series(context: Context, show: Show, metric: str, span: Span, asked: Asked) -> Value | None:
    facts, aggregation = context.facts, asked["aggregationType"]
    if metric == "SHOW_BENCHMARK_EPISODE":
        return benchmarks.points(context, show, asked.get("benchmarkParams"), span, daily=True)
    if metric == "SHOW_RETENTION":
        weeks = [week for week in buckets(span, "AGGREGATION_TYPE_WEEKLY") if week.days == 7]
        return values.series((week, values.ratio(_kept(context, show, week))) for week in weeks)
    spans = buckets(span, aggregation)
    if metric == "SHOW_SEGMENTED_AUDIENCE":
        return values.series((each, _segments(context, show, each, asked)) for each in spans)
    if aggregation == "AGGREGATION_TYPE_DAILY" and (metric in COUNTS or metric in HEADS):
        rows = [_days(facts, metric, one, span) for one in _subjects(context, show, asked)]
        days = [sum(row) for row in zip(*rows, strict=True)] or [0] * span.days
        return values.series((each, values.counted(count)) for each, count in zip(spans, days, strict=True))
    plain = _numbers(context, show, metric, asked)
    if plain is None:
        return None
    wrap = {**_WRAP, "SHOW_WINDOWED_AVERAGE_COMPLETION_RATE": values.ratio}.get(metric)
    return values.series((each, wrap(plain(each)) if wrap else values.counted(int(plain(each)))) for each in spans)


def _days(facts: Facts, metric: str, subject: Show | Episode, span: Span) -> list[int]:
    if metric in COUNTS:
        return facts.daily(COUNTS[metric], subject, span.start, span.end)
    return facts.heads(HEADS[metric], subject, span.start, span.end)


def _segments(context: Context, show: Show, span: Span, asked: Asked) -> Value:
    """New and returning people; of some episodes only, in proportion to how often these were started."""
    facts = context.facts
    found, subjects = facts.audience_total(show, span.start, span.end), _subjects(context, show, asked)
    whole = facts.count(Metric.STARTS, show, span.start, span.end)
    part = sum(facts.count(Metric.STARTS, one, span.start, span.end) for one in subjects)
    new, returning = (count * part // whole if whole else 0 for count in (found.new, found.returning))
    return values.segments(new + returning, new, returning)


def _kept(context: Context, show: Show, week: Span) -> float:
    """The share of a week's people who came back."""
    found = context.facts.audience_total(show, week.start, week.end)
    return values.share_of(found.returning, found.total)


def _geography(context: Context, show: Show, metric: str, span: Span, asked: Asked) -> Value:
    """Countries, the regions of one, or the cities of one of those."""
    level = asked.get("resultGeo") or next((geo for end, geo in _LEVELS.items() if metric.endswith(end)), "GEO_COUNTRY")
    count, facts = _GEO[metric], context.facts
    if level == "GEO_COUNTRY":
        return values.geos(facts.by("country", count, show, span.start, span.end))
    if context.service.faults.on("graphql.geo_null"):
        raise refused(f"{level} is not available")
    country, region = asked.get("country") or "", asked.get("region") or ""
    if not country or (level == "GEO_CITY" and not region):
        raise refused(f"{level} needs country" + (" and region" if level == "GEO_CITY" else ""))
    if level == "GEO_REGION":
        names = {code: name for code, name, _ in regions_of(country)}
        return values.geos(facts.regions(country, count, show, span.start, span.end), country, names)
    return values.geos(facts.cities(country, region, count, show, span.start, span.end), country, {})


def completion(context: Context, show: Show, span: Span) -> float:
    """The mean share of people who reached 95 % of the ten newest episodes that were out by then."""
    out = [episode for episode in context.service.world.published(show) if episode.day <= span.end]
    newest = sorted(out, key=lambda episode: -episode.day)[:_LATEST]
    shares = [context.facts.retention(episode).completion for episode in newest]
    return sum(shares) / len(shares) if shares else 0.0


def _funnel(context: Context, show: Show, span: Span) -> Value:
    before = span.before()
    seen, played = (
        (
            context.facts.count(metric, show, span.start, span.end),
            context.facts.count(metric, show, before.start, before.end),
        )
        for metric in (Metric.IMPRESSIONS, Metric.PLAYS)
    )
    return values.funnel(span, (seen, played, (completion(context, show, span), completion(context, show, before))))


def _top(context: Context, show: Show, span: Span) -> Value:
    facts = context.facts
    counted = [
        (facts.count(Metric.IMPRESSIONS, episode, span.start, span.end), episode)
        for episode in context.service.world.published(show)
    ]
    ranked = sorted((row for row in counted if row[0]), key=lambda row: -row[0])[:_TOP]
    rows = [
        {
            "episodeUri": episode.uri,
            "episode": episode,
            "facetedValue": {
                "totalValue": count,
                "impressionSourceBreakdown": values.sources(facts.sources(episode, span.start, span.end)),
            },
        }
        for count, episode in ranked
    ]
    return {"__typename": "TopEpisodesFacetedValue", "episodes": rows}
