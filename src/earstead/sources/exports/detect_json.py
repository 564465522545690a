"""Which export a JSON document, or a file of JSON lines, is. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from earstead.sources.exports import wire_table
from earstead.sources.exports.findings import Finding, ignored, mapping_fault, mapping_of, unknown_table
from earstead.sources.exports.shape import Json, first_objects, json_shape
from earstead.sources.exports.wire_youtube import shared_words

UNKNOWN = "not a listening history that is known here"

_DOCUMENTS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("spotify-extended", "item", frozenset({"item.ts", "item.ms_played"})),
    ("spotify-account", "item", frozenset({"item.endTime", "item.msPlayed"})),
    ("youtube-music", "item", frozenset({"item.header", "item.title", "item.time"})),
    ("maloja", "scrobbles.item", frozenset({"scrobbles.item.time", "scrobbles.item.track.artists"})),
    ("maloja", "scrobbles.item", frozenset({"maloja", "scrobbles"})),
    ("maloja", "scrobbles.item", frozenset({"scrobbles.item.time", "scrobbles.item.artists"})),
    ("koito", "listens.item", frozenset({"exported_at", "listens"})),
    ("lastfm-json", "scrobbles.item", frozenset({"scrobbles.item.date", "scrobbles.item.track"})),
)
"""Format, where its rows stand, and the paths that tell it; the first that fits."""

_OTHERS: tuple[tuple[str, str], ...] = (
    ("playlists.item.name", "Spotify playlists, not a listening history"),
    ("tracks.item.uri", "a Spotify library; it holds no times"),
    ("item.searchTime", "Spotify searches, not a listening history"),
    ("item.searchQuery", "Spotify searches, not a listening history"),
    ("user_id", "says whose export it is; there are no listens in it"),
)
_RECENT = re.compile(r"(?P<at>(?:.+\.)?item|(?:.+\.)?track)\.date(\.uts|\.#text)?")
_LISTENS = re.compile(r"(?P<at>(?:.+\.)?item)\.track_metadata")


def json_part(said: str, encoding: str, name: str, options: Mapping[str, Any]) -> Finding:
    """The finding for a JSON text; `name` is only asked whether it speaks of videos."""
    shape = json_shape(said.encode("utf-8", "replace"))
    common = {"encoding": encoding}
    if said.lstrip().startswith("{"):
        lines = first_objects(said)
        if len(lines) < 2:
            whole = _document(shape, common, name)
            if whole or _other(shape.paths) != UNKNOWN:
                return whole or ignored(_other(shape.paths))
        return _lines(lines, common, options) or ignored(_other(shape.paths))
    return _document(shape, common, name) or _records(shape, common, options) or ignored(_other(shape.paths))


def _document(shape: Json, common: Mapping[str, Any], name: str) -> Finding | None:
    for form, at, telling in _DOCUMENTS:
        if telling <= shape.paths:
            return Finding(format=form, options={**common, "at": at, **_hints(form, shape, name)})
    for path in sorted(shape.paths):
        if found := _LISTENS.fullmatch(path):
            return Finding(format="listenbrainz-json", options={**common, "at": found["at"]})
        if (
            (found := _RECENT.fullmatch(path))
            and f"{found['at']}.artist" in shape.paths
            and f"{found['at']}.name" in shape.paths
        ):
            return Finding(format="lastfm-json", options={**common, "at": found["at"]})
    return None


def _hints(form: str, shape: Json, name: str) -> dict[str, Any]:
    if form == "spotify-extended" and "video" in name.lower():
        return {"video": True}
    if form == "youtube-music":
        before, after = shared_words(shape.texts.get("item.title", []))
        return {"before": before, "after": after}
    return {}


def _lines(lines: list[dict[str, Any]], common: Mapping[str, Any], options: Mapping[str, Any]) -> Finding | None:
    if not lines:
        return None
    keys = set().union(*lines)
    if keys >= {"listened_at", "track_metadata"}:
        return Finding(format="listenbrainz", options=common)
    if "score" in keys and keys & {"recording_mbid", "recording_msid"}:
        return Finding(format="listenbrainz-feedback", options=common)
    if "blurb_content" in keys or "pinned_until" in keys:
        return ignored("pinned recordings of ListenBrainz, not a listening history")
    if keys <= {"user_id", "username"}:
        return ignored("says whose export it is; there are no listens in it")
    if keys >= {"timeMs", "artist", "track"}:
        return Finding(format="pano-scrobbler", options=common)
    return _by_fields("lines", list(dict.fromkeys(key for line in lines for key in line)), common, options)


def _records(shape: Json, common: Mapping[str, Any], options: Mapping[str, Any]) -> Finding | None:
    fields = sorted(
        path.removeprefix("item.") for path in shape.paths if path.startswith("item.") and ".item" not in path
    )
    if not fields:
        return None
    found = _by_fields("records", fields, common, options)
    # A list of other things (searches, playlists) needs no advice about columns.
    return None if found.ignored and not mapping_of(options) and _other(shape.paths) != UNKNOWN else found


def _by_fields(form: str, fields: list[str], common: Mapping[str, Any], options: Mapping[str, Any]) -> Finding:
    """Rows with named fields that nobody in particular writes: by the user's mapping, else by their names."""
    mapping = mapping_of(options)
    fault = mapping_fault(mapping, _reachable(fields, mapping)) if mapping else ""
    roles = dict(mapping) if mapping and not fault else wire_table.roles_of(fields)
    if not roles:
        return ignored(fault or unknown_table(fields))
    source = wire_table.source_of(fields) if not mapping or fault else wire_table.OTHER
    return Finding(format=form, options={**common, "at": "item", "roles": roles, "source": source})


def _reachable(fields: list[str], mapping: Mapping[str, str]) -> list[str]:
    """The fields, and those inside them that the mapping names ("track.title")."""
    return [*fields, *(column for column in mapping.values() if column.split(".")[0] in fields)]


def _other(paths: Collection[str]) -> str:
    return next((why for path, why in _OTHERS if path in paths), UNKNOWN)
