"""The figures of a podcast: what each counts, where, and in which of the ways that must never be mixed.

A number of this service means nothing without five words: of which *metric*; on which platforms (`Scope`); over which
stretch of time (`Window`); per day, or running, or as one total (`Aggregation`); and under which definition, because
"play" became another thing on 2026-06-11 (`definition_of`). A `SeriesKey` holds all of them, and the operation that
answered: figures with different keys are never added up, nor drawn as one line.

Source: spec, sections 1.2, 5.6, 5.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from earstead.core.errors import Rejected

REDEFINED_ON = date(2026, 6, 11)
"""From this day on a play is 30 s heard or watched; before it was any start."""
BEGINNING = date(2021, 9, 1)
"""The service holds nothing of earlier days."""


class Scope(StrEnum):
    """Which platforms a figure speaks of."""

    SPOTIFY = "spotify"
    ALL = "all"
    OFF_PLATFORM = "off-platform"


class Unit(StrEnum):
    """What a figure is counted in. Shares are of 1."""

    COUNT = "count"
    PEOPLE = "people"
    HOURS = "hours"
    SECONDS = "seconds"
    SHARE = "share"


class Kind(StrEnum):
    """How a metric is naturally given: for each day, running since a beginning, as one number, or as a share."""

    DAILY = "daily"
    CUMULATIVE = "cumulative"
    TOTAL = "total"
    SHARE = "share"


class Aggregation(StrEnum):
    """How one stored series is to be read. RUNNING: each value holds those before it; it is never added up."""

    TOTAL = "total"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    RUNNING = "running"


class Window(StrEnum):
    """The stretch a figure was asked for. Values of a day are the same in every window: NONE."""

    NONE = ""
    ALL_TIME = "all"
    LAST_7 = "7d"
    LAST_30 = "30d"
    LAST_60 = "60d"
    LAST_90 = "90d"
    YEAR_TO_DATE = "ytd"
    FIRST_7 = "first-7d"
    FIRST_30 = "first-30d"
    FIRST_60 = "first-60d"
    SINCE_PUBLISHED = "since-published"
    CUSTOM = "custom"


REMOTE_WINDOWS: Mapping[str, Window] = {
    "WINDOW_UNSPECIFIED": Window.ALL_TIME,
    "WINDOW_ALL_TIME": Window.ALL_TIME,
    "WINDOW_LAST_SEVEN_DAYS": Window.LAST_7,
    "WINDOW_LAST_THIRTY_DAYS": Window.LAST_30,
    "WINDOW_LAST_SIXTY_DAYS": Window.LAST_60,
    "WINDOW_LAST_NINETY_DAYS": Window.LAST_90,
    "WINDOW_YEAR_TO_DATE": Window.YEAR_TO_DATE,
    "WINDOW_FIRST_SEVEN_DAYS": Window.FIRST_7,
    "WINDOW_FIRST_THIRTY_DAYS": Window.FIRST_30,
    "WINDOW_FIRST_SIXTY_DAYS": Window.FIRST_60,
    "WINDOW_SINCE_PUBLISHED": Window.SINCE_PUBLISHED,
    "WINDOW_CUSTOM": Window.CUSTOM,
}
"""The service's words for windows."""


class Definition(StrEnum):
    """Which meaning of "play" a figure has; NONE for metrics that never changed."""

    NONE = ""
    BEFORE = "before-2026-06-11"
    SINCE = "since-2026-06-11"
    MIXED = "mixed"


class Quality(StrEnum):
    """How far one value can be trusted.

    PROVISIONAL: of the last days, which settle late. INFERRED: the service failed where it usually has nothing, and
    zero was written down. PARTIAL: it came beside an error that concerned other parts of the answer.
    """

    FINAL = "final"
    PROVISIONAL = "provisional"
    INFERRED = "inferred"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One thing that is counted.

    Attributes:
        kind: how it is naturally given; decides which stored series answer for it.
        summable: whether days (and episodes) may be added up. People may not: who came twice is one person.
        redefined: whether it counts plays, whose meaning changed (`Definition`).
        lag_days: after so many days the figure of a day is usually there.
        about: the definition, as a sentence.
    """

    name: str
    title: str
    scope: Scope
    unit: Unit
    kind: Kind
    about: str
    summable: bool = True
    redefined: bool = False
    lag_days: int = 1


def _metric(name: str, title: str, scope: Scope, unit: Unit, kind: Kind, about: str, **more: int) -> Metric:
    people = unit in (Unit.PEOPLE, Unit.SHARE) or kind is not Kind.DAILY
    return Metric(
        name=name,
        title=title,
        scope=scope,
        unit=unit,
        kind=kind,
        about=about,
        summable=bool(more.get("summable", not people)),
        redefined=bool(more.get("redefined", False)),
        lag_days=more.get("lag_days", 1),
    )


_S, _A, _O = Scope.SPOTIFY, Scope.ALL, Scope.OFF_PLATFORM
_PLAY = "Since 2026-06-11 a play is at least 30 seconds heard or watched; before, it was any start."

METRICS: Mapping[str, Metric] = {
    one.name: one
    for one in (
        _metric(
            "plays_and_downloads",
            "Plays and downloads",
            _A,
            Unit.COUNT,
            Kind.DAILY,
            f"Spotify plays and downloads elsewhere. {_PLAY}",
            redefined=1,
        ),
        _metric(
            "streams_and_downloads",
            "Streams and downloads",
            _A,
            Unit.COUNT,
            Kind.DAILY,
            "Spotify streams of at least 60 seconds, and downloads elsewhere.",
        ),
        _metric("plays", "Plays", _S, Unit.COUNT, Kind.DAILY, _PLAY, redefined=1),
        _metric("streams", "Streams", _S, Unit.COUNT, Kind.DAILY, "At least 60 seconds on Spotify."),
        _metric("starts", "Starts", _S, Unit.COUNT, Kind.DAILY, "Playback began on Spotify."),
        _metric("downloads", "Downloads elsewhere", _O, Unit.COUNT, Kind.DAILY, "Downloads outside Spotify."),
        _metric(
            "feed_downloads",
            "Downloads of the feed",
            _O,
            Unit.COUNT,
            Kind.DAILY,
            "Downloads of the feed's files, counted from requests: by a server's log, this server's prefix, or OP3.",
            lag_days=0,
        ),
        _metric(
            "feed_listeners",
            "Readers of the feed",
            _O,
            Unit.PEOPLE,
            Kind.DAILY,
            "Different addresses with their program that downloaded something that day.",
            lag_days=0,
        ),
        _metric("listeners", "Listeners", _S, Unit.PEOPLE, Kind.DAILY, "Different people on Spotify, that day."),
        _metric(
            "audience", "Audience", _S, Unit.PEOPLE, Kind.DAILY, "Different people that day, as the dashboard says."
        ),
        _metric(
            "followers",
            "Followers",
            _S,
            Unit.PEOPLE,
            Kind.CUMULATIVE,
            "People who follow the show: a running total at the end of each day.",
            lag_days=2,
        ),
        _metric(
            "impressions",
            "Impressions",
            _S,
            Unit.COUNT,
            Kind.DAILY,
            "How often the show or an episode was shown to somebody on Spotify.",
            lag_days=2,
        ),
        _metric("consumption_hours", "Hours heard", _S, Unit.HOURS, Kind.DAILY, "Time heard or watched on Spotify."),
        _metric(
            "average_consumption_s",
            "Seconds per listener",
            _S,
            Unit.SECONDS,
            Kind.DAILY,
            "Time heard or watched on Spotify, per listener.",
            summable=0,
        ),
        _metric("audience_all", "Audience everywhere", _A, Unit.PEOPLE, Kind.TOTAL, "Different people, all platforms."),
        _metric("new_audience", "New listeners", _S, Unit.PEOPLE, Kind.DAILY, "Heard for the first time.", summable=1),
        _metric("returning_audience", "Returning listeners", _S, Unit.PEOPLE, Kind.DAILY, "Had heard before."),
        _metric("core_fans", "Core fans", _S, Unit.PEOPLE, Kind.DAILY, "Listeners the dashboard calls core fans."),
        _metric(
            "completion",
            "Completion",
            _S,
            Unit.SHARE,
            Kind.SHARE,
            "Share of the audience that reached 95 % of the episode.",
        ),
        _metric(
            "weekly_retention",
            "Weekly retention",
            _S,
            Unit.SHARE,
            Kind.SHARE,
            "Share of a week's listeners who had also heard the week before.",
        ),
        _metric(
            "follow_rate", "Follow rate", _S, Unit.SHARE, Kind.SHARE, "Share of the audience that follows the show."
        ),
    )
}
"""All metrics by name, the headline first."""

HEADLINE = "plays_and_downloads"


def metric(name: str) -> Metric:
    """A metric by its name. Raises Rejected naming those that exist."""
    found = METRICS.get(name)
    if found is None:
        raise Rejected("metric", f"{name[:40]!r} is not one of {', '.join(METRICS)}")
    return found


def definition_of(name: str, start: date, end: date) -> Definition:
    """Which meaning of "play" the days from `start` to `end` (both inclusive) have; NONE where it never changed."""
    known = METRICS.get(name)
    if known is None or not known.redefined:
        return Definition.NONE
    if end < REDEFINED_ON:
        return Definition.BEFORE
    return Definition.SINCE if start >= REDEFINED_ON else Definition.MIXED


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesKey:
    """What must be equal for two values to stand in one series.

    Attributes:
        episode_id: our id of the episode, 0 for the whole show.
        breakdown: "" for the figure itself, else what its points are divided by: "country", "region:AT", "age".
        operation: what answered: a GraphQL operation, or an endpoint ("P3").
    """

    metric: str
    scope: Scope
    window: Window
    aggregation: Aggregation
    operation: str
    definition: Definition = Definition.NONE
    breakdown: str = ""
    episode_id: int = 0


def quality_of(name: str, day: date, fetched: date, settle_days: int = 3) -> Quality:
    """How far a value of `day` can be trusted that was read on `fetched`: the last days settle late."""
    known = METRICS.get(name)
    lag = known.lag_days if known else 1
    return Quality.PROVISIONAL if (fetched - day).days <= lag + settle_days else Quality.FINAL
