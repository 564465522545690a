"""The 17 endpoints of podcasters/v0, the legacy proxy, and the data route of the comments page."""

from __future__ import annotations

from typing import Final

from earstead.core.creators.endpoint import Endpoint, Field, Known, fields

_SPAN: Final = fields("start date YYYY-MM-DD, a UTC day, inclusive", "end date inclusive")
_SPAN_29: Final = fields("start date", "end date exactly 29 days after start")
_STREAMS: Final = fields("detailedStreams[].date date", "detailedStreams[].starts int", "detailedStreams[].streams int")
_COUNTS: Final = fields("counts[].date date", "counts[].count int")
_DEMOGRAPHICS: Final = fields(
    "count int",
    "start date? missing without data",
    "end date? missing without data",
    "ageFacetedCounts.{bracket}.counts.{gender} int eight brackets, four genders, always there",
    "countryFacetedCounts.{country}.counts.{gender} int? missing without data, and for episodes",
    "countryFacetedCounts.{country}.countryCode str?",
    "genderedCounts.counts.{gender} int",
)
_CARD: Final = (
    "name str",
    "id str",
    "url str",
    "releaseDate date",
    "artworkUrl str",
    "description str",
    "explict bool so it is spelled",
    "language str",
    "duration ms",
    "starts int",
    "streams int",
    "listeners int",
    "sparkLine array",
    "hasVideo bool",
)
_GUESS_500: Final = "Some ranges answer 500; that they are those without data is inferred."


def _pod(
    number: int,
    path: str,
    about: str,
    query: tuple[Field, ...] = (),
    answer: tuple[Field, ...] = (),
    *,
    known: Known = "yes",
    note: str = "",
) -> Endpoint:
    return Endpoint(
        label=f"P{number}",
        backend="pod",
        method="GET",
        path=path,
        about=about,
        query=query,
        answer=answer,
        known=known,
        marks=("code:sc", "code:op"),
        note=note,
    )


POD: Final[tuple[Endpoint, ...]] = (
    _pod(
        1,
        "/shows/{show_id}/metadata",
        "The card of a show.",
        answer=fields(
            "language str",
            "categories array",
            "feedUrl str",
            "network object",
            "name str",
            "id str",
            "url str",
            "artworkUrl str",
            "releaseDate date",
            "description str HTML entities are kept",
            "explict bool so it is spelled",
            "totalEpisodes int",
            "starts int",
            "streams int",
            "listeners int",
            "followers int",
            "sparkLine array",
            "published bool",
            "publisher str",
            "consumptionOrder str such as EPISODIC",
            "coverImage str",
            "taxi bool",
        ),
    ),
    _pod(2, "/episodes/{episode_id}/metadata", "The card of an episode.", answer=fields(*_CARD)),
    _pod(3, "/shows/{show_id}/detailedStreams", "Starts and streams of a show by day.", _SPAN, _STREAMS),
    _pod(4, "/episodes/{episode_id}/detailedStreams", "Starts and streams of an episode by day.", _SPAN, _STREAMS),
    _pod(5, "/shows/{show_id}/listeners", "Listeners of a show by day.", _SPAN, _COUNTS),
    _pod(6, "/episodes/{episode_id}/listeners", "Listeners of an episode by day.", _SPAN, _COUNTS),
    _pod(
        7,
        "/shows/{show_id}/followers",
        "Followers of a show by day, a running total.",
        _SPAN,
        _COUNTS,
        note="400 without start. Begins on 2021-09-01 and lags two days behind; who came and who went is not told.",
    ),
    _pod(8, "/shows/{show_id}/aggregate", "Who hears a show.", _SPAN, _DEMOGRAPHICS, note=_GUESS_500),
    _pod(9, "/episodes/{episode_id}/aggregate", "Who hears an episode.", _SPAN, _DEMOGRAPHICS, note=_GUESS_500),
    _pod(
        10,
        "/shows/{show_id}/episodes",
        "The cards of the episodes of a show, in pages.",
        fields(
            *("start date", "end date", "page int from 1", "size int 50", "sortBy str releaseDate"),
            *("sortOrder str descending", "filter str? empty"),
        ),
        (*fields(*(f"episodes[].{line}" for line in _CARD)), *fields("totalPages int")),
        note="Starts, streams and listeners are those of the range.",
    ),
    _pod(
        11,
        "/episodes/{episode_id}/performance",
        "How far an episode is heard.",
        answer=fields(
            "samples array listeners at each sampleRate milliseconds",
            "sampleRate ms? 1000 where it is missing",
            "max int",
            "seconds int? the number of samples where it is missing",
            "percentiles object 25, 50, 75, 100 to a percentage",
            "medianCompletion.percentage int",
            "medianCompletion.seconds int",
        ),
    ),
    _pod(
        12,
        "/shows/{show_id}/impressions/total",
        "How often a show was seen, in 30 days.",
        _SPAN_29,
        fields("count int", "start date", "end date"),
    ),
    _pod(13, "/shows/{show_id}/impressions/daily", "How often a show was seen, by day.", _SPAN, _COUNTS),
    _pod(
        14,
        "/shows/{show_id}/impressions/faceted",
        "Where a show was seen, in 30 days.",
        _SPAN_29,
        fields(
            "count int",
            "start date",
            "end date",
            "sourcedCounts.counts.{source} int HOME, LIBRARY, SEARCH, OTHER",
        ),
    ),
    _pod(
        15,
        "/shows/{show_id}/impressions/funnel",
        "How many who saw a show considered it, and streamed it.",
        _SPAN,
        fields(
            "counts[].id str impressions, considerations, streams",
            "counts[].count int",
            "counts[].conversionPercent float? a share, not a percentage; of the step before",
        ),
    ),
    _pod(
        16,
        "/user/shows",
        "The shows of the account, in pages.",
        fields(
            *("page int from 1", "size int 200", "sortBy str name", "sortOrder str ascending"),
            *("start date?", "end date?"),
        ),
        fields("shows[].id str", "shows[].name str"),
        known="partly",
    ),
    _pod(17, "/user/me", "Who is signed in.", known="no"),
)

_RANGE: Final = fields("timeRangeStart unix", "timeRangeEnd unix")
_ROWS: Final = fields(
    "stationId int?", "episodeId int?", "kind str", "parameters object?", "data.rows array", "data.columnHeaders array"
)


def _legacy(
    number: int, path: str, about: str, query: tuple[Field, ...] = (), *, known: Known = "mostly", note: str = ""
) -> Endpoint:
    return Endpoint(
        label=f"L-{number}",
        backend="legacy",
        method="GET",
        path=path,
        about=about,
        query=query,
        answer=_ROWS if "/analytics/" in path else (),
        known=known,
        marks=("code:anc", "code:op"),
        note=note,
        unused="sources differ on whether it still answers",
    )


_STATION: Final = "/analytics/station/{station_id}"
_EPISODE: Final = "/analytics/episode/{anchor_id}"
_SHARES: Final = "Rows of name and share."
LEGACY: Final[tuple[Endpoint, ...]] = (
    _legacy(
        1,
        "/stations/{station_id}/episodePage",
        "A page of the list of episodes.",
        fields("limit int", "orderBy str publishOn", "pageToken str?"),
        note="webStationId:… may stand for the number. The fields are those of 1-X-1.",
    ),
    _legacy(2, f"{_STATION}/totalPlays", "All plays of a show.", note="One row with one number."),
    _legacy(
        3,
        f"{_STATION}/totalPlaysByEpisode",
        "All plays by episode.",
        note="Rows of title, episode, plays, unix seconds, rank, URI.",
    ),
    _legacy(4, f"{_STATION}/uniqueListeners", "Unique listeners of the last 7 days.", note="One row with one number."),
    _legacy(5, f"{_STATION}/audienceSize", "The estimated size of the audience.", note="One row with one number."),
    _legacy(
        6,
        f"{_STATION}/plays",
        "Plays over time.",
        (*fields("timeInterval int seconds"), *_RANGE),
        note="Rows of unix seconds and plays.",
    ),
    _legacy(
        7,
        f"{_STATION}/playsByEpisode",
        "Plays over time by episode.",
        (*fields("timeInterval int seconds", "limit int?"), *_RANGE),
        note="Rows of unix seconds, number of the label as text, plays; titles under data.labels.EpisodeTitle.",
    ),
    _legacy(8, f"{_STATION}/playsByAgeRange", "Plays by age.", _RANGE, note=_SHARES),
    _legacy(9, f"{_STATION}/playsByGender", "Plays by gender.", _RANGE, note=_SHARES),
    _legacy(
        10,
        f"{_STATION}/playsByApp",
        "Plays by app.",
        (*_RANGE, *fields("userId int?")),
        note=f"{_SHARES} Below 0.02: left out.",
    ),
    _legacy(
        11,
        f"{_STATION}/playsByDevice",
        "Plays by device.",
        (*_RANGE, *fields("userId int?")),
        note=f"{_SHARES} Below 0.02: left out.",
    ),
    _legacy(
        12,
        f"{_STATION}/playsByGeo",
        "Plays by country, or by the regions of one.",
        fields("limit int 200", "resultGeo str geo2 or geo3", "geo2 str? the name of the country, with geo3"),
        note=_SHARES,
    ),
    _legacy(
        13,
        _STATION,
        "Impressions of a show.",
        fields("query str base 64 of a compact JSON object; whole hours, exactly 29 days, ending two days ago"),
        known="no",
    ),
    _legacy(
        14,
        f"{_EPISODE}/plays",
        "Plays of an episode over time.",
        (*fields("timeInterval int 86400, 604800 or 2628000"), *_RANGE),
        note="Rows of unix seconds and plays.",
    ),
    _legacy(15, f"{_EPISODE}/performance", "How far an episode is heard.", note="Rows of second and count, a text."),
    _legacy(
        16,
        f"{_EPISODE}/aggregatedPerformance",
        "How far an episode is heard, in five numbers.",
        note="Five rows: percentile25 to percentile100, averageListenSeconds as text or null.",
    ),
    _legacy(17, f"{_EPISODE}/allTimeVideoData", "Video of an episode.", known="no", note="Answers 400."),
    _legacy(
        18,
        "/episodes/{anchor_id}/overview",
        "As 1-B.",
        fields("returnWebIds bool? true"),
        note="The fields are those of 1-B.",
    ),
)

NEXT: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        label="N-1",
        backend="next",
        method="GET",
        path="/{page}",
        about="A page of the comments site; the script element __NEXT_DATA__ names its build.",
        marks=("guess",),
        note="What is public ends at the base address; this is what the framework commonly does.",
    ),
    Endpoint(
        label="N-2",
        backend="next",
        method="GET",
        path="/{build_id}/{route}.json",
        about="The data of such a page.",
        answer=fields("pageProps object", "__N_SSP bool?"),
        marks=("guess",),
        note="With the header x-nextjs-data: 1. A build that is gone answers 404.",
    ),
)
