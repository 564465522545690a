"""The old Anchor analytics behind their cookie proxy, and the login that gives the cookie.

Rows come in an envelope of columns; shares below 0.02 are dropped, as the service did.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from earstead.sandbox.creators.calls import Answer, ApiError, Call, Endpoint, Json, unknown
from earstead.sandbox.creators.facts import Metric, People, Subject
from earstead.sandbox.creators.rest_episodes import share_path
from earstead.sandbox.creators.rest_shows import episode_page
from earstead.sandbox.creators.shares import COUNTRIES, regions_of
from earstead.sandbox.creators.world import DAY_MS, Episode, Show, State, iso

LEAST_SHARE: Final = 0.02
INTERVALS: Final = (86_400, 604_800, 2_628_000)
DETAILS: Final = 20
"""Of how many episodes the old dashboard tells more than the web id."""
Column = tuple[str, str]


def _envelope(subject: Subject, kind: str, rows: Sequence[object], columns: Sequence[Column], **more: Any) -> Json:
    name, number = ("stationId", subject.station_id) if isinstance(subject, Show) else ("episodeId", subject.anchor_id)
    headers = [
        {"name": title, "type": form} | ({"isDateTime": True} if "Time" in title else {}) for title, form in columns
    ]
    said: Json = {name: number, "kind": kind, "data": {"rows": list(rows), "columnHeaders": headers}}
    labels = more.pop("labels", None)
    if labels is not None:
        said["data"] |= {"translationMapping": {}, "colors": {}, "labels": labels, "assets": {"flagUrlByGeo": {}}}
    if more:
        said["parameters"] = more
    return said


def _times(call: Call) -> tuple[int, int, int]:
    """Interval in seconds, first and last day."""
    last = call.service.facts.last_day
    interval = call.number("timeInterval", 86_400, most=10**8)
    if interval not in INTERVALS:
        raise _property("query.timeInterval", f"is not one of {', '.join(map(str, INTERVALS))}")
    start = call.number("timeRangeStart", (last - 29) * 86_400, least=0, most=10**10) // 86_400
    end = call.number("timeRangeEnd", last * 86_400, least=0, most=10**10) // 86_400
    return interval, start, min(end, last)


def _property(name: str, message: str) -> ApiError:
    refused = ApiError(400, message)
    refused.body = {"errors": [{"property": name, "message": message}]}
    return refused


def _series(call: Call, subject: Subject, kind: str) -> Json:
    interval, start, end = _times(call)
    days = call.service.facts.daily(Metric.PLAYS_AND_DOWNLOADS, subject, start, end)
    step = interval // 86_400
    rows = [[(start + place) * 86_400, sum(days[place : place + step])] for place in range(0, len(days), step)]
    span = [start * 86_400, end * 86_400]
    columns = (("Time (UTC)", "integer"), ("Plays", "integer"))
    return _envelope(subject, kind, rows, columns, timeRange=span, timeInterval=interval)


def _ever(call: Call, metric: Metric, subject: Subject) -> int:
    return call.service.facts.count(metric, subject, 0, call.service.facts.last_day)


# --- stations ---


def _total_plays(call: Call) -> Json:
    show = call.station()
    return _envelope(show, "totalPlays", [[_ever(call, Metric.PLAYS_AND_DOWNLOADS, show)]], (("Plays", "integer"),))


def _plays_of_each(call: Call) -> list[tuple[Episode, int]]:
    episodes = call.service.world.published(call.station())
    each = [(episode, _ever(call, Metric.PLAYS_AND_DOWNLOADS, episode)) for episode in episodes]
    return sorted(each, key=lambda row: -row[1])


def _total_by_episode(call: Call) -> Json:
    rows = [
        [episode.title, episode.anchor_id, plays, (episode.published_ms or 0) // 1000, rank, episode.uri]
        for rank, (episode, plays) in enumerate(_plays_of_each(call), 1)
    ]
    columns = (
        ("Episode", "string"),
        ("Episode ID", "integer"),
        ("Plays", "integer"),
        ("Publish Time", "integer"),
        ("Rank", "integer"),
        ("URI", "string"),
    )
    return _envelope(call.station(), "totalPlaysByEpisode", rows, columns)


def _unique_listeners(call: Call) -> Json:
    show, last = call.station(), call.service.facts.last_day
    count = call.service.facts.unique(People.ALL, show, last - 6, last)
    return _envelope(show, "uniqueListeners", [[count]], (("Unique Listeners", "integer"),))


def _audience_size(call: Call) -> Json:
    """The mean of what the episodes had in their first 30 days."""
    show, facts = call.station(), call.service.facts
    firsts = [
        facts.count(Metric.PLAYS_AND_DOWNLOADS, one, one.day, one.day + 29)
        for one in call.service.world.published(show)
    ]
    rows = [[sum(firsts) // len(firsts) if firsts else 0]]
    return _envelope(show, "audienceSize", rows, (("Audience Size", "integer"),))


def _plays(call: Call) -> Json:
    return _series(call, call.station(), "plays")


def _plays_by_episode(call: Call) -> Json:
    show, (interval, start, end) = call.station(), _times(call)
    chosen = [episode for episode, _ in _plays_of_each(call)][: call.number("limit", 3, most=100)]
    rows: list[list[object]] = []
    for place in range(start, end + 1, interval // 86_400):
        last = min(end, place + interval // 86_400 - 1)
        for index, episode in enumerate(chosen):
            count = call.service.facts.count(Metric.PLAYS_AND_DOWNLOADS, episode, place, last)
            rows.append([place * 86_400, str(index), count])
    labels = {"EpisodeTitle": {str(index): episode.title for index, episode in enumerate(chosen)}}
    columns = (("Time (UTC)", "integer"), ("Episode", "string"), ("Plays", "integer"))
    span = [start * 86_400, end * 86_400]
    return _envelope(show, "playsByEpisode", rows, columns, labels=labels, timeRange=span, timeInterval=interval)


def _shares(call: Call, kind: str, counts: Mapping[str, int], title: str, **more: Any) -> Json:
    total, (_, start, end) = sum(counts.values()), _times(call)
    rows = [[label, count / total] for label, count in counts.items() if total and count / total >= LEAST_SHARE]
    columns = ((title, "string"), ("Percent of Plays", "number"))
    span = [start * 86_400, end * 86_400]
    return _envelope(call.station(), kind, rows, columns, labels={}, timeRange=span, minValue=LEAST_SHARE, **more)


def _by_age(call: Call) -> Json:
    _, start, end = _times(call)
    people = call.service.facts.people(Metric.PLAYS, call.station(), start, end)
    return _shares(call, "playsByAgeRange", {age: sum(cells.values()) for age, cells in people.items()}, "Age Range")


def _by_gender(call: Call) -> Json:
    _, start, end = _times(call)
    counts: dict[str, int] = {}
    for cells in call.service.facts.people(Metric.PLAYS, call.station(), start, end).values():
        for gender, count in cells.items():
            counts[gender] = counts.get(gender, 0) + count
    return _shares(call, "playsByGender", counts, "Gender")


def _by(kind: str, facet: str, title: str) -> Callable[[Call], Json]:
    def handler(call: Call) -> Json:
        _, start, end = _times(call)
        counts = call.service.facts.by(facet, Metric.PLAYS_AND_DOWNLOADS, call.station(), start, end)
        return _shares(call, kind, counts, title)

    return handler


def _by_geo(call: Call) -> Json:
    """geo2 are countries, geo3 the regions of the country that geo2 names."""
    show, (_, start, end) = call.station(), _times(call)
    facts, wanted = call.service.facts, call.query.get("resultGeo", "geo2")
    if wanted == "geo2":
        counts = facts.by("country", Metric.PLAYS_AND_DOWNLOADS, show, start, end)
        named = {COUNTRIES[code][0]: count for code, count in counts.items()}
        return _shares(call, "playsByGeo", named, "Geo", limit=call.number("limit", 200), geos=[], resultGeo="geo_3")
    if wanted != "geo3":
        raise _property("query.resultGeo", "is not one of enum values: geo2,geo3")
    name = call.query.get("geo2", "")
    code = next((code for code, (country, _) in COUNTRIES.items() if country == name), "")
    regions = facts.regions(code, Metric.PLAYS_AND_DOWNLOADS, show, start, end) if code else {}
    titles = {code: title for code, title, _ in regions_of(code)}
    named = {titles[region]: count for region, count in regions.items()}
    return _shares(call, "playsByGeo", named, "Geo", limit=call.number("limit", 200), geos=[name], resultGeo="geo_4")


def _query(call: Call) -> Answer:
    """Impressions by a query in base 64, of which the answer is not known."""
    call.station()
    try:
        said = json.loads(base64.b64decode(call.query.get("query", ""), validate=True))
        options = said["options"]
        spans = [options[name]["endTime"] - options[name]["startTime"] for name in said["include"]]
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise _property("query.query", "is not valid") from None
    if any(span != 29 * 86_400 for span in spans):
        raise _property("query.query", "must span 29 days")
    return unknown()


# --- episodes ---


def _episode_plays(call: Call) -> Json:
    return _series(call, call.episode(), "plays")


def _episode_total(call: Call) -> Json:
    episode = call.episode()
    rows = [[_ever(call, Metric.PLAYS_AND_DOWNLOADS, episode)]]
    return _envelope(episode, "totalPlays", rows, (("Plays", "integer"),))


def _performance(call: Call) -> Json:
    """The count is a text."""
    episode = call.episode()
    samples = call.service.facts.retention(episode).samples if episode.state is State.PUBLISHED else ()
    rows = [[second, str(count)] for second, count in enumerate(samples)]
    return _envelope(episode, "performance", rows, (("Sample Time", "integer"), ("Listeners", "string")))


def _aggregated(call: Call) -> Json:
    episode = call.episode()
    retention = call.service.facts.retention(episode)
    rows: list[list[object]] = [[f"percentile{mark}", retention.percentiles[mark]] for mark in (25, 50, 75, 100)]
    rows.append(["averageListenSeconds", str(int(retention.average_s)) if retention.most else None])
    return _envelope(episode, "aggregatedPerformance", rows, (("Name", "string"), ("Value", "string")))


def _illegal(call: Call) -> Json:
    call.episode()
    legal = "plays,totalPlays,performance,aggregatedPerformance"
    raise _property("params.queryKind", f"is not one of enum values: {legal}")


# --- the old dashboard ---


def _dashboard(call: Call) -> Json:
    service = call.service
    show = next((show for show in service.world.shows_of(call.account.name) if service.hosted(show)), None)
    if show is None:
        raise ApiError(404, "no such station")
    episodes = sorted(service.world.episodes(show), key=lambda one: -(one.published_ms or one.created_ms))
    return {
        "allEpisodeWebIds": [episode.web_id for episode in episodes],
        "podcastId": show.web_id,
        "podcastEpisodes": [_dashboard_row(episode) for episode in episodes[:DETAILS]],
        "totalPodcastEpisodes": len(episodes),
        "vanitySlug": show.slug,
        "stationCreatedDate": iso(show.since_day * DAY_MS),
    }


def _dashboard_row(episode: Episode) -> Json:
    at_ms = episode.published_ms or episode.publish_on_ms
    return {
        "adCount": 0,
        "created": iso(episode.created_ms),
        "createdUnixTimestamp": episode.created_ms // 1000,
        "description": episode.description,
        "duration": episode.duration_ms,
        "hourOffset": 0,
        "isDeleted": False,
        "isPublished": episode.state is State.PUBLISHED,
        "podcastEpisodeId": episode.web_id,
        "publishOn": iso(at_ms) if at_ms is not None else None,
        "publishOnUnixTimestamp": at_ms,
        "title": episode.title,
        "url": f"https://anchor.example{share_path(episode)}",
        "trackedUrl": f"https://anchor.example{share_path(episode)}?tracked=1",
        "episodeImage": episode.image_url,
        "shareLinkPath": share_path(episode),
        "shareLinkEmbedPath": share_path(episode).replace("/episodes/", "/embed/episodes/"),
    }


def _metadata(call: Call) -> Json:
    return {"webStationId": _dashboard(call)["podcastId"]}


_S, _E = "/pod/api/proxy/v3/analytics/station/{station}", "/pod/api/proxy/v3/analytics/episode/{episode}"
ENDPOINTS: Final = (
    Endpoint("episodePage", "GET", "/pod/api/proxy/v3/stations/{station}/episodePage", episode_page),
    Endpoint("totalPlays", "GET", f"{_S}/totalPlays", _total_plays),
    Endpoint("totalPlaysByEpisode", "GET", f"{_S}/totalPlaysByEpisode", _total_by_episode),
    Endpoint("uniqueListeners", "GET", f"{_S}/uniqueListeners", _unique_listeners),
    Endpoint("audienceSize", "GET", f"{_S}/audienceSize", _audience_size),
    Endpoint("plays", "GET", f"{_S}/plays", _plays),
    Endpoint("playsByEpisode", "GET", f"{_S}/playsByEpisode", _plays_by_episode),
    Endpoint("playsByAgeRange", "GET", f"{_S}/playsByAgeRange", _by_age),
    Endpoint("playsByGender", "GET", f"{_S}/playsByGender", _by_gender),
    Endpoint("playsByApp", "GET", f"{_S}/playsByApp", _by("playsByApp", "app", "App")),
    Endpoint("playsByDevice", "GET", f"{_S}/playsByDevice", _by("playsByDevice", "device", "Device")),
    Endpoint("playsByGeo", "GET", f"{_S}/playsByGeo", _by_geo),
    Endpoint("impressions", "GET", _S, _query),
    Endpoint("episode plays", "GET", f"{_E}/plays", _episode_plays),
    Endpoint("episode totalPlays", "GET", f"{_E}/totalPlays", _episode_total),
    Endpoint("performance", "GET", f"{_E}/performance", _performance),
    Endpoint("aggregatedPerformance", "GET", f"{_E}/aggregatedPerformance", _aggregated),
    Endpoint("other kinds", "GET", f"{_E}/{{kind}}", _illegal),
    Endpoint("podcastepisode", "GET", "/pod/api/podcastepisode", _dashboard),
    Endpoint("metadata", "GET", "/pod/api/podcast/metadata", _metadata),
)
"""Reached with the cookie `anchorpw_s`. The overview of an episode, 1-B, is added by the app."""
