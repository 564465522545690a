"""Impressions, audience, engagement, benchmarks and insights of a show.

Written by scripts/operations after the registry: change those, and run it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from earstead.creators import parse, parse_audience
from earstead.creators.answers import Known, Part, Unknown
from earstead.creators.operations.base import Calls, Days, moment, show_uri_of, windowed
from earstead.creators.records import (
    Benchmark,
    CoreFanInsight,
    CoreFans,
    Discovery,
    Engagement,
    FunnelStep,
    Impressions,
    Insight,
    RankedEpisode,
    Segments,
    Series,
)


class ShowAudience(Calls):
    """Impressions, audience, engagement, benchmarks and insights of a show."""

    def get_show_impressions_trend_stats(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Part[Impressions]:
        """How often the show was shown on Spotify: the total and each day.

        `getShowImpressionsTrendStats`. The inner types are not confirmed. Partly known: what is missing in the value
        is None or empty. Read from showByShowUri.impressionsTotal.AV (a guess), showByShowUri.impressionsDaily.AV (a
        guess). Fails for shows that are hosted elsewhere.
        """
        a = self._read(
            "getShowImpressionsTrendStats", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks
        )
        return Part(parse.impressions(a), a)

    def get_show_impressions_sources_stats(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Unknown:
        """Where on Spotify the show was shown: search, home, library, other.

        `getShowImpressionsSourcesStats`. Unknown: what came is kept, unread. Fails for shows that are hosted
        elsewhere.
        """
        return Unknown(
            self._read(
                "getShowImpressionsSourcesStats",
                showUri=show_uri_of(show),
                **windowed(window, days),
                fallbacks=fallbacks,
            )
        )

    def get_show_audience_discovery_stats(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Part[Discovery]:
        """Audience, share of followers, hours for each person and the funnel of impressions.

        `getShowAudienceDiscoveryStats`. All of it fails for a custom window. Partly known: what is missing in the
        value is None or empty. Read from showByShowUri.audienceSize.AV, showByShowUri.audienceFollowRate,
        showByShowUri.consumptionHoursPerPerson, showByShowUri.impressionsFunnel. Other windows than
        WINDOW_LAST_SEVEN_DAYS, WINDOW_LAST_THIRTY_DAYS, WINDOW_LAST_NINETY_DAYS fail; days are mapped to the nearest
        of them.
        """
        a = self._read(
            "getShowAudienceDiscoveryStats", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks
        )
        return Part(parse.discovery(a), a)

    def get_show_discovery_funnel_stats(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[tuple[FunnelStep, ...]]:
        """From impressions to plays to hearing the end, with the rate from each step to the next.

        `getShowDiscoveryFunnelStats`. Proven: path and leaves are known. Read from showByShowUri.discoveryFunnel.AV.
        No public hash: harvest or capture it.
        """
        a = self._read(
            "getShowDiscoveryFunnelStats", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks
        )
        return Known(parse.funnel(a), a)

    def get_show_segmented_audience_total(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[Segments]:
        """New and returning listeners of a period.

        `getShowSegmentedAudienceTotal`. Proven: path and leaves are known. Read from
        showByShowUri.segmentedAudienceTotal.AV. No public hash: harvest or capture it.
        """
        a = self._read(
            "getShowSegmentedAudienceTotal", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks
        )
        return Known(parse_audience.segment_total(a), a)

    def get_show_segmented_audience_time_series(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        published_after: int | None = None,
        published_before: int | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[Series[Segments]]:
        """New and returning listeners of each day.

        `getShowSegmentedAudienceTimeSeries`. Returning listeners must not be added up over days. Proven: path and
        leaves are known. Read from showByShowUri.segmentedAudienceTimeSeries.AV. No public hash: harvest or capture
        it.
        """
        a = self._read(
            "getShowSegmentedAudienceTimeSeries",
            showUri=show_uri_of(show),
            **windowed(window, days),
            publishedAfter=moment(published_after),
            publishedBefore=moment(published_before),
            fallbacks=fallbacks,
        )
        return Known(parse_audience.segment_series(a), a)

    def get_audience_growth_time_series(self, show: str, first: date, last: date) -> Known[Series[CoreFans]]:
        """Core fans, developing and new audience of each day between two dates.

        `getAudienceGrowthTimeSeries`. Proven: path and leaves are known. Read from
        showByShowUri.coreFanTimeSeries.timeSeries[]. No public hash: harvest or capture it.
        """
        a = self._read("getAudienceGrowthTimeSeries", showUri=show_uri_of(show), startDate=first, endDate=last)
        return Known(parse_audience.core_fans_by_day(a), a)

    def get_audience_growth_metric_summary(
        self, show: str, first: date, last: date, *, all_time: bool = False
    ) -> Known[CoreFans]:
        """Core fans, developing and new audience of a period, with how many core fans were gained.

        `getAudienceGrowthMetricSummary`. Proven: path and leaves are known. Read from
        showByShowUri.coreFanMetricSummary.summary. No public hash: harvest or capture it.
        """
        a = self._read(
            "getAudienceGrowthMetricSummary",
            showUri=show_uri_of(show),
            startDate=first,
            endDate=last,
            isAllTime=all_time,
        )
        return Known(parse_audience.core_fans(a), a)

    def get_audience_growth_insights(self, show: str, first: date, last: date) -> Known[CoreFanInsight]:
        """How much longer core fans stay than the whole audience.

        `getAudienceGrowthInsights`. Proven: path and leaves are known. Read from
        showByShowUri.coreFanInsight.insight. No public hash: harvest or capture it.
        """
        a = self._read("getAudienceGrowthInsights", showUri=show_uri_of(show), startDate=first, endDate=last)
        return Known(parse_audience.core_fan_insight(a), a)

    def get_engagement_stats(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        published_after: int | None = None,
        published_before: int | None = None,
        has_comments: bool = True,
        fallbacks: Sequence[str] = (),
    ) -> Known[Engagement]:
        """Hours played and mean time for each listener, by day.

        `getEngagementStats`. Proven: path and leaves are known. Read from showByShowUri.consumptionTimeDaily.AV,
        showByShowUri.avgConsumptionTimeDaily.AV. No public hash: harvest or capture it.
        """
        a = self._read(
            "getEngagementStats",
            showUri=show_uri_of(show),
            **windowed(window, days),
            publishedAfter=moment(published_after),
            publishedBefore=moment(published_before),
            hasComments=has_comments,
            fallbacks=fallbacks,
        )
        return Known(parse_audience.engagement(a), a)

    def get_engagement_stats_nrt(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        include_period_comparison: bool = True,
        has_comments: bool = True,
        fallbacks: Sequence[str] = (),
    ) -> Known[Engagement]:
        """Hours played and mean time for each listener as totals, with the difference to the period before.

        `getEngagementStatsNRT`. Proven: path and leaves are known. Read from showByShowUri.consumptionTimeTotal.AV,
        showByShowUri.avgConsumptionTimeTotal.AV. No public hash: harvest or capture it.
        """
        a = self._read(
            "getEngagementStatsNRT",
            showUri=show_uri_of(show),
            **windowed(window, days),
            includePeriodComparison=include_period_comparison,
            hasComments=has_comments,
            fallbacks=fallbacks,
        )
        return Known(parse_audience.engagement(a), a)

    def get_show_retention(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_NINETY_DAYS",
        published_after: int | None = None,
        published_before: int | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[Series[float]]:
        """The share of a week's listeners who also listened the week before.

        `getShowRetention`. Proven: path and leaves are known. Read from showByShowUri.retentionWeekly.AV. No public
        hash: harvest or capture it.
        """
        a = self._read(
            "getShowRetention",
            showUri=show_uri_of(show),
            dateRangeWindow=window,
            publishedAfter=moment(published_after),
            publishedBefore=moment(published_before),
            fallbacks=fallbacks,
        )
        return Known(parse.retention_weekly(a), a)

    def get_episode_completion_rates(self, show: str) -> Known[tuple[RankedEpisode, ...]]:
        """How far the ten newest episodes were heard in their first seven days.

        `getEpisodeCompletionRates`. Proven: path and leaves are known. Read from
        showByShowUri.latestEpisodes.items[], showByShowUri.latestEpisodes.items[].completionRate.AV. No public hash:
        harvest or capture it.
        """
        a = self._read("getEpisodeCompletionRates", showUri=show_uri_of(show))
        return Known(parse.ranked(a, "latestEpisodes", "completionRate"), a)

    def get_benchmark_total(
        self,
        show: str,
        metric: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        episode_pool: str = "ALL_EPISODES",
        fallbacks: Sequence[str] = (),
    ) -> Known[Benchmark]:
        """A metric of the show beside the percentiles of its peers.

        `getBenchmarkTotal`. Proven: path and leaves are known. Read from showByShowUri.benchmarkTotal.AV. No public
        hash: harvest or capture it.
        """
        a = self._read(
            "getBenchmarkTotal",
            showUri=show_uri_of(show),
            window=window,
            benchmarkMetricType=metric,
            benchmarkEpisodePool=episode_pool,
            fallbacks=fallbacks,
        )
        return Known(parse.benchmark(a), a)

    def get_benchmark_time_series(
        self,
        show: str,
        metric: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        episode_pool: str = "ALL_EPISODES",
        fallbacks: Sequence[str] = (),
    ) -> Known[Benchmark]:
        """The percentiles of the peers by day.

        `getBenchmarkTimeSeries`. The key of the series is not recorded. Proven: path and leaves are known. Read from
        showByShowUri.*.AV (a guess). No public hash: harvest or capture it.
        """
        a = self._read(
            "getBenchmarkTimeSeries",
            showUri=show_uri_of(show),
            window=window,
            benchmarkMetricType=metric,
            benchmarkEpisodePool=episode_pool,
            fallbacks=fallbacks,
        )
        return Known(parse.benchmark(a), a)

    def generate_analytics_insight(self, request: Mapping[str, Any]) -> Known[Insight | None]:
        """Ask for a written insight.

        `generateAnalyticsInsight`. The fields of the request are not known. Proven: path and leaves are known. Read
        from generateAnalyticsInsight. No public hash: harvest or capture it.
        """
        a = self._write("generateAnalyticsInsight", generateInsightRequest=dict(request))
        return Known(parse.insight(a, "generateAnalyticsInsight"), a)

    def get_analytics_insight(self, show: str, insight_id: str) -> Known[Insight | None]:
        """Fetch a written insight by its id.

        `getAnalyticsInsight`. Poll until its state is COMPLETE. Proven: path and leaves are known. Read from
        showByShowUri.analyticsInsight. No public hash: harvest or capture it.
        """
        a = self._read("getAnalyticsInsight", showUri=show_uri_of(show), insightId=insight_id)
        return Known(parse.insight(a), a)

    def submit_analytics_insight_feedback(self, request: Mapping[str, Any]) -> Known[str]:
        """Say whether a written insight was any good.

        `submitAnalyticsInsightFeedback`. The fields of the request are not known. Proven: path and leaves are known.
        Read from submitAnalyticsInsightFeedback. No public hash: harvest or capture it.
        """
        a = self._write("submitAnalyticsInsightFeedback", submitAnalyticsInsightFeedbackRequest=dict(request))
        return Known(parse.feedback_id(a), a)
