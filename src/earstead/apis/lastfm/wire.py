"""Scrobbles: from parameters to entries, from entries to submissions or the reason to ignore them. Pure.

Source: spec sections 5.1 to 5.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from earstead.core.ids import DurationMs, Mbid, UnixSeconds
from earstead.core.listen import Submission
from earstead.core.names import clean, name_key
from earstead.core.rules import MAX_DURATION_MS, MAX_NAME

SOURCE = "lastfm"
MOST_ENTRIES = 50
EARLIEST = 1_009_843_200
"""2002-01-01 UTC: scrobbling began that year. No age limit otherwise: a journal of months is welcome."""
FUTURE_SLACK_S = 300
UNKNOWN_LENGTH_TTL_S = 300
LONGEST_TTL_S = 5_400

ACCEPTED, ARTIST, TRACK, TOO_OLD, TOO_NEW, DAILY = 0, 1, 2, 3, 4, 5
IGNORED: Mapping[int, str] = {
    ACCEPTED: "",
    ARTIST: "Artist was ignored",
    TRACK: "Track was ignored",
    TOO_OLD: "Timestamp was too old",
    TOO_NEW: "Timestamp was too new",
    DAILY: "Daily scrobble limit exceeded",
}

REQUIRED = ("artist", "track", "timestamp")
_FIELDS = frozenset(
    (
        *REQUIRED,
        "album",
        "albumartist",
        "tracknumber",
        "mbid",
        "duration",
        "chosenbyuser",
        "streamid",
        "context",
    )
)
_INDEXED = re.compile(r"([a-z]+)\[([0-9]{1,3})\]")
# What players send for a file without tags.
_NOBODY = frozenset(map(name_key, ("Unknown Artist", "[unknown]", "<Unknown>", "[unknown artist]", "unknown")))
_NO_TITLE = frozenset(map(name_key, ("[unknown]", "<Unknown>", "Unknown Track", "[untitled track]")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One scrobble as it was said, and what is made of it.

    Attributes:
        timestamp: as sent, to be repeated in the answer.
        ignored: 0, or the number of the reason why it is not kept.
        submission: what is kept; None when it is ignored.
    """

    artist: str
    track: str
    album: str
    album_artist: str
    timestamp: str
    ignored: int = ACCEPTED
    submission: Submission | None = field(default=None)


def grouped(given: Mapping[str, str]) -> list[dict[str, str]]:
    """Parameters by entry, in ascending index. Indices may have gaps, and stand there also for a single entry.

    Without any index the parameters are one entry. Empty when nothing names an artist, a track or a time.
    """
    found: dict[int, dict[str, str]] = {}
    for name, value in given.items():
        if name[-1:] == "]" and (match := _INDEXED.fullmatch(name)) and match[1] in _FIELDS:
            found.setdefault(int(match[2]), {})[match[1]] = value
    listed = [found[i] for i in sorted(found) if any(name in found[i] for name in REQUIRED)]
    if listed:
        return listed
    plain = {name: value for name, value in given.items() if name in _FIELDS}
    return [plain] if any(name in plain for name in REQUIRED) else []


def judged(said: Mapping[str, str], now: int, client: str) -> Entry:
    """One entry: kept, or ignored with a reason; never an error, which would lose its neighbours."""
    artist, track = clean(said.get("artist", "")), clean(said.get("track", ""))
    album, album_artist = clean(said.get("album", "")), clean(said.get("albumartist", ""))
    if len(album) > MAX_NAME:
        album = ""
    stamp = said.get("timestamp", "").strip()
    at = whole(stamp)
    ignored = _reason(artist, track, at, now)
    return Entry(
        artist=artist,
        track=track,
        album=album,
        album_artist=album_artist,
        timestamp=stamp,
        ignored=ignored,
        submission=None if ignored or at is None else submission(said, artist, track, album, at, client),
    )


def _reason(artist: str, track: str, at: int | None, now: int) -> int:
    if not artist or len(artist) > MAX_NAME or name_key(artist) in _NOBODY:
        return ARTIST
    if not track or len(track) > MAX_NAME or name_key(track) in _NO_TITLE:
        return TRACK
    if at is None or at < EARLIEST:
        return TOO_OLD
    return TOO_NEW if at > now + FUTURE_SLACK_S else ACCEPTED


def submission(said: Mapping[str, str], artist: str, track: str, album: str, at: int, client: str) -> Submission:
    """The neutral form. What has no field of its own stays in `extra`, under the names of the other protocols."""
    extra: dict[str, object] = {}
    if album_artist := clean(said.get("albumartist", ""))[:MAX_NAME]:
        extra["album_artist"] = album_artist
    if number := said.get("tracknumber", "").strip():
        extra["tracknumber"] = number[:20]
    if chosen := said.get("chosenbyuser", "").strip().lower():
        extra["chosen_by_user"] = chosen not in ("0", "false", "no")
    if stream := said.get("streamid", "").strip():
        extra["stream_id"] = stream[:255]
    if context := said.get("context", "").strip():
        extra["context"] = context[:255]
    return Submission(
        source=SOURCE,
        artist_name=artist,
        track_name=track,
        release_name=album,
        listened_at=UnixSeconds(at),
        duration_ms=duration_ms(said.get("duration", "")),
        recording_mbid=mbid(said.get("mbid", "")),
        client=client,
        extra=extra,
    )


def ttl_s(length_ms: int | None) -> int:
    """For how many seconds a now playing of this length stands."""
    seconds = (length_ms or 0) // 1000
    return seconds if 0 < seconds <= LONGEST_TTL_S else UNKNOWN_LENGTH_TTL_S


def whole(text: str) -> int | None:
    """A number, decimals cut; None for what is none."""
    try:
        return int(text) if text.isdecimal() and len(text) < 20 else int(float(text))
    except (ValueError, OverflowError):
        return None


def duration_ms(text: str) -> DurationMs | None:
    """A length in seconds; None when it is absent, zero or nonsense."""
    seconds = whole(text.strip())
    return DurationMs(seconds * 1000) if seconds and 0 < seconds * 1000 <= MAX_DURATION_MS else None


def mbid(text: str) -> Mbid | None:
    """A MusicBrainz id; None for what is none."""
    if len(text) < 32:
        return None
    try:
        return Mbid(str(UUID(text.strip())))
    except ValueError:
        return None
