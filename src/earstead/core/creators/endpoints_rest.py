"""The 45 endpoints of the REST backend, and the two PUTs to storage that belong to them; 49 labels."""

from __future__ import annotations

from typing import Final

from earstead.core.creators.endpoint import EMPTY_IN, Endpoint, Field, fields, get, post
from earstead.core.creators.endpoints_media import ACCOUNT, IMAGES, MEDIA

COMMON: Final[tuple[Field, ...]] = fields("isMumsCompatible bool true; without it shared shows answer 403")
"""Sent with every call."""

_EPISODE_BODY: Final = fields(
    "userId int from 1-B or 1-L",
    "title str leaving it out may blank the title",
    "description html leaving it out is not keeping it; an empty one clears it",
    "episodeType str full, trailer or bonus; read back as podcastEpisodeType",
    "isPublished bool the current value keeps the state; true publishes at once",
    "podcastEpisodeIsExplicit bool",
    "publishOn unix? when scheduling; a text is silently corrupted to a second of 1970",
    "wizardDraftedToPublishOn iso? the same instant; an integer answers 400",
    "seasonNumber int?",
    "episodeNumber int?",
)
_SHOW: Final = fields(
    "rssFeedUrl str",
    "podcastName str",
    "podcastDescription str",
    "podcastAuthorName str",
    "podcastAuthorEmail str",
    "podcastImage str the original",
    "podcastImage400 str 400 pixels wide",
    "podcastCategory str Parent|Child, such as Arts|Design",
    "podcastLanguage str",
    "language str the same value",
    "isDistributedOnSpotify bool",
    "isRssFeedDisabled bool",
    "hasPublishedEpisode bool",
    "isExternalSyndicationSetup bool",
    "isSaiAndDaiFullyActivated bool",
    "isAdCategoryExclusionsEnabled bool",
    "distributionEligibilityForPaywalls str such as eligible",
    "hasAnchorBrandingRemoved bool",
    "isStationOver30DaysOld bool",
    "isStationMarkedAsSpam bool",
    "isPublicCallinShownInRSS bool",
    "isPublicCallinHiddenFromWeb bool",
)
_PAGE: Final = fields(
    "stationId int",
    "next str? a relative address; absent or null on the last page",
    "items[].episodeId int",
    "items[].webEpisodeId str",
    "items[].spotifyEpisodeUri str? newer answers",
    "items[].spotifyShowUri str? newer answers",
    "items[].title str? null on unfinished uploads",
    "items[].publishOnUnixTimestamp unix? missing or null on drafts",
    "items[].createdUnixTimestamp unix",
    "items[].shareLinkPath str",
    "items[].shareLinkEmbedPath str",
    "items[].downloadUrl str?",
    "items[].totalPlays int",
    "items[].adCount int",
    "items[].audioCount int",
    "items[].duration ms",
    "items[].containsMusicSegments bool",
    "items[].isPublishedToSpotifyExclusively bool",
    "items[].isTrailer bool",
    "items[].isVideoEpisode bool",
    "items[].wordpressPostMetadataId object?",
)

_EPISODES: Final = (
    get(
        "1-A",
        "/v3/episodes/spotify:episode:{spotify_id}/episodeId",
        "The Anchor id of an episode of which the Spotify id is known.",
        answer=fields("episodeId int"),
        known="yes",
        note="The colons stand in the path as they are. The pair never changes, so that it can be kept.",
    ),
    get(
        "1-B",
        "/v3/episodes/{anchor_id}/overview",
        "What an episode says about itself.",
        query=fields("returnWebIds bool? true; without it some fields are missing"),
        answer=fields(
            "title str?",
            "description html as the service rewrote it",
            "isPublished bool",
            "publishOn iso? only while scheduled",
            "userId int",
            "podcastEpisodeType str full, trailer or bonus",
            "podcastEpisodeIsExplicit bool",
            "webEpisodeId str?",
            "webStationId str?",
            "spotifyUri str?",
            "shareLinkPath str?",
            "shareLinkEmbedPath str?",
        ),
        known="mostly",
        marks=("doc", "code:gql", "code:op"),
        note="A draft answers 403, also to its owner; drafts are read from the episode list of GraphQL.",
    ),
    post(
        "1-C",
        "/v3/episodes/{anchor_id}/update",
        "Replaces what an episode says about itself; schedules and publishes it.",
        body=_EPISODE_BODY,
        answer=fields(
            "description html", "title str", "didChangePublishState bool", "isAnchorCreate bool", "shareUrl str"
        ),
        known="mostly",
        marks=("doc", "code:pub"),
        note=(
            "Everything listed is replaced. isPublished false with publishOn schedules. On a published episode a new "
            "publishOn is ignored, and still answered with 200; only the web page can move it."
        ),
    ),
    get(
        "1-E",
        "/v3/episodes/{anchor_id}/sponsoredContentStatus",
        "Whether an episode is marked as sponsored.",
        answer=fields("containsSponsoredContent bool"),
        known="yes",
    ),
    get(
        "1-G",
        "/v3/episodes/pcdFormData",
        "Form data of several episodes.",
        query=fields("episodeUri[] str repeated, with the brackets"),
    ),
    Endpoint(
        label="1-Q",
        backend="rest",
        method="PUT",
        path="/v3/episodes/{anchor_id}/sponsoredContentStatus",
        about="Marks an episode as sponsored, or not.",
        body=fields("containsSponsoredContent bool", "publishOn unix a text is silently corrupted; never null"),
    ),
    post(
        "1-S",
        "/v3/stations/{station_id}/episodes",
        "Makes an untitled draft.",
        body=fields("hourOffset int minus the offset from UTC in hours: -9 in Japan"),
        answer=fields("episodeId int one client also accepts id", "stationId int"),
        known="yes",
        note="Not idempotent: after a lost answer the draft may be there. It is never sent twice.",
    ),
    post(
        "1-Z",
        "/v3/episodes/{anchor_id}/delete",
        "Deletes an episode for good, whatever its state.",
        known="yes",
        note="The body is an empty object, and so is the answer. At once, and not to be undone.",
    ),
    post(
        "E-1",
        "/v3/episodes/{anchor_id}/publish",
        "Publishes or schedules an episode.",
        body=fields("publishOn iso? without milliseconds"),
        marks=("code:pub",),
        unused="1-C does it, and what it does can be read back",
    ),
    post(
        "E-3",
        "/v3/episodes",
        "Another way to make a draft.",
        body=fields("stationId str", "title str"),
        answer=fields("episodeId int"),
        known="yes",
        marks=("code:pub",),
        unused="1-S is the one that the web app uses",
    ),
    get(
        "E-4",
        "/v3/stations/{station_id}/episodes",
        "The old list of episodes.",
        query=fields("userId int?"),
        marks=("code:pub",),
        unused="it is stale and answers errors; the episode list of GraphQL is used",
    ),
)

_SHOWS: Final = (
    get("1-H", "/v3/stations/{station_id}/metadata", "What a show says about itself.", answer=_SHOW, known="yes"),
    get(
        "1-L",
        "/v3/shows/{show_id}/legacyIds",
        "The numeric ids of a show.",
        answer=fields("userId int", "stationId int", "webStationId str"),
        known="yes",
        marks=("doc", "code:pub"),
        note="Also the cheapest way to learn whether a sign-in is good.",
    ),
    post(
        "1-M",
        "/v3/stations/{station_id}/episode-list-index",
        "Builds the index of the episode list anew.",
        answer=fields("success bool"),
        known="yes",
        note=EMPTY_IN,
    ),
    get(
        "1-N",
        "/v3/stations/{station_id}/pcdForm",
        "The address of a form of the show.",
        answer=fields("formUrl str"),
        known="yes",
    ),
    get(
        "1-O",
        "/v3/stations/{station_id}/distribution",
        "Where a show is distributed, and its feed.",
        answer=fields(
            "canEnableRss bool",
            "externalUrls object such as spotify",
            "spotifyDistributionStatus str",
            "spotifyShowUri str",
            "platforms array its elements are not known",
            "vanitySlug str",
            "isEnterprisePodcast bool",
        ),
        known="mostly",
    ),
    post(
        "1-T",
        "/v3/stations/{station_id}/metadata",
        "Changes what a show says about itself.",
        body=fields(
            "podcastName str at most 100 characters",
            "podcastDescription str? at most 600",
            "podcastAuthorName str? at most 80",
            "podcastCategory str? one of 1-T-b",
            "podcastLanguage str? a code such as ja",
            "podcastEpisodeIsExplicit bool?",
        ),
        answer=_SHOW,
        known="partly",
        note="That the answer has the fields of 1-H is inferred.",
    ),
    get("1-T-b", "/v3/settings/podcast-category/options", "The categories that may be chosen."),
    post(
        "1-U",
        "/v3/settings",
        "Chooses the address of a show.",
        body=fields("webStationId str globally unique"),
        note="Old links break. An address that is taken may answer 409.",
    ),
    get(
        "1-X-1",
        "/v3/stations/{station_id}/episodePage",
        "A page of the list of episodes.",
        query=fields("limit int?", "orderBy str? publishOn", "pageToken str?"),
        answer=_PAGE,
        known="partly",
        marks=("doc", "code:anc", "code:op"),
        note="The fields are those of the legacy proxy; that they are the same here is inferred.",
    ),
    get(
        "1-X-2", "/v3/station/{station_id}/episodes/featured", "The episode to start with.", note="`station`, singular."
    ),
    get("1-X-3", "/v3/stations/{station_id}/hostRecommendations", "What the hosts recommend."),
    get(
        "1-Y-3",
        "/v3/stations/status",
        "The shows of the account.",
        unused="it answers 403 to a sign-in by cookies; the shows come from GraphQL",
        note="A list of shows by the documentation, 403 in practice.",
    ),
    get(
        "E-2",
        "/v3/profile/station/webStationId/{web_id}",
        "The numeric ids of a show of which the web id is known.",
        answer=fields("station.stationId str digits", "station.userId str digits"),
        known="partly",
        marks=("code:pub",),
        note="Whether the web id or the id of 22 characters is meant is not clear.",
    ),
)

REST: Final[tuple[Endpoint, ...]] = (*_EPISODES, *_SHOWS, *ACCOUNT, *IMAGES, *MEDIA)
