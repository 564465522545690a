"""Tracks (what was said) and the map from them to recordings, releases and artists.

Facts over-distinguish, the map unifies: a track is the exact words and ids; the map gathers tracks under
entities by name keys, and standing decisions change the map, never the facts.
Entity ids are hashes of the keys, so that machines agree without a lookup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from earstead.core.ids import hash63, msid
from earstead.core.listen import Kind, Submission
from earstead.core.names import bare_title, clean, credited_artists, guests_in_title, name_key

BANNED = 1
"""Kept and shown in the history, left out of statistics."""
BLOCKED = 2
"""Kept, shown nowhere."""


class Track(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The exact words and ids of what was said; NFC texts, "" for what was not given."""

    track_id: int
    kind: Kind
    artist_name: str
    track_name: str
    release_name: str
    artist_names: tuple[str, ...]
    recording_mbid: str
    release_mbid: str
    artist_mbids: tuple[str, ...]
    isrc: str
    spotify_uri: str
    match_key: int
    id_key: int


class Entity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that can stand in a chart. `kind`: artist, show, release, recording or episode."""

    entity_id: int
    kind: str
    name: str
    credit: str = ""
    credit_id: int = 0


class Mapped(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a track leads for one user."""

    recording: Entity
    release: Entity | None
    artists: tuple[Entity, ...]
    visibility: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRules:
    """The standing decisions on names, compiled for looking up."""

    merges: Mapping[int, int] = field(default_factory=dict)
    renames: Mapping[int, str] = field(default_factory=dict)
    artist_splits: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    track_splits: Mapping[int, int] = field(default_factory=dict)
    visibility: Mapping[int, int] = field(default_factory=dict)

    def lead(self, entity_id: int) -> int:
        """Follow merges to the end; a circle (merge there and back) ends at its smallest id."""
        seen = [entity_id]
        while (following := self.merges.get(seen[-1])) is not None:
            if following in seen:
                return min(seen[seen.index(following) :])
            seen.append(following)
        return seen[-1]


NO_RULES = MapRules()


def compile_rules(decisions: Iterable[tuple[str, Mapping[str, Any]]]) -> MapRules:
    """Rules from standing decisions (kind, subject), oldest first; later ones override earlier ones."""
    merges: dict[int, int] = {}
    renames: dict[int, str] = {}
    artist_splits: dict[int, tuple[str, ...]] = {}
    track_splits: dict[int, int] = {}
    visibility: dict[int, int] = {}
    for kind, subject in decisions:
        if kind == "merge":
            merges.pop(int(subject["into"]), None)
            merges.update({int(i): int(subject["into"]) for i in subject["ids"] if int(i) != int(subject["into"])})
        elif kind == "rename":
            renames[int(subject["id"])] = str(subject["name"])
        elif kind == "split" and subject.get("track_ids"):
            tracks = sorted(int(i) for i in subject["track_ids"])
            track_splits.update(dict.fromkeys(tracks, hash63("split", *map(str, tracks))))
        elif kind == "split":
            artist_splits[int(subject["id"])] = tuple(subject["names"])
        elif kind in ("ban", "block"):
            visibility[int(subject["id"])] = BLOCKED if kind == "block" else BANNED
    return MapRules(
        merges=merges,
        renames=renames,
        artist_splits=artist_splits,
        track_splits=track_splits,
        visibility=visibility,
    )


def track_of(submission: Submission) -> Track:
    """The track of a submission; the same words and ids always give the same track."""
    s = submission
    return _track(
        s.kind,
        s.artist_name,
        s.track_name,
        s.release_name,
        s.artist_names,
        s.recording_mbid or "",
        s.release_mbid or "",
        s.artist_mbids,
        s.isrc or "",
        s.spotify_uri or "",
    )


@lru_cache(maxsize=20_000)
def _track(
    kind: Kind,
    artist_name: str,
    track_name: str,
    release_name: str,
    artist_names: tuple[str, ...],
    recording_mbid: str,
    release_mbid: str,
    artist_mbids: tuple[str, ...],
    isrc: str,
    spotify_uri: str,
) -> Track:
    artist, title, release = clean(artist_name), clean(track_name), clean(release_name)
    names = tuple(filter(None, map(clean, artist_names)))
    ids = (recording_mbid, release_mbid, *artist_mbids, isrc, spotify_uri)
    parts = (str(int(kind)), artist, title, release, *names, *(f"id:{i}" for i in ids))
    evidence = next((f"{k}:{v}" for k, v in zip("smi", (spotify_uri, recording_mbid, isrc), strict=True) if v), "")
    return Track(
        track_id=hash63("track", *parts),
        kind=kind,
        artist_name=artist,
        track_name=title,
        release_name=release,
        artist_names=names,
        recording_mbid=recording_mbid,
        release_mbid=release_mbid,
        artist_mbids=artist_mbids,
        isrc=isrc,
        spotify_uri=spotify_uri,
        match_key=match_key(kind, artist, title, names),
        id_key=hash63("id", evidence) if evidence else 0,
    )


def match_key(kind: Kind, artist_name: str, track_name: str, artist_names: tuple[str, ...] = ()) -> int:
    """Under which two witnesses may speak of one play: first artist plus title without "feat."."""
    first = credited_artists(artist_name, artist_names)[0]
    return hash63("match", str(int(kind)), name_key(first), name_key(bare_title(track_name)))


def artists_of(track: Track) -> tuple[str, ...]:
    """The names a listen of this track counts for: the credit, and guests that the title names."""
    credited = credited_artists(track.artist_name, track.artist_names)
    if track.kind is not Kind.MUSIC:
        return credited[:1]
    return credited_artists("", (*credited, *guests_in_title(track.track_name)))


def recording_keys(track: Track) -> tuple[str, str]:
    """(artist credit key, title key): a recording is these two."""
    return "\x1e".join(map(name_key, artists_of(track))), name_key(bare_title(track.track_name))


@lru_cache(maxsize=8192)
def recording_msid(artist_name: str, track_name: str, artist_names: tuple[str, ...] = ()) -> str:
    """The MSID of a recording by its names; equal on every server, for every spelling with the same keys."""
    track = _track(Kind.MUSIC, artist_name, track_name, "", artist_names, "", "", (), "", "")
    return msid("recording", *recording_keys(track))


def map_track(track: Track, rules: MapRules = NO_RULES) -> Mapped:
    """Where a track leads under the given rules."""
    artists = _artists(track, rules)
    first = artists[0]
    credit_key, title_key = recording_keys(track)
    kind = "recording" if track.kind is Kind.MUSIC else "episode"
    recording_id = rules.lead(rules.track_splits.get(track.track_id) or hash63(kind, credit_key, title_key))
    recording = Entity(
        entity_id=recording_id,
        kind=kind,
        name=track.track_name,
        credit=track.release_name if track.kind is Kind.CHAPTER else track.artist_name,
        credit_id=first.entity_id,
    )
    release = None
    if track.release_name and track.kind is Kind.MUSIC:
        release_id = rules.lead(hash63("release", name_key(artists_of(track)[0]), name_key(track.release_name)))
        release = Entity(
            entity_id=release_id, kind="release", name=track.release_name, credit=first.name, credit_id=first.entity_id
        )
    ids = [recording_id, *(a.entity_id for a in artists), *([release.entity_id] if release else [])]
    visibility = max(rules.visibility.get(i, 0) for i in ids)
    return Mapped(recording=recording, release=release, artists=artists, visibility=visibility)


def _artists(track: Track, rules: MapRules) -> tuple[Entity, ...]:
    if track.kind is not Kind.MUSIC:
        name = track.release_name if track.kind is Kind.CHAPTER and track.release_name else track.artist_name
        show_id = rules.lead(hash63("show", name_key(name)))
        return (Entity(entity_id=show_id, kind="show", name=name),)
    found: dict[int, Entity] = {}
    for name in artists_of(track):
        split = rules.artist_splits.get(hash63("artist", name_key(name)), (name,))
        for part in split:
            artist_id = rules.lead(hash63("artist", name_key(part)))
            found.setdefault(artist_id, Entity(entity_id=artist_id, kind="artist", name=part))
    return tuple(found.values())
