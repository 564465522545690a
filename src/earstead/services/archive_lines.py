"""The lines of an earstead archive: observations, decisions and feedback as JSON, the same bytes for the same rows.

Members that hold their default are left out, names are sorted, texts are written as they are. Reading checks the
types; a line that does not fit is an error with a sentence, never a half-read row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from earstead.core.ids import DurationMs, Isrc, Mbid, SpotifyUri, UnixSeconds
from earstead.core.listen import Kind, Reading, Submission, observation_key, unpack_traits
from earstead.kit import jsontext
from earstead.storage.engine import Row

MOST_COUNT = 1 << 62
_KINDS = {Kind.MUSIC: "music", Kind.EPISODE: "episode", Kind.CHAPTER: "chapter"}
_READINGS = {Reading.START: "start", Reading.END: "end", Reading.EITHER: "either"}


class WordsLine(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The words and ids of a track, as said."""

    artist_name: str
    track_name: str
    kind: str = "music"
    release_name: str = ""
    artist_names: list[str] = msgspec.field(default_factory=list)
    recording_mbid: str = ""
    release_mbid: str = ""
    artist_mbids: list[str] = msgspec.field(default_factory=list)
    isrc: str = ""
    spotify_uri: str = ""


class ObservationLine(WordsLine, omit_defaults=True, kw_only=True):
    """One observation. `key` is what decisions call it, for people and other programs; it follows from the rest."""

    key: str = ""
    source: str
    listened_at: int
    received_at: int = 0
    ended_at: int | None = None
    reading: str = "start"
    precision_s: int = 1
    played_ms: int | None = None
    duration_ms: int | None = None
    asserted: bool = True
    skipped: bool | None = None
    twin_s: int = 0
    origin: str = ""
    client: str = ""
    extra: dict[str, Any] = msgspec.field(default_factory=dict)


class FeedbackLine(WordsLine, omit_defaults=True, kw_only=True):
    """One word about a recording: score 1 or -1, said at `at`."""

    score: int
    at: int


class DecisionLine(msgspec.Struct, kw_only=True):
    """One decision with its dates; `undone_at` is 0 while it stands."""

    kind: str
    subject: dict[str, Any]
    summary: str
    created_at: int
    undone_at: int = 0
    by_user: str = ""


class TagLine(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One tag on an artist, release or recording, which is named by its id, and for people by its words."""

    kind: str
    entity_id: int
    name: str
    credit: str = ""
    credit_id: int = 0
    tag: str
    at: int


class PlayLinkLine(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One place where a recording can be played: the recording by its id, and for people by its words."""

    entity_id: int
    name: str
    credit: str = ""
    service: str
    target: str
    at: int


class FollowLine(msgspec.Struct, kw_only=True):
    """One name that the user follows since `at`."""

    name: str
    at: int


class WebhookLine(msgspec.Struct, kw_only=True):
    """One address that events were sent to, and which; never its secret."""

    url: str
    label: str
    types: list[str]
    created_at: int


def line(value: Mapping[str, Any]) -> bytes:
    """A JSON object as one line: sorted names, no blanks, UTF-8."""
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        # A lone surrogate that a client sent: only its escape is valid UTF-8.
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def observation_line(row: Row) -> tuple[str, bytes]:
    """(key, line) of a row of `storage.exporting.observations`."""
    traits = unpack_traits(row[9])
    key = observation_key(row[1], row[0], row[2])
    said = ObservationLine(
        key=key,
        source=row[1],
        listened_at=row[0],
        received_at=row[6],
        ended_at=row[5] or None,
        reading=_READINGS[traits["reading"]],
        precision_s=traits["precision_s"],
        played_ms=row[7] if row[7] >= 0 else None,
        duration_ms=row[8] if row[8] >= 0 else None,
        asserted=traits["asserted"],
        skipped=None if traits["skipped"] < 0 else bool(traits["skipped"]),
        twin_s=traits["twin_s"],
        client=row[3],
        origin=row[4],
        extra=jsontext.loads(row[10]),
        kind=_KINDS[Kind(row[11])],
        artist_name=row[12],
        track_name=row[13],
        release_name=row[14],
        artist_names=json.loads(row[15]),
        recording_mbid=row[16],
        release_mbid=row[17],
        artist_mbids=json.loads(row[18]),
        isrc=row[19],
        spotify_uri=row[20],
    )
    return key, line(msgspec.to_builtins(said))


def read_line(text: bytes, shape: type[Any]) -> Any:
    """A line as one of the shapes above. Raises ValueError with a sentence when it does not fit."""
    try:
        return msgspec.convert(json.loads(text), shape)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    except ValueError:
        raise ValueError("not a line of JSON") from None


def observation(said: ObservationLine) -> Submission:
    """The submission of a line. Raises ValueError for a number out of range or an unknown word."""
    numbers = (said.listened_at, said.received_at, said.ended_at or 0, said.precision_s, said.twin_s)
    if any(not -MOST_COUNT < n < MOST_COUNT for n in numbers) or min(said.precision_s, said.twin_s) < 0:
        raise ValueError("a number is out of range")
    if not said.source or len(said.source) > 100:
        raise ValueError("no source")
    reading = next((r for r, word in _READINGS.items() if word == said.reading), None)
    if reading is None:
        raise ValueError("unknown reading")
    return Submission(
        source=said.source,
        listened_at=UnixSeconds(said.listened_at),
        ended_at=UnixSeconds(said.ended_at) if said.ended_at else None,
        reading=reading,
        precision_s=said.precision_s,
        played_ms=None if said.played_ms is None else DurationMs(said.played_ms),
        duration_ms=None if said.duration_ms is None else DurationMs(said.duration_ms),
        asserted=said.asserted,
        skipped=said.skipped,
        twin_s=said.twin_s,
        origin=said.origin,
        client=said.client,
        extra=said.extra,
        **_words(said),
    )


def words(said: WordsLine) -> Submission:
    """The words of a line as a submission without a time. Raises ValueError for an unknown kind."""
    return Submission(source="earstead-archive", listened_at=UnixSeconds(0), **_words(said))


def _words(said: WordsLine) -> dict[str, Any]:
    kind = next((k for k, word in _KINDS.items() if word == said.kind), None)
    if kind is None:
        raise ValueError("unknown kind")
    return {
        "kind": kind,
        "artist_name": said.artist_name,
        "track_name": said.track_name,
        "release_name": said.release_name,
        "artist_names": tuple(said.artist_names),
        "recording_mbid": Mbid(said.recording_mbid) if said.recording_mbid else None,
        "release_mbid": Mbid(said.release_mbid) if said.release_mbid else None,
        "artist_mbids": tuple(Mbid(mbid) for mbid in said.artist_mbids),
        "isrc": Isrc(said.isrc) if said.isrc else None,
        "spotify_uri": SpotifyUri(said.spotify_uri) if said.spotify_uri else None,
    }
