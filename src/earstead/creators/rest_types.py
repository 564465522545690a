"""What REST answers, read tolerantly: a missing or odd field never stops a run, and `raw` keeps all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from earstead.creators import moments
from earstead.creators.walk import integer, rows, table, text, truth

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unread:
    """An answer of which no public source knows the fields; `raw` is the JSON as it came, None if there was none."""

    raw: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """An episode that is scheduled or published.

    Attributes:
        publish_at: in UTC; only while scheduled.
        user_id: 0 when it was missing.
        episode_type: full, trailer or bonus.
        uri, web_episode_id, web_station_id: "" when the answer lacks them.
    """

    title: str
    description: str
    is_published: bool
    publish_at: datetime | None
    user_id: int
    episode_type: str
    explicit: bool
    uri: str
    web_episode_id: str
    web_station_id: str
    share_path: str
    raw: Raw = field(repr=False)

    @property
    def state(self) -> str:
        """`published`, `scheduled`, or `draft` where neither holds."""
        return "published" if self.is_published else "scheduled" if self.publish_at else "draft"

    @classmethod
    def of(cls, said: Any) -> Overview:
        """From an answer."""
        raw = table(said)
        return cls(
            title=text(raw.get("title")),
            description=text(raw.get("description")),
            is_published=truth(raw.get("isPublished")),
            publish_at=moments.read(raw.get("publishOn")),
            user_id=integer(raw.get("userId")) or 0,
            episode_type=text(raw.get("podcastEpisodeType")) or "full",
            explicit=truth(raw.get("podcastEpisodeIsExplicit")),
            uri=text(raw.get("spotifyUri")),
            web_episode_id=text(raw.get("webEpisodeId")),
            web_station_id=text(raw.get("webStationId")),
            share_path=text(raw.get("shareLinkPath")),
            raw=raw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """What an update answers."""

    title: str
    description: str
    changed_state: bool
    share_url: str
    raw: Raw = field(repr=False)

    @classmethod
    def of(cls, said: Any) -> Updated:
        """From an answer."""
        raw = table(said)
        return cls(
            title=text(raw.get("title")),
            description=text(raw.get("description")),
            changed_state=truth(raw.get("didChangePublishState")),
            share_url=text(raw.get("shareUrl")),
            raw=raw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyIds:
    """The numeric ids of a show; `web_station_id` is its chosen address, or follows from the station id."""

    user_id: int
    station_id: int
    web_station_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft that was just made."""

    anchor_id: int
    station_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMetadata:
    """What a show says about itself; the rest of the 22 fields is in `raw`.

    Attributes:
        category: `Parent|Child`.
    """

    name: str
    description: str
    author: str
    email: str = field(repr=False)
    image: str
    category: str
    language: str
    feed_url: str
    on_spotify: bool
    has_published: bool
    raw: Raw = field(repr=False)

    @classmethod
    def of(cls, said: Any) -> ShowMetadata:
        """From an answer."""
        raw = table(said)
        return cls(
            name=text(raw.get("podcastName")),
            description=text(raw.get("podcastDescription")),
            author=text(raw.get("podcastAuthorName")),
            email=text(raw.get("podcastAuthorEmail")),
            image=text(raw.get("podcastImage")),
            category=text(raw.get("podcastCategory")),
            language=text(raw.get("podcastLanguage")) or text(raw.get("language")),
            feed_url=text(raw.get("rssFeedUrl")),
            on_spotify=truth(raw.get("isDistributedOnSpotify")),
            has_published=truth(raw.get("hasPublishedEpisode")),
            raw=raw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Where a show goes.

    Attributes:
        platforms: their form is not known.
    """

    external_urls: Mapping[str, str]
    status: str
    show_uri: str
    vanity_slug: str
    can_enable_rss: bool
    is_enterprise: bool
    platforms: Sequence[Any]
    raw: Raw = field(repr=False)

    @classmethod
    def of(cls, said: Any) -> Distribution:
        """From an answer."""
        raw = table(said)
        platforms = raw.get("platforms")
        return cls(
            external_urls={name: text(url) for name, url in table(raw.get("externalUrls")).items()},
            status=text(raw.get("spotifyDistributionStatus")),
            show_uri=text(raw.get("spotifyShowUri")),
            vanity_slug=text(raw.get("vanitySlug")),
            can_enable_rss=truth(raw.get("canEnableRss")),
            is_enterprise=truth(raw.get("isEnterprisePodcast")),
            platforms=tuple(platforms) if isinstance(platforms, list) else (),
            raw=raw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms a user agreed to."""

    version: int
    agreed: bool
    contactability: str
    country_rule: str
    raw: Raw = field(repr=False)

    @classmethod
    def of(cls, said: Any) -> Terms:
        """From an answer."""
        raw = table(said)
        return cls(
            version=integer(raw.get("termsOfServiceVersion")) or 0,
            agreed=truth(raw.get("agreedToMinimumRequiredTermsOfService")),
            contactability=text(raw.get("contactabilityStatus")),
            country_rule=text(raw.get("countryRule")),
            raw=raw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Monetisation:
    """How far monetisation has come; more in `raw`."""

    state: str
    pending: Sequence[Any]
    raw: Raw = field(repr=False)

    @classmethod
    def of(cls, said: Any) -> Monetisation:
        """From an answer."""
        raw = table(said)
        program = table(table(raw.get("products")).get("SPOTIFY_PARTNER_PROGRAM"))
        pending = program.get("pendingRequirements")
        return cls(
            state=text(program.get("lifecycleState")),
            pending=tuple(pending) if isinstance(pending, list) else (),
            raw=raw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageItem:
    """An episode of a page of the list.

    Attributes:
        title: "" on unfinished uploads.
        published_at, created_at: in UTC, None where missing.
    """

    anchor_id: int
    web_episode_id: str
    uri: str
    title: str
    published_at: datetime | None
    created_at: datetime | None
    duration_ms: int
    plays: int
    is_video: bool
    is_trailer: bool
    share_path: str
    raw: Raw = field(repr=False)

    @classmethod
    def of(cls, raw: Raw) -> PageItem:
        """From an element of `items`."""
        return cls(
            anchor_id=integer(raw.get("episodeId")) or 0,
            web_episode_id=text(raw.get("webEpisodeId")),
            uri=text(raw.get("spotifyEpisodeUri")),
            title=text(raw.get("title")),
            published_at=_unix(raw.get("publishOnUnixTimestamp")),
            created_at=_unix(raw.get("createdUnixTimestamp")),
            duration_ms=integer(raw.get("duration")) or 0,
            plays=integer(raw.get("totalPlays")) or 0,
            is_video=truth(raw.get("isVideoEpisode")),
            is_trailer=truth(raw.get("isTrailer")),
            share_path=text(raw.get("shareLinkPath")),
            raw=raw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodePage:
    """A page of the list; `next_token` is "" on the last."""

    station_id: int
    items: tuple[PageItem, ...]
    next_token: str
    raw: Raw = field(repr=False)

    @classmethod
    def of(cls, said: Any) -> EpisodePage:
        """From an answer."""
        raw = table(said)
        token = parse_qs(urlsplit(text(raw.get("next"))).query).get("pageToken", [""])[0]
        return cls(
            station_id=integer(raw.get("stationId")) or 0,
            items=tuple(PageItem.of(row) for row in rows(raw.get("items"))),
            next_token=token,
            raw=raw,
        )


def _unix(value: Any) -> datetime | None:
    found = integer(value)
    # The old dashboard gives milliseconds under the same name.
    at = found // 1000 if found is not None and found > 100_000_000_000 else found
    return datetime.fromtimestamp(at, UTC) if at is not None and 0 < at < 100_000_000_000 else None
