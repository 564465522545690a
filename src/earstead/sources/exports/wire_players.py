"""Logs of players: Pano Scrobbler's, and the `.scrobbler.log` of Rockbox and its kin. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.sources.exports.said import NO_TIME, NOT_AN_OBJECT, Feedback, Mapper, Outcome, mbid, milliseconds, text
from earstead.sources.exports.times import local_seconds, seconds_of, zone_of

PANO = "pano-scrobbler"
ROCKBOX = "scrobbler-log"

_LOVES = {"love": 1, "loved": 1, "unlove": 0, "unloved": 0, "hate": -1, "ban": -1}
_KEPT = ("albumArtist", "mediaPlayerPackage", "mediaPlayerName", "mediaPlayerVersion")


def pano(options: Mapping[str, Any]) -> Mapper:
    """The mapper of Pano Scrobbler's rows, JSON lines or CSV by column name."""
    return map_pano


def map_pano(row: Any) -> Outcome:
    """`timeMs, artist, track, album, albumArtist, durationMs, mediaPlayer..., event` ("scrobble", "love", ...)."""
    if not isinstance(row, dict):
        return NOT_AN_OBJECT
    at = seconds_of(row.get("timeMs"))
    if at is None:
        return NO_TIME
    submission = Submission(
        source=PANO,
        artist_name=text(row.get("artist")),
        track_name=text(row.get("track")),
        release_name=text(row.get("album")),
        listened_at=UnixSeconds(at),
        duration_ms=milliseconds(row.get("durationMs")),
        client="Pano Scrobbler",
        extra={name: text(row[name]) for name in _KEPT if text(row.get(name))},
    )
    event = text(row.get("event")).lower() or "scrobble"
    if event == "scrobble":
        return submission
    if score := _LOVES.get(event):
        return Feedback(submission, score, at)
    return f'the event "{event[:40]}" is neither a play nor a love'


def rockbox(options: Mapping[str, Any]) -> Mapper:
    """The mapper of a .scrobbler.log; `options["local"]`: its clock had no zone (#TZ/UNKNOWN), `zone` says which."""
    zone = zone_of(options) if options.get("local") else UTC

    def map_line(row: Any) -> Outcome:
        """artist, album, title, track number, seconds, `L`istened or `S`kipped, epoch, MBID."""
        if not isinstance(row, list) or len(row) < 7:
            return "a line of the log needs at least seven columns"
        at = seconds_of(row[6])
        if at is None:
            return NO_TIME
        if not at:
            return "the player had no clock; the time is 0"
        if zone is not UTC and 0 < at < 4_133_980_800:
            at = local_seconds(datetime.fromtimestamp(at, UTC), zone)
        rating = text(row[5]).upper()
        if rating not in ("L", "S"):
            return "the rating is neither L (listened) nor S (skipped)"
        return Submission(
            source=ROCKBOX,
            artist_name=text(row[0]),
            track_name=text(row[2]),
            release_name=text(row[1]),
            listened_at=UnixSeconds(at),
            duration_ms=milliseconds(row[4], 1000),
            asserted=rating == "L",
            skipped=rating == "S",
            recording_mbid=mbid(row[7]) if len(row) > 7 else None,
            client=str(options.get("client", ""))[:100],
            extra={"tracknumber": text(row[3])} if text(row[3]) else {},
        )

    return map_line
