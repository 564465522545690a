"""The pieces about an episode. Fresh ones are asked for often, old ones seldom."""

from __future__ import annotations

from typing import Final

from earstead.core.creators.metrics import Window
from earstead.creators.client import Creators
from earstead.creators.keeping import found as make
from earstead.creators.keeping.found import Found, from_answer, pairs, window_of
from earstead.creators.keeping.plan import ALL_TIME, Ask, Piece
from earstead.creators.keeping.show_pieces import faceted
from earstead.services.creators.audience import SHARE
from earstead.services.creators.memory import CurveRead
from earstead.services.creators.rows import day_of

OFTEN: Final = (1, 3, 14)
SELDOM: Final = (7, 14, 56)
CURVE: Final = "getEpisodePerformanceAllTime"


def _streams(client: Creators, ask: Ask) -> Found:
    """P4."""
    days = client.pod.episode_streams(ask.subject.spotify_id, day_of(ask.first), day_of(ask.last))
    starts = make.daily(ask, "starts", "P4", [(one.date, one.starts) for one in days])
    return Found(figures=starts + make.daily(ask, "streams", "P4", [(one.date, one.streams) for one in days]))


def _listeners(client: Creators, ask: Ask) -> Found:
    """P6."""
    days = client.pod.episode_listeners(ask.subject.spotify_id, day_of(ask.first), day_of(ask.last))
    return Found(figures=make.daily(ask, "listeners", "P6", [(one.date, one.count) for one in days]))


def _streams_and_downloads(client: Creators, ask: Ask) -> Found:
    name = "getEpisodeStreamsAndDownloads"
    box = client.operations.get_episode_streams_and_downloads(
        ask.subject.uri, aggregation_type="AGGREGATION_TYPE_DAILY", window=ask.window
    )
    found = from_answer(box.answered)
    found.figures += make.daily(ask, "streams_and_downloads", name, pairs(box.value))
    return found


def _performance(client: Creators, ask: Ask) -> Found:
    """Running totals since publication (C12): kept apart from everything that is per day."""
    name = "getEpisodePerformanceStats"
    box = client.operations.get_episode_performance_stats(ask.subject.uri)
    found, window = from_answer(box.answered), window_of(box.answered)
    found.figures += make.running(ask, "plays", name, pairs(box.value.plays), window=window)
    found.figures += make.running(ask, "audience", name, pairs(box.value.audience), window=window)
    found.figures += make.total(ask, "audience", name, box.value.audience_total, window)
    return found


def _curve(client: Creators, ask: Ask) -> Found:
    box = client.operations.get_episode_performance_all_time(ask.subject.uri)
    found = from_answer(box.answered)
    if box.value.has_data:
        found.curve = CurveRead(
            operation=CURVE,
            points=_plain([(float(second), people) for second, people in box.value.points]),
            percentiles=dict(box.value.percentiles),
            median_s=box.value.median_s if box.value.median_s is not None else -1.0,
            most=box.value.max_samples,
        )
        found.figures += make.total(ask, "completion", CURVE, box.value.completion, Window.ALL_TIME)
    return found


def _samples(client: Creators, ask: Ask) -> Found:
    """P11, where GraphQL has no curve."""
    said = client.pod.performance(ask.subject.spotify_id)
    if not said.most:
        return Found(empty="no data")
    rate = said.rate_ms / 1000
    points = [(place * rate, people) for place, people in enumerate(said.samples)]
    median = said.median_s if said.median_s is not None else -1.0
    return Found(
        curve=CurveRead(
            operation="P11",
            points=_plain(points),
            percentiles=dict(said.percentiles),
            median_s=median,
            most=said.most,
        )
    )


_MOST_POINTS: Final = 1_200


def _plain(points: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """At most 1,200 points, evenly: what no screen can show is in the answer that is kept besides."""
    step = -(-len(points) // _MOST_POINTS) if points else 1
    return points[::step]


def _ages(client: Creators, ask: Ask) -> Found:
    box = client.operations.get_episode_plays_by_age(ask.subject.uri, window=ALL_TIME)
    return faceted(ask, box, "getEpisodePlaysByAge")


def _genders(client: Creators, ask: Ask) -> Found:
    box = client.operations.get_episode_plays_by_gender(ask.subject.uri, window=ALL_TIME)
    return faceted(ask, box, "getEpisodePlaysByGender")


def _countries(client: Creators, ask: Ask) -> Found:
    name = "getEpisodeSpotifyPlaysByCountry"
    box = client.operations.get_episode_spotify_plays_by_country(ask.subject.uri, window=ALL_TIME)
    found = from_answer(box.answered)
    values, names = make.places(box.value)
    found.figures += make.parts(
        ask, f"plays{SHARE}", name, "country", values, window=window_of(box.answered), names=names
    )
    return found


def _consumption(client: Creators, ask: Ask) -> Found:
    name = "getEpisodeConsumption"
    box = client.operations.get_episode_consumption(ask.subject.uri, window=ALL_TIME)
    found = from_answer(box.answered)
    hours = [(one.date, one.value.hours) for one in box.value.daily.points if one.value.hours is not None]
    found.figures += make.daily(ask, "consumption_hours", name, hours)
    if box.value.total is not None:
        found.figures += make.total(ask, "consumption_hours", name, box.value.total.hours, window_of(box.answered))
    return found


def _sources(client: Creators, ask: Ask) -> Found:
    name = "getEpisodeImpressionsFaceted"
    box = client.operations.get_episode_impressions_faceted(ask.subject.uri, window=ALL_TIME)
    found = from_answer(box.answered)
    values = {source: float(count) for source, count in box.value.counts}
    told = window_of(box.answered)
    found.figures += make.parts(ask, "impressions", name, "source", values, window=told)
    found.figures += make.total(ask, "impressions", name, box.value.total, told)
    return found


def _transcript(client: Creators, ask: Ask) -> Found:
    """The length first: most episodes have none."""
    length = client.transcripts.length(ask.subject.uri)
    found = from_answer(length.answered)
    if length.value > 0:
        found.transcript = (client.transcripts.text(ask.subject.uri).value, "getEpisodeTranscript")
        found.empty = ""
    return found


EPISODE_PIECES: Final[tuple[Piece, ...]] = (
    Piece(
        name="getEpisodeStreamsAndDownloads",
        about="streams and downloads",
        ask=_streams_and_downloads,
        days="window",
        every=OFTEN,
    ),
    Piece(name="getEpisodePerformanceStats", about="plays since publication", ask=_performance, every=OFTEN),
    Piece(name=CURVE, about="retention", ask=_curve, every=OFTEN),
    Piece(name="P4", about="starts and streams", ask=_streams, days="range", every=OFTEN),
    Piece(name="P6", about="listeners", ask=_listeners, days="range", every=OFTEN),
    Piece(name="P11", about="retention", ask=_samples, every=OFTEN, instead_of=CURVE),
    Piece(name="getEpisodePlaysByAge", about="ages", ask=_ages, every=SELDOM),
    Piece(name="getEpisodePlaysByGender", about="genders", ask=_genders, every=SELDOM),
    Piece(name="getEpisodeSpotifyPlaysByCountry", about="countries", ask=_countries, every=SELDOM),
    Piece(name="getEpisodeConsumption", about="hours heard", ask=_consumption, every=SELDOM),
    Piece(name="getEpisodeImpressionsFaceted", about="impressions by source", ask=_sources, every=SELDOM),
    Piece(name="getEpisodeTranscript", about="the transcript", ask=_transcript, every=(7, 28, 120)),
)
