"""Names across users: which thing a name or an id means, and how a thing is written by those who may be seen.

Nothing is taken from the shared table of entities but its kind: the name, credit and ids in there are those of
whoever said them first, who may be private.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import msgspec

from earstead.core.catalog import NO_RULES, Entity, MapRules, Track, artists_of, map_track, track_of
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Kind, Submission
from earstead.services.everybody.circle import Circle
from earstead.services.views import EntityKind, EntityRef
from earstead.storage import catalog, charts, commons
from earstead.storage.engine import Tx

SAMPLE = 16
"""So many tracks of a thing are looked at for its spelling; ids are hashes, so a cut is a fair sample."""
SAMPLE_OF_ONE = 4
"""The same for a thing that nobody ever spelled differently: for its credit and ids."""
SAMPLE_OF_MERGED = 2_000
MOST_OF_MBID = 50
MOST_OF_MATCH = 200
_ANY_SEPARATOR = re.compile(
    r"\s*[,;/&+]\s*|\s+(?:and|with|x|vs\.?)\s+|\s*[(\[]?\b(?:feat\.?|ft\.?|featuring)\s+", re.IGNORECASE
)
_SEPARATORS = (_ANY_SEPARATOR, re.compile(r"\s*[,;]\s*"), re.compile(r"\s+&\s+"), re.compile(r"\s*/\s*"))


# ---- from a name to a thing --------------------------------------------------------------------------------------


def find(tx: Tx, around: Circle, kind: EntityKind, name: str, artist: str) -> int:
    """The id of what is called so, 0 when nobody of the circle heard it. See `Commons.named`."""
    if not name.strip() or (kind in ("release", "recording") and not artist.strip()):
        return 0
    tried: set[int] = set()
    for track in _readings(kind, name, artist):
        for found in _things(kind, track, around.rules):
            if found not in tried and commons.heard(tx, kind, around.user_ids, around.ids_of(found)):
                return found
            tried.add(found)
    return _same_title(tx, around, name, artist) if kind == "recording" else 0


def meanings(kind: EntityKind, name: str, artist: str) -> list[int]:
    """The ids that a name may mean before anybody decided on it."""
    if not name.strip() or (kind in ("release", "recording") and not artist.strip()):
        return []
    return list(dict.fromkeys(i for track in _readings(kind, name, artist) for i in _things(kind, track, NO_RULES)))


def _readings(kind: EntityKind, name: str, artist: str) -> Iterator[Track]:
    """What may have been said: the credit as one name, then as lists of names by its separators.

    A source may have given a list of artists; the credit that is shown for it ("A, B & C") comes back as one text.
    """
    credit = name if kind in ("artist", "show") else artist
    spoken = Kind.EPISODE if kind in ("show", "episode") else Kind.MUSIC
    title = name if kind in ("recording", "episode") else "-"
    lists = [()] if kind == "artist" else [(), *(tuple(filter(None, split.split(credit))) for split in _SEPARATORS)]
    for names in dict.fromkeys(lists):
        yield track_of(
            Submission(
                source="",
                kind=spoken,
                artist_name=credit,
                artist_names=names,
                track_name=title,
                release_name=name if kind == "release" else "",
                listened_at=UnixSeconds(0),
            )
        )


def _things(kind: EntityKind, track: Track, rules: MapRules) -> list[int]:
    mapped = map_track(track, rules)
    if kind == "release":
        return [mapped.release.entity_id] if mapped.release else []
    if kind in ("recording", "episode"):
        return [mapped.recording.entity_id]
    return [mapped.artists[0].entity_id]


def _same_title(tx: Tx, around: Circle, name: str, artist: str) -> int:
    """The most played recording of this first artist and title, whoever else is credited."""
    track = next(_readings("recording", name, artist))
    ids = commons.recordings_of_match(tx, around.user_ids, track.match_key, MOST_OF_MATCH)
    counted: Counter[int] = Counter()
    for _, entity_id, plays in commons.plays(tx, "recording", around.user_ids, sorted(ids)):
        counted[around.rules.lead(entity_id)] += plays
    return min(counted, key=lambda i: (-counted[i], i), default=0)


def find_mbid(tx: Tx, around: Circle, kind: EntityKind, mbid: str) -> int:
    """The id of what somebody of the circle reported under a MusicBrainz id; 0 for nothing."""
    column = {"artist": "artist_mbids", "release": "release_mbid", "recording": "recording_mbid"}.get(kind)
    if column is None:
        return 0
    wanted = mbid.strip().lower()
    said = f'["{wanted}"]' if kind == "artist" else wanted
    tracks = catalog.tracks_by_id(tx, commons.tracks_of_mbid(tx, column, said, MOST_OF_MBID))
    heard = commons.plays_of_tracks(tx, around.user_ids, sorted(tracks))
    for track_id in sorted(heard, key=lambda i: (-heard[i], i)):
        for found in _things(kind, tracks[track_id], around.rules):
            if commons.heard(tx, kind, around.user_ids, around.ids_of(found)):
                return found
    return 0


# ---- from things to their names ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Said:
    """The tracks behind one thing, and every way in which they write it."""

    kind: EntityKind
    tracks: list[Track]
    ways: dict[tuple[int, str, str, int], list[int]] = field(default_factory=dict)
    """(how far from the thing's own words, name, credit, credit_id) -> tracks that say so"""


def refs(tx: Tx, around: Circle, ids: Sequence[int]) -> dict[int, EntityRef]:
    """References by the id asked for, those left out that nobody of the circle heard."""
    known = charts.names(tx, list(dict.fromkeys(ids)))
    kinds = {row[0]: cast(EntityKind, row[1]) for row in known}
    said = _heard(tx, around, kinds, {row[0]: SAMPLE if row[5] > 1 else SAMPLE_OF_ONE for row in known})
    # What was merged into a thing may hide its own words from a small look.
    borrowed = {i: SAMPLE_OF_MERGED for i, s in said.items() if all(way[0] for way in s.ways)}
    said |= _heard(tx, around, kinds, borrowed)
    doubtful = sorted({t.track_id for s in said.values() if len(s.ways) > 1 for t in s.tracks})
    plays = commons.plays_of_tracks(tx, around.user_ids, doubtful)
    return {i: _ref(around.rules, i, s, plays) for i, s in said.items()}


def _heard(tx: Tx, around: Circle, kinds: Mapping[int, EntityKind], limits: Mapping[int, int]) -> dict[int, _Said]:
    """What so many tracks of each thing say of it; things that nobody of the circle heard are left out."""
    behind = {i: commons.words(tx, kinds[i], around.user_ids, around.ids_of(i), limit) for i, limit in limits.items()}
    wanted = sorted({track_id for found in behind.values() for track_id in found})
    tracks: dict[int, Track] = {}
    for start in range(0, len(wanted), commons.PIECE):
        tracks |= catalog.tracks_by_id(tx, wanted[start : start + commons.PIECE])
    return {i: _said(kinds[i], around, i, [tracks[t] for t in sorted(found)]) for i, found in behind.items() if found}


def _said(kind: EntityKind, around: Circle, entity_id: int, tracks: list[Track]) -> _Said:
    said = _Said(kind, tracks)
    lead, all_ids = around.rules.lead(entity_id), set(around.ids_of(entity_id))
    for track in tracks:
        far, entity = _spoken_of(kind, track, around.rules, lead, all_ids)
        said.ways.setdefault((far, entity.name, entity.credit, entity.credit_id), []).append(track.track_id)
    return said


def _spoken_of(kind: EntityKind, track: Track, rules: MapRules, lead: int, all_ids: set[int]) -> tuple[int, Entity]:
    """What a track says of a thing, and how far that is from the thing's own words: 0 they are its own, 1 those of
    something merged into it, 2 and 3 those of something that the listener's own decisions led there."""
    if own := _among(kind, track, NO_RULES, {lead}):
        return 0, own
    if merged := _among(kind, track, NO_RULES, all_ids) or _among(kind, track, rules, all_ids):
        return 1, merged
    led = _entities(kind, track, NO_RULES) or (map_track(track).recording,)
    return (2 if len(led) == 1 else 3), led[0]


def _among(kind: EntityKind, track: Track, rules: MapRules, ids: set[int]) -> Entity | None:
    return next((e for e in _entities(kind, track, rules) if e.entity_id in ids), None)


def _entities(kind: EntityKind, track: Track, rules: MapRules) -> tuple[Entity, ...]:
    mapped = map_track(track, rules)
    if kind == "release":
        return (mapped.release,) if mapped.release else ()
    return (mapped.recording,) if kind in ("recording", "episode") else mapped.artists


def _ref(rules: MapRules, entity_id: int, said: _Said, plays: dict[int, int]) -> EntityRef:
    _, name, credit, credit_id = min(
        said.ways, key=lambda way: (way[0], -sum(plays.get(t, 0) for t in said.ways[way]), way[1:])
    )
    lead = rules.lead(entity_id)
    ref = EntityRef(
        kind=said.kind,
        entity_id=entity_id,
        name=rules.renames.get(lead, name),
        credit=credit,
        credit_id=rules.lead(credit_id) if credit_id else 0,
        mbid=_usual([_mbid(said.kind, track, lead, rules) for track in said.tracks]),
        spotify_uri=_usual([t.spotify_uri for t in said.tracks]) if said.kind in ("recording", "episode") else "",
    )
    renamed = rules.renames.get(ref.credit_id)
    # As on pages of listens: a credit of several names is not rewritten.
    alone = all(len(artists_of(track)) == 1 for track in said.tracks)
    return msgspec.structs.replace(ref, credit=renamed) if renamed and alone else ref


def _mbid(kind: EntityKind, track: Track, entity_id: int, rules: MapRules) -> str:
    if kind == "recording":
        return track.recording_mbid
    if kind == "release":
        return track.release_mbid
    names = artists_of(track)
    if kind != "artist" or len(names) != len(track.artist_mbids):
        return ""
    artists = map_track(track).artists
    places = [i for i, artist in enumerate(artists) if rules.lead(artist.entity_id) == entity_id]
    return track.artist_mbids[places[0]] if places else ""


def _usual(values: list[str]) -> str:
    counted = Counter(filter(None, values))
    return min(counted, key=lambda value: (-counted[value], value), default="")
