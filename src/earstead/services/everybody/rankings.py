"""Lists about everybody: plays of several users added up, put in order, and cut into pages."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from earstead.core.names import name_key
from earstead.core.periods import Span
from earstead.services.everybody.circle import Circle
from earstead.services.everybody.wording import refs
from earstead.services.showing import Showing
from earstead.services.views import EntityKind, EntityRef
from earstead.storage import charts, commons
from earstead.storage.engine import Row, Tx

MOST_PLACES = 10_000
"""A list about everybody ends here."""
MOST_EQUAL = 1_000
"""So many equal places are put in order of name; more stay in an order of their own, which does not change."""
STEP_S = 300
FEW = 3
"""Histories whose single charts are kept as well (they serve their users' own pages); of more, only the sum is kept:
each may be tens of thousands of rows."""


class Place(NamedTuple):
    """A thing, the plays of it and the distinct users who made them."""

    entity_id: int
    plays: int
    listeners: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonRow:
    """One place of a list about everybody. `rank` counts from 1 over the whole list, not over the page."""

    rank: int
    entity: EntityRef
    plays: int
    listeners: int


def summed(around: Circle, rows: Iterable[Row]) -> list[Place]:
    """Rows of (user_id, entity_id, plays) by where they lead for the viewer, most played first."""
    plays: dict[int, int] = {}
    users: dict[int, set[int]] = {}
    for user_id, entity_id, count in rows:
        lead = around.rules.lead(entity_id)
        plays[lead] = plays.get(lead, 0) + count
        users.setdefault(lead, set()).add(user_id)
    return sorted((Place(i, n, len(users[i])) for i, n in plays.items()), key=_order)


def chart(tx: Tx, showing: Showing, around: Circle, kind: EntityKind, span: Span | None) -> list[Place]:
    """The chart of a circle without a viewer: each history's own chart, added up."""
    total: dict[int, list[int]] = {}
    bounds = (span.start, span.end) if span else None
    for user_id in around.user_ids:
        own = around.veil.of(tx, user_id)
        if len(around.user_ids) <= FEW:
            rows = showing.of(user_id, around.veil).grouped_in(own, user_id, kind, span)
        else:
            rows = charts.chart(own, user_id, kind, bounds)
        for entity_id, plays, _ in rows:
            place = total.setdefault(entity_id, [0, 0])
            place[0] += plays
            place[1] += 1
    return heapq.nsmallest(MOST_PLACES, (Place(i, *sums) for i, sums in total.items()), key=_order)


def steady(span: Span) -> Span:
    """The span in whole steps of five minutes around it, so that "the last seven days" is one question for a while."""
    return Span(span.start - span.start % STEP_S, span.end + -span.end % STEP_S)


def _order(place: Place) -> tuple[int, int]:
    return -place.plays, place.entity_id


def page(tx: Tx, around: Circle, places: Sequence[Place], limit: int, offset: int) -> tuple[CommonRow, ...]:
    """Places `offset` to `offset + limit` of a list in order of plays, named; equal ones in order of name."""
    part = _ties_by_name(tx, places, max(offset, 0), max(limit, 0))
    named = refs(tx, around, [place.entity_id for place in part])
    return tuple(
        CommonRow(rank=rank, entity=named[place.entity_id], plays=place.plays, listeners=place.listeners)
        for rank, place in enumerate(part, max(offset, 0) + 1)
        if place.entity_id in named
    )


def _ties_by_name(tx: Tx, places: Sequence[Place], offset: int, limit: int) -> list[Place]:
    part = places[offset : offset + limit]
    if not part:
        return []
    first, after = offset, offset + len(part)
    while first and places[first - 1].plays == part[0].plays:
        first -= 1
    while after < len(places) and places[after].plays == part[-1].plays:
        after += 1
    equal = [list(group) for _, group in groupby(places[first:after], key=lambda place: place.plays)]
    asked = [place.entity_id for group in equal if 1 < len(group) <= MOST_EQUAL for place in group]
    # The shared table will do: only the order comes of it.
    keys = {row[0]: name_key(row[2]) for row in charts.names(tx, asked)}
    ordered = [p for group in equal for p in sorted(group, key=lambda p: (keys.get(p.entity_id, ""), p.entity_id))]
    return ordered[offset - first : offset - first + len(part)]


def plays_of(tx: Tx, around: Circle, kind: EntityKind, ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """entity -> user -> plays, by the ids asked for."""
    asked: dict[int, list[int]] = {}
    for entity_id in ids:
        asked.setdefault(around.rules.lead(entity_id), []).append(entity_id)
    found: dict[int, dict[int, int]] = {entity_id: {} for entity_id in ids}
    every = sorted({alias for entity_id in ids for alias in around.ids_of(entity_id)})
    for user_id, alias, plays in commons.plays(tx, kind, around.user_ids, every):
        for entity_id in asked[around.rules.lead(alias)]:
            found[entity_id][user_id] = found[entity_id].get(user_id, 0) + plays
    return found
