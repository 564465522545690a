"""What was said of a thing before it was merged into another: all ids under which rows about it may stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from earstead.core.catalog import MapRules
from earstead.storage.engine import MAX_LIST, Row

PIECE = 1024


def ids_behind(rules: MapRules, entity_ids: Iterable[int]) -> dict[int, list[int]]:
    """id asked for -> all ids that lead to where it leads, the end of the way first."""
    leads = {entity_id: rules.lead(entity_id) for entity_id in entity_ids}
    behind: dict[int, list[int]] = {lead: [lead] for lead in leads.values()}
    for merged in rules.merges:
        ids = behind.get(rules.lead(merged))
        if ids is not None and merged not in ids:
            ids.append(merged)
    return {entity_id: behind[lead] for entity_id, lead in leads.items()}


def covered(rules: MapRules, rows_of: Callable[[Sequence[int]], Sequence[Row]]) -> list[int]:
    """Of rows about things that were merged, the ids of those that a later row about the same thing covers.

    At most 4,096: one list of a statement.

    Args:
        rows_of: gives (entity id, time) of the rows about so many ids; asked for 1,024 at once.
    """
    if not rules.merges:
        return []
    ids = sorted({end for merged in rules.merges for end in (merged, rules.lead(merged))})
    rows = [row for start in range(0, len(ids), PIECE) for row in rows_of(ids[start : start + PIECE])]
    standing: dict[int, int] = {}
    passed = []
    for entity_id, _ in sorted(rows, key=lambda row: (-row[1], row[0])):
        if standing.setdefault(rules.lead(entity_id), entity_id) != entity_id:
            passed.append(entity_id)
    return passed[:MAX_LIST]
