"""From stored and new observations to listens: fetch whole clusters, let core decide, write the difference.

Runs inside the writer's transaction. The closure follows every pair that agrees, also through observations
stored long ago, so that `core.reconcile.resolve` always sees whole clusters and the result does not depend on
the order of arrival or on the size of batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from earstead.core.listen import Listen, Observation
from earstead.core.periods import day_and_hour
from earstead.core.provenance import level
from earstead.core.reconcile import REACH_S, PlayRules, alone, pairs, resolve
from earstead.storage import listens, observations
from earstead.storage.engine import Row, Tx

PIECE = 512
PIECE_SPAN_S = 45 * 86_400
"""One lookup covers this much time: a batch that jumps through the years is asked for in pieces."""


@dataclass(slots=True)
class Cluster:
    """Observations by key, the listens the stored ones belong to, and who has company."""

    members: dict[str, Observation]
    listen_of: dict[int, int] = field(default_factory=dict)
    connected: set[str] = field(default_factory=set)


Beside = Callable[[Sequence[Observation], int, int], Iterable[Observation]]


def closure(
    tx: Tx, user_id: int, fresh: Sequence[tuple[Observation, int]], rules: PlayRules, *, beside: Beside | None = None
) -> Cluster:
    """Everything connected with the given (observation, its listen or 0).

    Args:
        beside: finds observations that are not stored, by names or ids of the given ones and a span of starts.
    """
    cluster = Cluster({o.key: o for o, _ in fresh}, {o.seq: listen for o, listen in fresh})
    partners: dict[str, set[str]] = {}
    for a, b in rules.joined:
        partners.setdefault(a, set()).add(b)
        partners.setdefault(b, set()).add(a)
    frontier = [o for o, _ in fresh]
    while frontier:
        candidates = _lookup(tx, user_id, frontier, beside)
        wanted = {p for o in frontier for p in partners.get(o.key, ()) if p not in cluster.members}
        for found in observations.by_keys(tx, user_id, wanted):
            candidates[found[0].key] = found
        cluster.connected.update(key for key in (*cluster.members, *candidates) if key in partners)
        asking = {o.key for o in frontier}
        others = [o for key, (o, _) in candidates.items() if key not in asking]
        for _, _, x, y in pairs([*frontier, *others]):
            if x.key in asking or y.key in asking:
                cluster.connected.update((x.key, y.key))
        frontier = []
        for key, (observation, listen) in candidates.items():
            if key in cluster.connected and key not in cluster.members:
                cluster.members[key] = observation
                cluster.listen_of[observation.seq] = listen
                frontier.append(observation)
    return cluster


def _lookup(
    tx: Tx, user_id: int, frontier: Sequence[Observation], beside: Beside | None
) -> dict[str, tuple[Observation, int]]:
    found: dict[str, tuple[Observation, int]] = {}
    linked = observations.linked_match_keys(tx, sorted({o.id_key for o in frontier if o.id_key}))
    for piece in _pieces(frontier):
        keys = {o.match_key for o in piece}
        keys.update(key for o in piece for key in linked.get(o.id_key, ()))
        first, last = piece[0].started_at - REACH_S, piece[-1].started_at + REACH_S
        if beside:
            found.update((o.key, (o, 0)) for o in beside(piece, first, last))
        found.update((o.key, (o, listen)) for o, listen in observations.near(tx, user_id, sorted(keys), first, last))
    return found


def _pieces(frontier: Sequence[Observation]) -> Iterable[list[Observation]]:
    piece: list[Observation] = []
    for observation in sorted(frontier, key=lambda o: o.started_at):
        if piece and (len(piece) >= PIECE or observation.started_at - piece[0].started_at > PIECE_SPAN_S):
            yield piece
            piece = []
        piece.append(observation)
    if piece:
        yield piece


@dataclass(frozen=True, slots=True)
class Settled:
    """What `settle` wrote: the listens by id, and the reason of each observation by seq."""

    listens: dict[int, Listen]
    listen_of: dict[int, int]
    reason_of: dict[int, str]


def settle(tx: Tx, user_id: int, zone: str, cluster: Cluster, rules: PlayRules) -> Settled:
    """Resolve a cluster and write the difference: listens, assignments of stored observations, counters."""
    together = [o for key, o in cluster.members.items() if key in cluster.connected]
    decided = list(resolve(together, rules)) if together else []
    decided += [alone(o, rules) for key, o in cluster.members.items() if key not in cluster.connected]
    old = listens.take(tx, sorted({listen for listen in cluster.listen_of.values() if listen}))
    source_of = {o.seq: o.source for o in cluster.members.values()}
    listens.insert(tx, [_row(user_id, zone, listen, source_of) for listen in decided])
    settled = Settled(
        {listen.listen_id: listen for listen in decided},
        {seq: listen.listen_id for listen in decided for seq, _ in listen.witnesses},
        {seq: reason for listen in decided for seq, reason in listen.witnesses},
    )
    stored = [seq for seq, listen in cluster.listen_of.items() if listen]
    observations.assign(
        tx,
        [{"seq": seq, "listen_id": settled.listen_of[seq], "reason": settled.reason_of[seq]} for seq in stored],
    )
    times = [n.listened_at for n in decided] + [row[5] for row in old]
    if not times:
        return settled
    listens.count(
        tx,
        user_id,
        touched=(min(times), max(times)),
        plays=sum(n.counted for n in decided) - sum(row[1] for row in old),
        listened_ms=sum(n.played_ms for n in decided if n.counted) - sum(row[2] for row in old if row[1]),
        all_plays=sum(not n.hidden for n in decided) - sum(not row[4] for row in old),
        skipped=sum(n.skipped == 1 and not n.hidden for n in decided) - sum(row[3] == 1 and not row[4] for row in old),
    )
    return settled


def _row(user_id: int, zone: str, n: Listen, source_of: Mapping[int, str]) -> Row:
    day, hour = day_and_hour(n.listened_at, zone)
    return (
        user_id,
        n.listened_at,
        n.listen_id,
        n.track_id,
        day,
        hour,
        n.played_ms,
        n.duration_ms,
        int(n.counted),
        int(n.hidden),
        n.skipped,
        level(source_of[seq] for seq, _ in n.witnesses),
    )
