"""How entities are named to a viewer: as they are most often written in what the viewer may see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import cast

from earstead.core.catalog import Entity, MapRules, Track, map_track
from earstead.services.views import EntityKind, EntityRef
from earstead.storage import charts
from earstead.storage.engine import Tx

Words = tuple[str, str, int]
"""(name, credit, credit_id)"""


def refs(
    tx: Tx, user_id: int, entity_ids: Sequence[int], rules: MapRules, *, heard_only: bool = False
) -> dict[int, EntityRef]:
    """References of entities by id; ids that nobody knows are left out.

    What a user heard has that user's words: the shared table serves only where everybody writes alike. With
    `heard_only`, things that this user never heard are left out as well: the words known of them are other people's,
    who may be private.
    """
    found = {row[0]: row for row in charts.names(tx, list(dict.fromkeys(entity_ids)))}
    by_kind: dict[str, list[int]] = defaultdict(list)
    for row in found.values():
        if heard_only or row[5] > 1:
            by_kind[row[1]].append(row[0])
    own = {i: words for kind, ids in by_kind.items() for i, words in _usual(tx, user_id, kind, ids, rules).items()}
    named = {}
    for entity_id, (_, kind, *shared, _) in found.items():
        if heard_only and entity_id not in own:
            continue
        name, credit, credit_id = own.get(entity_id) or shared
        named[entity_id] = EntityRef(
            kind=cast(EntityKind, kind),
            entity_id=entity_id,
            name=rules.renames.get(entity_id) or name,
            credit=credit,
            credit_id=credit_id,
        )
    return named


def spellings(tx: Tx, user_id: int, kind: str, entity_id: int, rules: MapRules) -> tuple[tuple[str, int], ...]:
    """(name as said, listens) of an entity, most used first."""
    counted: Counter[str] = Counter()
    for track, plays in charts.tracks_of_entities(tx, user_id, kind, [entity_id]):
        for entity in entities_of(track, rules):
            if entity.entity_id == entity_id:
                counted[entity.name] += plays
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _usual(tx: Tx, user_id: int, kind: str, ids: list[int], rules: MapRules) -> dict[int, Words]:
    counted: dict[int, Counter[tuple[bool, str]]] = defaultdict(Counter)
    credited: dict[tuple[int, str], Counter[tuple[str, int]]] = defaultdict(Counter)
    wanted = set(ids)
    for track, plays in charts.tracks_of_entities(tx, user_id, kind, ids):
        # After a merge the entity keeps its own name: one that led here without a rule goes first.
        own = {e.entity_id for e in entities_of(track, MapRules())}
        for entity in entities_of(track, rules):
            if entity.entity_id in wanted:
                counted[entity.entity_id][entity.entity_id in own, entity.name] += plays
                credited[entity.entity_id, entity.name][entity.credit, entity.credit_id] += plays
    names = {
        entity_id: min(found.items(), key=lambda item: (not item[0][0], -item[1], item[0][1]))[0][1]
        for entity_id, found in counted.items()
    }
    usual = {place: min(found.items(), key=lambda item: (-item[1], item[0]))[0] for place, found in credited.items()}
    return {entity_id: (name, *usual[entity_id, name]) for entity_id, name in names.items()}


def entities_of(track: Track, rules: MapRules) -> list[Entity]:
    """Every entity a track leads to."""
    mapped = map_track(track, rules)
    return [mapped.recording, *([mapped.release] if mapped.release else []), *mapped.artists]
