"""What is heard together, read from the histories of a circle. The measure itself, and why, is in `core.similarity`.

Bounded by the constants below, however large the histories: the latest sessions that hold a thing stand for all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from earstead.core.similarity import Play, matches, sessions, together
from earstead.services.everybody.circle import Circle
from earstead.storage import commons
from earstead.storage.engine import Tx

Kind = Literal["artist", "recording"]

MOST_LISTENERS = 20
MOST_SESSIONS = 400
"""Shared among the listeners, at least `FEWEST_SESSIONS` for each."""
FEWEST_SESSIONS = 20
MOST_TIMES = 1_000
MOST_PLAYS = 10_000
"""Plays read of one listener."""
REACH_S = 3 * 3600
"""How far from the thing a session is followed."""
CANDIDATES = 120
"""Only of the things met most often it is asked how often they are heard at all."""
MOST_MATCHES = 250


def similar(tx: Tx, around: Circle, kind: Kind, entity_id: int, limit: int) -> tuple[tuple[int, float], ...]:
    """(entity_id, match) of what is nearest, nearest first; () when nobody of the circle heard the thing."""
    lead, ids = around.rules.lead(entity_id), around.ids_of(entity_id)
    counted: Counter[int] = Counter()
    for user_id, _, plays in commons.plays(tx, kind, around.user_ids, ids):
        counted[user_id] += plays
    listeners = sorted(counted, key=lambda user_id: (-counted[user_id], user_id))[:MOST_LISTENERS]
    share = max(FEWEST_SESSIONS, MOST_SESSIONS // max(len(listeners), 1))
    held = [s for user_id in listeners for s in _sessions(tx, around, kind, user_id, lead, ids, share)]
    met = together(held, lead)
    limit = min(limit, MOST_MATCHES)
    nearest = sorted(met, key=lambda item: (-met[item], item))[: max(CANDIDATES, limit)]
    sizes: Counter[int] = Counter()
    every = [alias for item in nearest for alias in around.ids_of(item)]
    for _, alias, plays in commons.plays(tx, kind, around.user_ids, every):
        sizes[around.rules.lead(alias)] += plays
    return matches({item: met[item] for item in nearest}, sizes, limit)


def _sessions(
    tx: Tx, around: Circle, kind: Kind, user_id: int, lead: int, ids: Sequence[int], most: int
) -> list[frozenset[int]]:
    """The latest sessions of a user that hold a thing, latest first."""
    found: list[frozenset[int]] = []
    left = MOST_PLAYS
    for start, end in _spans(commons.times(tx, kind, user_id, ids, MOST_TIMES)):
        rows = commons.around(tx, kind, user_id, start, end, left)
        left -= len(rows)
        plays: dict[int, list[int]] = {}
        starts: dict[int, tuple[int, int]] = {}
        for listen_id, at, played_ms, item in rows:
            starts[listen_id] = (at, at + max(played_ms, 0) // 1000)
            plays.setdefault(listen_id, []).append(around.rules.lead(item))
        heard = [Play(*starts[listen_id], tuple(items)) for listen_id, items in plays.items()]
        found += [held for held in reversed(sessions(heard)) if lead in held]
        if left <= 0 or len(found) >= most:
            break
    return found[:most]


def _spans(times: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Spans that reach around times (latest first) and do not touch each other, latest first."""
    start = end = 0
    for at in times:
        if end and at + REACH_S >= start:
            start = at - REACH_S
            continue
        if end:
            yield start, end
        start, end = at - REACH_S, at + REACH_S
    if end:
        yield start, end
