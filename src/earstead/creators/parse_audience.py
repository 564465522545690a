"""Readers of who listens: new and returning people, core fans, time spent. See `parse` for the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earstead.creators import walk
from earstead.creators.answers import Answered
from earstead.creators.parse import series, show_node
from earstead.creators.records import (
    Consumption,
    CoreFanInsight,
    CoreFans,
    Engagement,
    Point,
    Segments,
    Series,
)


def segments(node: Any) -> Segments | None:
    """A SegmentedAudienceValue in its boxes; None when not one of its numbers came."""
    value = walk.inner(node)
    if not any(name in value for name in ("totalAudience", "newAudience", "returningAudience")):
        return None
    return Segments(
        total=walk.integer(value.get("totalAudience")),
        new=walk.integer(value.get("newAudience")),
        returning=walk.integer(value.get("returningAudience")),
    )


def segment_total(answered: Answered) -> Segments:
    """`segmentedAudienceTotal`."""
    return segments(show_node(answered).get("segmentedAudienceTotal")) or Segments()


def segment_series(answered: Answered) -> Series[Segments]:
    """`segmentedAudienceTimeSeries`."""
    return series(show_node(answered).get("segmentedAudienceTimeSeries"), segments)


def core_fans_by_day(answered: Answered) -> Series[CoreFans]:
    """`coreFanTimeSeries.timeSeries[]`."""
    listed = walk.at(show_node(answered), "coreFanTimeSeries", "timeSeries")
    points = (Point(walk.text(row.get("date"))[:10], _fans(row)) for row in walk.rows(listed))
    return Series(points=tuple(point for point in points if point.date))


def core_fans(answered: Answered) -> CoreFans:
    """`coreFanMetricSummary.summary`."""
    return _fans(walk.table(walk.at(show_node(answered), "coreFanMetricSummary", "summary")))


def _fans(row: Mapping[str, Any]) -> CoreFans:
    return CoreFans(
        core_fans=walk.integer(row.get("coreFans")),
        core_fans_percent=walk.number(row.get("coreFansPercent")),
        developing=walk.integer(row.get("developingAudience")),
        developing_percent=walk.number(row.get("developingAudiencePercent")),
        new=walk.integer(row.get("newAudience")),
        new_percent=walk.number(row.get("newAudiencePercent")),
        total=walk.integer(row.get("totalAudience")),
        total_percent=walk.number(row.get("totalAudiencePercent")),
        gained_core_fans=walk.integer(row.get("gainedCoreFans")),
        start_date=walk.text(row.get("startDate"))[:10],
        end_date=walk.text(row.get("endDate"))[:10],
        lookback_start_date=walk.text(row.get("lookbackStartDate"))[:10],
        lookback_end_date=walk.text(row.get("lookbackEndDate"))[:10],
    )


def core_fan_insight(answered: Answered) -> CoreFanInsight:
    """`coreFanInsight.insight`."""
    row = walk.table(walk.at(show_node(answered), "coreFanInsight", "insight"))
    return CoreFanInsight(
        retention_core_fans_percent=walk.number(row.get("averageEpisodeRetentionCoreFansPercent")),
        retention_total_percent=walk.number(row.get("averageEpisodeRetentionTotalAudiencePercent")),
        retention_diff_percent=walk.number(row.get("averageEpisodeRetentionDiffPercent")),
        hours_core_fans=walk.number(row.get("averageConsumptionHoursCoreFans")),
        hours_total=walk.number(row.get("averageConsumptionHoursTotalAudience")),
        hours_diff_percent=walk.number(row.get("averageConsumptionHoursDiffPercent")),
    )


def consumption(node: Any) -> Consumption | None:
    """A ConsumptionValue in its boxes; None when not one of its numbers came."""
    value = walk.inner(node)
    hours = walk.number(value.get("totalConsumptionHours"))
    foreground = walk.number(value.get("foregroundConsumptionPercent"))
    return None if hours is None and foreground is None else Consumption(hours=hours, foreground_share=foreground)


def mean_seconds(node: Any) -> float | None:
    """An AverageConsumptionTimeValue in its boxes."""
    return walk.number(walk.inner(node).get("averageConsumptionSeconds"))


def engagement(answered: Answered) -> Engagement:
    """Hours played and mean time: whichever of the daily and the total keys came."""
    show = show_node(answered)
    hours, mean = show.get("consumptionTimeTotal"), show.get("avgConsumptionTimeTotal")
    return Engagement(
        hours_daily=series(show.get("consumptionTimeDaily"), consumption),
        mean_seconds_daily=series(show.get("avgConsumptionTimeDaily"), mean_seconds),
        total=consumption(hours),
        mean_seconds=mean_seconds(mean),
        hours_change=walk.number(walk.outer(hours).get("periodOverPeriodPercentageDiff")),
        mean_seconds_change=walk.number(walk.outer(mean).get("periodOverPeriodPercentageDiff")),
    )
