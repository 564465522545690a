"""Listens and feedback of a ListenBrainz export, and listens as its API gives them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from earstead.core.ids import DurationMs, UnixSeconds
from earstead.core.listen import Kind, Submission
from earstead.sources.exports import said
from earstead.sources.exports.said import NO_TIME, NOT_AN_OBJECT, Feedback, Mapper, Outcome, mbid, mbids, text
from earstead.sources.exports.times import seconds_of

SOURCE = "listenbrainz-export"
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def listens(options: Mapping[str, Any]) -> Mapper:
    """The mapper of listens."""
    return map_listen


def map_listen(row: Any) -> Outcome:
    """One listen: `{"listened_at": int, "track_metadata": {...}}`."""
    if not isinstance(row, dict):
        return NOT_AN_OBJECT
    at = seconds_of(row.get("listened_at"))
    if at is None:
        return NO_TIME
    return about(row.get("track_metadata"), at)


def about(metadata: Any, at: int) -> Submission | str:
    """What a `track_metadata` says; `additional_info` is kept whole, the server's own `mbid_mapping` is not."""
    if not isinstance(metadata, dict):
        return "track_metadata is missing"
    given = metadata.get("additional_info")
    info: dict[str, Any] = given if isinstance(given, dict) else {}
    if why := said.value_fault(info):
        return why
    return Submission(
        source=SOURCE,
        kind=Kind.EPISODE if info.get("media_type") == "podcast" else Kind.MUSIC,
        artist_name=text(metadata.get("artist_name")),
        track_name=text(metadata.get("track_name")),
        release_name=text(metadata.get("release_name")),
        artist_names=said.names_of(info.get("artist_names")),
        listened_at=UnixSeconds(at),
        played_ms=_played_ms(info.get("duration_played")),
        duration_ms=said.milliseconds(info.get("duration_ms")) or said.milliseconds(info.get("duration"), 1000),
        recording_mbid=mbid(info.get("recording_mbid")),
        release_mbid=mbid(info.get("release_mbid")),
        artist_mbids=mbids(info.get("artist_mbids")),
        isrc=said.isrc(info.get("isrc")),
        spotify_uri=said.spotify_uri(info.get("spotify_id")),
        origin=_origin(info),
        client=" ".join(
            filter(None, (text(info.get("submission_client")), text(info.get("submission_client_version"))))
        ),
        extra=info,
    )


def _played_ms(seconds: Any) -> DurationMs | None:
    return DurationMs(0) if seconds == 0 else said.milliseconds(seconds, 1000)


def _origin(info: Mapping[str, Any]) -> str:
    service = text(info.get("music_service")).lower()
    if _HOST.fullmatch(service):
        return service
    try:
        return urlsplit(text(info.get("origin_url"))).hostname or ""
    except ValueError:
        return ""


def feedback(options: Mapping[str, Any]) -> Mapper:
    """The mapper of feedback.jsonl."""
    return map_feedback


def map_feedback(row: Any) -> Outcome:
    """One love or hate; names are needed, since ids of another server's listens mean nothing here."""
    if not isinstance(row, dict):
        return NOT_AN_OBJECT
    score = said.integer(row.get("score"))
    if score not in (1, -1):
        return "neither love nor hate"
    at = seconds_of(row.get("created"))
    if at is None:
        return NO_TIME
    meant = about(row.get("track_metadata"), at)
    if isinstance(meant, str):
        return "only ids are given, without the names of what is loved or hated"
    return Feedback(meant, score, at)
