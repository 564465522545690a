"""What the API tells of podcasts, as pydantic models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from earstead.apis.native.shapes import Answer, Count, Seconds

MillisAt = Annotated[int, Field(ge=0, description="Unix milliseconds, UTC; 0 for never.")]


class CreatorAccount(Answer):
    """A sign-in to Spotify for Creators, without its cookies."""

    account_id: Count
    label: str
    state: str = Field(description="on; ended: the cookies are no longer accepted.")
    error: str
    mend: str = Field(description="What to do about it.")
    has_sp_key: bool
    connected_at: Seconds
    cookie_at: Seconds = Field(description="When its cookies were given.")
    last_ok_at: Seconds
    synced_at: Seconds


class CreatorHealth(Answer):
    """How an account does."""

    account_id: Count
    state: Literal["ok", "warn", "broken", "unknown"]
    cause: str = Field(description="cookie, permission, hosting, stale hash, limit, window or network; empty for none.")
    words: str
    mend: str
    cookie_age_days: Count
    last_ok: Seconds
    checked_at: Seconds


class SyncRun(Answer):
    """One reading of an account, or the one under way."""

    sync_id: Count
    account_id: Count
    state: str = Field(description="waiting, running, done, stopped (it goes on by itself) or failed.")
    reason: str
    started_at: Seconds
    ended_at: Seconds
    done: Count
    planned: Count
    requests: Count
    rows: Count = Field(description="Values that were new or different.")
    doing: str
    notes: tuple[str, ...]
    error: str
    mend: str


class CreatorShow(Answer):
    """A show as it was read last."""

    show_id: Count
    account_id: Count
    uri: str
    spotify_id: str
    name: str
    station_id: str
    hosting: str = Field(description="S4P, MEGAPHONE, OTHER_THIRD_PARTY or UNKNOWN.")
    hosted: bool = Field(description="Whether its episodes can be changed here.")
    permissions: tuple[str, ...]
    author: str
    description: str
    category: str
    language: str
    feed_url: str
    cover_url: str
    episode_count: Count
    followers: Count
    read_at: Seconds
    gone_at: Seconds


class CreatorEpisode(Answer):
    """An episode as it was read last."""

    episode_id: Count
    show_id: Count
    uri: str
    spotify_id: str
    anchor_id: Count
    title: str
    description: str
    state: Literal["published", "scheduled", "draft", "gone"]
    episode_type: str
    content_type: str
    published_at: Seconds
    created_at: Seconds
    duration_ms: Count
    cover_url: str
    transcript_chars: Count
    comments: Count
    totals: Mapping[str, float] = Field(description="All-time figures of the listing by metric.")
    read_at: Seconds


class EpisodePage(Answer):
    """A page of episodes; `page` counts from 1."""

    items: tuple[CreatorEpisode, ...]
    total: Count
    page: Count
    pages: Count
    size: Count


class Metric(Answer):
    """One thing that is counted."""

    name: str
    title: str
    scope: str = Field(description="Which platforms: spotify, all, off-platform.")
    unit: str = Field(description="count, people, hours, seconds or share (of 1).")
    kind: str = Field(description="daily, cumulative, total or share.")
    about: str
    summable: bool = Field(description="Whether days may be added up.")
    redefined: bool = Field(description="Whether its meaning changed on 2026-06-11.")
    lag_days: Count


class MetricOffer(Answer):
    """A metric that a show has values of."""

    metric: Metric
    show: bool
    episodes: bool
    first: date
    last: date
    points: Count


class Provenance(Answer):
    """Where figures come from: without these five words a number means nothing."""

    scope: str
    window: str
    aggregation: str
    definition: str = Field(description="Which meaning of a play: before-2026-06-11, since-2026-06-11, mixed, or none.")
    operation: str
    fetched_at: Seconds


class Point(Answer):
    """A value of one day."""

    date: date
    value: float
    quality: str = Field(description="final; provisional: may still change; inferred; partial.")


class Series(Answer):
    """Values by day; days without a value are absent, and are not zeros."""

    metric: Metric
    show_id: Count
    episode_id: Count = Field(description="0 for the whole show.")
    start: date
    end: date
    points: tuple[Point, ...]
    total: float | None = Field(description="The sum, where days may be added up.")
    latest: float | None
    provenance: Provenance


class ComparedEpisode(Answer):
    """One line of a comparison: `values[i]`, all of it up to the end of day i since publication."""

    episode: CreatorEpisode
    values: tuple[float | None, ...]


class Comparison(Answer):
    """Episodes by days since publication."""

    metric: Metric
    days: Count
    lines: tuple[ComparedEpisode, ...]
    median: tuple[float | None, ...]
    provenance: Provenance


class Heard(Answer):
    """The share of the highest point that was there at a second."""

    second: float
    share: float


class DropOff(Answer):
    """A stretch in which many left."""

    start_s: float
    end_s: float
    lost: float
    words: str
    chapter: str


class Chapter(Answer):
    """A chapter of an episode."""

    start_s: float
    title: str


class Retention(Answer):
    """How long people stayed."""

    episode_id: Count
    points: tuple[Heard, ...]
    percentiles: Mapping[int, float]
    completion: float | None = Field(description="Share that reached 95 % of the episode.")
    median_s: float | None
    sample: Count
    drops: tuple[DropOff, ...]
    chapters: tuple[Chapter, ...]
    provenance: Provenance


class Slice(Answer):
    """A part of a breakdown."""

    key: str
    name: str
    share: float
    count: float | None
    parts: tuple[Slice, ...]


class Breakdown(Answer):
    """A figure by country, age, app and so on."""

    kind: str
    metric: Metric
    slices: tuple[Slice, ...]
    total: float | None
    noisy: bool = Field(description="Fewer than 50 plays stand behind it.")
    on: date | None
    within: str
    provenance: Provenance


class Step(Answer):
    """A step of the discovery funnel."""

    name: str
    title: str
    value: float
    unit: str
    to_next: float | None
    change: float | None


class Funnel(Answer):
    """From being shown to being heard."""

    steps: tuple[Step, ...]
    on: date | None
    provenance: Provenance


class Benchmark(Answer):
    """How shows of the same kind do: value by percentile."""

    metric_type: str
    pool: str
    label: str
    percentiles: Mapping[int, float]
    provenance: Provenance


class Gap(Answer):
    """Days without a value."""

    metric: str
    episode_id: Count
    start: date
    end: date
    days: Count
    why: str


class CreatorTranscript(Answer):
    """What is said in an episode."""

    episode_id: Count
    text: str
    chapters: tuple[Chapter, ...]
    operation: str
    fetched_at: Seconds


class CreatorComment(Answer):
    """A comment as it was read last, or as it was left by what was done here."""

    comment_id: Count
    show_id: Count
    episode_id: Count
    comment_uri: str
    parent_uri: str
    text: str
    state: str = Field(description="published, review or deleted.")
    author_id: str
    author_name: str
    by_show: bool
    language: str
    answered: bool
    pinned: bool
    read: bool
    blocked: bool
    flagged: bool
    replies: Count
    created_ms: MillisAt


class Thread(Answer):
    """A listener's comment with the answers to it."""

    comment: CreatorComment
    episode_title: str
    replies: tuple[CreatorComment, ...]


class Inbox(Answer):
    """A page of comments, newest first."""

    items: tuple[Thread, ...]
    total: Count
    page: Count
    pages: Count
    counts: Mapping[str, Count]
    missing: Mapping[str, str] = Field(description="Action -> what to capture first, for each that cannot be sent yet.")


def _plain(values: Any) -> Any:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in dict(values).items()}


Values = Annotated[Mapping[str, Any], BeforeValidator(_plain)]


class Change(Answer):
    """Something that was written at Spotify for Creators, or, with `dry_run`, would be."""

    change_id: Count = Field(description="0 for one that is only planned.")
    show_id: Count
    episode_id: Count
    at_ms: MillisAt
    ended_ms: MillisAt
    actor: str
    action: str
    target: str
    title: str
    before: Values
    after: Values
    state: Literal["planned", "sent", "confirmed", "failed", "ambiguous", "undone"]
    error: str
    undo: str = Field(description="How it can be taken back, or why it cannot.")
    undoable: bool
    undone_by: Count
    undoes: Count


class ChangePage(Answer):
    """Changes, latest first."""

    items: tuple[Change, ...]
    page: Count
    more: bool


class Upload(Answer):
    """A media file on its way into an episode."""

    upload_id: Count
    show_id: Count
    episode_id: Count = Field(description="0 until the episode is there.")
    kind: Literal["audio", "video"]
    filename: str
    size: Count
    sent: Count
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    step: str
    error: str
    created_at: Seconds
    updated_at: Seconds
