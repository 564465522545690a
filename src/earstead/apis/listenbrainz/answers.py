"""Listens as ListenBrainz writes them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from earstead.apis.listenbrainz.wire import SOURCE
from earstead.core.catalog import recording_msid
from earstead.core.listen import Kind, NowPlaying, Submission
from earstead.services.views import ListenRow

_MEDIA_TYPES = {int(Kind.EPISODE): "podcast", int(Kind.CHAPTER): "audiobook"}


def listen_json(row: ListenRow, user_name: str) -> dict[str, Any]:
    """One listen of a page."""
    return {
        "listened_at": row.listened_at,
        "inserted_at": row.inserted_at,
        "recording_msid": row.recording_msid,
        "user_name": user_name,
        "track_metadata": _metadata(
            row.artist_name,
            row.track_name,
            row.release_name,
            {**_row_info(row), "recording_msid": row.recording_msid},
            _mapping(row),
        ),
    }


def playing_json(playing: NowPlaying, user_name: str) -> dict[str, Any]:
    """What stands in the slot; it has no `listened_at`."""
    said = playing.submission
    info = {**_playing_info(said), "recording_msid": submission_msid(said)}
    return {
        "playing_now": True,
        "user_name": user_name,
        "track_metadata": _metadata(said.artist_name, said.track_name, said.release_name, info, {}),
    }


def submission_msid(submission: Submission) -> str:
    """The MSID a submission's listen has, or would have."""
    return recording_msid(submission.artist_name, submission.track_name, submission.artist_names)


def _metadata(
    artist_name: str, track_name: str, release_name: str, info: dict[str, Any], mapping: dict[str, Any]
) -> dict[str, Any]:
    metadata: dict[str, Any] = {"artist_name": artist_name, "track_name": track_name}
    if release_name:
        metadata["release_name"] = release_name
    metadata["additional_info"] = info
    if mapping:
        metadata["mbid_mapping"] = mapping
    return metadata


def _row_info(row: ListenRow) -> dict[str, Any]:
    """What the client said, flattened; of other sources what ListenBrainz has a word for, never their own fields.

    Facts that another witness of the same play brought are added where the client had none.
    """
    info = _flat(row.extra) if row.source == SOURCE else _known({"submission_client": row.client})
    known = {
        "media_type": _MEDIA_TYPES.get(row.kind, ""),
        "duration_ms": 0 if "duration" in info else max(row.duration_ms, 0),
        "isrc": row.isrc,
        "spotify_id": _spotify_page(row.spotify_uri),
        "recording_mbid": row.recording_mbid,
        "release_mbid": row.release_mbid,
        "artist_mbids": list(row.artist_mbids),
    }
    return {**_known(known), **info}


def _playing_info(said: Submission) -> dict[str, Any]:
    """The same for what plays, which other APIs can report, too."""
    if said.source == SOURCE:
        return _flat(said.extra)
    return _known({"submission_client": said.client, "duration_ms": said.duration_ms or 0})


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in facts.items() if value}


def _flat(info: Mapping[str, Any]) -> dict[str, Any]:
    """Nested objects as dotted keys at every depth; lists, also of objects, stay as they are."""
    return dict(_leaves(info, ""))


def _leaves(info: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in info.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _spotify_page(uri: str) -> str:
    kind, _, spotify_id = uri.removeprefix("spotify:").partition(":")
    return f"https://open.spotify.com/{kind}/{spotify_id}" if spotify_id else ""


def _mapping(row: ListenRow) -> dict[str, Any]:
    """MusicBrainz ids as submitted; only there when the recording's is known."""
    if not row.recording_mbid:
        return {}
    mapping: dict[str, Any] = {"recording_mbid": row.recording_mbid, "recording_name": row.track_name}
    if row.release_mbid:
        mapping["release_mbid"] = row.release_mbid
    if row.artist_mbids:
        mapping["artist_mbids"] = list(row.artist_mbids)
    return mapping
