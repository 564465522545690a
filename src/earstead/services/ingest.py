"""The one door for writing listens: a single play and a 500,000-row export take the same path.

Everything happens in one transaction of the writer: observations, listens, counters, and whatever the caller
adds (`also`), so that a crash leaves nothing half-written and an answered submission is on disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from itertools import islice

from earstead.core.catalog import MapRules, Track, compile_rules
from earstead.core.listen import Observation, Submission
from earstead.core.periods import day_and_hour
from earstead.core.reconcile import PlayRules, compile_play_rules
from earstead.kit.clock import Clock
from earstead.services import clusters
from earstead.services.events import Hub
from earstead.services.looking import Look
from earstead.services.storing import (
    Outcome,
    Prepared,
    fingerprint,
    prepare,
    store,
)
from earstead.storage import catalog, decisions, listens, observations
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

__all__ = ["CHUNK", "Follower", "Ingest", "IngestResult", "Outcome", "fingerprint"]

CHUNK = 1_000
"""Rows a bulk transaction holds: about 20 ms of work."""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """Counts, and one outcome a submission in the order given."""

    new: int
    merged: int
    known: int
    outcomes: tuple[Outcome, ...]


Also = Callable[[Tx, IngestResult], None]
Follower = Callable[[Tx, int, Sequence[Submission], IngestResult, bool], None]
"""Called with (transaction, user, submissions, their result, whether they came in bulk)."""


class Ingest:
    """See the module."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, hub: Hub) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._hub = hub
        self._rules: dict[int, tuple[MapRules, PlayRules]] = {}
        self._followers: list[Follower] = []

    def followed_by(self, follower: Follower) -> None:
        """Have what was stored followed by more in its own transaction: rows of the outbox, never the network."""
        self._followers.append(follower)

    async def add(self, user_id: int, submissions: Sequence[Submission], *, bulk: bool = False) -> IngestResult:
        """Store submissions; answers after the commit. Raises Rejected, and stores nothing, if one cannot be kept."""
        return await asyncio.wrap_future(self.start(user_id, submissions, bulk=bulk))

    def add_now(
        self, user_id: int, submissions: Sequence[Submission], *, bulk: bool = False, also: Also | None = None
    ) -> IngestResult:
        """`add` for threads. `also(tx, result)` runs in the same transaction."""
        return self.start(user_id, submissions, bulk=bulk, also=also).result()

    def start(
        self, user_id: int, submissions: Sequence[Submission], *, bulk: bool = False, also: Also | None = None
    ) -> Future[IngestResult]:
        """Hand submissions to the writer and return at once; the future answers after the commit."""
        prepared = prepare(submissions, self._clock.now())

        def work(tx: Tx) -> IngestResult:
            result = self._store(tx, user_id, prepared)
            if also:
                also(tx, result)
            for follow in self._followers:
                follow(tx, user_id, submissions, result, bulk)
            return result

        future = self._writer.do(work, bulk=bulk)
        future.add_done_callback(lambda done: self._announce(user_id, done))
        return future

    def look(self, user_id: int) -> Look:
        """Tells what `add` would answer, batch after batch, without writing."""
        with self._engine.read() as tx:
            return Look(self._engine, self._clock, user_id, self.rules(tx, user_id)[1])

    def rules(self, tx: Tx, user_id: int) -> tuple[MapRules, PlayRules]:
        """The standing decisions of a user, compiled; kept until `forget_rules`."""
        found = self._rules.get(user_id)
        if found is None:
            standing = decisions.standing(tx, user_id)
            found = self._rules[user_id] = (compile_rules(standing), compile_play_rules(standing))
        return found

    def map_rules_at_hand(self, user_id: int) -> MapRules | None:
        """The standing decisions on names without asking the database; None when they are not in memory."""
        found = self._rules.get(user_id)
        return found[0] if found else None

    def forget_rules(self, user_id: int) -> None:
        """Decisions changed: compile them anew when next needed. User 0: everybody's."""
        if user_id:
            self._rules.pop(user_id, None)
        else:
            self._rules.clear()

    def _store(self, tx: Tx, user_id: int, prepared: Sequence[Prepared]) -> IngestResult:
        outcomes = store(tx, user_id, prepared, self.rules(tx, user_id), self._clock.now())
        tally = [o.status for o in outcomes]
        return IngestResult(tally.count("new"), tally.count("merged"), tally.count("known"), tuple(outcomes))

    def _announce(self, user_id: int, done: Future[IngestResult]) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        result = done.result()
        if result.new or result.merged:
            newest = islice((o.listen_id for o in reversed(result.outcomes) if o.status != "known"), 50)
            ids = list(newest)[::-1]
            self._hub.publish(user_id, "listen", {"new": result.new, "merged": result.merged, "listen_ids": ids})

    # ---- deciding again ----------------------------------------------------------------------------------

    def settle_again(self, tx: Tx, user_id: int, keys: Sequence[str]) -> None:
        """Re-resolve the clusters of the given observations under the rules that now stand.

        Name every witness of the listens concerned: those joined by hand are not found by their times.
        """
        self._settle_stored(tx, user_id, observations.by_keys(tx, user_id, keys))

    def map_again(self, tx: Tx, user_id: int, tracks: Sequence[Track]) -> None:
        """Write the map of the given tracks under the rules that now stand."""
        map_rules, _ = self.rules(tx, user_id)
        catalog.map_tracks(tx, user_id, tracks, map_rules)
        listens.count(tx, user_id)

    def _settle_stored(self, tx: Tx, user_id: int, stored: Sequence[tuple[Observation, int]]) -> None:
        if not stored:
            return
        _, play_rules = self.rules(tx, user_id)
        cluster = clusters.closure(tx, user_id, stored, play_rules)
        clusters.settle(tx, user_id, listens.zone_of(tx, user_id), cluster, play_rules)

    def forget_source(self, user_id: int, source: str) -> int:
        """Physically remove what a source said, and decide again what it took part in; returns the rows removed."""

        def work(tx: Tx) -> int:
            source_id = observations.find_source(tx, source)
            if not source_id:
                return 0
            held = observations.sources_of(tx, user_id).get(source_id, (0, 0, 0))[0]
            left = observations.companions(tx, user_id, source_id)
            listens.take(tx, observations.forget_source(tx, user_id, source_id))
            for start in range(0, len(left), CHUNK):
                rows = observations.by_seqs(tx, user_id, left[start : start + CHUNK])
                self._settle_stored(tx, user_id, rows)
            catalog.forget_unheard(tx, user_id)
            listens.recount(tx, user_id)
            return held

        return self._writer.do(work).result()

    def rebuild(self, user_id: int, on_progress: Callable[[int], None] | None = None) -> int:
        """Derive map, listens and counters again from observations and decisions; returns the observations read.

        Goes in chunks, each of which leaves whole clusters whole, so that the history stays readable meanwhile.
        """
        self.forget_rules(user_id)
        after = -1
        while tracks := self._writer.do(partial(self._remap, user_id, after), bulk=True).result():
            after = tracks
        done, seq = 0, 0
        while chunk := self._writer.do(partial(self._resettle, user_id, seq), bulk=True).result():
            seq, size = chunk
            done += size
            if on_progress:
                on_progress(done)
        self._writer.do(lambda tx: listens.recount(tx, user_id)).result()
        return done

    def _remap(self, user_id: int, after: int, tx: Tx) -> int:
        tracks = catalog.all_tracks(tx, user_id, after, CHUNK)
        if tracks:
            self.map_again(tx, user_id, tracks)
        return tracks[-1].track_id if tracks else 0

    def _resettle(self, user_id: int, after: int, tx: Tx) -> tuple[int, int] | None:
        stored = observations.span_of(tx, user_id, after, CHUNK)
        self._settle_stored(tx, user_id, stored)
        return (stored[-1][0].seq, len(stored)) if stored else None

    def rezone(self, user_id: int) -> None:
        """Derive days and hours again after the user's zone changed."""
        at, listen_id = -1, 0
        while place := self._writer.do(partial(self._rezone, user_id, at, listen_id), bulk=True).result():
            at, listen_id = place

    def _rezone(self, user_id: int, after: int, after_id: int, tx: Tx) -> tuple[int, int] | None:
        zone = listens.zone_of(tx, user_id)
        rows = listens.times(tx, user_id, after, after_id, CHUNK)
        days = [(at, listen_id, *day_and_hour(at, zone)) for at, listen_id in rows]
        keys = ("listened_at", "listen_id", "day", "hour")
        listens.set_days(tx, [{"user_id": user_id, **dict(zip(keys, day, strict=True))} for day in days])
        listens.count(tx, user_id)
        return (rows[-1][0], rows[-1][1]) if rows else None
