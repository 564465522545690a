"""Records of what is known about a creator's shows. Days are `datetime.date` in UTC, times unix seconds.

Every figure says what it is: `Provenance` goes with each series, total and breakdown (`core.creators.metrics`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from earstead.core.creators.metrics import Aggregation, Definition, Metric, Quality, Scope, Window

# --- who and what ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorAccount:
    """A sign-in to Spotify for Creators. Its cookies are sealed, and never part of this.

    Attributes:
        label: what its owner calls it; never empty.
        state: "on"; "ended" when the cookies are no longer accepted; "erasing".
        error: what went wrong last, "" for nothing; `mend`: what to do about it, a sentence.
        cookie_at: when its cookies were given. `last_ok_at`: the last answer with them, 0 for never.
    """

    account_id: int
    user_id: int
    label: str
    state: str
    error: str
    mend: str
    has_sp_key: bool
    connected_at: int
    cookie_at: int
    last_ok_at: int
    synced_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorShow:
    """A show of an account as it was read last.

    Attributes:
        show_id: our id, the one in addresses. `spotify_id`: 22 characters. `station_id`: "" where it has none.
        hosting: "S4P", "MEGAPHONE", "OTHER_THIRD_PARTY" or "UNKNOWN"; decides what can be read and written.
        permissions: what the account may do, in the service's words; empty when it was not told.
        gone_at: since when the account no longer has it; 0 while it has.
    """

    show_id: int
    account_id: int
    user_id: int
    uri: str
    spotify_id: str
    name: str
    station_id: str
    remote_user_id: str
    web_station_id: str
    hosting: str
    permissions: tuple[str, ...]
    author: str
    description: str
    category: str
    language: str
    feed_url: str
    cover_url: str
    episode_count: int
    followers: int
    first_seen_at: int
    read_at: int
    gone_at: int

    @property
    def hosted(self) -> bool:
        """Whether it can be edited here: hosted by Spotify for Creators."""
        return self.hosting == "S4P"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorEpisode:
    """An episode as it was read last.

    Attributes:
        anchor_id: the number REST knows it by, 0 when it is not known.
        state: "published", "scheduled", "draft", "gone".
        published_at: 0 for drafts. `duration_ms`: 0 when it is not known.
        totals: all-time figures of the listing by metric name.
        comments: how many are held here. `transcript_chars`: length of its transcript, 0 for none.
    """

    episode_id: int
    show_id: int
    uri: str
    spotify_id: str
    anchor_id: int
    title: str
    description: str
    state: str
    episode_type: str
    content_type: str
    published_at: int
    created_at: int
    duration_ms: int
    cover_url: str
    transcript_chars: int
    comments: int
    totals: Mapping[str, float]
    first_seen_at: int
    read_at: int
    gone_at: int

    @property
    def published_on(self) -> date | None:
        """The day it was published, None for drafts."""
        return date.fromordinal(719_163 + self.published_at // 86_400) if self.published_at else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodePage:
    """A page of episodes. `page` counts from 1; `pages` is at least 1."""

    items: tuple[CreatorEpisode, ...]
    total: int
    page: int
    pages: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHits:
    """What was found of a show: its own name, where `named`, and the newest of its episodes that have the words."""

    show: CreatorShow
    named: bool
    episodes: EpisodePage


# --- figures --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where figures come from, for the small print under each.

    Attributes:
        operation: what answered; several divided by ", ".
        fetched_at: when the oldest of the values shown was read; 0 where there is none.
    """

    scope: Scope
    window: Window
    aggregation: Aggregation
    definition: Definition
    operation: str
    fetched_at: int


class Point(NamedTuple):
    """A value of one day."""

    date: date
    value: float
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values by day, in order of days; days without a value are absent, and are not zeros.

    A line over 2026-06-11 of a metric that was redefined has `definition` "mixed": draw the break.
    """

    metric: Metric
    show_id: int
    episode_id: int
    start: date
    end: date
    points: tuple[Point, ...]
    provenance: Provenance

    @property
    def total(self) -> float | None:
        """The sum where days may be added up; None for people, shares and running totals, and without values."""
        natural = self.provenance.aggregation is not Aggregation.RUNNING
        return sum(one.value for one in self.points) if self.points and self.metric.summable and natural else None

    @property
    def latest(self) -> float | None:
        """The last value, what a running total stands at."""
        return self.points[-1].value if self.points else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One number for a stretch. `days` of `wanted` days have a value; less means that something is missing."""

    metric: Metric
    value: float | None
    start: date
    end: date
    days: int
    wanted: int
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricOffer:
    """A metric that a show has values of. `episodes`: whether single episodes have them as well."""

    metric: Metric
    show: bool
    episodes: bool
    first: date
    last: date
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedEpisode:
    """One line of a comparison. `values[i]`: all of it up to the end of day i since publication (day 0 is the day
    of publication); None for days that are not over or not known."""

    episode: CreatorEpisode
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Episodes laid over each other by days since publication; `median` is that of all compared."""

    metric: Metric
    days: int
    lines: tuple[ComparedEpisode, ...]
    median: tuple[float | None, ...]
    provenance: Provenance


class Heard(NamedTuple):
    """A point of a retention curve: the share (of the highest point) that was there at a second."""

    second: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DropOff:
    """A stretch in which many left. `words`: what the transcript says there; `chapter`: its title; "" if unknown."""

    start_s: float
    end_s: float
    lost: float
    words: str
    chapter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter of an episode."""

    start_s: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long people stayed.

    Attributes:
        percentiles: share of the audience (0 to 1) that reached 25, 50, 75, 95, 100 % of the episode.
        median_s: half of the audience heard at least so much; None when it is not told.
        sample: people at the highest point, the measure of the shares.
    """

    episode_id: int
    points: tuple[Heard, ...]
    percentiles: Mapping[int, float]
    median_s: float | None
    sample: int
    drops: tuple[DropOff, ...]
    chapters: tuple[Chapter, ...]
    provenance: Provenance

    @property
    def completion(self) -> float | None:
        """Share that reached 95 %: what the dashboard calls completion."""
        return self.percentiles.get(95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of a breakdown. `share` of 1; `count` where it was told or follows from a total of the same window."""

    key: str
    name: str
    share: float
    count: float | None
    parts: tuple[Slice, ...] = ()
    """Below it: genders of an age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """A figure by country, age, app ... Largest first; ages in their order.

    `noisy`: fewer than 50 plays stand behind it. `on`: the day it was read for.
    """

    kind: str
    metric: Metric
    slices: tuple[Slice, ...]
    total: float | None
    noisy: bool
    on: date | None
    within: str
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the discovery funnel. `to_next` and `change` are shares; None where the service did not say."""

    name: str
    title: str
    value: float
    unit: str
    to_next: float | None
    change: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """From being shown to being heard."""

    steps: tuple[Step, ...]
    on: date | None
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """How shows of the same kind do: value by percentile (20, 40, 50, 60, 80)."""

    metric_type: str
    pool: str
    label: str
    percentiles: Mapping[int, float]
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A number on the overview; `change` against the stretch before, as a share; None without one."""

    total: Total
    before: float | None
    change: float | None
    series: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRank:
    """An episode and what it made in the stretch."""

    episode: CreatorEpisode
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOverview:
    """What one sees first of a show. `latest` is the newest published episode, None without one."""

    show: CreatorShow
    period: str
    label: str
    start: date
    end: date
    cards: tuple[Card, ...]
    top: tuple[EpisodeRank, ...]
    latest: CreatorEpisode | None
    unanswered_comments: int
    gaps: int
    synced_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Days without a value. `why`: "not read yet", "refused", "the service has nothing"."""

    metric: str
    episode_id: int
    start: date
    end: date
    why: str

    @property
    def days(self) -> int:
        """How many."""
        return (self.end - self.start).days + 1


# --- texts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What is said in an episode. `operation` and `fetched_at` as for figures."""

    episode_id: int
    text: str
    chapters: tuple[Chapter, ...]
    operation: str
    fetched_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorComment:
    """A comment as it was read last, or as it was left by what was done here.

    Attributes:
        comment_uri: "spotify:comment:..." ; `parent_uri`: the comment it answers, "" for the first of a thread.
        state: "published", "review" (waits for approval), "deleted".
        author_id: the user name that blocking needs; "" when it was not told. `by_show`: written by the show.
        created_ms: unix milliseconds. `replies`: as the service counts them.
    """

    comment_id: int
    show_id: int
    episode_id: int
    comment_uri: str
    parent_uri: str
    text: str
    state: str
    author_id: str
    author_name: str
    author_cover: str
    by_show: bool
    language: str
    answered: bool
    pinned: bool
    liked: bool
    read: bool
    blocked: bool
    flagged: bool
    replies: int
    created_ms: int
    first_seen_at: int
    read_at: int


# --- reading the service --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRun:
    """One sync, or the one under way.

    Attributes:
        state: "waiting", "running", "done", "stopped" (it ended early and goes on by itself), "failed".
        done, planned: requests so far and in all, as far as is known.
        rows: values that were new or different. `notes`: what was told on the way, each once: parts that the service
            did not answer, and why.
        error, mend: why it failed, and what to do.
    """

    sync_id: int
    account_id: int
    state: str
    reason: str
    started_at: int
    ended_at: int
    done: int
    planned: int
    requests: int
    rows: int
    doing: str
    notes: tuple[str, ...]
    error: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """Where the reading of an account stands. `next_at`: when it is read again, 0 when it is not."""

    account_id: int
    run: SyncRun | None
    last_done_at: int
    next_at: int
    every_s: int
    running: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookies:
    """What signs an account in. Never shown: not in its representation either."""

    sp_dc: str = field(repr=False)
    sp_key: str = field(default="", repr=False)
