"""Plays, streams, rankings and breakdowns of a show.

Written by scripts/operations after the registry: change those, and run it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from earstead.creators import parse
from earstead.creators.answers import Known, Part, Unknown
from earstead.creators.operations.base import Calls, Days, moment, show_uri_of, windowed
from earstead.creators.records import Facets, OnSpotify, Place, Platforms, RankedEpisode, Series


class ShowNumbers(Calls):
    """Plays, streams, rankings and breakdowns of a show."""

    def get_show_overview_stats_nrt(self, show: str) -> Part[int | None]:
        """One total for the front page of a show, close to now.

        `getShowOverviewStatsNRT`. Which key holds it is not known, readers take the first whole number. Partly known:
        what is missing in the value is None or empty.
        """
        a = self._read("getShowOverviewStatsNRT", showUri=show_uri_of(show))
        return Part(parse.total(a), a)

    def get_show_all_platforms_stats_nrt(self, show: str) -> Part[int | None]:
        """Streams and downloads of all time on all platforms, close to now.

        `getShowAllPlatformsStatsNRT`. Which key holds it is not known, readers take the first whole number. Partly
        known: what is missing in the value is None or empty.
        """
        a = self._read("getShowAllPlatformsStatsNRT", showUri=show_uri_of(show))
        return Part(parse.total(a), a)

    def get_show_all_platforms_stats(self, show: str) -> Unknown:
        """The rolling mean of streams and downloads on all platforms.

        `getShowAllPlatformsStats`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._read("getShowAllPlatformsStats", showUri=show_uri_of(show)))

    def get_show_on_spotify_stats(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        include_audience_size: bool = False,
        fallbacks: Sequence[str] = (),
    ) -> Part[OnSpotify]:
        """Plays on Spotify for each day, and the audience of each day when it is asked for.

        `getShowOnSpotifyStats`. The other keys are not known. Partly known: what is missing in the value is None or
        empty. Read from showByShowUri.playsDaily.AV, showByShowUri.audienceSizeDaily.AV.
        """
        a = self._read(
            "getShowOnSpotifyStats",
            showUri=show_uri_of(show),
            **windowed(window, days),
            includeAudienceSize=include_audience_size,
            fallbacks=fallbacks,
        )
        return Part(parse.on_spotify(a), a)

    def get_show_on_spotify_stats_nrt(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        include_audience_size: bool = False,
        fallbacks: Sequence[str] = (),
    ) -> Unknown:
        """The twin of the daily plays on Spotify that is closer to now.

        `getShowOnSpotifyStatsNRT`. Takes a custom window. Unknown: what came is kept, unread.
        """
        return Unknown(
            self._read(
                "getShowOnSpotifyStatsNRT",
                showUri=show_uri_of(show),
                **windowed(window, days),
                includeAudienceSize=include_audience_size,
                fallbacks=fallbacks,
            )
        )

    def get_show_streams(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Unknown:
        """Streams of a show on Spotify.

        `getShowStreams`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its variables are
        a guess.
        """
        return Unknown(
            self._read("getShowStreams", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks)
        )

    def get_show_streams_nrt(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Unknown:
        """Streams of a show on Spotify, close to now.

        `getShowStreamsNRT`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its variables
        are a guess.
        """
        return Unknown(
            self._read("getShowStreamsNRT", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks)
        )

    def get_show_streams_and_downloads_daily(
        self,
        show: str,
        *,
        aggregation_type: str = "AGGREGATION_TYPE_DAILY",
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        published_after: int | None = None,
        published_before: int | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[Series[int]]:
        """Streams and downloads of a show on all platforms by day, week or month.

        `getShowStreamsAndDownloadsDaily`. Proven: path and leaves are known. Read from
        showByShowUri.streamsAndDownloadsDaily.AV. No public hash: harvest or capture it.
        """
        a = self._read(
            "getShowStreamsAndDownloadsDaily",
            showUri=show_uri_of(show),
            aggregationType=aggregation_type,
            **windowed(window, days),
            publishedAfter=moment(published_after),
            publishedBefore=moment(published_before),
            fallbacks=fallbacks,
        )
        return Known(parse.show_series(a, "streamsAndDownloadsDaily"), a)

    def get_performance_stats(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Unknown:
        """Plays, audience and followers of a show by day.

        `getPerformanceStats`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(
            self._read("getPerformanceStats", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks)
        )

    def get_performance_stats_nrt(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        include_period_comparison: bool = True,
        fallbacks: Sequence[str] = (),
    ) -> Unknown:
        """Plays, audience and followers of a show as totals with the period before, close to now.

        `getPerformanceStatsNRT`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are a guess.
        """
        return Unknown(
            self._read(
                "getPerformanceStatsNRT",
                showUri=show_uri_of(show),
                **windowed(window, days),
                includePeriodComparison=include_period_comparison,
                fallbacks=fallbacks,
            )
        )

    def get_show_top_episodes(self, show: str) -> Unknown:
        """The ranking of episodes over all time.

        `getShowTopEpisodes`. Unknown: what came is kept, unread. Fails for shows that are hosted elsewhere.
        """
        return Unknown(self._read("getShowTopEpisodes", showUri=show_uri_of(show)))

    def get_show_top_clips(self, *, variables: Mapping[str, Any] | None = None) -> Unknown:
        """The ranking of clips.

        `getShowTopClips`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its variables
        are not known.
        """
        return Unknown(self._read("getShowTopClips", **(variables or {})))

    def get_show_top_episodes_by_metric(
        self,
        show: str,
        metric: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[tuple[RankedEpisode, ...]]:
        """One metric of up to 250 episodes in one answer, newest first and not sorted by the metric.

        `getShowTopEpisodesByMetric`. Proven: path and leaves are known. Read from showByShowUri.episodesV2.items[],
        showByShowUri.episodesV2.items[].metric.AV. No public hash: harvest or capture it. Fails for shows that are
        hosted elsewhere.
        """
        a = self._read(
            "getShowTopEpisodesByMetric",
            showUri=show_uri_of(show),
            metricType=metric,
            **windowed(window, days),
            fallbacks=fallbacks,
        )
        return Known(parse.ranked(a, "episodesV2", "metric"), a)

    def get_show_top_episodes_by_impressions(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[tuple[RankedEpisode, ...]]:
        """Episodes ranked by impressions, with where the impressions came from.

        `getShowTopEpisodesByImpressions`. Proven: path and leaves are known. Read from
        showByShowUri.topEpisodesByImpressions.AV. No public hash: harvest or capture it. Fails for shows that are
        hosted elsewhere.
        """
        a = self._read(
            "getShowTopEpisodesByImpressions", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks
        )
        return Known(parse.by_impressions(a), a)

    def get_show_episodes_by_metric(self, *, variables: Mapping[str, Any] | None = None) -> Unknown:
        """One metric of the episodes of a show, in pages.

        `getShowEpisodesByMetric`. Unknown: what came is kept, unread. No public hash: harvest or capture it. Its
        variables are not known.
        """
        return Unknown(self._read("getShowEpisodesByMetric", **(variables or {})))

    def get_show_plays_and_downloads_by_geo(
        self,
        show: str,
        metric: str,
        geo_params: Mapping[str, str],
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[tuple[Place, ...]]:
        """Plays and downloads by country, or by region of a country, or by city of a region, as shares of one.

        `getShowPlaysAndDownloadsByGeo`. Drill down with navigationName. Proven: path and leaves are known. Read from
        showByShowUri.showPlaysAndDownloadsByGeo.AV. Fails for shows that are hosted elsewhere.
        """
        a = self._read(
            "getShowPlaysAndDownloadsByGeo",
            showUri=show_uri_of(show),
            **windowed(window, days),
            metricType=metric,
            geoParams=dict(geo_params),
            fallbacks=fallbacks,
        )
        return Known(parse.places(a, "showPlaysAndDownloadsByGeo"), a)

    def get_show_plays_by_geo(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        metric: str = "METRIC_TYPE_PLAYS",
        geo_params: Mapping[str, str] | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Part[tuple[Place, ...]]:
        """Plays on Spotify by place, as shares of one.

        `getShowPlaysByGeo`. The key and the right metric are not confirmed. Partly known: what is missing in the
        value is None or empty. Read from showByShowUri.showPlaysByGeo.AV (a guess). Its variables are a guess. Fails
        for shows that are hosted elsewhere.
        """
        a = self._read(
            "getShowPlaysByGeo",
            showUri=show_uri_of(show),
            **windowed(window, days),
            metricType=metric,
            geoParams=None if geo_params is None else dict(geo_params),
            fallbacks=fallbacks,
        )
        return Part(parse.places(a, "showPlaysByGeo"), a)

    def get_show_plays_by_age(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[Facets]:
        """Plays on Spotify by age, and by gender within each age.

        `getShowPlaysByAge`. Proven: path and leaves are known. Read from showByShowUri.showPlaysByAge.AV.
        """
        a = self._read("getShowPlaysByAge", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks)
        return Known(parse.facets(a, "showPlaysByAge"), a)

    def get_show_plays_by_gender(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[Facets]:
        """Plays on Spotify by gender.

        `getShowPlaysByGender`. Proven: path and leaves are known. Read from showByShowUri.showPlaysByGender.AV.
        """
        a = self._read("getShowPlaysByGender", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks)
        return Known(parse.facets(a, "showPlaysByGender"), a)

    def get_show_plays_and_downloads_platforms_stats(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[Platforms]:
        """Plays and downloads by app and by device, as shares of one.

        `getShowPlaysAndDownloadsPlatformsStats`. Proven: path and leaves are known. Read from
        showByShowUri.showPlaysAndDownloadsByApp.AV, showByShowUri.showPlaysAndDownloadsByDevice.AV. Fails for shows
        that are hosted elsewhere.
        """
        a = self._read(
            "getShowPlaysAndDownloadsPlatformsStats",
            showUri=show_uri_of(show),
            **windowed(window, days),
            fallbacks=fallbacks,
        )
        return Known(parse.platforms(a, "showPlaysAndDownloadsByApp", "showPlaysAndDownloadsByDevice"), a)

    def get_show_audience_all_platforms_geo_stats(
        self,
        show: str,
        geo_params: Mapping[str, str],
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[tuple[Place, ...]]:
        """Streams and downloads by place.

        `getShowAudienceAllPlatformsGeoStats`. Retired, the twin of today counts plays and downloads. Proven: path and
        leaves are known. Read from showByShowUri.showStreamsAndDownloadsByGeo.AV. Only a retired hash is known. Fails
        for shows that are hosted elsewhere.
        """
        a = self._read(
            "getShowAudienceAllPlatformsGeoStats",
            showUri=show_uri_of(show),
            **windowed(window, days),
            geoParams=dict(geo_params),
            fallbacks=fallbacks,
        )
        return Known(parse.places(a, "showStreamsAndDownloadsByGeo"), a)

    def get_show_audience_demographics_stats(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[Facets]:
        """Streams by age and gender.

        `getShowAudienceDemographicsStats`. Retired, two operations took its place. Proven: path and leaves are known.
        Read from showByShowUri.showStreamsFaceted.AV. Only a retired hash is known.
        """
        a = self._read(
            "getShowAudienceDemographicsStats", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks
        )
        return Known(parse.facets(a, "showStreamsFaceted"), a)

    def get_show_audience_all_platforms_stats(
        self,
        show: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[Platforms]:
        """Streams and downloads by app and device.

        `getShowAudienceAllPlatformsStats`. Retired, the twin of today counts plays and downloads. Proven: path and
        leaves are known. Read from showByShowUri.showStreamsAndDownloadsByApp.AV,
        showByShowUri.showStreamsAndDownloadsByDevice.AV. Only a retired hash is known. Fails for shows that are
        hosted elsewhere.
        """
        a = self._read(
            "getShowAudienceAllPlatformsStats", showUri=show_uri_of(show), **windowed(window, days), fallbacks=fallbacks
        )
        return Known(parse.platforms(a, "showStreamsAndDownloadsByApp", "showStreamsAndDownloadsByDevice"), a)
