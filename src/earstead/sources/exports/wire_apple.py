"""Rows of Apple Music's "Play Activity" table. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earstead.core.ids import DurationMs, UnixSeconds
from earstead.core.listen import Reading, Submission
from earstead.sources.exports.said import NO_TIME, NOT_AN_OBJECT, Mapper, Outcome, integer, milliseconds, text
from earstead.sources.exports.times import seconds_of

SOURCE = "apple-music"
_KEPT = (
    "End Reason Type",
    "Event Type",
    "Media Type",
    "Item Type",
    "Feature Name",
    "Source Type",
    "Offline",
    "Play Duration Milliseconds",
)
_DRIFT_S = 86_400
"""A start further than a day before the end belongs to another play or to a wrong clock."""


def play_activity(options: Mapping[str, Any]) -> Mapper:
    """The mapper of play activity, rows by column name."""
    return map_activity


def map_activity(row: Any) -> Outcome:
    """One event; only ends of plays are plays. Every end is kept, however short."""
    if not isinstance(row, dict):
        return NOT_AN_OBJECT
    event = text(row.get("Event Type"))
    if event and event != "PLAY_END":
        return f"the event {event[:40]} is not the end of a play"
    artist = text(row.get("Artist Name")) or text(row.get("Container Artist Name"))
    track = text(row.get("Song Name")) or text(row.get("Content Name"))
    played = integer(row.get("Play Duration Milliseconds"))
    played_ms = DurationMs(played) if played is not None and 0 <= played <= 2_073_600_000 else None
    end, start = seconds_of(row.get("Event End Timestamp")), seconds_of(row.get("Event Start Timestamp"))
    if start is not None and end is not None and not 0 <= end - start <= _DRIFT_S:
        start = None
    if start is None and end is None:
        return NO_TIME
    began = start if start is not None else (end or 0) - ((played_ms or 0) + 500) // 1000
    return Submission(
        source=SOURCE,
        artist_name=artist,
        track_name=track,
        release_name=text(row.get("Album Name")) or text(row.get("Container Album Name")),
        listened_at=UnixSeconds(began),
        ended_at=UnixSeconds(end) if end is not None else None,
        reading=Reading.END if start is None else Reading.START,
        played_ms=played_ms,
        duration_ms=milliseconds(row.get("Media Duration In Milliseconds")),
        asserted=False,
        skipped=_skipped(text(row.get("End Reason Type"))),
        origin="music.apple.com",
        extra={name: text(row[name]) for name in _KEPT if text(row.get(name))},
    )


def _skipped(reason: str) -> bool | None:
    if reason.startswith(("TRACK_SKIPPED", "MANUALLY_SELECTED")):
        return True
    return False if reason == "NATURAL_END_OF_TRACK" else None
