"""What podcasters/v0 answers: figures of Spotify alone, by UTC days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from earstead.creators.rest_types import Raw
from earstead.creators.walk import integer, number, rows, table, text, truth

AGES: Final = ("0-17", "18-22", "23-27", "28-34", "35-44", "45-59", "60-150", "unknown")
GENDERS: Final = ("FEMALE", "MALE", "NON_BINARY", "NOT_SPECIFIED")
DEFAULT_RATE_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class StreamDay:
    """Starts (playback began) and streams (60 s) of a day, an ISO date."""

    date: str
    starts: int
    streams: int


@dataclass(frozen=True, slots=True)
class CountDay:
    """A count of a day, an ISO date. Of followers it is a running total."""

    date: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A show or an episode in short.

    Attributes:
        duration_ms: 0 for shows.
        starts, streams, listeners: of the range that was asked for, for all time where none was.
        episodes, followers: of shows; 0 for episodes.
    """

    id: str
    name: str
    release_date: str
    picture_url: str
    language: str
    explicit: bool
    starts: int
    streams: int
    listeners: int
    duration_ms: int = 0
    has_video: bool = False
    episodes: int = 0
    followers: int = 0
    raw: Raw = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, said: Any) -> Card:
        """From an answer, or an element of one."""
        raw = table(said)
        return cls(
            id=text(raw.get("id")),
            name=text(raw.get("name")),
            release_date=text(raw.get("releaseDate")),
            picture_url=text(raw.get("artworkUrl")) or text(raw.get("coverImage")),
            language=text(raw.get("language")),
            # The service spells it without the second i.
            explicit=truth(raw.get("explict")) or truth(raw.get("explicit")),
            starts=integer(raw.get("starts")) or 0,
            streams=integer(raw.get("streams")) or 0,
            listeners=integer(raw.get("listeners")) or 0,
            duration_ms=integer(raw.get("duration")) or 0,
            has_video=truth(raw.get("hasVideo")),
            episodes=integer(raw.get("totalEpisodes")) or 0,
            followers=integer(raw.get("followers")) or 0,
            raw=raw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Demographics:
    """Who hears a show or an episode, by people, merged over the whole range.

    Attributes:
        ages: bracket to gender to people.
        countries: name to (code, gender to people); usually empty for episodes.
        empty: whether the service refused the range (500), which is taken for "no data" but is not proven to be.
    """

    count: int
    start: str
    end: str
    ages: Mapping[str, Mapping[str, int]]
    countries: Mapping[str, tuple[str, Mapping[str, int]]]
    genders: Mapping[str, int]
    empty: bool = False
    raw: Raw = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, said: Any, *, empty: bool = False) -> Demographics:
        """From an answer."""
        raw = table(said)
        countries = table(raw.get("countryFacetedCounts"))
        return cls(
            count=integer(raw.get("count")) or 0,
            start=text(raw.get("start")),
            end=text(raw.get("end")),
            ages={name: _counts(node) for name, node in table(raw.get("ageFacetedCounts")).items()},
            countries={name: (text(table(node).get("countryCode")), _counts(node)) for name, node in countries.items()},
            genders=_counts(raw.get("genderedCounts")),
            empty=empty,
            raw=raw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPage:
    """A page of episodes; `total_pages` is 0 when it is not told."""

    episodes: tuple[Card, ...]
    total_pages: int
    raw: Raw = field(repr=False)

    @classmethod
    def of(cls, said: Any) -> CardPage:
        """From an answer."""
        raw = table(said)
        return cls(
            episodes=tuple(Card.of(row) for row in rows(raw.get("episodes"))),
            total_pages=integer(raw.get("totalPages")) or 0,
            raw=raw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How far an episode is heard.

    Attributes:
        samples: listeners at each `rate_ms`.
        percentiles: percent of the episode to percent of the audience that got there.
    """

    samples: tuple[int, ...]
    rate_ms: int
    most: int
    length_s: int
    percentiles: Mapping[int, float]
    median_percent: float | None
    median_s: float | None
    raw: Raw = field(repr=False)

    @classmethod
    def of(cls, said: Any) -> Performance:
        """From an answer. Since July 2026 some lack the rate and the length: a second, and one a sample."""
        raw = table(said)
        listed = raw.get("samples")
        samples = tuple(integer(one) or 0 for one in listed) if isinstance(listed, list) else ()
        rate = integer(raw.get("sampleRate")) or DEFAULT_RATE_MS
        median = table(raw.get("medianCompletion"))
        return cls(
            samples=samples,
            rate_ms=rate,
            most=integer(raw.get("max")) or max(samples, default=0),
            length_s=integer(raw.get("seconds")) or len(samples) * rate // 1000,
            percentiles={
                int(name): found
                for name, value in table(raw.get("percentiles")).items()
                if name.isdigit() and (found := number(value)) is not None
            },
            median_percent=number(median.get("percentage")),
            median_s=number(median.get("seconds")),
            raw=raw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Impressions:
    """How often a show was seen in 30 days; `sources` only where it was asked for by source."""

    count: int
    start: str
    end: str
    sources: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, said: Any) -> Impressions:
        """From an answer."""
        raw = table(said)
        return cls(
            count=integer(raw.get("count")) or 0,
            start=text(raw.get("start")),
            end=text(raw.get("end")),
            sources=_counts(raw.get("sourcedCounts")),
        )


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """A step from seeing to hearing; `share` is of the step before, 0 to 1, None for the first."""

    id: str
    count: int
    share: float | None


def stream_days(said: Any) -> tuple[StreamDay, ...]:
    """`detailedStreams`."""
    return tuple(
        StreamDay(text(row.get("date")), integer(row.get("starts")) or 0, integer(row.get("streams")) or 0)
        for row in rows(table(said).get("detailedStreams"))
    )


def count_days(said: Any) -> tuple[CountDay, ...]:
    """`counts` by day."""
    return tuple(
        CountDay(text(row.get("date")), integer(row.get("count")) or 0) for row in rows(table(said).get("counts"))
    )


def funnel_steps(said: Any) -> tuple[FunnelStep, ...]:
    """`counts` by step."""
    return tuple(
        FunnelStep(text(row.get("id")), integer(row.get("count")) or 0, number(row.get("conversionPercent")))
        for row in rows(table(said).get("counts"))
    )


def _counts(node: Any) -> Mapping[str, int]:
    return {name: integer(value) or 0 for name, value in table(table(node).get("counts")).items()}
