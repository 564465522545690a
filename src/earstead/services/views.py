"""Records that the read side answers with: what pages, APIs and the CLI draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

EntityKind = Literal["artist", "release", "recording", "episode", "show"]
Measure = Literal["plays", "time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over a span. `plays` and `listened_ms` count counted listens; `all_plays` also the short ones."""

    plays: int
    listened_ms: int
    all_plays: int
    skipped: int
    artists: int
    recordings: int
    first_at: int
    last_at: int


class EntityRef(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An entity as it is named to this viewer. `credit` is the artist credit (or show) of releases, recordings
    and episodes, "" for artists and shows; `credit_id` the first credited artist (or show), 0 for none."""

    kind: EntityKind
    entity_id: int
    name: str
    credit: str = ""
    credit_id: int = 0
    spotify_uri: str = ""
    mbid: str = ""


class ChartRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One place of a chart. `previous_rank` is 0 where the entity was not in the period before ("new")."""

    rank: int
    entity: EntityRef
    plays: int
    listened_ms: int
    previous_rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A page of a chart; `total` is the number of places in the whole of it; `top` the largest value of it."""

    rows: tuple[ChartRow, ...]
    total: int
    top: int
    compared: bool


class ListenRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A listen as pages and APIs show it. `skipped` is None when nobody said; times are unix seconds UTC."""

    listen_id: int
    listened_at: int
    inserted_at: int
    kind: int
    track_id: int
    track_name: str
    artist_name: str
    release_name: str
    recording: EntityRef
    release: EntityRef | None
    artists: tuple[EntityRef, ...]
    played_ms: int
    duration_ms: int
    counted: bool
    hidden: bool
    skipped: bool | None
    source: str
    client: str
    recording_mbid: str
    release_mbid: str
    artist_mbids: tuple[str, ...]
    isrc: str
    spotify_uri: str
    recording_msid: str
    extra: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenFilter:
    """Narrows a page of listens; None or "" means no limit. `hidden=True` lists the deleted ones instead."""

    artist_id: int = 0
    release_id: int = 0
    recording_id: int = 0
    text: str = ""
    source: str = ""
    skipped: bool | None = None
    counted: bool | None = None
    hidden: bool = False
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenPage:
    """Newest first. `older` and `newer` are opaque cursors for the pages beside this one, "" at the ends."""

    items: tuple[ListenRow, ...]
    older: str
    newer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """One observation of a listen, for "why is this here?"."""

    seq: int
    key: str
    source: str
    client: str
    received_at: int
    listened_at: int
    ended_at: int
    played_ms: int
    duration_ms: int
    artist_name: str
    track_name: str
    release_name: str
    reason: str
    extra: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a listen is as it is: its witnesses, the decisions that touch it, and one sentence."""

    listen: ListenRow
    witnesses: tuple[Witness, ...]
    decisions: tuple[DecisionRow, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One step of a time series: `start` is its first local day as ISO date, `label` for people."""

    start: str
    label: str
    plays: int
    listened_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityDetail:
    """All an entity's page needs except its series and listens."""

    entity: EntityRef
    plays: int
    listened_ms: int
    all_plays: int
    skipped: int
    first: ListenRow | None
    latest: ListenRow | None
    rank: int
    spellings: tuple[tuple[str, int], ...]
    releases: tuple[ChartRow, ...]
    recordings: tuple[ChartRow, ...]
    artists: tuple[EntityRef, ...]
    release: EntityRef | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """What one source reported of a user: `reports` observations; times of the earliest and latest play."""

    source: str
    reports: int
    first_at: int
    last_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A standing word of the user. `summary` is a sentence; `undone_at` is 0 while it stands."""

    decision_id: int
    kind: str
    subject: Mapping[str, Any]
    summary: str
    created_at: int
    undone_at: int
    by_user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPreview:
    """What a decision would change before it is made."""

    summary: str
    tracks: int
    listens: int
    sample: tuple[str, ...]
    """Up to ten lines "before -> after"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCounts:
    """`read == new + merged + known + skipped + feedback` always."""

    read: int = 0
    new: int = 0
    merged: int = 0
    known: int = 0
    skipped: int = 0
    feedback: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """An upload on its way. `state`: preview | running | done | cancelled | failed.

    `counts` of a preview are what a run would do; `years` maps "2016" to counts for the bars;
    `reasons` maps a skip reason to its number; `progress` is 0..1.
    """

    import_id: int
    user_id: int
    state: str
    title: str
    files: tuple[str, ...]
    parts: tuple[Mapping[str, Any], ...]
    counts: ImportCounts
    reasons: Mapping[str, int]
    years: Mapping[str, ImportCounts]
    first_at: int
    last_at: int
    sample: tuple[Mapping[str, Any], ...]
    progress: float
    error: str
    created_at: int
    finished_at: int
