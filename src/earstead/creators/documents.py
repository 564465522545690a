"""Free text for operations without a public hash, written by us after the reconstructed schema.

Sent only by a client that was made with `adhoc`, and only when no hash answers. Members of a union give their number
an alias each, as the schema's merge rule asks. What the schema only guesses at is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from earstead.core.creators.registry import Operation

_COUNTS: Final = "... on SingleValueLong { longValue: value } ... on CountValueLong { countValue: value }"
_RATIOS: Final = "... on RatioValueFloat { ratioValue: value } ... on PercentageValueFloat { floatValue: value }"
_HOURS: Final = "... on ConsumptionValue { totalConsumptionHours foregroundConsumptionPercent }"
_MEAN: Final = "... on AverageConsumptionTimeValue { averageConsumptionSeconds }"
_SEGMENTS: Final = "... on SegmentedAudienceValue { totalAudience newAudience returningAudience }"
_FUNNEL: Final = (
    "... on DiscoveryFunnelValue { steps { stepName displayName startDate endDate conversionRateToNext "
    f"periodOverPeriodPercentageDiff stepValue {{ __typename {_COUNTS} {_RATIOS} }} }} }}"
)
_TOP: Final = (
    "... on TopEpisodesFacetedValue { episodes { episodeUri episode { uri title publishedOn { seconds } } facetedValue "
    "{ totalValue impressionSourceBreakdown { total counts { displayName source count } } } } }"
)
_BENCHMARK: Final = "... on BenchmarkTimeSeriesValue { points { label percentiles { percentile value } } }"
_FANS: Final = (
    "coreFans coreFansPercent developingAudience developingAudiencePercent newAudience newAudiencePercent "
    "totalAudience totalAudiencePercent"
)
_INSIGHT: Final = (
    "averageEpisodeRetentionCoreFansPercent averageEpisodeRetentionTotalAudiencePercent "
    "averageEpisodeRetentionDiffPercent averageConsumptionHoursCoreFans averageConsumptionHoursTotalAudience "
    "averageConsumptionHoursDiffPercent"
)
_COMMENT: Final = (
    "decoratedCommentOrReply { episodeUri episode { title publishedOn { seconds } } oneOfCommentOrReply { __typename "
    "... on DecoratedComment { commentUri parentEntityUri entityUri createDate commentStr language approvalDate "
    "initialModerationState numberOfReplies hasParentEntityReacted hasParentEntityReplied hasParentEntityPinned "
    "containsBlockedWords isAnySensitivityPolicyInitiallyViolated surfaceType oneOfAuthorDisplayMetadata { __typename "
    "... on UserAuthorDisplayMetadata { username userFullName userCoverImageUrl } "
    "... on ShowAuthorDisplayMetadata { showUri showFullName showCoverImageUrl } } } } }"
)
_ITEM: Final = (
    "items { episodeId uri title episodeType contentType publishedOn { seconds } createdOn { seconds } "
    "asset { lengthMs } } pagination { currentPage pageSize totalItems totalPages } indexStatus sortable"
)


def _series(of: str) -> str:
    return f"... on TimeSeriesValue {{ points {{ date endDate value {{ __typename {of} }} }} }}"


def _box(members: str) -> str:
    return (
        "{ startDate endDate analyticsValue { periodOverPeriodPercentageDiff analyticsValue "
        f"{{ __typename {members} }} }} }}"
    )


def _metric(
    key: str, metric: str, aggregation: str, members: str, *, window: str = "$dateRangeWindow", more: str = ""
) -> str:
    span = " customDateRange: $customDateRange" if window == "$dateRangeWindow" else ""
    return (
        f"{key}: analytics(getShowAnalyticsRequest: {{ showAnalyticsMetricType: {metric} "
        f"aggregationType: {aggregation} window: {window}{span}{more} }}) {_box(members)}"
    )


def _of_item(key: str, metric: str, aggregation: str, window: str, members: str, *, custom: bool) -> str:
    span = " customDateRange: $customDateRange" if custom else ""
    return (
        f"{key}: analyticsBatch(batchGetEpisodeAnalyticsItem: {{ episodeAnalyticsMetricType: {metric} "
        f"aggregationType: {aggregation} window: {window}{span} }}) {_box(members)}"
    )


_TOTAL, _DAILY = "AGGREGATION_TYPE_TOTAL", "AGGREGATION_TYPE_DAILY"
_NEWEST: Final = "sort: { sortBy: PUBLISHED_ON sortOrder: DESC } filter: PUBLISHED_EPISODES"
_PEERS: Final = (
    " benchmarkParams: { metricType: $benchmarkMetricType episodePool: $benchmarkEpisodePool "
    "percentiles: [20, 40, 50, 60, 80] }"
)
_COMPARED: Final = " includePeriodComparison: $includePeriodComparison"
_SHOWS: Final = "shows { __typename uri name stationId authorName category description hostingProvider }"
_DATES: Final = "startDate: $startDate endDate: $endDate"

_OF_SHOW: Final[Mapping[str, str]] = {
    "getShowStreamsAndDownloadsDaily": _metric(
        "streamsAndDownloadsDaily", "SHOW_STREAMS_AND_DOWNLOADS", "$aggregationType", _series(_COUNTS)
    ),
    "getShowTopEpisodesByMetric": (
        f"episodesV2(listEpisodesV2Request: {{ {_NEWEST} pagination: {{ pageSize: 250 }} }}) {{ items {{ uri title "
        "publishedOn { seconds } "
        + _of_item("metric", "$metricType", _TOTAL, "$dateRangeWindow", f"{_COUNTS} {_RATIOS}", custom=True)
        + " } }"
    ),
    "getShowTopEpisodesByImpressions": _metric(
        "topEpisodesByImpressions", "TOP_EPISODES_BY_IMPRESSIONS_FACETED", _TOTAL, _TOP
    ),
    "getShowDiscoveryFunnelStats": _metric("discoveryFunnel", "SHOW_DISCOVERY_FUNNEL", _TOTAL, _FUNNEL),
    "getShowSegmentedAudienceTotal": _metric("segmentedAudienceTotal", "SHOW_SEGMENTED_AUDIENCE", _TOTAL, _SEGMENTS),
    "getShowSegmentedAudienceTimeSeries": _metric(
        "segmentedAudienceTimeSeries", "SHOW_SEGMENTED_AUDIENCE", _DAILY, _series(_SEGMENTS)
    ),
    "getAudienceGrowthTimeSeries": (
        f"coreFanTimeSeries(getCoreFanTimeSeriesRequest: {{ {_DATES} }}) {{ timeSeries {{ date {_FANS} }} }}"
    ),
    "getAudienceGrowthMetricSummary": (
        f"coreFanMetricSummary(getCoreFanMetricSummaryRequest: {{ {_DATES} isAllTime: $isAllTime }}) {{ summary "
        f"{{ {_FANS} gainedCoreFans startDate endDate lookbackStartDate lookbackEndDate }} }}"
    ),
    "getAudienceGrowthInsights": (
        f"coreFanInsight(getCoreFanInsightRequest: {{ {_DATES} }}) {{ insight {{ {_INSIGHT} }} }}"
    ),
    "getEngagementStats": _metric("consumptionTimeDaily", "SHOW_CONSUMPTION", _DAILY, _series(_HOURS))
    + " "
    + _metric("avgConsumptionTimeDaily", "SHOW_AVERAGE_CONSUMPTION_TIME", _DAILY, _series(_MEAN)),
    "getEngagementStatsNRT": _metric("consumptionTimeTotal", "SHOW_CONSUMPTION", _TOTAL, _HOURS, more=_COMPARED)
    + " "
    + _metric("avgConsumptionTimeTotal", "SHOW_AVERAGE_CONSUMPTION_TIME", _TOTAL, _MEAN, more=_COMPARED),
    "getShowRetention": _metric(
        "retentionWeekly", "SHOW_RETENTION", "AGGREGATION_TYPE_WEEKLY", _series(_RATIOS)
    ).replace(" customDateRange: $customDateRange", ""),
    "getEpisodeCompletionRates": (
        f"latestEpisodes: episodesV2(listEpisodesV2Request: {{ {_NEWEST} pagination: {{ pageSize: 10 }} }}) {{ items "
        "{ uri title publishedOn { seconds } "
        + _of_item(
            "completionRate",
            "EPISODE_AVERAGE_COMPLETION_RATE",
            _TOTAL,
            "WINDOW_FIRST_SEVEN_DAYS",
            "... on PercentageValueFloat { floatValue: value }",
            custom=False,
        )
        + " } }"
    ),
    "getBenchmarkTotal": _metric(
        "benchmarkTotal", "SHOW_BENCHMARK_EPISODE", _TOTAL, _BENCHMARK, window="$window", more=_PEERS
    ),
    "getBenchmarkTimeSeries": _metric(
        "benchmarkTotal", "SHOW_BENCHMARK_EPISODE", _DAILY, _BENCHMARK, window="$window", more=_PEERS
    ),
    "getAnalyticsInsight": (
        "analyticsInsight(getInsightRequest: { insightId: $insightId }) { insightId state payload generatedAt }"
    ),
    "WebGetIndexedEpisodeList": (
        "episodesV2(listEpisodesV2Request: { sort: { sortBy: $sortBy sortOrder: $sortOrder } filter: $filter "
        f"pagination: {{ pageSize: $pageSize currentPage: $currentPage }} }}) {{ {_ITEM} }}"
    ),
    "getLatestCommentsForShow": (
        "showComments(listShowCommentsRequest: { commentFilters: { primaryFilters: $primaryFilters "
        "typeFilters: $commentTypesFilters secondaryFilters: [] } sortOrder: LIST_COMMENT_SORT_ORDER_MOST_RECENT "
        f"pagingInfo: {{ pageSize: $pageSize pageToken: $pageToken }} }}) {{ {_COMMENT} }}"
    ),
}
_OF_EPISODE: Final[Mapping[str, str]] = {
    "getEpisodeTranscript": "transcript { transcript { transcriptText } }",
    "getEpisodeTranscriptAvailability": "transcript { transcript { transcriptTextLength } }",
    "getEpisodeTimeSeriesByMetric": _of_item(
        "analyticsBatch",
        "$metricType",
        "$aggregationType",
        "$window",
        _series(f"{_COUNTS} {_RATIOS} {_HOURS}"),
        custom=False,
    ),
}
_OF_ACCOUNT: Final[Mapping[str, str]] = {
    "WebGetUserShows": f"showsForUser {{ {_SHOWS} }}",
    "getShowsForUser": f"showsForUser {{ {_SHOWS} }}",
}
_TYPES: Final[Mapping[str, str]] = {
    "showUri": "ShowUri!",
    "episodeUri": "EpisodeUri!",
    "dateRangeWindow": "AnalyticsWindow!",
    "window": "AnalyticsWindow!",
    "customDateRange": "CustomDateRangeInput",
    "aggregationType": "AggregationType!",
    "metricType": "EpisodeAnalyticsMetricType!",
    "startDate": "String!",
    "endDate": "String!",
    "isAllTime": "Boolean!",
    "includePeriodComparison": "Boolean",
    "insightId": "String!",
    "benchmarkMetricType": "BenchmarkMetricType!",
    "benchmarkEpisodePool": "BenchmarkEpisodePool!",
    "sortBy": "EpisodeSortBy",
    "sortOrder": "SortOrder",
    "filter": "EpisodeFilter",
    "currentPage": "Int",
    "pageSize": "Int",
    "pageToken": "String",
    "primaryFilters": "[CommentPrimaryFilter!]",
    "commentTypesFilters": "[CommentTypeFilter!]",
}
WRITTEN: Final = frozenset((*_OF_SHOW, *_OF_EPISODE, *_OF_ACCOUNT))
"""The operations for which there is free text."""


def free_text(operation: Operation, variables: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The document of an operation and those of the variables that it uses; None where none is written."""
    name = operation.name
    if name in _OF_SHOW:
        inside = f"showByShowUri(getShowByShowUriRequest: {{ showUri: $showUri }}) {{ uri {_OF_SHOW[name]} }}"
    elif name in _OF_EPISODE:
        inside = f"episodeByUri(getEpisodeRequest: {{ episodeUri: $episodeUri }}) {{ uri {_OF_EPISODE[name]} }}"
    elif name in _OF_ACCOUNT:
        inside = _OF_ACCOUNT[name]
    else:
        return None
    used = [variable for variable in _TYPES if f"${variable} " in f"{inside} ".replace(")", " ").replace("}", " ")]
    head = ", ".join(f"${variable}: {_TYPES[variable]}" for variable in used)
    sent = {variable: variables[variable] for variable in used if variable in variables}
    return f"query {name}{f'({head})' if head else ''} {{ {inside} }}", sent
