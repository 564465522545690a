"""Stored rows as the records that pages and APIs show, under the decisions of their user."""

from __future__ import annotations

from typing import cast

from earstead.core.catalog import Entity, MapRules, map_track, recording_msid
from earstead.core.listen import observation_key
from earstead.kit import jsontext
from earstead.services.views import (
    DecisionRow,
    EntityKind,
    EntityRef,
    ListenRow,
    Witness,
)
from earstead.storage import catalog
from earstead.storage.engine import Row


def listen_row(row: Row, rules: MapRules) -> ListenRow:
    """A row of `storage.pages.COLUMNS` as the user reads it."""
    track = catalog.track((row[2], *row[7:12], row[12], row[13], row[14], row[15], row[16], 0, 0))
    mapped = map_track(track, rules)
    release = mapped.release
    return ListenRow(
        listen_id=row[0],
        listened_at=row[1],
        inserted_at=row[20],
        kind=row[7],
        track_id=row[2],
        track_name=rules.renames.get(mapped.recording.entity_id, track.track_name),
        artist_name=rules.renames.get(mapped.artists[0].entity_id, track.artist_name)
        if len(mapped.artists) == 1
        else track.artist_name,
        release_name=rules.renames.get(release.entity_id, track.release_name) if release else track.release_name,
        recording=_ref(mapped.recording, rules),
        release=_ref(release, rules) if release else None,
        artists=tuple(_ref(a, rules) for a in mapped.artists),
        played_ms=row[3],
        duration_ms=row[21],
        counted=bool(row[4]),
        hidden=bool(row[5]),
        skipped=None if row[6] < 0 else bool(row[6]),
        source=row[23],
        client=row[24],
        recording_mbid=track.recording_mbid,
        release_mbid=track.release_mbid,
        artist_mbids=track.artist_mbids,
        isrc=track.isrc,
        spotify_uri=track.spotify_uri,
        recording_msid=recording_msid(track.artist_name, track.track_name, track.artist_names),
        extra=jsontext.loads(row[22]),
    )


def _ref(entity: Entity, rules: MapRules) -> EntityRef:
    return EntityRef(
        kind=cast(EntityKind, entity.kind),
        entity_id=entity.entity_id,
        name=rules.renames.get(entity.entity_id, entity.name),
        credit=entity.credit,
        credit_id=entity.credit_id,
    )


def witness(row: Row) -> Witness:
    """A row of `storage.pages.witnesses`."""
    return Witness(
        seq=row[0],
        key=observation_key(row[1], row[5], row[2]),
        source=row[1],
        client=row[3],
        received_at=row[4],
        listened_at=row[5],
        ended_at=row[6],
        played_ms=row[7],
        duration_ms=row[8],
        artist_name=row[9],
        track_name=row[10],
        release_name=row[11],
        reason=row[12],
        extra=jsontext.loads(row[13]),
    )


def decision_row(row: Row) -> DecisionRow:
    """A stored decision as pages show it."""
    return DecisionRow(
        decision_id=row[0],
        kind=row[1],
        subject=jsontext.loads(row[2]),
        summary=row[3],
        created_at=row[4],
        undone_at=row[5],
        by_user=row[6],
    )
