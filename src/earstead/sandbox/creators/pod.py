"""podcasters/v0: 17 calls, all of them reading, about what happened on Spotify alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from earstead.sandbox.creators.calls import Answer, ApiError, Call, Endpoint, Json, unknown
from earstead.sandbox.creators.facts import Metric, People, Subject
from earstead.sandbox.creators.service import LAG, SLOW_LAG
from earstead.sandbox.creators.shares import GENDERS
from earstead.sandbox.creators.world import Episode, Show, State, day_text, iso, read_day

SPAN: Final = 29
"""Days between the ends of a range of impressions that are not asked for by day."""
FOLLOWERS_SINCE: Final = read_day("2021-09-01")
_LONG_AGO: Final = 0


def _show(call: Call) -> Show:
    show = call.service.world.shows.get(call.names["show"])
    if show is None:
        raise ApiError(404, "no such show")
    return _allowed(call, show)


def _allowed(call: Call, show: Show) -> Show:
    if show.owner != call.account.name:
        raise ApiError(403, "no access to this show")
    return show


def _episode(call: Call) -> Episode:
    episode = call.service.world.episode(call.names["episode"])
    if episode is None or episode.state is not State.PUBLISHED:
        raise ApiError(404, "no such episode")
    _allowed(call, episode.show)
    return episode


def _subject(call: Call) -> Subject:
    return _episode(call) if "episode" in call.names else _show(call)


def _range(call: Call) -> tuple[int, int]:
    start, end = call.day("start"), call.day("end")
    if end < start:
        raise ApiError(400, "end is before start")
    if end - start > 3700:
        raise ApiError(400, "the range is too long")
    return start, end


def _told(call: Call, start: int, end: int, lag: int = LAG) -> tuple[int, int]:
    """A range without the days that are not told yet; it may be empty."""
    return start, min(end, call.service.today - lag)


# --- cards ---


def _show_card(call: Call) -> Json:
    show, facts = _show(call), call.service.facts
    published = list(call.service.world.published(show))
    ever = _LONG_AGO, facts.last_day
    newest = max((episode.published_ms or 0 for episode in published), default=0)
    return {
        "language": show.language,
        "categories": [],
        "feedUrl": show.feed_url,
        "network": {"id": f"network-{show.user_id}", "name": show.author, "doingBusinessAs": show.author},
        "name": show.name,
        "id": show.id,
        "url": f"https://open.spotify.com/show/{show.id}",
        "artworkUrl": show.image_url,
        "releaseDate": iso(newest)[:10],
        "description": show.description.replace("'", "&#39;"),
        "explict": show.explicit,
        "totalEpisodes": len(published),
        "starts": facts.count(Metric.STARTS, show, *ever),
        "streams": facts.count(Metric.STREAMS, show, *ever),
        "listeners": facts.unique(People.SPOTIFY, show, show.since_day, facts.last_day),
        "followers": facts.followers(show, facts.last_day, facts.last_day)[0],
        "sparkLine": [],
        "published": bool(published),
        "publisher": show.author,
        "consumptionOrder": "EPISODIC",
        "coverImage": show.image_url,
        "taxi": False,
    }


def _episode_card(call: Call) -> Json:
    return _card(call, _episode(call), _LONG_AGO, call.service.facts.last_day)


def _card(call: Call, episode: Episode, start: int, end: int) -> Json:
    facts = call.service.facts
    start = max(start, episode.day)
    return {
        "name": episode.title,
        "id": episode.id,
        "url": f"https://open.spotify.com/episode/{episode.id}",
        "releaseDate": iso(episode.published_ms or 0)[:10],
        "artworkUrl": episode.image_url,
        "description": episode.description,
        "explict": episode.explicit,
        "language": f"{episode.show.language}-US",
        "duration": episode.duration_ms,
        "starts": facts.count(Metric.STARTS, episode, start, end),
        "streams": facts.count(Metric.STREAMS, episode, start, end),
        "listeners": facts.unique(People.SPOTIFY, episode, start, end),
        "sparkLine": [],
        "hasVideo": episode.media is not None and episode.media.kind == "video",
    }


_SORTS: Final[dict[str, Callable[[Json], object]]] = {
    "releaseDate": lambda card: card["releaseDate"],
    "name": lambda card: str(card["name"] or ""),
    "starts": lambda card: card["starts"],
    "streams": lambda card: card["streams"],
    "listeners": lambda card: card["listeners"],
}


def _episodes(call: Call) -> Json:
    """P10: pages of cards whose figures are those of the range."""
    show, (start, end) = _show(call), _range(call)
    page, size = call.number("page", 1), call.number("size", 50, most=200)
    sort, order = call.query.get("sortBy", "releaseDate"), call.query.get("sortOrder", "descending")
    if sort not in _SORTS or order not in ("ascending", "descending"):
        raise ApiError(400, "invalid sortBy or sortOrder")
    wanted = call.query.get("filter", "").casefold()
    found = [one for one in call.service.world.published(show) if wanted in (one.title or "").casefold()]
    if sort == "releaseDate":
        # The usual order needs no figures of those on other pages.
        found.sort(key=lambda one: one.published_ms or 0, reverse=order == "descending")
        cards = [_card(call, one, start, end) for one in found[(page - 1) * size : page * size]]
    else:
        all_cards = [_card(call, one, start, end) for one in found]
        all_cards.sort(key=_SORTS[sort], reverse=order == "descending")  # type: ignore[arg-type]
        cards = all_cards[(page - 1) * size : page * size]
    return {"episodes": cards, "totalPages": max(1, -(-len(found) // size))}


# --- series ---


def _streams(call: Call) -> Json:
    subject, (start, end) = _subject(call), _range(call)
    start, end = _told(call, start, end)
    facts = call.service.facts
    starts, streams = (facts.daily(metric, subject, start, end) for metric in (Metric.STARTS, Metric.STREAMS))
    return {
        "detailedStreams": [
            {"date": day_text(start + place), "starts": both[0], "streams": both[1]}
            for place, both in enumerate(zip(starts, streams, strict=True))
        ]
    }


def _listeners(call: Call) -> Json:
    subject, (start, end) = _subject(call), _range(call)
    start, end = _told(call, start, end)
    return _counts(start, call.service.facts.heads(People.SPOTIFY, subject, start, end))


def _followers(call: Call) -> Json:
    show = _show(call)
    needed = None if call.service.faults.on("pod.followers_start_required") else FOLLOWERS_SINCE
    start, end = call.day("start", needed), call.day("end", call.service.today)
    start, end = _told(call, max(start, FOLLOWERS_SINCE), end, SLOW_LAG)
    return _counts(start, call.service.facts.followers(show, start, end))


def _counts(start: int, counts: Sequence[int]) -> Json:
    return {"counts": [{"date": day_text(start + place), "count": count} for place, count in enumerate(counts)]}


# --- who and how far ---


def _aggregate(call: Call) -> Json:
    """P8, P9: of streams. A range in which nobody listened is a 500, or has no start, end and countries."""
    subject, (start, end) = _subject(call), _range(call)
    facts, told_end = call.service.facts, min(end, call.service.facts.last_day)
    people = facts.people(Metric.STREAMS, subject, start, max(start - 1, told_end))
    genders = {gender: sum(age[gender] for age in people.values()) for gender in GENDERS}
    count = sum(genders.values())
    if not count and call.service.faults.on("pod.aggregate_500_when_empty"):
        raise ApiError(500, "Internal Server Error")
    said: Json = {
        "count": count,
        "ageFacetedCounts": {age: {"counts": counts} for age, counts in people.items()},
        "genderedCounts": {"counts": genders},
    }
    if count:
        said |= {"start": day_text(start), "end": day_text(end)}
        if isinstance(subject, Show):
            said["countryFacetedCounts"] = facts.countries(Metric.STREAMS, subject, start, told_end)
    return said


def _performance(call: Call) -> Json:
    episode = _episode(call)
    retention = call.service.facts.retention(episode)
    samples, seconds = list(retention.samples), len(retention.samples)
    said: Json = {
        "samples": samples,
        "sampleRate": 1000,
        "max": retention.most,
        "seconds": seconds,
        "percentiles": {str(mark): retention.percentiles[mark] for mark in (25, 50, 75, 100)},
        "medianCompletion": {"percentage": retention.median_s * 100 // seconds, "seconds": retention.median_s},
    }
    if call.service.faults.on("pod.performance_sparse"):
        del said["sampleRate"], said["seconds"]
    return said


# --- impressions ---


def _whole_span(call: Call) -> tuple[int, int]:
    start, end = _range(call)
    if end - start != SPAN and call.service.faults.on("pod.impressions_span_check"):
        raise ApiError(400, f"start and end must be {SPAN} days apart")
    return start, end


def _impressions_total(call: Call) -> Json:
    show, (start, end) = _show(call), _whole_span(call)
    _, told = _told(call, start, end, SLOW_LAG)
    count = call.service.facts.count(Metric.IMPRESSIONS, show, start, max(start - 1, told))
    return {"count": count, "start": day_text(start), "end": day_text(end)}


def _impressions_daily(call: Call) -> Json:
    show, (start, end) = _show(call), _range(call)
    start, end = _told(call, start, end, SLOW_LAG)
    return _counts(start, call.service.facts.daily(Metric.IMPRESSIONS, show, start, end))


def _impressions_by_source(call: Call) -> Json:
    show, (start, end) = _show(call), _whole_span(call)
    _, told = _told(call, start, end, SLOW_LAG)
    sources = call.service.facts.sources(show, start, max(start - 1, told))
    said = {"count": sum(sources.values()), "start": day_text(start), "end": day_text(end)}
    return said | {"sourcedCounts": {"counts": sources}}


def _funnel(call: Call) -> Json:
    show, (start, end) = _show(call), _range(call)
    _, told = _told(call, start, end, SLOW_LAG)
    steps: list[Json] = []
    for name, metric in (
        ("impressions", Metric.IMPRESSIONS),
        ("considerations", Metric.CONSIDERATIONS),
        ("streams", Metric.STREAMS),
    ):
        step: Json = {"id": name, "count": call.service.facts.count(metric, show, start, max(start - 1, told))}
        if steps:
            before = steps[-1]["count"]
            step["conversionPercent"] = round(step["count"] / before, 5) if before else 0.0
        steps.append(step)
    return {"counts": steps}


# --- the account ---


def _catalogue(call: Call) -> Json:
    """P16, of which only the id and the name of each show are known."""
    page, size = call.number("page", 1), call.number("size", 200, most=200)
    order = call.query.get("sortOrder", "ascending")
    shows = sorted(call.service.world.shows_of(call.account.name), key=lambda show: show.name)
    if order == "descending":
        shows.reverse()
    return {"shows": [{"id": show.id, "name": show.name} for show in shows[(page - 1) * size : page * size]]}


def _me(call: Call) -> Answer:
    return unknown()


ENDPOINTS: Final = (
    Endpoint("P1", "GET", "/shows/{show}/metadata", _show_card),
    Endpoint("P2", "GET", "/episodes/{episode}/metadata", _episode_card),
    Endpoint("P3", "GET", "/shows/{show}/detailedStreams", _streams),
    Endpoint("P4", "GET", "/episodes/{episode}/detailedStreams", _streams),
    Endpoint("P5", "GET", "/shows/{show}/listeners", _listeners),
    Endpoint("P6", "GET", "/episodes/{episode}/listeners", _listeners),
    Endpoint("P7", "GET", "/shows/{show}/followers", _followers),
    Endpoint("P8", "GET", "/shows/{show}/aggregate", _aggregate),
    Endpoint("P9", "GET", "/episodes/{episode}/aggregate", _aggregate),
    Endpoint("P10", "GET", "/shows/{show}/episodes", _episodes),
    Endpoint("P11", "GET", "/episodes/{episode}/performance", _performance),
    Endpoint("P12", "GET", "/shows/{show}/impressions/total", _impressions_total),
    Endpoint("P13", "GET", "/shows/{show}/impressions/daily", _impressions_daily),
    Endpoint("P14", "GET", "/shows/{show}/impressions/faceted", _impressions_by_source),
    Endpoint("P15", "GET", "/shows/{show}/impressions/funnel", _funnel),
    Endpoint("P16", "GET", "/user/shows", _catalogue),
    Endpoint("P17", "GET", "/user/me", _me),
)
