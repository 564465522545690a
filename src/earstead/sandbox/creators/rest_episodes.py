"""REST calls about episodes: from one id to the other, reading, editing, creating, publishing, deleting."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from earstead.sandbox.creators.calls import Answer, ApiError, Call, Endpoint, Json, unknown
from earstead.sandbox.creators.world import Episode, State, iso

KINDS: Final = ("full", "trailer", "bonus")
DASHBOARD: Final = "https://creators.spotify.com"
_LINK: Final = re.compile(r'<a\s+href="([^"]*)"[^>]*>', re.IGNORECASE)
_LAST_S: Final = 253_402_300_799
"""The last second that has a date of four digits."""
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)


def mangled(description: str) -> str:
    """A description as it is stored: line breaks closed, links marked as others'."""
    broken = _BREAK.sub("<br />", description)
    return _LINK.sub(r'<a href="\1" rel="ugc noopener noreferrer" target="_blank">', broken)


def share_path(episode: Episode) -> str:
    """Where an episode is shown, without the host."""
    words = re.sub(r"[^\w]+", "-", episode.title or "untitled").strip("-")
    return f"/{episode.show.web_id}/episodes/{words}-{episode.web_id}"


def _anchor_of(call: Call) -> Json:
    episode = call.service.world.episode(call.names["uri"])
    if episode is None or not call.service.hosted(episode.show) or episode.show.owner != call.account.name:
        raise ApiError(404, "no such episode")
    return {"episodeId": episode.anchor_id}


def _overview(call: Call) -> Json:
    episode = call.episode()
    if episode.state is State.DRAFT:
        raise ApiError(403, "drafts have no overview")
    said: Json = {
        "title": episode.title,
        "description": episode.description,
        "isPublished": episode.state is State.PUBLISHED,
        "userId": episode.show.user_id,
        "podcastEpisodeType": episode.kind,
        "podcastEpisodeIsExplicit": episode.explicit,
    }
    if episode.publish_on_ms is not None:
        said["publishOn"] = iso(episode.publish_on_ms)
    if call.query.get("returnWebIds") == "true":
        said |= {"webEpisodeId": episode.web_id, "webStationId": episode.show.web_id, "spotifyUri": episode.uri}
        said |= {"shareLinkPath": share_path(episode)}
        said |= {"shareLinkEmbedPath": share_path(episode).replace("/episodes/", "/embed/episodes/")}
    return said


_TYPES: Final = {
    "userId": int,
    "episodeType": str,
    "isPublished": bool,
    "podcastEpisodeIsExplicit": bool,
    "title": str,
    "description": str,
    "seasonNumber": int,
    "episodeNumber": int,
    "wizardDraftedToPublishOn": str,
}
_REQUIRED: Final = ("userId", "episodeType", "isPublished", "podcastEpisodeIsExplicit")


def _update(call: Call) -> Json:
    """1-C replaces what it names: without a title the title is blank, without a description there is none."""
    episode, said = call.episode(), call.said()
    _check_update(said, episode)
    before = episode.state, episode.publish_on_ms
    on_ms = _moment(call, said["publishOn"]) if said.get("publishOn") is not None else None
    publishing = said["isPublished"] and episode.state is not State.PUBLISHED
    if publishing:
        _check_media(call, episode)
    episode.title = said.get("title") or ""
    episode.description = mangled(said.get("description") or "")
    episode.kind, episode.explicit = said["episodeType"], said["podcastEpisodeIsExplicit"]
    episode.season = said.get("seasonNumber", episode.season)
    episode.number = said.get("episodeNumber", episode.number)
    if publishing:
        call.service.world.publish(episode, call.now_ms)
    elif episode.state is not State.PUBLISHED:
        episode.publish_on_ms = None
        if on_ms is not None:
            episode.schedule(on_ms, call.now_ms)
    return {
        "title": episode.title,
        "description": episode.description,
        "didChangePublishState": before != (episode.state, episode.publish_on_ms),
        "isAnchorCreate": True,
        "shareUrl": f"{DASHBOARD}/pod/show{share_path(episode)}",
    }


def _check_update(said: Json, episode: Episode) -> None:
    wrong = [name for name in _REQUIRED if name not in said]
    wrong += [name for name, kind in _TYPES.items() if said.get(name) is not None and type(said[name]) is not kind]
    if wrong:
        raise ApiError(400, f"invalid {', '.join(sorted(set(wrong)))}")
    if said["episodeType"] not in KINDS:
        raise ApiError(400, f"episodeType is one of {', '.join(KINDS)}")
    if said["userId"] != episode.show.user_id:
        raise ApiError(403, "User does not own station")


def _moment(call: Call, value: Any) -> int:
    """The moment of a `publishOn`: whole seconds; of a text, its leading digits are taken for them."""
    if type(value) is int and 0 <= value <= _LAST_S:
        return value * 1000
    if not isinstance(value, str):
        raise ApiError(400, "invalid publishOn")
    if call.service.faults.on("rest.publishon_corruption"):
        digits = re.match(r"\d{1,11}", value)
        if digits is None:
            raise ApiError(400, "invalid publishOn")
        return int(digits[0]) * 1000
    return _iso_moment(value)


def _iso_moment(text: str) -> int:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(400, "invalid publishOn") from None
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)


def _check_media(call: Call, episode: Episode) -> None:
    if episode.media is None and call.service.faults.on("rest.media_required"):
        raise ApiError(400, "an episode without media cannot be published")


def _sponsored(call: Call) -> Json:
    return {"containsSponsoredContent": call.episode().sponsored}


def _set_sponsored(call: Call) -> Json:
    episode, said = call.episode(), call.said()
    if type(said.get("containsSponsoredContent")) is not bool or said.get("publishOn") is None:
        raise ApiError(400, "containsSponsoredContent and publishOn are required")
    on_ms = _moment(call, said["publishOn"])
    episode.sponsored = said["containsSponsoredContent"]
    if episode.state is State.SCHEDULED:
        episode.schedule(on_ms, call.now_ms)
    return {"containsSponsoredContent": episode.sponsored}


def _create(call: Call) -> Answer:
    show, said = call.station(), call.said()
    if type(said.get("hourOffset")) is not int or not -14 <= said["hourOffset"] <= 12:
        raise ApiError(400, "invalid hourOffset")
    episode = call.service.world.create(show, call.now_ms)
    lost = call.service.faults.take("rest.create_timeout_after_commit")
    return Answer({"episodeId": episode.anchor_id, "stationId": show.station_id}, lost=lost)


def _create_titled(call: Call) -> Json:
    said = call.said()
    station, title = str(said.get("stationId", "")), said.get("title")
    if not station.isdecimal() or not (title is None or isinstance(title, str)):
        raise ApiError(400, "invalid stationId or title")
    show = call.owned(call.service.world.station(int(station)), "no such station")
    return {"episodeId": call.service.world.create(show, call.now_ms, title).anchor_id}


def _publish(call: Call) -> Answer:
    """E-1: now, or at an ISO moment without milliseconds."""
    episode, said = call.episode(), call.said()
    if "publishOn" in said:
        on_ms = _iso_moment(str(said["publishOn"]))
        if episode.state is not State.PUBLISHED:
            episode.schedule(on_ms, call.now_ms)
    elif episode.state is not State.PUBLISHED:
        _check_media(call, episode)
        call.service.world.publish(episode, call.now_ms)
    return unknown()


def _delete(call: Call) -> Json:
    call.service.world.delete(call.episode())
    return {}


def _form_data(call: Call) -> Answer:
    """1-G, of which only the request is known: every URI must be the caller's."""
    for name, uri in call.many:
        if name == "episodeUri[]":
            episode = call.service.world.episode(uri)
            call.owned(episode.show if episode else None, "no such episode")
    return unknown()


def _stale_list(call: Call) -> Answer:
    """E-4, which nobody saw work."""
    call.station()
    raise ApiError(500, "Internal Server Error")


ENDPOINTS: Final = (
    Endpoint("1-G", "GET", "/v3/episodes/pcdFormData", _form_data),
    Endpoint("1-A", "GET", "/v3/episodes/{uri}/episodeId", _anchor_of),
    Endpoint("1-B", "GET", "/v3/episodes/{episode}/overview", _overview),
    Endpoint("1-C", "POST", "/v3/episodes/{episode}/update", _update),
    Endpoint("1-E", "GET", "/v3/episodes/{episode}/sponsoredContentStatus", _sponsored),
    Endpoint("1-Q", "PUT", "/v3/episodes/{episode}/sponsoredContentStatus", _set_sponsored),
    Endpoint("1-S", "POST", "/v3/stations/{station}/episodes", _create),
    Endpoint("1-Z", "POST", "/v3/episodes/{episode}/delete", _delete),
    Endpoint("E-1", "POST", "/v3/episodes/{episode}/publish", _publish),
    Endpoint("E-3", "POST", "/v3/episodes", _create_titled),
    Endpoint("E-4", "GET", "/v3/stations/{station}/episodes", _stale_list),
)
