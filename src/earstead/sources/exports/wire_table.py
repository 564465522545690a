"""Tables of plays that name their columns: Last.fm and Libre.fm dumps, and any other with a mapping. Pure.

A *role* is what a column means ("artist", "listened_at"); `roles_of` guesses roles from column names, a user's
mapping gives them outright. A row is a list (by position) or an object (by key; "a.b" reaches inside).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from earstead.core.ids import DurationMs, UnixSeconds
from earstead.core.listen import Submission
from earstead.sources.exports import said
from earstead.sources.exports.said import NO_TIME, Mapper, Outcome, integer, mbid, milliseconds, text
from earstead.sources.exports.times import seconds_of, zone_of

LASTFM = "lastfm-export"
LIBREFM = "librefm-export"
OTHER = "table"

REQUIRED = ("artist", "track", "listened_at")
ROLES: dict[str, tuple[str, ...]] = {
    "artist": ("artist", "artistname", "trackartist", "artists", "creator", "performer"),
    "track": ("track", "title", "trackname", "tracktitle", "song", "songname", "songtitle", "name"),
    "album": ("album", "albumname", "albumtitle", "release", "releasename"),
    "listened_at": (
        *("uts", "listenedat", "timestamp", "unixtimestamp", "playedat", "scrobbledat", "time", "date", "datetime"),
        *("utctime", "timems", "dateusername"),
    ),
    "duration_ms": ("durationms", "lengthms"),
    "duration_s": ("duration", "length", "durations"),
    "played_ms": ("playedms", "msplayed"),
    "played_s": ("playeds", "durationplayed"),
    "recording_mbid": ("trackmbid", "recordingmbid", "trackmusicbrainzid"),
    "artist_mbid": ("artistmbid", "artistmusicbrainzid"),
    "release_mbid": ("albummbid", "releasembid", "albummusicbrainzid"),
    "isrc": ("isrc",),
    "spotify_uri": ("spotifyuri", "spotifytrackuri", "trackuri", "spotifyid"),
}
"""What a column may mean, and the names that say so, best first; lower case, letters and digits only."""

# lastexport.py and its descendants write these seven columns without a header.
LASTEXPORT = ("listened_at", "track", "artist", "album", "recording_mbid", "artist_mbid", "release_mbid")
# benjaminbenben.com/lastfm-to-csv: no header either.
LASTFM_TO_CSV = ("artist", "album", "track", "listened_at")


def _key(name: str) -> str:
    # lastfmstats.com heads its time column "Date#name-of-the-user".
    return re.sub(r"[^a-z0-9]", "", "dateusername" if name.lower().startswith("date#") else name.lower())


def roles_of(columns: Sequence[str]) -> dict[str, str]:
    """Role to column name for every role that a column name speaks for; {} unless all required ones are found.

    Separate columns `date` and `time` are the day and the hour of one time: role "time_of_day".
    """
    named: dict[str, str] = {}
    for column in columns:
        named.setdefault(_key(column), column)
    found = {role: next((named[name] for name in names if name in named), "") for role, names in ROLES.items()}
    if "date" in named and "time" in named and _key(found["listened_at"]) in ("date", "time"):
        found["listened_at"], found["time_of_day"] = named["date"], named["time"]
    return {role: name for role, name in found.items() if name} if all(found[role] for role in REQUIRED) else {}


def source_of(columns: Sequence[str]) -> str:
    """Whose dump a recognised header belongs to, as far as it tells."""
    keys = {_key(column) for column in columns}
    if keys & {"uts", "utctime", "dateusername"} or (
        "date" in keys and keys <= {"artist", "album", "track", "title", "date"}
    ):
        return LASTFM
    return LIBREFM if {"time", "artist", "track", "album"} <= keys else OTHER


def table(options: Mapping[str, Any]) -> Mapper:
    """The mapper of a table. `options`: "roles" (role to position or key), "source", "zone".

    Raises:
        ValueError: for a time zone that does not exist.
    """
    roles: Mapping[str, Any] = options["roles"]
    source, zone = str(options.get("source", OTHER)), zone_of(options)
    cells = [(role, where) for role, where in roles.items() if isinstance(where, int)]
    if len(cells) == len(roles):
        return lambda row: _from_list(row, cells, source, zone)
    paths = [(role, str(where), str(where).split(".")) for role, where in roles.items()]
    return lambda row: _from_object(row, paths, source, zone)


def _from_list(row: Any, cells: Sequence[tuple[str, int]], source: str, zone: tzinfo) -> Outcome:
    if not isinstance(row, list):
        return "not a row of a table"
    return from_roles({role: row[at] for role, at in cells if at < len(row)}, source, zone)


def _from_object(row: Any, paths: Sequence[tuple[str, str, list[str]]], source: str, zone: tzinfo) -> Outcome:
    if not isinstance(row, dict):
        return said.NOT_AN_OBJECT
    return from_roles({role: row[key] if key in row else _dig(row, path) for role, key, path in paths}, source, zone)


def _dig(row: Any, path: Sequence[str]) -> Any:
    for step in path:
        row = row.get(step) if isinstance(row, dict) else None
    return row


def from_roles(given: Mapping[str, Any], source: str, zone: tzinfo) -> Outcome:
    """A play out of values by role; times of day without an offset are in `zone`."""
    value = given.get
    when = value("listened_at")
    if "time_of_day" in given:
        when = f"{text(when)} {text(value('time_of_day'))}"
    at = seconds_of(when, zone)
    if at is None:
        return NO_TIME
    artists = said.names_of(value("artist"))
    played = integer(value("played_ms")) if "played_ms" in given else None
    if played is None and "played_s" in given:
        seconds = integer(value("played_s"))
        played = seconds * 1000 if seconds is not None else None
    return Submission(
        source=source,
        artist_name=", ".join(artists) or text(value("artist")),
        artist_names=artists,
        track_name=text(value("track")),
        release_name=text(value("album")),
        listened_at=UnixSeconds(at),
        duration_ms=milliseconds(value("duration_ms")) or _length(value("duration_s")),
        played_ms=DurationMs(played) if played is not None else None,
        # What says how long it was heard lets our rule decide; a bare list of plays is taken at its word.
        asserted=played is None,
        recording_mbid=mbid(value("recording_mbid")),
        release_mbid=mbid(value("release_mbid")),
        artist_mbids=tuple(filter(None, (mbid(value("artist_mbid")),))),
        isrc=said.isrc(value("isrc")),
        spotify_uri=said.spotify_uri(value("spotify_uri")),
    )


def _length(value: Any) -> DurationMs | None:
    """Seconds, or minutes and seconds ("3:34")."""
    if isinstance(value, str) and (found := re.fullmatch(r"(\d{1,3}):(\d\d)", value.strip(), re.ASCII)):
        return milliseconds(int(found[1]) * 60 + int(found[2]), 1000)
    return milliseconds(value, 1000)
