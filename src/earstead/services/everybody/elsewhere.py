"""Where names went that people in sight decided on: merged into others, or changed.

Everybody's decisions are their own. A name that nobody goes by any more, because those who heard it merged it away,
leads to where they led it; and a thing is called what most of its plays call it.
"""

from __future__ import annotations

from collections import Counter

from earstead.core.catalog import MapRules
from earstead.services.everybody import rankings, wording
from earstead.services.everybody.circle import Circle
from earstead.services.ingest import Ingest
from earstead.services.views import EntityKind
from earstead.storage import commons
from earstead.storage.engine import Tx


def merged(tx: Tx, around: Circle, ingest: Ingest, kind: EntityKind, name: str, artist: str) -> int:
    """The id of what a name was merged into by most plays of those in sight; 0 where nobody merged it."""
    meant = wording.meanings(kind, name, artist)
    plays: Counter[int] = Counter()
    for user_id, rules in _deciders(tx, around, ingest).items():
        leads = {lead for entity_id in meant if (lead := rules.lead(entity_id)) != entity_id}
        for _, entity_id, count in commons.plays(tx, kind, [user_id], sorted(leads)):
            plays[around.rules.lead(entity_id)] += count
    return min(plays, key=lambda entity_id: (-plays[entity_id], entity_id), default=0)


def renamed(tx: Tx, around: Circle, ingest: Ingest, kind: EntityKind, entity_id: int) -> str:
    """The name that most plays of a thing give it by decision; "" where most leave it as it was said."""
    called: Counter[str] = Counter()
    deciders = _deciders(tx, around, ingest)
    for user_id, count in rankings.plays_of(tx, around, kind, [entity_id])[entity_id].items():
        rules = deciders.get(user_id)
        called[rules.renames.get(rules.lead(entity_id), "") if rules else ""] += count
    return min(called, key=lambda name: (-called[name], name), default="")


def _deciders(tx: Tx, around: Circle, ingest: Ingest) -> dict[int, MapRules]:
    return {user_id: ingest.rules(tx, user_id)[0] for user_id in commons.deciders(tx, around.user_ids)}
