"""What the API tells, as pydantic models: the shapes of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from earstead.apis.native.shapes import HASH_ID_NAMES, Answer, Count, EntityKind, HashId, Int, Seconds
from earstead.kit import jsontext
from earstead.services import views

_KINDS = ("music", "episode", "chapter")


def _kind(said: Any) -> Any:
    return _KINDS[said] if isinstance(said, int) else said


def _ids_as_text(subject: Any) -> Any:
    return {name: _text(value) if name in HASH_ID_NAMES else value for name, value in dict(subject).items()}


def _text(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_text(one) for one in value]
    return str(value) if isinstance(value, int) else value


def _spelling(said: Any) -> Any:
    return {"text": said[0], "plays": said[1]} if isinstance(said, tuple) else said


WhatKind = Annotated[Literal["music", "episode", "chapter"], BeforeValidator(_kind)]
Subject = Annotated[Mapping[str, Any], BeforeValidator(_ids_as_text)]
Unknowable = Annotated[Int, Field(description="-1 where nobody said.")]


class Entity(Answer):
    """An artist, release, recording, episode or show as it is named to you."""

    kind: EntityKind
    entity_id: HashId
    name: str
    credit: str = Field(description="The artist credit or show; empty for artists and shows.")
    credit_id: HashId
    spotify_uri: str
    mbid: str


class Listen(Answer):
    """One play."""

    listen_id: Count
    listened_at: Seconds
    inserted_at: Seconds
    kind: WhatKind
    track_name: str
    artist_name: str
    release_name: str
    recording: Entity
    release: Entity | None
    artists: tuple[Entity, ...]
    played_ms: Unknowable
    duration_ms: Unknowable
    counted: bool = Field(description="Long enough for statistics.")
    hidden: bool = Field(description="Deleted; can be restored.")
    skipped: bool | None
    source: str
    client: str
    recording_mbid: str
    release_mbid: str
    artist_mbids: tuple[str, ...]
    isrc: str
    spotify_uri: str
    recording_msid: str
    extra: Mapping[str, Any] = Field(description="Everything else the client said.")


class ListenPage(Answer):
    """A page of listens, newest first."""

    items: tuple[Listen, ...]
    older: str = Field(description="Cursor of the page after this one; empty at the end.")
    newer: str = Field(description="Cursor of the page before this one; empty at the start.")


def page_json(page: views.ListenPage) -> bytes:
    """The JSON of a `ListenPage`, written straight from the rows: a page of 50 is asked for all the time, and the
    model would look at each of its 2,000 values."""
    items = [_listen(row) for row in page.items]
    return jsontext.dumps({"items": items, "older": page.older, "newer": page.newer}).encode()


def _listen(row: views.ListenRow) -> dict[str, Any]:
    release = row.release
    return {
        "listen_id": row.listen_id,
        "listened_at": row.listened_at,
        "inserted_at": row.inserted_at,
        "kind": _KINDS[row.kind],
        "track_name": row.track_name,
        "artist_name": row.artist_name,
        "release_name": row.release_name,
        "recording": _entity(row.recording),
        "release": _entity(release) if release else None,
        "artists": [_entity(artist) for artist in row.artists],
        "played_ms": row.played_ms,
        "duration_ms": row.duration_ms,
        "counted": row.counted,
        "hidden": row.hidden,
        "skipped": row.skipped,
        "source": row.source,
        "client": row.client,
        "recording_mbid": row.recording_mbid,
        "release_mbid": row.release_mbid,
        "artist_mbids": row.artist_mbids,
        "isrc": row.isrc,
        "spotify_uri": row.spotify_uri,
        "recording_msid": row.recording_msid,
        "extra": row.extra,
    }


def _entity(ref: views.EntityRef) -> dict[str, Any]:
    return {
        "kind": ref.kind,
        "entity_id": str(ref.entity_id),
        "name": ref.name,
        "credit": ref.credit,
        "credit_id": str(ref.credit_id),
        "spotify_uri": ref.spotify_uri,
        "mbid": ref.mbid,
    }


class Outcome(Answer):
    """What became of one submitted listen."""

    status: Literal["new", "merged", "known"] = Field(
        description="new: a listen of its own; merged: another witness of a listen that was there; known: said before."
    )
    listen_id: Count


class Added(Answer):
    """What became of a submission, one outcome a listen in the order sent."""

    new: Count
    merged: Count
    known: Count
    outcomes: tuple[Outcome, ...]


class Decision(Answer):
    """A standing word of yours. `undone_at` is 0 while it stands."""

    decision_id: Count
    kind: str
    subject: Subject = Field(description="What it is about; hash ids as decimal text.")
    summary: str
    created_at: Seconds
    undone_at: Seconds
    by_user: str


class DecisionPreview(Answer):
    """What a decision would change."""

    summary: str
    tracks: Count
    listens: Count
    sample: tuple[str, ...]


class Witness(Answer):
    """One report of a play."""

    seq: Count
    key: str
    source: str
    client: str
    received_at: Seconds
    listened_at: Seconds
    ended_at: Seconds
    played_ms: Unknowable
    duration_ms: Unknowable
    artist_name: str
    track_name: str
    release_name: str
    reason: str
    extra: Mapping[str, Any]


class Explanation(Answer):
    """Why a listen is as it is."""

    listen: Listen
    witnesses: tuple[Witness, ...]
    decisions: tuple[Decision, ...]
    sentence: str


class Totals(Answer):
    """Sums over a period."""

    plays: Count
    listened_ms: Count
    all_plays: Count = Field(description="With those too short to count.")
    skipped: Count
    artists: Count
    recordings: Count
    first_at: Seconds
    last_at: Seconds


class ChartRow(Answer):
    """One place of a chart. `previous_rank` is 0 for what was not in the period before."""

    rank: Count
    entity: Entity
    plays: Count
    listened_ms: Count
    previous_rank: Count


class Chart(Answer):
    """A part of a chart; `total` places in all, `top` the largest value of the whole chart."""

    rows: tuple[ChartRow, ...]
    total: Count
    top: Count
    compared: bool


class Bucket(Answer):
    """One step of a time series; `start` is its first local day."""

    start: str
    label: str
    plays: Count
    listened_ms: Count


class Spelling(Answer):
    """A way the name was written, and how often."""

    text: str
    plays: Count


class EntityDetail(Answer):
    """Everything about an entity but its series and listens."""

    entity: Entity
    plays: Count
    listened_ms: Count
    all_plays: Count
    skipped: Count
    first: Listen | None
    latest: Listen | None
    rank: Count
    spellings: tuple[Annotated[Spelling, BeforeValidator(_spelling)], ...]
    releases: tuple[ChartRow, ...]
    recordings: tuple[ChartRow, ...]
    artists: tuple[Entity, ...]
    release: Entity | None


class YearRank(Answer):
    """The place of an entity in one year; rank 0 where it was not heard."""

    label: str
    rank: Count
    plays: Count


class ImportCounts(Answer):
    """`read` is the sum of the others."""

    read: Count
    new: Count
    merged: Count
    known: Count
    skipped: Count
    feedback: Count


class ImportJob(Answer):
    """An upload on its way; the counts of a preview are what a run would do."""

    import_id: Count
    state: str = Field(description="preview, running, done, cancelled or failed.")
    title: str
    files: tuple[str, ...]
    parts: tuple[Mapping[str, Any], ...]
    counts: ImportCounts
    reasons: Mapping[str, Count]
    years: Mapping[str, ImportCounts]
    first_at: Seconds
    last_at: Seconds
    sample: tuple[Mapping[str, Any], ...]
    progress: float = Field(ge=0, le=1)
    error: str
    created_at: Seconds
    finished_at: Seconds


class SkippedRow(Answer):
    """A row of an import that became nothing, and why."""

    where: str
    reason: str
    excerpt: str


class ExportFormat(Answer):
    """A form in which everything goes out."""

    name: str
    title: str
    suffix: str


class Token(Answer):
    """A token, without its secret. `used_at` is 0 until it is first used."""

    token_id: Count
    label: str
    scopes: tuple[str, ...]
    created_at: Seconds
    used_at: Seconds


class NewToken(Answer):
    """A token just made: the only time its secret is told."""

    token: str
    label: str
    scopes: tuple[str, ...]


class Me(Answer):
    """Whom the token speaks for."""

    user_id: Count
    name: str
    display_name: str
    role: str
    zone: str
    visibility: str
    created_at: Seconds
    scopes: tuple[str, ...]
    listens: Count
    first_at: Seconds
    last_at: Seconds


class NowPlaying(Answer):
    """What is heard at this moment."""

    artist_name: str
    track_name: str
    release_name: str
    duration_ms: Count = Field(description="0 where unknown.")
    started_at: Seconds
    expires_at: Seconds
    client: str
