"""REST calls about shows and the account: metadata, ids, distribution, the slug, and the many small ones."""

from __future__ import annotations

import re
from typing import Final

from earstead.sandbox.creators.calls import Answer, ApiError, Call, Endpoint, Json, unknown
from earstead.sandbox.creators.facts import Metric
from earstead.sandbox.creators.rest_episodes import share_path
from earstead.sandbox.creators.world import Episode, Show, State

MOST: Final = {"podcastName": 100, "podcastDescription": 600, "podcastAuthorName": 80}
"""How long each text of a show may be."""
PAGE: Final = 20


def _metadata(call: Call) -> Json:
    return _told(call, call.station())


def _told(call: Call, show: Show) -> Json:
    return {
        "rssFeedUrl": show.feed_url,
        "podcastName": show.name,
        "podcastDescription": show.description,
        "podcastAuthorName": show.author,
        "podcastAuthorEmail": show.email,
        "podcastImage": show.image_url,
        "podcastImage400": show.image_url.replace(".jpg", "-400.jpg"),
        "podcastCategory": show.category,
        "podcastLanguage": show.language,
        "language": show.language,
        "isDistributedOnSpotify": True,
        "isRssFeedDisabled": False,
        "hasPublishedEpisode": any(True for _ in call.service.world.published(show)),
        "isExternalSyndicationSetup": False,
        "isSaiAndDaiFullyActivated": False,
        "isAdCategoryExclusionsEnabled": False,
        "distributionEligibilityForPaywalls": "eligible",
        "hasAnchorBrandingRemoved": False,
        "isStationOver30DaysOld": call.service.today - show.since_day > 30,
        "isStationMarkedAsSpam": False,
        "isPublicCallinShownInRSS": False,
        "isPublicCallinHiddenFromWeb": True,
    }


_FIELDS: Final = {
    "podcastName": "name",
    "podcastDescription": "description",
    "podcastAuthorName": "author",
    "podcastCategory": "category",
    "podcastLanguage": "language",
}


def _set_metadata(call: Call) -> Json:
    show, said = call.station(), call.said()
    if not said.get("podcastName"):
        raise ApiError(400, "podcastName is required")
    for name in _FIELDS:
        value = said.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > MOST.get(name, 100)):
            raise ApiError(400, f"invalid {name}")
    if type(said.get("podcastEpisodeIsExplicit", False)) is not bool:
        raise ApiError(400, "invalid podcastEpisodeIsExplicit")
    for name, attribute in _FIELDS.items():
        if said.get(name) is not None:
            setattr(show, attribute, said[name])
    show.explicit = said.get("podcastEpisodeIsExplicit", show.explicit)
    return _told(call, show)


def _set_slug(call: Call) -> Answer:
    """1-U names no show: it is the account's first hosted one."""
    slug = call.said().get("webStationId")
    if not isinstance(slug, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,49}", slug):
        raise ApiError(400, "invalid webStationId")
    service = call.service
    show = next((show for show in service.world.shows_of(call.account.name) if service.hosted(show)), None)
    if show is None:
        raise ApiError(404, "no such station")
    holder = service.world.show(slug)
    if service.faults.on("rest.slug_taken") or (holder is not None and holder is not show):
        raise ApiError(409, "webStationId is taken")
    show.slug = slug
    return unknown()


def _legacy_ids(call: Call) -> Json:
    show = call.service.world.shows.get(call.names["show"])
    if show is not None and not call.service.hosted(show):
        show = None
    show = call.owned(show, "no such show")
    return {"userId": show.user_id, "stationId": show.station_id, "webStationId": show.web_id}


def _ids_of_web_id(call: Call) -> Json:
    """E-2; whether it is asked by web id or by the show's id is not known, so both are taken."""
    show = call.service.world.show(call.names["web"])
    if show is not None and not call.service.hosted(show):
        show = None
    show = call.owned(show, "no such station")
    return {"station": {"stationId": str(show.station_id), "userId": str(show.user_id)}}


def _distribution(call: Call) -> Json:
    show = call.station()
    return {
        "canEnableRss": True,
        "externalUrls": {"spotify": f"https://open.spotify.com/show/{show.id}"},
        "spotifyDistributionStatus": "distributed",
        "spotifyShowUri": show.uri,
        "platforms": [],
        "vanitySlug": show.slug,
        "isEnterprisePodcast": False,
    }


def _terms(call: Call) -> Json:
    _check_user(call)
    return {
        "termsOfServiceVersion": 1,
        "agreedToMinimumRequiredTermsOfService": True,
        "contactabilityStatus": "optedOut",
        "countryRule": "needsResponseOptInSelected",
    }


def _monetization(call: Call) -> Json:
    call.station()
    return {"products": {"SPOTIFY_PARTNER_PROGRAM": {"lifecycleState": "INELIGIBLE", "pendingRequirements": []}}}


def _form(call: Call) -> Json:
    call.station()
    return {"formUrl": ""}


def _rebuild_index(call: Call) -> Json:
    call.station().index_builds += 1
    return {"success": True}


def _status(call: Call) -> Answer:
    """1-Y-3: 403 for a bearer that came from cookies."""
    if not call.service.faults.on("rest.stations_status"):
        raise ApiError(403, "Forbidden")
    return unknown()


# --- the paged list, which the old proxy has as well ---


def episode_page(call: Call) -> Json:
    """Newest first, drafts before them, as the old proxy orders by date."""
    show = call.station()
    limit, start = call.number("limit", PAGE, most=200), call.number("pageToken", 0, least=0, most=10**8)
    episodes = sorted(call.service.world.episodes(show), key=_newest_first)
    next_url = None
    if start + limit < len(episodes):
        query = f"orderBy=publishOn&limit={limit}&pageToken={start + limit}"
        next_url = f"/v3/stations/{show.station_id}/episodePage?{query}"
    rows = [_row(call, episode) for episode in episodes[start : start + limit]]
    return {"stationId": show.station_id, "items": rows, "next": next_url}


def _newest_first(episode: Episode) -> tuple[bool, int]:
    """Drafts first, then by date downwards."""
    at_ms = episode.published_ms or episode.publish_on_ms
    return at_ms is not None, -(at_ms or episode.created_ms)


def _row(call: Call, episode: Episode) -> Json:
    facts, at_ms = call.service.facts, episode.published_ms or episode.publish_on_ms
    plays = facts.count(Metric.PLAYS, episode, 0, facts.last_day)
    media = episode.media
    return {
        "episodeId": episode.anchor_id,
        "webEpisodeId": episode.web_id,
        "spotifyEpisodeUri": episode.uri,
        "spotifyShowUri": episode.show.uri,
        "title": episode.title,
        "publishOnUnixTimestamp": at_ms // 1000 if at_ms is not None else None,
        "createdUnixTimestamp": episode.created_ms // 1000,
        "shareLinkPath": share_path(episode),
        "shareLinkEmbedPath": share_path(episode).replace("/episodes/", "/embed/episodes/"),
        "downloadUrl": f"{call.origin}/_storage/media/{episode.anchor_id}/{media.name}" if media else None,
        "totalPlays": plays if episode.state is State.PUBLISHED else 0,
        "adCount": 0,
        "audioCount": 1 if media else 0,
        "duration": episode.duration_ms,
        "containsMusicSegments": False,
        "isPublishedToSpotifyExclusively": False,
        "isTrailer": episode.kind == "trailer",
        "isVideoEpisode": media is not None and media.kind == "video",
        "wordpressPostMetadataId": None,
    }


# --- those of which no answer is known ---


def _check_user(call: Call) -> None:
    if call.names["user"] != str(call.account.user_id):
        raise ApiError(403, "Forbidden")


def _of_user(call: Call) -> Answer:
    _check_user(call)
    return unknown()


def _of_station(call: Call) -> Answer:
    call.station()
    return unknown()


def _onboarding(call: Call) -> Answer:
    """1-K with the number of the user, 1-Y with that of a station: one address."""
    if call.names["station"] != str(call.account.user_id):
        call.station()
    return unknown()


def _plain(call: Call) -> Answer:
    return unknown()


ENDPOINTS: Final = (
    Endpoint("1-D", "GET", "/v3/region", lambda call: {"region": call.account.region}),
    Endpoint("1-F", "POST", "/MultiGetColor", _plain),
    Endpoint("1-Y-3", "GET", "/v3/stations/status", _status),
    Endpoint("1-H", "GET", "/v3/stations/{station}/metadata", _metadata),
    Endpoint("1-T", "POST", "/v3/stations/{station}/metadata", _set_metadata),
    Endpoint("1-T-b", "GET", "/v3/settings/podcast-category/options", _plain),
    Endpoint("1-U", "POST", "/v3/settings", _set_slug),
    Endpoint("1-L", "GET", "/v3/shows/{show}/legacyIds", _legacy_ids),
    Endpoint("E-2", "GET", "/v3/profile/station/webStationId/{web}", _ids_of_web_id),
    Endpoint("1-M", "POST", "/v3/stations/{station}/episode-list-index", _rebuild_index),
    Endpoint("1-N", "GET", "/v3/stations/{station}/pcdForm", _form),
    Endpoint("1-O", "GET", "/v3/stations/{station}/distribution", _distribution),
    Endpoint("1-P", "GET", "/v3/users/{user}/settings/termsAndContactability", _terms),
    Endpoint("1-R", "POST", "/v5/monetization-lifecycle/{station}/sync-and-fetch", _monetization),
    Endpoint("1-X-1", "GET", "/v3/stations/{station}/episodePage", episode_page),
    Endpoint("1-X-2", "GET", "/v3/station/{station}/episodes/featured", _of_station),
    Endpoint("1-X-3", "GET", "/v3/stations/{station}/hostRecommendations", _of_station),
    Endpoint("1-W-1", "GET", "/v4/paywalls/{station}/lifecycle-state", _of_station),
    Endpoint("1-W-2", "GET", "/v6/wallet/{station}/availability", _of_station),
    Endpoint("1-W-3", "GET", "/v6/wallet/{station}/", _of_station),
    Endpoint("1-W-4", "GET", "/v3/paywalls/{station}/", _of_station),
    Endpoint("1-J", "GET", "/v3/users/verification", _plain),
    Endpoint("1-K-1", "GET", "/v3/onboarding/redirectStatus/{station}/", _onboarding),
    Endpoint("1-K-2", "GET", "/v3/onboarding/steps/{station}/", _onboarding),
    Endpoint("1-I", "POST", "/v3/{user}/partnerIds", _of_user),
)
