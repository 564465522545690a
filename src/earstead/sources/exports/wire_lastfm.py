"""Tracks of Last.fm's `user.getRecentTracks`, as dumped in JSON or XML, and lastfmstats.com's dump. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.sources.exports.said import NO_TIME, NOT_AN_OBJECT, Mapper, Outcome, mbid, text
from earstead.sources.exports.times import seconds_of

SOURCE = "lastfm-export"


def recent_tracks(options: Mapping[str, Any]) -> Mapper:
    """The mapper of tracks."""
    return map_track


def map_track(row: Any) -> Outcome:
    """One track: `{"artist": {"#text"}, "album": {"#text"}, "name", "date": {"uts"}}`; fields may be bare texts."""
    if not isinstance(row, dict):
        return NOT_AN_OBJECT
    attributes = row.get("@attr")
    if (isinstance(attributes, dict) and attributes.get("nowplaying") == "true") or row.get("nowplaying") == "true":
        return "it was playing when the dump was made; a play follows only when it ends"
    artist, album, track = row.get("artist"), row.get("album"), row.get("name", row.get("track"))
    listened_at = _time(row.get("date"))
    if listened_at is None:
        return NO_TIME
    return Submission(
        source=SOURCE,
        artist_name=_name(artist),
        track_name=_name(track),
        release_name=_name(album),
        listened_at=UnixSeconds(listened_at),
        recording_mbid=mbid(_name(row.get("mbid"))),
        release_mbid=mbid(album.get("mbid")) if isinstance(album, dict) else None,
        artist_mbids=tuple(filter(None, (mbid(artist.get("mbid")),))) if isinstance(artist, dict) else (),
        extra={"loved": True} if _name(row.get("loved")) == "1" else {},
    )


def _name(value: Any) -> str:
    if isinstance(value, dict):
        return text(value.get("#text")) or text(value.get("name"))
    return text(value)


def _time(value: Any) -> int | None:
    if isinstance(value, dict):
        return seconds_of(value.get("uts")) if value.get("uts") else seconds_of(value.get("#text"))
    return seconds_of(value)
