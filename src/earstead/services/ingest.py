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
from typing import Any

import msgspec

from earstead.core.catalog import MapRules, Track, compile_rules, track_of
from earstead.core.errors import Rejected
from earstead.core.ids import UnixSeconds, hash63
from earstead.core.listen import Observation, Reading, Submission, pack_traits, rank_of, unpack_traits
from earstead.core.periods import day_and_hour
from earstead.core.reconcile import REACH_S, PlayRules, compile_play_rules, resolve
from earstead.core.rules import problem
from earstead.kit import jsontext
from earstead.kit.clock import Clock
from earstead.services import clusters
from earstead.services.events import Hub
from earstead.storage import catalog, decisions, listens, observations
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

CHUNK = 1_000
"""Rows a bulk transaction holds: about 20 ms of work."""


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one submission. `status`: new (a listen of its own), merged (another witness of a listen),
    known (said before)."""

    status: str
    listen_id: int
    seq: int


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


class _Prepared(msgspec.Struct, frozen=True, gc=False):
    submission: Submission
    track: Track
    fingerprint: int
    traits: int
    place: tuple[str, int]
    """(source, fingerprint)"""


def fingerprint(submission: Submission) -> int:
    """Names a submission within (user, source): the same play said again has the same fingerprint."""
    return _fingerprint(submission, track_of(submission))


def _fingerprint(submission: Submission, track: Track) -> int:
    s = submission
    if s.reading is Reading.START:
        # A player that says the same play again may know more of it by then (ListenBrainz: same second, same
        # recording, same listen). A source that saw the end tells plays of one second apart by the time heard.
        return hash63(f"{track.match_key}:{s.listened_at}")
    return hash63(f"{track.match_key}:{s.listened_at}:{-1 if s.played_ms is None else s.played_ms}")


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
        prepared = self._prepare(submissions)

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

    def classify(self, user_id: int, submissions: Sequence[Submission]) -> list[Outcome]:
        """What `add` would answer, without writing; listen ids are 0 for listens that do not exist yet."""
        prepared = self._prepare(submissions)
        with self._engine.read() as tx:
            known, fresh = self._sift(tx, user_id, prepared, self._source_ids(tx, prepared))
            _, play_rules = self.rules(tx, user_id)
            made = {p.place: _observation(p, -1 - i) for i, p in enumerate(fresh)}
            cluster = clusters.closure(tx, user_id, [(o, 0) for o in made.values()], play_rules)
        statuses: dict[int, tuple[str, int]] = {}
        for listen in resolve(list(cluster.members.values()), play_rules):
            stored = [seq for seq, _ in listen.witnesses if seq > 0]
            mine = sorted((seq for seq, _ in listen.witnesses if seq < 0), reverse=True)
            for i, seq in enumerate(mine):
                joins = bool(stored) or i > 0
                statuses[seq] = ("merged" if joins else "new", cluster.listen_of[stored[0]] if stored else 0)
        outcomes = []
        for p in prepared:
            if p.place in known:
                outcomes.append(Outcome("known", known[p.place][1], known[p.place][0]))
            else:
                outcomes.append(Outcome(*statuses[made[p.place].seq], 0))
                known[p.place] = (0, 0)
        return outcomes

    def fingerprint(self, submission: Submission) -> int:
        """See the function of this name."""
        return fingerprint(submission)

    def rules(self, tx: Tx, user_id: int) -> tuple[MapRules, PlayRules]:
        """The standing decisions of a user, compiled; kept until `forget_rules`."""
        found = self._rules.get(user_id)
        if found is None:
            standing = decisions.standing(tx, user_id)
            found = self._rules[user_id] = (compile_rules(standing), compile_play_rules(standing))
        return found

    def forget_rules(self, user_id: int) -> None:
        """Decisions changed: compile them anew when next needed. User 0: everybody's."""
        if user_id:
            self._rules.pop(user_id, None)
        else:
            self._rules.clear()

    # ---- storing -----------------------------------------------------------------------------------------

    def _prepare(self, submissions: Sequence[Submission]) -> list[_Prepared]:
        now = self._clock.now()
        prepared = []
        for submission in submissions:
            if why := problem(submission, now):
                raise Rejected("listen", why)
            track = track_of(submission)
            if not track.artist_name or not track.track_name:
                raise Rejected("listen", "a name has no printable character")
            rank = rank_of(
                recording_mbid=track.recording_mbid,
                artist_names=track.artist_names,
                release_name=track.release_name,
                spotify_uri=track.spotify_uri,
            )
            mark = _fingerprint(submission, track)
            prepared.append(
                _Prepared(submission, track, mark, pack_traits(submission, rank), (submission.source, mark))
            )
        return prepared

    def _source_ids(self, tx: Tx, prepared: Sequence[_Prepared]) -> dict[str, int]:
        """Ids of the sources that exist; reading makes none."""
        names = {p.submission.source for p in prepared}
        return {name: found for name in names if (found := observations.find_source(tx, name))}

    def _sift(
        self, tx: Tx, user_id: int, prepared: Sequence[_Prepared], source_ids: dict[str, int]
    ) -> tuple[dict[tuple[str, int], tuple[int, int]], list[_Prepared]]:
        """Those already stored, as (source, fingerprint) -> (seq, listen), and the others without repeats."""
        known: dict[tuple[str, int], tuple[int, int]] = {}
        for name, source in source_ids.items():
            places = [(p.submission.listened_at, p.fingerprint) for p in prepared if p.submission.source == name]
            stored = observations.known(tx, user_id, source, places)
            known.update(((name, mark), place) for mark, place in stored.items())
        fresh: dict[tuple[str, int], _Prepared] = {}
        for p in prepared:
            if p.place not in known:
                fresh.setdefault(p.place, p)
        return known, list(fresh.values())

    def _store(self, tx: Tx, user_id: int, prepared: Sequence[_Prepared]) -> IngestResult:
        source_ids = {name: observations.source_id(tx, name) for name in {p.submission.source for p in prepared}}
        known, fresh = self._sift(tx, user_id, prepared, source_ids)
        first_seq = observations.next_seq(tx)
        made = [_observation(p, first_seq + i) for i, p in enumerate(fresh)]
        if fresh:
            settled = self._settle_new(tx, user_id, fresh, made, source_ids)
        seqs = {p.place: o.seq for p, o in zip(fresh, made, strict=True)}
        outcomes = []
        for p in prepared:
            if (seq := seqs.pop(p.place, 0)) and seq:
                listen_id = settled.listen_of[seq]
                outcomes.append(Outcome("new" if listen_id == seq else "merged", listen_id, seq))
                known[p.place] = (seq, listen_id)
            else:
                stored_seq, listen_id = known[p.place]
                outcomes.append(Outcome("known", listen_id, stored_seq))
        tally = [o.status for o in outcomes]
        return IngestResult(tally.count("new"), tally.count("merged"), tally.count("known"), tuple(outcomes))

    def _settle_new(
        self,
        tx: Tx,
        user_id: int,
        fresh: Sequence[_Prepared],
        made: Sequence[Observation],
        source_ids: dict[str, int],
    ) -> clusters.Settled:
        map_rules, play_rules = self.rules(tx, user_id)
        tracks = {p.track.track_id: p.track for p in fresh}
        if missing := catalog.unmapped(tx, user_id, sorted(tracks)):
            newcomers = [tracks[i] for i in sorted(missing)]
            catalog.add_tracks(tx, newcomers)
            catalog.map_tracks(tx, user_id, newcomers, map_rules)
        alone = self._alone_in_time(tx, user_id, made, source_ids)
        cluster = clusters.closure(tx, user_id, [(o, 0) for o in made], play_rules, alone_in_time=alone)
        settled = clusters.settle(tx, user_id, listens.zone_of(tx, user_id), cluster, play_rules)
        self._write(tx, user_id, fresh, made, source_ids, settled)
        return settled

    def _alone_in_time(self, tx: Tx, user_id: int, made: Sequence[Observation], source_ids: dict[str, int]) -> bool:
        """Whether no stored observation can agree with these: no other source reaches into their time."""
        names = {o.source for o in made}
        if len(names) > 1:
            return False
        source = source_ids[next(iter(names))]
        first = min(o.started_at for o in made) - REACH_S
        last = max(o.started_at for o in made) + REACH_S
        twins = any(o.twin_s for o in made)
        return not any(
            first <= span[2] and span[1] <= last and (twins or other != source)
            for other, span in observations.sources_of(tx, user_id).items()
        )

    def _write(
        self,
        tx: Tx,
        user_id: int,
        fresh: Sequence[_Prepared],
        made: Sequence[Observation],
        source_ids: dict[str, int],
        settled: clusters.Settled,
    ) -> None:
        now = self._clock.now()
        client_ids: dict[tuple[str, str], int] = {}
        spans: dict[int, list[int]] = {}
        rows: list[dict[str, Any]] = []
        for p, o in zip(fresh, made, strict=True):
            s = p.submission
            who = (s.client, s.origin)
            if who not in client_ids:
                client_ids[who] = observations.client_id(tx, *who)
            source = source_ids[s.source]
            spans.setdefault(source, []).append(o.started_at)
            rows.append(
                {
                    "seq": o.seq,
                    "user_id": user_id,
                    "source_id": source,
                    "fingerprint": p.fingerprint,
                    "track_id": o.track_id,
                    "match_key": o.match_key,
                    "client_id": client_ids[who],
                    "started_at": o.started_at,
                    "ended_at": o.ended_at,
                    "received_at": now,
                    "played_ms": o.played_ms,
                    "duration_ms": o.duration_ms,
                    "traits": p.traits,
                    "listen_id": settled.listen_of[o.seq],
                    "reason": settled.reason_of[o.seq],
                    "extra": jsontext.dumps(s.extra),
                }
            )
        observations.insert(tx, rows)
        for source, starts in spans.items():
            observations.note_source(tx, user_id, source, len(starts), min(starts), max(starts))

    def _announce(self, user_id: int, done: Future[IngestResult]) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        result = done.result()
        if result.new or result.merged:
            ids = [o.listen_id for o in result.outcomes if o.status != "known"]
            self._hub.publish(user_id, "listen", {"new": result.new, "merged": result.merged, "listen_ids": ids[-50:]})

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
        listens.count(tx, user_id, plays=0, listened_ms=0, all_plays=0, skipped=0)

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
        listens.count(tx, user_id, plays=0, listened_ms=0, all_plays=0, skipped=0)
        return (rows[-1][0], rows[-1][1]) if rows else None


def _observation(p: _Prepared, seq: int) -> Observation:
    s = p.submission
    return Observation(
        seq=seq,
        source=s.source,
        fingerprint=p.fingerprint,
        track_id=p.track.track_id,  # type: ignore[arg-type]
        match_key=p.track.match_key,
        id_key=p.track.id_key,
        started_at=s.listened_at,
        ended_at=UnixSeconds(0) if s.ended_at is None else s.ended_at,
        played_ms=-1 if s.played_ms is None else s.played_ms,
        duration_ms=-1 if s.duration_ms is None else s.duration_ms,
        **unpack_traits(p.traits),
    )
