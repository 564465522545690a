"""What a user decided to call what a program calls otherwise: renamed and merged things, by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earstead.core.catalog import Entity, MapRules, Track, map_track, track_of
from earstead.core.listen import Submission
from earstead.services import naming
from earstead.services.ingest import Ingest
from earstead.storage.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names as decided; "" where nothing was decided about what was said."""

    artist_name: str = ""
    track_name: str = ""
    release_name: str = ""


NOTHING = Names()


def decided_names(engine: Engine, ingest: Ingest, user_id: int, said: Sequence[Submission]) -> tuple[Names, ...]:
    """For each submission the names that the user's standing decisions give it."""
    with engine.read() as tx:
        rules = ingest.rules(tx, user_id)[0]
        if not concern_names(rules):
            return (NOTHING,) * len(said)
        changed = [_changed(track_of(submission), rules) for submission in said]
        ids = [entity.entity_id for entities in changed for entity in entities if entity]
        refs = naming.refs(tx, user_id, ids, rules)

    def name(entity: Entity | None) -> str:
        if entity is None:
            return ""
        known = refs.get(entity.entity_id)
        return rules.renames.get(entity.entity_id) or (known.name if known else "")

    return tuple(
        Names(artist_name=name(artist), track_name=name(recording), release_name=name(release))
        for artist, recording, release in changed
    )


def concern_names(rules: MapRules) -> bool:
    """Whether there can be anything to correct."""
    return bool(rules.renames or rules.merges)


def _changed(track: Track, rules: MapRules) -> tuple[Entity | None, Entity | None, Entity | None]:
    """The artist, recording and release of a track that decisions led elsewhere or renamed; None for the others.

    A credit of several artists is left alone: a part of it cannot be corrected without guessing at the rest.
    """
    plain, mapped = map_track(track), map_track(track, rules)
    single = len(plain.artists) == len(mapped.artists) == 1

    def if_changed(before: Entity | None, after: Entity | None) -> Entity | None:
        if before is None or after is None:
            return None
        return after if after.entity_id != before.entity_id or after.entity_id in rules.renames else None

    return (
        if_changed(plain.artists[0], mapped.artists[0]) if single else None,
        if_changed(plain.recording, mapped.recording),
        if_changed(plain.release, mapped.release),
    )
