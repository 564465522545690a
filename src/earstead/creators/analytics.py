"""The figures of a show or an episode in one call each; a part that is refused is noted, and the rest goes on.

What comes from podcasters/v0 speaks of Spotify alone; of the others each record says what it is. Windows that bring
nothing are followed by the next that may, and the answers say which one did (`answers[...].answered_window`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar, cast

from earstead.core.creators.ids import id_of
from earstead.creators.answers import SMALL_AUDIENCE, Answered, Empty, Known, Part, Unknown
from earstead.creators.errors import CreatorsError, CredentialsExpired, Planned, RateLimited, Unavailable
from earstead.creators.operations import Operations
from earstead.creators.operations.base import episode_uri_of, show_uri_of
from earstead.creators.pod import Pod
from earstead.creators.pod_types import CountDay, Demographics, StreamDay
from earstead.creators.pod_types import Impressions as PodImpressions
from earstead.creators.records import (
    Audience,
    Discovery,
    EpisodeConsumption,
    EpisodeFacts,
    EpisodePerformance,
    Facets,
    Impressions,
    OnSpotify,
    Place,
    Platforms,
    Retention,
    Series,
    Sources,
)
from earstead.kit.clock import Clock

T = TypeVar("T")
_NO_COUNTS: Final[Series[int]] = Series()
MONTH_DAYS: Final = 30
_BREAKDOWNS: Final = frozenset({"countries", "regions", "ages", "genders", "platforms"})
_ABORT: Final = (CredentialsExpired, RateLimited, Unavailable, Planned)
"""What would meet every further part alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A part that could not be had, and what can be done about it."""

    part: str
    words: str
    mend: str
    cause: CreatorsError = field(repr=False)


@dataclass(slots=True)
class Gathering:
    """Asks for parts one after the other and keeps what came of each."""

    answers: dict[str, Answered] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def part(self, name: str, ask: Callable[[], object], otherwise: T) -> T:
        """The value of a part, or `otherwise` when it is refused.

        Raises:
            CredentialsExpired, RateLimited, Unavailable, Planned: no use to go on.
        """
        try:
            found = ask()
        except _ABORT:
            raise
        except CreatorsError as cause:
            self.faults.append(Fault(part=name, words=str(cause), mend=cause.mend, cause=cause))
            return otherwise
        if isinstance(found, Known | Part | Unknown):
            self.answers[name] = found.answered
        return cast(T, found.value if isinstance(found, Known | Part) else found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFigures:
    """The figures of a show over `first` to `last`, both included, as far as they could be had.

    Attributes:
        regions: of the country with the largest share.
        followers: running totals.
        faults: parts that were refused; with shows hosted elsewhere some always are.
        answers: of the GraphQL parts, by name, as they came.
    """

    show_uri: str
    first: date
    last: date
    plays: OnSpotify
    platforms: Platforms
    ages: Facets
    genders: Facets
    countries: tuple[Place, ...]
    regions: tuple[Place, ...]
    impressions: Impressions
    discovery: Discovery
    streams: tuple[StreamDay, ...]
    listeners: tuple[CountDay, ...]
    followers: tuple[CountDay, ...]
    demographics: Demographics | None
    impressions_29: PodImpressions | None
    impressions_by_source: PodImpressions | None
    faults: tuple[Fault, ...]
    answers: Mapping[str, Answered]

    def empty(self, part: str) -> Empty:
        """Why a GraphQL part is empty, `Empty.NOT` if it is not."""
        answered = self.answers.get(part)
        if answered is None:
            return Empty.REFUSED if part in {one.part for one in self.faults} else Empty.NOT
        plays = sum(point.value for point in self.plays.plays.points)
        few = part in _BREAKDOWNS and 0 < plays < SMALL_AUDIENCE
        return Empty.SMALL_AUDIENCE if answered.empty is Empty.NO_DATA and few else answered.empty


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeFigures:
    """The figures of an episode, of all time where not said otherwise.

    Attributes:
        performance: running totals since publication: never to be added up.
        streams_and_downloads: of each day, all platforms.
        streams: Spotify only, of each day.
    """

    episode_uri: str
    facts: EpisodeFacts
    plays_total: int | None
    performance: EpisodePerformance
    retention: Retention
    streams_and_downloads: Series[int]
    streams: Series[int]
    audience: Audience | None
    consumption: EpisodeConsumption
    impressions: Sources
    ages: Facets
    genders: Facets
    countries: tuple[Place, ...]
    demographics: Demographics | None
    faults: tuple[Fault, ...]
    answers: Mapping[str, Answered]


class Analytics:
    """See the module. Shows and episodes are given by address, URI or id."""

    def __init__(self, operations: Operations, pod: Pod, clock: Clock) -> None:
        self._ask = operations
        self._pod = pod
        self._clock = clock

    def show(self, show: str, *, days: int = MONTH_DAYS, last: date | None = None, pod: bool = True) -> ShowFigures:
        """The figures of the days before today (or up to `last`).

        Args:
            days: 1 to 365.
            pod: podcasters/v0 as well; its limit makes it the slow part.
        """
        uri, show_id = show_uri_of(show), id_of(show_uri_of(show))
        end = last or self._today() - timedelta(days=1)
        span = (end - timedelta(days=max(1, min(days, 365)) - 1), end)
        ask, got = self._ask, Gathering()
        windows = ("WINDOW_LAST_THIRTY_DAYS", "WINDOW_ALL_TIME")
        countries = got.part("countries", lambda: self.places(uri, days=span, fallbacks=windows), tuple[Place, ...]())
        return ShowFigures(
            show_uri=uri,
            first=span[0],
            last=span[1],
            plays=got.part(
                "plays",
                lambda: ask.get_show_on_spotify_stats(uri, days=span, include_audience_size=True, fallbacks=windows),
                OnSpotify(),
            ),
            platforms=got.part(
                "platforms",
                lambda: ask.get_show_plays_and_downloads_platforms_stats(uri, days=span, fallbacks=windows),
                Platforms(),
            ),
            ages=got.part("ages", lambda: ask.get_show_plays_by_age(uri, days=span, fallbacks=windows), Facets()),
            genders=got.part(
                "genders", lambda: ask.get_show_plays_by_gender(uri, days=span, fallbacks=windows), Facets()
            ),
            countries=countries,
            regions=self._regions(got, uri, countries, span),
            impressions=got.part(
                "impressions",
                lambda: ask.get_show_impressions_trend_stats(uri, days=span, fallbacks=windows),
                Impressions(),
            ),
            discovery=got.part("discovery", lambda: ask.get_show_audience_discovery_stats(uri, days=span), Discovery()),
            **self._pod_parts(got, show_id, span, pod),
            faults=tuple(got.faults),
            answers=got.answers,
        )

    def episode(self, episode: str, *, days: int = MONTH_DAYS, pod: bool = True) -> EpisodeFigures:
        """Everything that is known of one episode."""
        uri = episode_uri_of(episode)
        ask, got = self._ask, Gathering()
        ever = ("WINDOW_ALL_TIME", "WINDOW_LAST_THIRTY_DAYS", "WINDOW_SINCE_PUBLISHED")
        end = self._today() - timedelta(days=1)
        span = (end - timedelta(days=max(1, days) - 1), end)
        return EpisodeFigures(
            episode_uri=uri,
            facts=got.part("facts", lambda: ask.get_episode_metadata_for_analytics(uri), EpisodeFacts()),
            plays_total=got.part("plays_total", lambda: ask.get_episode_plays_total(uri), None),
            performance=got.part("performance", lambda: ask.get_episode_performance_stats(uri), EpisodePerformance()),
            retention=got.part("retention", lambda: ask.get_episode_performance_all_time(uri), Retention()),
            streams_and_downloads=got.part(
                "streams_and_downloads",
                lambda: ask.get_episode_streams_and_downloads(uri, fallbacks=ever),
                _NO_COUNTS,
            ),
            streams=got.part("streams", lambda: ask.get_episode_streams(uri, fallbacks=ever), _NO_COUNTS),
            audience=got.part("audience", lambda: ask.get_episode_audience_size_all_time(uri), None),
            consumption=got.part(
                "consumption", lambda: ask.get_episode_consumption_all_time(uri), EpisodeConsumption()
            ),
            impressions=got.part(
                "impressions", lambda: ask.get_episode_impressions_faceted(uri, fallbacks=ever), Sources()
            ),
            ages=got.part("ages", lambda: ask.get_episode_plays_by_age(uri, fallbacks=ever), Facets()),
            genders=got.part("genders", lambda: ask.get_episode_plays_by_gender(uri, fallbacks=ever), Facets()),
            countries=got.part(
                "countries",
                lambda: ask.get_episode_spotify_plays_by_country(uri, fallbacks=ever),
                tuple[Place, ...](),
            ),
            demographics=got.part("demographics", lambda: self._pod.episode_demographics(id_of(uri), *span), None)
            if pod
            else None,
            faults=tuple(got.faults),
            answers=got.answers,
        )

    def places(
        self,
        show: str,
        *,
        country: str = "",
        region: str = "",
        days: tuple[date, date] | None = None,
        fallbacks: tuple[str, ...] = (),
    ) -> Known[tuple[Place, ...]]:
        """Countries; of a country its regions; of a region its cities. Give codes, not names: `Place.code`."""
        level = "CITY" if region else "REGION" if country else "COUNTRY"
        geo = {"resultGeo": f"GEO_{level}", "country": country, "region": region}
        return self._ask.get_show_plays_and_downloads_by_geo(
            show,
            f"SHOW_PLAYS_AND_DOWNLOADS_BY_{level}",
            {name: value for name, value in geo.items() if value},
            days=days,
            fallbacks=fallbacks,
        )

    def retention(self, episodes: Iterable[str]) -> Iterator[tuple[str, Retention]]:
        """(URI, retention) of those of the episodes that have any."""
        for episode in episodes:
            uri = episode_uri_of(episode)
            found = self._ask.get_episode_performance_all_time(uri).value
            if found.has_data:
                yield uri, found

    def _regions(
        self, got: Gathering, uri: str, countries: tuple[Place, ...], span: tuple[date, date]
    ) -> tuple[Place, ...]:
        """Of the largest country; older answers have no code to ask with."""
        largest = max(countries, key=lambda place: place.share, default=None)
        if largest is None or not largest.code:
            return ()
        return got.part("regions", lambda: self.places(uri, country=largest.code, days=span), tuple[Place, ...]())

    def _pod_parts(self, got: Gathering, show_id: str, span: tuple[date, date], wanted: bool) -> dict[str, Any]:
        """The parts of podcasters/v0. Impressions want exactly 29 days between the ends."""
        pod, (first, last) = self._pod, span
        asked: dict[str, tuple[Callable[[], object], object]] = {
            "streams": (lambda: pod.show_streams(show_id, first, last), ()),
            "listeners": (lambda: pod.show_listeners(show_id, first, last), ()),
            "followers": (lambda: pod.followers(show_id, first, last), ()),
            "demographics": (lambda: pod.show_demographics(show_id, first, last), None),
            "impressions_29": (lambda: pod.impressions_total(show_id, last), None),
            "impressions_by_source": (lambda: pod.impressions_by_source(show_id, last), None),
        }
        if not wanted:
            return {name: otherwise for name, (_, otherwise) in asked.items()}
        return {name: got.part(name, ask, otherwise) for name, (ask, otherwise) in asked.items()}

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock.now(), UTC).date()
