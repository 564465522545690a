"""What is read out of GraphQL answers. Shares are of 1, times as named; a field that did not come is None."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

V_co = TypeVar("V_co", covariant=True)


class Mode(StrEnum):
    """How the points of a series relate. RUNNING values hold all before them and must never be added up."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    TOTAL = "total"
    RUNNING = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowItem:
    """A show of the account. `hosting` is the service's word, "" when this answer does not say."""

    uri: str
    name: str = ""
    station_id: int | None = None
    hosting: str = ""
    author: str = ""
    category: str = ""
    description: str = ""
    cover_url: str = ""
    typename: str = ""


@dataclass(frozen=True, slots=True)
class Point(Generic[V_co]):
    """One value; dates as ISO days. `end_date` is "" for values of a day."""

    date: str
    value: V_co
    end_date: str = ""


@dataclass(frozen=True, slots=True)
class Series(Generic[V_co]):
    """Points by date. `seems_running`: it never falls over many points, although nobody calls it a running total."""

    points: tuple[Point[V_co], ...] = ()
    mode: Mode = Mode.DAILY
    start_date: str = ""
    end_date: str = ""
    seems_running: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """People of a period: returning ones must not be added up over days."""

    total: int | None = None
    new: int | None = None
    returning: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption:
    """Hours played, and which share of it in the foreground."""

    hours: float | None = None
    foreground_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Different people, and those who had the app in front of them."""

    total: int | None = None
    foreground: int | None = None
    foreground_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A country, region or city; `code` is what drills down to the next level ("" in older answers)."""

    name: str
    share: float
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """An app or a device."""

    name: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GenderCount:
    """Plays of one gender; `share` of the grand total, also within an age."""

    gender: str
    count: int
    share: float | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeCount:
    """Plays of one age, split by gender where that came."""

    bracket: str
    total: int
    genders: tuple[GenderCount, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Plays by age or gender; `total` is None when the answer does not say."""

    total: int | None = None
    ages: tuple[AgeCount, ...] = ()
    genders: tuple[GenderCount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Platforms:
    """Shares by app and by device."""

    apps: tuple[Slice, ...] = ()
    devices: tuple[Slice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """A step of the discovery funnel: a count, or a share for the last. `to_next` and `change` are fractions."""

    name: str
    title: str = ""
    count: int | None = None
    share: float | None = None
    to_next: float | None = None
    change: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The four parts of the discovery card, as far as their leaves are known."""

    audience: int | None = None
    follow_rate: float | None = None
    hours_per_person: float | None = None
    funnel: tuple[FunnelStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Impressions:
    """How often the show was shown."""

    total: int | None = None
    daily: Series[int] = Series()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Impressions by where they were made: search, home, library, other."""

    total: int | None = None
    counts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreFans:
    """Core fans, developing and new audience, each with its percentage of the whole (as the service gives it)."""

    core_fans: int | None = None
    core_fans_percent: float | None = None
    developing: int | None = None
    developing_percent: float | None = None
    new: int | None = None
    new_percent: float | None = None
    total: int | None = None
    total_percent: float | None = None
    gained_core_fans: int | None = None
    start_date: str = ""
    end_date: str = ""
    lookback_start_date: str = ""
    lookback_end_date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreFanInsight:
    """Core fans beside the whole audience: retention in percent, hours played."""

    retention_core_fans_percent: float | None = None
    retention_total_percent: float | None = None
    retention_diff_percent: float | None = None
    hours_core_fans: float | None = None
    hours_total: float | None = None
    hours_diff_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """Time played, by day or as totals with the change to the period before (a fraction)."""

    hours_daily: Series[Consumption] = Series()
    mean_seconds_daily: Series[float] = Series()
    total: Consumption | None = None
    mean_seconds: float | None = None
    hours_change: float | None = None
    mean_seconds_change: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSpotify:
    """Plays on Spotify by day, with the audience when it was asked for."""

    plays: Series[int] = Series()
    audience: Series[int] = Series()


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """Percentiles of comparable shows: for each label, percentile (20..80) to value."""

    points: tuple[tuple[str, tuple[tuple[int, float], ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedEpisode:
    """An episode with one number. `value` is a count or a share, as asked; `sources` only for impressions."""

    uri: str
    title: str = ""
    published_at: int | None = None
    value: float | None = None
    sources: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeItem:
    """An episode in a list. Times in Unix seconds; drafts have no `published_at`; totals are of the asked window."""

    uri: str
    episode_id: int | None = None
    title: str = ""
    published_at: int | None = None
    created_at: int | None = None
    duration_ms: int | None = None
    episode_type: str = ""
    content_type: str = ""
    starts: int | None = None
    streams: int | None = None
    listeners: int | None = None
    audience: int | None = None
    plays_and_downloads: int | None = None
    streams_and_downloads: int | None = None

    @property
    def is_video(self) -> bool:
        """Whether it has pictures."""
        return self.content_type.endswith("VIDEO")


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodePage:
    """A page of a list. `complete`: the service says that its index is built."""

    items: tuple[EpisodeItem, ...] = ()
    page: int = 1
    page_size: int = 0
    total_items: int | None = None
    total_pages: int | None = None
    index_status: str = ""
    sortable: tuple[str, ...] = ()
    next_cursor: str = ""

    @property
    def complete(self) -> bool:
        """Whether the list may be believed when something is not in it."""
        return self.index_status == "COMPLETED"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeFacts:
    """What analytics pages show of an episode."""

    title: str = ""
    published_at: int | None = None
    picture_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Who still listens at each second.

    Attributes:
        points: (second, people).
        percentiles: (percent of the episode, percent of the audience), at 25, 50, 75, 95 and 100.
        median_s: the median place where people left, not a mean.
    """

    points: tuple[tuple[int, int], ...] = ()
    percentiles: tuple[tuple[int, float], ...] = ()
    median_s: float | None = None
    sample_rate_ms: int | None = None
    max_samples: int = 0

    @property
    def has_data(self) -> bool:
        """Zeros mean "no data yet"."""
        return self.max_samples > 0

    @property
    def completion(self) -> float | None:
        """The share that reached 95 % of the episode, which is what the service calls completion."""
        return next((audience / 100 for reached, audience in self.percentiles if reached == 95), None)

    def curve(self) -> tuple[tuple[int, float], ...]:
        """(second, share of the most people who were ever there); empty without data."""
        if not self.has_data:
            return ()
        return tuple((second, people / self.max_samples) for second, people in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodePerformance:
    """Plays and audience since publication, as running totals, and the audience of now."""

    plays: Series[int] = Series(mode=Mode.RUNNING)
    audience: Series[int] = Series(mode=Mode.RUNNING)
    audience_total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeConsumption:
    """Time played of an episode."""

    total: Consumption | None = None
    daily: Series[Consumption] = Series()


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """A written insight; `text` is there when the state is COMPLETE."""

    insight_id: str
    state: str = ""
    text: str = ""
    generated_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment or an answer to one.

    Attributes:
        author: the shown name; `username` is what blocking takes. For the show's own words `by_show` is true.
        created_ms, approved_ms: Unix milliseconds.
        replied, reacted, pinned: what the creator did with it.
        state: the service's word for how it was first moderated; its values are not known.
        is_comment: False for a member of the list whose kind is not known (replies have no published name).
    """

    uri: str
    episode_uri: str = ""
    episode_title: str = ""
    text: str = ""
    author: str = ""
    username: str = ""
    picture_url: str = ""
    by_show: bool = False
    created_ms: int | None = None
    approved_ms: int | None = None
    language: str = ""
    state: str = ""
    replies: int = 0
    replied: bool = False
    reacted: bool = False
    pinned: bool = False
    flagged: bool = False
    is_comment: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentPage:
    """Comments of one answer. Where the next page's token lies is not known, so that pages end with `full`.

    Attributes:
        full: as many came as were asked for: there may be more.
        next_token: read if anything that looks like one came, else "".
    """

    comments: tuple[Comment, ...] = ()
    full: bool = False
    next_token: str = ""
