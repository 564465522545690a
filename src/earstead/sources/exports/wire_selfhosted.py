"""Listens of the exports of Maloja and Koito. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earstead.core.ids import DurationMs, UnixSeconds
from earstead.core.listen import Submission
from earstead.sources.exports.said import NO_TIME, NOT_AN_OBJECT, Mapper, Outcome, integer, mbid, milliseconds, names_of
from earstead.sources.exports.said import text as text_of
from earstead.sources.exports.times import seconds_of

MALOJA = "maloja-export"
KOITO = "koito-export"


def maloja(options: Mapping[str, Any]) -> Mapper:
    """The mapper of Maloja's `scrobbles`."""
    return map_maloja


def map_maloja(row: Any) -> Outcome:
    """`{"time": s, "track": {"artists": [], "title", "album": {"albumtitle"} | null, "length": s}, "duration": s}`."""
    if not isinstance(row, dict):
        return NOT_AN_OBJECT
    at = seconds_of(row.get("time"))
    if at is None:
        return NO_TIME
    said = row.get("track")
    track: dict[str, Any] = said if isinstance(said, dict) else row  # before version 3 the fields stood in the row
    album = track.get("album")
    played = integer(row.get("duration")) if track is not row else None
    artists = names_of(track.get("artists"))
    return Submission(
        source=MALOJA,
        artist_name=", ".join(artists),
        artist_names=artists,
        track_name=text_of(track.get("title")),
        release_name=text_of(album.get("albumtitle") or album.get("name"))
        if isinstance(album, dict)
        else text_of(album),
        listened_at=UnixSeconds(at),
        duration_ms=milliseconds(track.get("length"), 1000),
        played_ms=DurationMs(played * 1000) if played is not None and 0 <= played < 2_073_600 else None,
        client=text_of(row.get("origin")).removeprefix("client:"),
        extra={"origin": text_of(row["origin"])} if text_of(row.get("origin")) else {},
    )


def koito(options: Mapping[str, Any]) -> Mapper:
    """The mapper of Koito's `listens`."""
    return map_koito


def map_koito(row: Any) -> Outcome:
    """`{"listened_at", "client", "track": {"mbid", "duration": s, "aliases"}, "album": {...}, "artists": [...]}`."""
    if not isinstance(row, dict):
        return NOT_AN_OBJECT
    at = seconds_of(row.get("listened_at"))
    if at is None:
        return NO_TIME
    track, album = _object(row.get("track")), _object(row.get("album"))
    given = row.get("artists")
    artists = sorted(map(_object, given), key=lambda one: not one.get("is_primary")) if isinstance(given, list) else []
    names = tuple(filter(None, map(_primary, artists)))
    return Submission(
        source=KOITO,
        artist_name=", ".join(names),
        artist_names=names,
        track_name=_primary(track),
        release_name=_primary(album),
        listened_at=UnixSeconds(at),
        duration_ms=milliseconds(track.get("duration"), 1000),
        recording_mbid=mbid(track.get("mbid")),
        release_mbid=mbid(album.get("mbid")),
        artist_mbids=tuple(filter(None, (mbid(one.get("mbid")) for one in artists))),
        client=text_of(row.get("client")),
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _primary(thing: Mapping[str, Any]) -> str:
    """Koito has no name but a list of aliases, one of them primary."""
    given = thing.get("aliases")
    aliases = list(map(_object, given)) if isinstance(given, list) else []
    chosen = next((one for one in aliases if one.get("is_primary")), aliases[0] if aliases else {})
    return text_of(chosen.get("alias")) or text_of(thing.get("name"))
