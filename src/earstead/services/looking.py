"""What storing would answer, batch after batch, with nothing written.

A look remembers what it has seen: a play told by two files of one upload is one play, as it will be when they are
stored. What was seen is kept as observations, up to a bound; beyond it a look promises too little merging,
never too much (the run decides exactly).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from earstead.core.ids import hash63
from earstead.core.listen import Observation, Submission
from earstead.core.reconcile import PlayRules, resolve
from earstead.kit.clock import Clock
from earstead.kit.seen import SeenKeys
from earstead.services import clusters
from earstead.services.storing import Outcome, Prepared, company, observation, prepare, sift, source_spans
from earstead.storage.engine import Engine, Tx

MOST_KEPT = 300_000
"""Observations that a look keeps, about 250 bytes each."""


REPEATED = Outcome("known", 0, 0)


class Seen:
    """Observations by the names and ids under which another may meet them."""

    def __init__(self) -> None:
        self.spans: dict[str, tuple[int, int]] = {}
        self._by_name: dict[int, list[Observation]] = {}
        self._names_of: dict[int, set[int]] = {}
        self._size = 0

    def add(self, o: Observation) -> None:
        """Keep an observation, while there is room."""
        if self._size >= MOST_KEPT:
            return
        self._size += 1
        self._by_name.setdefault(o.match_key, []).append(o)
        if o.id_key:
            self._names_of.setdefault(o.id_key, set()).add(o.match_key)
        first, last = self.spans.get(o.source, (o.started_at, o.started_at))
        self.spans[o.source] = (min(first, o.started_at), max(last, o.started_at))

    def near(self, piece: Sequence[Observation], first: int, last: int) -> Iterable[Observation]:
        """Those that share a name or an id with one of the piece and started in `first..last`."""
        names = {o.match_key for o in piece}
        names.update(name for o in piece for name in self._names_of.get(o.id_key, ()))
        for name in names:
            for o in self._by_name.get(name, ()):
                if first <= o.started_at <= last:
                    yield o


class Look:
    """One user's upload, looked at from its first batch to its last."""

    def __init__(self, engine: Engine, clock: Clock, user_id: int, rules: PlayRules) -> None:
        self._engine = engine
        self._clock = clock
        self._user_id = user_id
        self._rules = rules
        self._keys = SeenKeys()
        self._seen = Seen()
        self._count = 0

    def take(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """What `Ingest.add` would answer if all before were stored; listen ids are 0 where there is none yet.

        Raises Rejected when one of them could not be kept; none of them counts as seen then.
        """
        prepared = prepare(submissions, self._clock.now())
        with self._engine.read() as tx:
            stored_spans = source_spans(tx, self._user_id)
            known, fresh = sift(tx, self._user_id, prepared, stored_spans)
            again = {p.place for p in fresh if not self._keys.add(_key(p))}
            fresh = [p for p in fresh if p.place not in again]
            statuses = self._judged(tx, fresh, stored_spans)
        outcomes = []
        for p in prepared:
            if p.place in known:
                outcomes.append(Outcome("known", known[p.place][1], known[p.place][0]))
            else:
                outcomes.append(statuses.pop(p.place, REPEATED))
        return outcomes

    def _judged(
        self, tx: Tx, fresh: Sequence[Prepared], stored_spans: dict[str, tuple[int, int]]
    ) -> dict[tuple[str, int], Outcome]:
        statuses = {p.place: Outcome("new", 0, 0) for p in fresh}
        met = company(fresh, [*stored_spans.items(), *self._seen.spans.items()], self._rules)
        place_of: dict[int, tuple[str, int]] = {}
        made: list[Observation] = []
        kept: list[Observation] = []
        for p, accompanied in zip(fresh, met, strict=True):
            # Rows that are not stored have negative ids, the later the smaller.
            self._count += 1
            o = observation(p, -self._count)
            kept.append(o)
            if accompanied:
                made.append(o)
                place_of[o.seq] = p.place
        cluster = clusters.closure(tx, self._user_id, [(o, 0) for o in made], self._rules, beside=self._seen.near)
        for listen in resolve(list(cluster.members.values()), self._rules):
            stored = [seq for seq, _ in listen.witnesses if seq > 0]
            others = sorted((seq for seq, _ in listen.witnesses if seq < 0), reverse=True)
            for i, seq in enumerate(others):
                if seq in place_of:
                    listen_id = cluster.listen_of[stored[0]] if stored else 0
                    statuses[place_of[seq]] = Outcome("merged" if stored or i else "new", listen_id, 0)
        for o in kept:
            self._seen.add(o)
        return statuses


def _key(p: Prepared) -> int:
    return (p.place[1] ^ hash63("source", p.place[0])) or 1
