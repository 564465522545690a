"""The pieces about a show: podcasters/v0 by days, GraphQL by windows. What says the same twice is asked once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from earstead.core.creators.metrics import Window
from earstead.creators.answers import Known, Part
from earstead.creators.client import Creators
from earstead.creators.keeping import found as make
from earstead.creators.keeping.found import Found, from_answer, pairs, window_of
from earstead.creators.keeping.plan import ALL_TIME, LAST_30, Ask, Piece
from earstead.creators.pod_types import CountDay, Demographics
from earstead.creators.records import Facets, FunnelStep, Place
from earstead.services.creators.audience import SHARE
from earstead.services.creators.rows import day_of

WEEKLY: Final = (7, 7, 7)
MONTHLY: Final = (28, 28, 28)
BENCHMARKS: Final = ("PLAYS_AND_DOWNLOADS", "EPISODE_COMPLETION_PERCENT", "AVG_CONSUMPTION_TIME", "RETENTION")
POOLS: Final = ("ALL_EPISODES", "LAST_10_EPISODES")
GEO: Final = "SHOW_PLAYS_AND_DOWNLOADS_BY_"
PLACES: Final = f"plays_and_downloads{SHARE}"


def _days(ask: Ask) -> tuple[date, date]:
    return day_of(ask.first), day_of(ask.last)


# --- podcasters/v0 --------------------------------------------------------------------------------------------------


def _streams(client: Creators, ask: Ask) -> Found:
    """P3."""
    days = client.pod.show_streams(ask.subject.spotify_id, *_days(ask))
    starts = make.daily(ask, "starts", "P3", [(one.date, one.starts) for one in days])
    return Found(figures=starts + make.daily(ask, "streams", "P3", [(one.date, one.streams) for one in days]))


def _counts(metric: str, label: str) -> Callable[[Creators, Ask], Found]:
    def ask_it(client: Creators, ask: Ask) -> Found:
        asked: dict[str, Callable[[str, date, date], tuple[CountDay, ...]]] = {
            "P5": client.pod.show_listeners,
            "P7": client.pod.followers,
            "P13": client.pod.impressions_daily,
        }
        points = [(one.date, one.count) for one in asked[label](ask.subject.spotify_id, *_days(ask))]
        way = make.running if label == "P7" else make.daily
        return Found(figures=way(ask, metric, label, points))

    return ask_it


def people(ask: Ask, label: str, said: Demographics, day: int) -> Found:
    """Demographics of one day, of streams: ages with genders, genders, countries."""
    ages: dict[str, float] = {}
    for age, counts in said.ages.items():
        ages[age] = sum(counts.values())
        ages |= {f"{age}/{gender}": count for gender, count in counts.items()}
    countries = {code or name: sum(counts.values()) for name, (code, counts) in said.countries.items()}
    found = Found()
    for breakdown, values in (("age", ages), ("gender", said.genders), ("country", countries)):
        plain: Mapping[str, float] = values
        if breakdown != "country" or values or said.empty:
            found.figures += make.parts_of_day(ask, "streams", label, breakdown, day, plain, said.empty)
    if said.empty:
        found.notes.append(f"{label}: days without anybody are answered with an error; zero was written down for them.")
    return found


def _demographics(client: Creators, ask: Ask) -> Found:
    """P8, day by day: over more days people are merged."""
    return people(ask, "P8", client.pod.show_demographics(ask.subject.spotify_id, *_days(ask)), ask.first)


def _impressions(client: Creators, ask: Ask) -> Found:
    """P14: by source, thirty days; its count is what P12 would say."""
    said = client.pod.impressions_by_source(ask.subject.spotify_id, day_of(ask.today - 2))
    sources = {name: float(count) for name, count in said.sources.items()}
    figures = make.parts(ask, "impressions", "P14", "source", sources, window=Window.LAST_30)
    return Found(figures=figures + make.total(ask, "impressions", "P14", said.count, Window.LAST_30))


def _funnel(client: Creators, ask: Ask) -> Found:
    """P15, thirty days. Its shares are of the step before; ours are of the step to the next."""
    said = client.pod.funnel(ask.subject.spotify_id, day_of(ask.today - 31), day_of(ask.today - 2))
    following = [*(one.share for one in said[1:]), None]
    rows = [(one.id, float(one.count), share, None, "") for one, share in zip(said, following, strict=True)]
    return Found(figures=make.steps(ask, "P15", Window.LAST_30, rows))


# --- GraphQL --------------------------------------------------------------------------------------------------------


def _on_spotify(client: Creators, ask: Ask) -> Found:
    name = "getShowOnSpotifyStats"
    box = client.operations.get_show_on_spotify_stats(ask.subject.uri, window=ask.window, include_audience_size=True)
    found = from_answer(box.answered)
    found.figures += make.daily(ask, "plays", name, pairs(box.value.plays))
    found.figures += make.daily(ask, "audience", name, pairs(box.value.audience))
    return found


def _streams_and_downloads(client: Creators, ask: Ask) -> Found:
    name = "getShowStreamsAndDownloadsDaily"
    box = client.operations.get_show_streams_and_downloads_daily(
        ask.subject.uri, aggregation_type="AGGREGATION_TYPE_DAILY", window=ask.window
    )
    found = from_answer(box.answered)
    found.figures += make.daily(ask, "streams_and_downloads", name, pairs(box.value))
    return found


def _engagement(client: Creators, ask: Ask) -> Found:
    name = "getEngagementStats"
    box = client.operations.get_engagement_stats(ask.subject.uri, window=ask.window)
    found = from_answer(box.answered)
    hours = [(one.date, one.value.hours) for one in box.value.hours_daily.points if one.value.hours is not None]
    found.figures += make.daily(ask, "consumption_hours", name, hours)
    found.figures += make.daily(ask, "average_consumption_s", name, pairs(box.value.mean_seconds_daily))
    return found


def _segments(client: Creators, ask: Ask) -> Found:
    name = "getShowSegmentedAudienceTimeSeries"
    box = client.operations.get_show_segmented_audience_time_series(ask.subject.uri, window=ask.window)
    found = from_answer(box.answered)
    for metric, field in (("new_audience", "new"), ("returning_audience", "returning")):
        points = [(one.date, getattr(one.value, field)) for one in box.value.points]
        found.figures += make.daily(ask, metric, name, [(day, value) for day, value in points if value is not None])
    return found


def _retention(client: Creators, ask: Ask) -> Found:
    box = client.operations.get_show_retention(ask.subject.uri)
    found = from_answer(box.answered)
    found.figures += make.weekly(ask, "weekly_retention", "getShowRetention", pairs(box.value))
    return found


def _fans(client: Creators, ask: Ask) -> Found:
    name = "getAudienceGrowthTimeSeries"
    first = day_of(max(ask.subject.since, ask.today - 365))
    box = client.operations.get_audience_growth_time_series(ask.subject.uri, first, day_of(ask.today - 1))
    found = from_answer(box.answered)
    points = [(one.date, one.value.core_fans) for one in box.value.points]
    found.figures += make.daily(ask, "core_fans", name, [(day, value) for day, value in points if value is not None])
    return found


def _trend(client: Creators, ask: Ask) -> Found:
    """Only where P13 is refused: it says the same for one more window."""
    name = "getShowImpressionsTrendStats"
    box = client.operations.get_show_impressions_trend_stats(ask.subject.uri, window=ask.window)
    found = from_answer(box.answered)
    found.figures += make.daily(ask, "impressions", name, pairs(box.value.daily))
    return found


def _discovery(client: Creators, ask: Ask) -> Found:
    name = "getShowAudienceDiscoveryStats"
    box = client.operations.get_show_audience_discovery_stats(ask.subject.uri, window=LAST_30)
    found = from_answer(box.answered)
    found.figures += make.total(ask, "audience", name, box.value.audience, window_of(box.answered))
    found.figures += make.total(ask, "follow_rate", name, box.value.follow_rate, window_of(box.answered))
    return found


def _discovery_funnel(client: Creators, ask: Ask) -> Found:
    name = "getShowDiscoveryFunnelStats"
    box = client.operations.get_show_discovery_funnel_stats(ask.subject.uri, window=LAST_30)
    found = from_answer(box.answered)
    rows = [_step(one) for one in box.value]
    found.figures += make.steps(ask, name, window_of(box.answered), rows)
    return found


def _step(one: FunnelStep) -> tuple[str, float | None, float | None, float | None, str]:
    value = float(one.count) if one.count is not None else one.share
    return one.name, value, one.to_next, one.change, one.title


def _platforms(window: str) -> Callable[[Creators, Ask], Found]:
    def ask_it(client: Creators, ask: Ask) -> Found:
        name = "getShowPlaysAndDownloadsPlatformsStats"
        box = client.operations.get_show_plays_and_downloads_platforms_stats(ask.subject.uri, window=window)
        found, told = from_answer(box.answered), window_of(box.answered)
        found.figures += make.parts(ask, PLACES, name, "app", make.slices(box.value.apps), window=told)
        found.figures += make.parts(ask, PLACES, name, "device", make.slices(box.value.devices), window=told)
        return found

    return ask_it


def _ages(window: str) -> Callable[[Creators, Ask], Found]:
    def ask_it(client: Creators, ask: Ask) -> Found:
        return faceted(
            ask, client.operations.get_show_plays_by_age(ask.subject.uri, window=window), "getShowPlaysByAge"
        )

    return ask_it


def _genders(window: str) -> Callable[[Creators, Ask], Found]:
    def ask_it(client: Creators, ask: Ask) -> Found:
        box = client.operations.get_show_plays_by_gender(ask.subject.uri, window=window)
        return faceted(ask, box, "getShowPlaysByGender")

    return ask_it


def faceted(ask: Ask, box: Known[Facets] | Part[Facets], name: str) -> Found:
    """Plays by age and gender, of a show or an episode, with the total they are parts of."""
    found, told = from_answer(box.answered), window_of(box.answered)
    ages, genders, names = make.facets(box.value)
    found.figures += make.parts(ask, "plays", name, "age", ages, window=told, names=names)
    found.figures += make.parts(ask, "plays", name, "gender", genders, window=told, names=names)
    found.figures += make.total(ask, "plays", name, box.value.total, told)
    return found


def _countries(window: str) -> Callable[[Creators, Ask], Found]:
    def ask_it(client: Creators, ask: Ask) -> Found:
        return _geo(client, ask, window, "country", {"resultGeo": "GEO_COUNTRY"})[0]

    return ask_it


def _within(client: Creators, ask: Ask) -> Found:
    """Regions of the country where most is heard, and cities of its first region; both are often refused."""
    countries, listed = _geo(client, ask, LAST_30, "country", {"resultGeo": "GEO_COUNTRY"})
    if not listed:
        return countries
    country = max(listed, key=lambda one: one.share).code
    if not country:
        return countries
    asked = {"resultGeo": "GEO_REGION", "country": country}
    found, regions = _geo(client, ask, LAST_30, f"region:{country}", asked)
    region = max(regions, key=lambda one: one.share).code if regions else ""
    if region:
        asked = {"resultGeo": "GEO_CITY", "country": country, "region": region}
        cities, _ = _geo(client, ask, LAST_30, f"city:{country}/{region}", asked)
        found.figures += cities.figures
        found.notes += cities.notes
    found.figures += countries.figures
    return found


def _geo(
    client: Creators, ask: Ask, window: str, breakdown: str, asked: Mapping[str, str]
) -> tuple[Found, tuple[Place, ...]]:
    name = "getShowPlaysAndDownloadsByGeo"
    metric = f"{GEO}{asked['resultGeo'].removeprefix('GEO_')}"
    box = client.operations.get_show_plays_and_downloads_by_geo(ask.subject.uri, metric, asked, window=window)
    found = from_answer(box.answered)
    values, names = make.places(box.value)
    found.figures += make.parts(ask, PLACES, name, breakdown, values, window=window_of(box.answered), names=names)
    return found, box.value


def _benchmark(metric_type: str, pool: str) -> Callable[[Creators, Ask], Found]:
    def ask_it(client: Creators, ask: Ask) -> Found:
        box = client.operations.get_benchmark_total(
            ask.subject.uri, f"BENCHMARK_{metric_type}", episode_pool=pool, window=LAST_30
        )
        found = from_answer(box.answered)
        found.figures += make.benchmark(ask, "getBenchmarkTotal", metric_type, pool, box.value.points)
        return found

    return ask_it


# --- all of them ----------------------------------------------------------------------------------------------------

SHOW_PIECES: Final[tuple[Piece, ...]] = (
    Piece(name="P3", about="starts and streams", ask=_streams, days="range"),
    Piece(name="P5", about="listeners", ask=_counts("listeners", "P5"), days="range"),
    Piece(name="P7", about="followers", ask=_counts("followers", "P7"), days="range", lag=2),
    Piece(name="P13", about="impressions", ask=_counts("impressions", "P13"), days="range", lag=2),
    Piece(name="getShowOnSpotifyStats", about="plays and audience", ask=_on_spotify, days="window"),
    Piece(
        name="getShowStreamsAndDownloadsDaily",
        about="streams and downloads",
        ask=_streams_and_downloads,
        days="window",
    ),
    Piece(name="getEngagementStats", about="hours heard", ask=_engagement, days="window"),
    Piece(name="getShowSegmentedAudienceTimeSeries", about="new and returning people", ask=_segments, days="window"),
    Piece(name="getShowRetention", about="weekly retention", ask=_retention, every=WEEKLY),
    Piece(name="getAudienceGrowthTimeSeries", about="core fans", ask=_fans, every=WEEKLY),
    Piece(
        name="getShowImpressionsTrendStats",
        about="impressions",
        ask=_trend,
        days="window",
        lag=2,
        hosted=True,
        instead_of="P13",
    ),
    Piece(name="P14", about="impressions by source", ask=_impressions),
    Piece(name="P15", about="the discovery funnel", ask=_funnel),
    Piece(name="getShowDiscoveryFunnelStats", about="the discovery funnel", ask=_discovery_funnel),
    Piece(name="getShowAudienceDiscoveryStats", about="discovery", ask=_discovery),
    Piece(name="platforms 30d", about="apps and devices", ask=_platforms(LAST_30), hosted=True),
    Piece(name="platforms all", about="apps and devices", ask=_platforms(ALL_TIME), hosted=True, every=WEEKLY),
    Piece(name="ages 30d", about="ages", ask=_ages(LAST_30)),
    Piece(name="ages all", about="ages", ask=_ages(ALL_TIME), every=WEEKLY),
    Piece(name="genders 30d", about="genders", ask=_genders(LAST_30)),
    Piece(name="genders all", about="genders", ask=_genders(ALL_TIME), every=WEEKLY),
    Piece(name="countries 30d", about="countries", ask=_countries(LAST_30), hosted=True),
    Piece(name="countries all", about="countries", ask=_countries(ALL_TIME), hosted=True, every=WEEKLY),
    Piece(name="regions 30d", about="regions and cities", ask=_within, hosted=True, every=WEEKLY),
    *(
        Piece(name=f"benchmark {metric} {pool}", about="benchmarks", ask=_benchmark(metric, pool), every=MONTHLY)
        for metric in BENCHMARKS
        for pool in POOLS
    ),
    Piece(name="P8", about="who listens, day by day", ask=_demographics, days="range", chunk=1),
)
