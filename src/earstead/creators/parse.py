"""From answers to records, one reader for each shape of which anything is known. None of them raises.

A reader takes the `Answered` and gives what is there: older roots are accepted (`show`, `showByStationId`), nulls and
missing keys become None or empty, unknown keys stay in `answered.data`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from earstead.creators import walk
from earstead.creators.answers import Answered, unwrapped
from earstead.creators.records import (
    AgeCount,
    Benchmark,
    Discovery,
    Facets,
    FunnelStep,
    GenderCount,
    Impressions,
    Insight,
    Mode,
    OnSpotify,
    Place,
    Platforms,
    Point,
    RankedEpisode,
    Series,
    ShowItem,
    Slice,
)

T = TypeVar("T")
_MODES = {
    "AGGREGATION_TYPE_DAILY": Mode.DAILY,
    "AGGREGATION_TYPE_WEEKLY": Mode.WEEKLY,
    "AGGREGATION_TYPE_MONTHLY": Mode.MONTHLY,
    "AGGREGATION_TYPE_TOTAL": Mode.TOTAL,
}
_MANY_POINTS = 7


def show_node(answered: Answered) -> Mapping[str, Any]:
    """The show of an answer, under whichever root."""
    return walk.table(unwrapped(answered.data, "showByShowUri"))


def episode_node(answered: Answered) -> Mapping[str, Any]:
    """The episode of an answer, under whichever root."""
    return walk.table(unwrapped(answered.data, "episodeByUri"))


def asked_mode(answered: Answered) -> Mode:
    """How a series relates whose aggregation was a variable."""
    return _MODES.get(str(answered.variables.get("aggregationType", "")), Mode.DAILY)


def shows(answered: Answered) -> tuple[ShowItem, ...]:
    """`showsForUser.shows[]`."""
    listed = walk.at(unwrapped(answered.data, "showsForUser"), "shows")
    return tuple(_show(row) for row in walk.rows(listed) if walk.text(row.get("uri")))


def _show(row: Mapping[str, Any]) -> ShowItem:
    return ShowItem(
        uri=walk.text(row.get("uri")),
        name=walk.text(row.get("name")),
        station_id=walk.integer(row.get("stationId")),
        hosting=walk.text(row.get("hostingProvider")),
        author=walk.text(row.get("authorName")),
        category=walk.text(row.get("category")),
        description=walk.text(row.get("description")),
        cover_url=_picture(row.get("coverArt")),
        typename=walk.text(row.get("__typename")),
    )


def _picture(node: Any) -> str:
    return node if isinstance(node, str) else walk.text(walk.sought(node, "url"))


def default_show(listed: tuple[ShowItem, ...]) -> ShowItem | None:
    """The first show that Spotify hosts, else the first."""
    return next((show for show in listed if show.hosting == "S4P"), listed[0] if listed else None)


def total(answered: Answered) -> int | None:
    """The one whole number of an answer whose key is not known."""
    data = unwrapped(answered.data, "showByShowUri") or unwrapped(answered.data, "episodeByUri")
    return walk.hunted(data if data is not None else dict(answered.data))


def series(node: Any, read: Callable[[Any], T | None], mode: Mode = Mode.DAILY) -> Series[T]:
    """A TimeSeriesValue in its boxes; points without a date or a value are left out."""
    points = []
    for row in walk.rows(walk.inner(node).get("points")):
        value, date = read(row.get("value")), walk.text(row.get("date"))[:10]
        if value is not None and date:
            points.append(Point(date, value, walk.text(row.get("endDate"))[:10]))
    return Series(
        points=tuple(points),
        mode=mode,
        start_date=walk.text(walk.at(node, "startDate"))[:10],
        end_date=walk.text(walk.at(node, "endDate"))[:10],
        seems_running=mode is Mode.DAILY and _never_falls([point.value for point in points]),
    )


def _never_falls(values: list[Any]) -> bool:
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) < _MANY_POINTS or len(numbers) != len(values):
        return False
    return numbers[-1] > numbers[0] and all(a <= b for a, b in itertools.pairwise(numbers))


def on_spotify(answered: Answered) -> OnSpotify:
    """`playsDaily` and, when it was asked for, `audienceSizeDaily`."""
    show = show_node(answered)
    return OnSpotify(
        plays=series(show.get("playsDaily"), walk.counted),
        audience=series(show.get("audienceSizeDaily"), people),
    )


def people(node: Any) -> int | None:
    """How many people: a plain count, or the total of an AudienceValue."""
    found = walk.counted(node)
    return found if found is not None else walk.integer(walk.inner(node).get("totalAudienceSize"))


def show_series(answered: Answered, key: str, mode: Mode | None = None) -> Series[int]:
    """Counts by date under one key of the show."""
    return series(show_node(answered).get(key), walk.counted, mode or asked_mode(answered))


def retention_weekly(answered: Answered) -> Series[float]:
    """The share of a week's listeners who were there the week before."""
    return series(show_node(answered).get("retentionWeekly"), walk.measured, Mode.WEEKLY)


def ranked(answered: Answered, list_key: str, value_key: str) -> tuple[RankedEpisode, ...]:
    """Episodes with one number each, in the order they came: not sorted by it."""
    items = walk.at(show_node(answered).get(list_key), "items")
    return tuple(
        RankedEpisode(
            uri=walk.text(row.get("uri")),
            title=walk.text(row.get("title")),
            published_at=walk.integer(walk.at(row, "publishedOn", "seconds")),
            value=walk.measured(row.get(value_key)),
        )
        for row in walk.rows(items)
    )


def by_impressions(answered: Answered) -> tuple[RankedEpisode, ...]:
    """`topEpisodesByImpressions`, with where the impressions were made."""
    node = walk.inner(show_node(answered).get("topEpisodesByImpressions"))
    return tuple(
        RankedEpisode(
            uri=walk.text(row.get("episodeUri") or walk.at(row, "episode", "uri")),
            title=walk.text(walk.at(row, "episode", "title")),
            published_at=walk.integer(walk.at(row, "episode", "publishedOn", "seconds")),
            value=walk.number(walk.at(row, "facetedValue", "totalValue")),
            sources=source_counts(walk.at(row, "facetedValue", "impressionSourceBreakdown")),
        )
        for row in walk.rows(node.get("episodes"))
    )


def source_counts(node: Any) -> tuple[tuple[str, int], ...]:
    """(source, count) of a SourceBreakdown."""
    found = []
    for row in walk.rows(walk.at(node, "counts")):
        count = walk.integer(row.get("count"))
        if count is not None:
            found.append((walk.text(row.get("source")) or walk.text(row.get("displayName")), count))
    return tuple(found)


def places(answered: Answered, *keys: str) -> tuple[Place, ...]:
    """`geos` under one of the keys of the show or episode, or wherever they are."""
    node = show_node(answered) or episode_node(answered)
    boxed = next((node[key] for key in keys if node.get(key) is not None), None)
    listed = walk.inner(boxed).get("geos") if boxed is not None else walk.sought(node, "geos")
    found = []
    for row in walk.rows(listed):
        share = walk.measured(row.get("value"))
        if share is not None:
            found.append(
                Place(name=walk.text(row.get("displayName")), share=share, code=walk.text(row.get("navigationName")))
            )
    return tuple(found)


def facets(answered: Answered, *keys: str) -> Facets:
    """FacetedAnalyticsValue under one of the keys, or under the one key besides `uri`."""
    node = show_node(answered) or episode_node(answered)
    boxed = next((node[key] for key in keys if node.get(key) is not None), None)
    value = walk.inner(boxed if boxed is not None else walk.only_other(node))
    ages = (
        AgeCount(
            bracket=walk.text(row.get("ageBracket")) or walk.text(row.get("displayName")),
            name=walk.text(row.get("displayName")),
            total=_sum(row.get("genderBreakdown")),
            genders=_genders(row.get("genderBreakdown")),
        )
        for row in walk.rows(value.get("ageBreakdown"))
    )
    return Facets(
        total=walk.integer(value.get("totalValue")),
        ages=tuple(ages),
        genders=_genders(value.get("genderBreakdown")),
    )


def _sum(breakdown: Any) -> int:
    said = walk.integer(walk.at(breakdown, "total"))
    return said if said is not None else sum(one.count for one in _genders(breakdown))


def _genders(breakdown: Any) -> tuple[GenderCount, ...]:
    return tuple(
        GenderCount(
            gender=walk.text(row.get("gender")) or walk.text(row.get("displayName")),
            name=walk.text(row.get("displayName")),
            count=walk.integer(row.get("count")) or 0,
            share=walk.number(row.get("percent")),
        )
        for row in walk.rows(walk.at(breakdown, "counts"))
    )


def platforms(answered: Answered, app_key: str, device_key: str) -> Platforms:
    """Shares by app and by device."""
    show = show_node(answered)
    return Platforms(
        apps=_slices(walk.inner(show.get(app_key)).get("apps")),
        devices=_slices(walk.inner(show.get(device_key)).get("devices")),
    )


def _slices(node: Any) -> tuple[Slice, ...]:
    return tuple(
        Slice(name=walk.text(row.get("displayName")), share=share)
        for row in walk.rows(node)
        if (share := walk.measured(row.get("value"))) is not None
    )


def impressions(answered: Answered) -> Impressions:
    """`impressionsTotal` and `impressionsDaily`; their inner types are not confirmed, so both forms are read."""
    show = show_node(answered)
    return Impressions(
        total=walk.counted(show.get("impressionsTotal")),
        daily=series(show.get("impressionsDaily"), walk.counted),
    )


def discovery(answered: Answered) -> Discovery:
    """The card of audience and discovery: only the audience's leaf is known, the rest is read if it looks familiar."""
    show = show_node(answered)
    return Discovery(
        audience=people(show.get("audienceSize")),
        follow_rate=walk.measured(show.get("audienceFollowRate")),
        hours_per_person=walk.measured(show.get("consumptionHoursPerPerson")),
        funnel=funnel_steps(show.get("impressionsFunnel")),
    )


def funnel(answered: Answered) -> tuple[FunnelStep, ...]:
    """`discoveryFunnel`: impressions, plays, average completion."""
    return funnel_steps(show_node(answered).get("discoveryFunnel"))


def funnel_steps(node: Any) -> tuple[FunnelStep, ...]:
    """The steps of a DiscoveryFunnelValue in its boxes."""
    found = []
    for row in walk.rows(walk.inner(node).get("steps")):
        name, value = walk.text(row.get("stepName")), walk.inner(row.get("stepValue"))
        share = name.endswith("rate") or "ratioValue" in value or value.get("__typename") == "RatioValueFloat"
        amount = walk.measured(row.get("stepValue"))
        found.append(
            FunnelStep(
                name=name,
                title=walk.text(row.get("displayName")),
                count=None if share else walk.integer(amount),
                share=amount if share else None,
                to_next=walk.number(row.get("conversionRateToNext")),
                change=walk.number(row.get("periodOverPeriodPercentageDiff")),
            )
        )
    return tuple(found)


def benchmark(answered: Answered) -> Benchmark:
    """`benchmarkTotal`, or the one key besides `uri` for the series, whose name is not recorded."""
    show = show_node(answered)
    value = walk.inner(show.get("benchmarkTotal") or walk.only_other(show))
    return Benchmark(
        points=tuple(
            (
                walk.text(row.get("label")),
                tuple(
                    (percentile, amount)
                    for each in walk.rows(row.get("percentiles"))
                    if (percentile := walk.integer(each.get("percentile"))) is not None
                    and (amount := walk.measured(each.get("value"))) is not None
                ),
            )
            for row in walk.rows(value.get("points"))
        )
    )


def insight(answered: Answered, *roots: str) -> Insight | None:
    """A written insight under a root field of a mutation, or under the show; None when none came."""
    node = next((answered.data[root] for root in roots if root in answered.data), None)
    row = walk.table(node if node is not None else show_node(answered).get("analyticsInsight"))
    if not walk.text(row.get("insightId")):
        return None
    return Insight(
        insight_id=walk.text(row.get("insightId")),
        state=walk.text(row.get("state")),
        text=walk.text(row.get("payload")),
        generated_at=walk.text(row.get("generatedAt")),
    )


def feedback_id(answered: Answered) -> str:
    """The id under which feedback on an insight was taken."""
    return walk.text(walk.at(answered.data.get("submitAnalyticsInsightFeedback"), "feedbackId"))
