"""Plays, streams, audience and retention of an episode.

Written by scripts/operations after the registry: change those, and run it.
"""

from __future__ import annotations

from collections.abc import Sequence

from earstead.creators import parse, parse_episodes
from earstead.creators.answers import Known, Part, Unknown
from earstead.creators.operations.base import Calls, Days, episode_uri_of, windowed
from earstead.creators.records import (
    Audience,
    EpisodeConsumption,
    EpisodePerformance,
    Facets,
    Place,
    Retention,
    Series,
    Sources,
)


class EpisodeNumbers(Calls):
    """Plays, streams, audience and retention of an episode."""

    def get_episode_plays_total(
        self, episode: str, *, window: str = "WINDOW_ALL_TIME", days: Days | None = None, fallbacks: Sequence[str] = ()
    ) -> Part[int | None]:
        """The plays of an episode as one number.

        `getEpisodePlaysTotal`. Which key holds it is not known, readers take the first whole number. Partly known:
        what is missing in the value is None or empty.
        """
        a = self._read(
            "getEpisodePlaysTotal", episodeUri=episode_uri_of(episode), **windowed(window, days), fallbacks=fallbacks
        )
        return Part(parse.total(a), a)

    def get_episode_plays_daily(
        self,
        episode: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Unknown:
        """The plays of an episode by day.

        `getEpisodePlaysDaily`. Unknown: what came is kept, unread.
        """
        return Unknown(
            self._read(
                "getEpisodePlaysDaily",
                episodeUri=episode_uri_of(episode),
                **windowed(window, days),
                fallbacks=fallbacks,
            )
        )

    def get_episode_streams_and_downloads(
        self,
        episode: str,
        *,
        aggregation_type: str = "AGGREGATION_TYPE_DAILY",
        window: str = "WINDOW_ALL_TIME",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Known[Series[int]]:
        """Streams and downloads of an episode on all platforms.

        `getEpisodeStreamsAndDownloads`. Proven: path and leaves are known. Read from episodeByUri.analytics.AV.
        """
        a = self._read(
            "getEpisodeStreamsAndDownloads",
            episodeUri=episode_uri_of(episode),
            aggregationType=aggregation_type,
            **windowed(window, days),
            fallbacks=fallbacks,
        )
        return Known(parse_episodes.episode_series(a, "analytics"), a)

    def get_episode_streams(
        self, episode: str, *, window: str = "WINDOW_SINCE_PUBLISHED", fallbacks: Sequence[str] = ()
    ) -> Part[Series[int]]:
        """Streams of an episode by day under one key besides uri.

        `getEpisodeStreams`. Which window answers varies. Partly known: what is missing in the value is None or empty.
        Read from episodeByUri.episodeStreamsDaily.AV (a guess).
        """
        a = self._read(
            "getEpisodeStreams", episodeUri=episode_uri_of(episode), dateRangeWindow=window, fallbacks=fallbacks
        )
        return Part(parse_episodes.episode_series(a, "episodeStreamsDaily"), a)

    def get_episode_performance_stats(
        self, episode: str, *, window: str = "WINDOW_SINCE_PUBLISHED", fallbacks: Sequence[str] = ()
    ) -> Known[EpisodePerformance]:
        """Plays and audience of an episode since it was published, as running totals.

        `getEpisodePerformanceStats`. Proven: path and leaves are known. Read from episodeByUri.playsDaily.AV,
        episodeByUri.audienceDaily.AV, episodeByUri.audienceTotal.AV.
        """
        a = self._read(
            "getEpisodePerformanceStats",
            episodeUri=episode_uri_of(episode),
            dateRangeWindow=window,
            fallbacks=fallbacks,
        )
        return Known(parse_episodes.performance(a), a)

    def get_episode_performance_all_time(self, episode: str) -> Known[Retention]:
        """Who still listens at each second of an episode, with percentiles and the median.

        `getEpisodePerformanceAllTime`. Proven: path and leaves are known. Read from
        episodeByUri.episodePerformanceTotalAllTime.AV.
        """
        a = self._read("getEpisodePerformanceAllTime", episodeUri=episode_uri_of(episode))
        return Known(parse_episodes.retention(a), a)

    def get_episode_consumption(
        self, episode: str, *, window: str = "WINDOW_ALL_TIME", days: Days | None = None, fallbacks: Sequence[str] = ()
    ) -> Part[EpisodeConsumption]:
        """Time played of an episode, in total and by day.

        `getEpisodeConsumption`. The names of the leaves are only partly known. Partly known: what is missing in the
        value is None or empty. Read from episodeByUri.episodeConsumptionTotal.AV (a guess),
        episodeByUri.episodeConsumptionDaily.AV (a guess).
        """
        a = self._read(
            "getEpisodeConsumption", episodeUri=episode_uri_of(episode), **windowed(window, days), fallbacks=fallbacks
        )
        return Part(parse_episodes.episode_consumption(a), a)

    def get_episode_consumption_all_time(self, episode: str) -> Part[EpisodeConsumption]:
        """Time played of an episode over all time.

        `getEpisodeConsumptionAllTime`. The key is not known. Partly known: what is missing in the value is None or
        empty. Read from episodeByUri.*.AV (a guess).
        """
        a = self._read("getEpisodeConsumptionAllTime", episodeUri=episode_uri_of(episode))
        return Part(parse_episodes.episode_consumption(a), a)

    def get_episode_audience_size_all_time(self, episode: str) -> Part[Audience | None]:
        """Listeners of an episode over all time.

        `getEpisodeAudienceSizeAllTime`. The key is not known. Partly known: what is missing in the value is None or
        empty. Read from episodeByUri.*.AV (a guess).
        """
        a = self._read("getEpisodeAudienceSizeAllTime", episodeUri=episode_uri_of(episode))
        return Part(parse_episodes.audience(a), a)

    def get_episode_impressions_faceted(
        self,
        episode: str,
        *,
        window: str = "WINDOW_LAST_THIRTY_DAYS",
        days: Days | None = None,
        fallbacks: Sequence[str] = (),
    ) -> Part[Sources]:
        """How often an episode was shown, by place on Spotify.

        `getEpisodeImpressionsFaceted`. The key is not known. Partly known: what is missing in the value is None or
        empty. Read from episodeByUri.*.AV (a guess).
        """
        a = self._read(
            "getEpisodeImpressionsFaceted",
            episodeUri=episode_uri_of(episode),
            **windowed(window, days),
            fallbacks=fallbacks,
        )
        return Part(parse_episodes.sources(a), a)

    def get_episode_plays_by_age(
        self, episode: str, *, window: str = "WINDOW_ALL_TIME", fallbacks: Sequence[str] = ()
    ) -> Part[Facets]:
        """Plays of an episode by age, under one key besides uri.

        `getEpisodePlaysByAge`. Partly known: what is missing in the value is None or empty. Read from
        episodeByUri.episodePlaysByAge.AV (a guess).
        """
        a = self._read(
            "getEpisodePlaysByAge", episodeUri=episode_uri_of(episode), dateRangeWindow=window, fallbacks=fallbacks
        )
        return Part(parse.facets(a, "episodePlaysByAge"), a)

    def get_episode_plays_by_gender(
        self, episode: str, *, window: str = "WINDOW_ALL_TIME", fallbacks: Sequence[str] = ()
    ) -> Part[Facets]:
        """Plays of an episode by gender, under one key besides uri.

        `getEpisodePlaysByGender`. Partly known: what is missing in the value is None or empty. Read from
        episodeByUri.episodePlaysByGender.AV (a guess).
        """
        a = self._read(
            "getEpisodePlaysByGender", episodeUri=episode_uri_of(episode), dateRangeWindow=window, fallbacks=fallbacks
        )
        return Part(parse.facets(a, "episodePlaysByGender"), a)

    def get_episode_spotify_plays_by_country(
        self, episode: str, *, window: str = "WINDOW_ALL_TIME", fallbacks: Sequence[str] = ()
    ) -> Part[tuple[Place, ...]]:
        """Plays of an episode by country as shares of one, under one key besides uri.

        `getEpisodeSpotifyPlaysByCountry`. Partly known: what is missing in the value is None or empty. Read from
        episodeByUri.*.AV (a guess).
        """
        a = self._read(
            "getEpisodeSpotifyPlaysByCountry",
            episodeUri=episode_uri_of(episode),
            dateRangeWindow=window,
            fallbacks=fallbacks,
        )
        return Part(parse.places(a), a)

    def get_episode_time_series_by_metric(
        self,
        episode: str,
        metric: str,
        *,
        window: str = "WINDOW_SINCE_PUBLISHED",
        aggregation_type: str = "AGGREGATION_TYPE_DAILY",
        fallbacks: Sequence[str] = (),
    ) -> Known[Series[float]]:
        """One metric of an episode over time.

        `getEpisodeTimeSeriesByMetric`. Proven: path and leaves are known. Read from episodeByUri.analyticsBatch.AV.
        No public hash: harvest or capture it.
        """
        a = self._read(
            "getEpisodeTimeSeriesByMetric",
            episodeUri=episode_uri_of(episode),
            metricType=metric,
            window=window,
            aggregationType=aggregation_type,
            fallbacks=fallbacks,
        )
        return Known(parse_episodes.episode_metric(a), a)
