"""How submissions become rows, inside the writer's transaction.

Almost every row of an import agrees with no other: nothing stored reaches into its time, and nothing beside it
speaks of the same play. Such a row is *lonely*: its listen follows from itself, so it is written straight from what
was said. All others are *company*: they go through `services.clusters`, where core looks at whole clusters. Both
ways end in the same rows (`rebuild` only knows the second).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec

from earstead.core.catalog import MapRules, Track, track_of
from earstead.core.errors import Rejected
from earstead.core.ids import UnixSeconds, hash63
from earstead.core.listen import Observation, Reading, Submission, observation_key, pack_traits, rank_of, unpack_traits
from earstead.core.periods import day_and_hour
from earstead.core.provenance import level
from earstead.core.reconcile import FIRST, REACH_S, PlayRules
from earstead.core.rules import counts_as_listen, problem
from earstead.kit import jsontext
from earstead.services import clusters
from earstead.storage import catalog, ids, listens, observations
from earstead.storage.engine import Row, Tx


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one submission. `status`: new (a listen of its own), merged (another witness of a listen),
    known (said before)."""

    status: str
    listen_id: int
    seq: int


class Prepared(msgspec.Struct, frozen=True, gc=False):
    """A submission that may be kept, with what follows from it alone. `place` is (source, fingerprint)."""

    submission: Submission
    track: Track
    traits: int
    place: tuple[str, int]


Places = dict[tuple[str, int], tuple[int, int]]
"""(source, fingerprint) -> (seq, listen) of what is stored already."""


def prepare(submissions: Iterable[Submission], now: int) -> list[Prepared]:
    """Judge submissions and work out what follows from each. Raises Rejected for the first that cannot be kept."""
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
        place = submission.source, _fingerprint(submission, track)
        prepared.append(Prepared(submission, track, pack_traits(submission, rank), place))
    return prepared


def fingerprint(submission: Submission) -> int:
    """Names a submission within (user, source): the same play said again has the same fingerprint."""
    return _fingerprint(submission, track_of(submission))


def _fingerprint(s: Submission, track: Track) -> int:
    if s.reading is Reading.START:
        # A player that says the same play again may know more of it by then (ListenBrainz: same second, same
        # recording, same listen). A source that saw the end tells plays of one second apart by the time heard.
        return hash63(f"{track.match_key}:{s.listened_at}")
    return hash63(f"{track.match_key}:{s.listened_at}:{-1 if s.played_ms is None else s.played_ms}")


def observation(p: Prepared, seq: int) -> Observation:
    """The observation that a submission becomes."""
    s = p.submission
    return Observation(
        seq=seq,
        source=s.source,
        fingerprint=p.place[1],
        track_id=p.track.track_id,  # type: ignore[arg-type]
        match_key=p.track.match_key,
        id_key=p.track.id_key,
        started_at=s.listened_at,
        ended_at=UnixSeconds(0) if s.ended_at is None else s.ended_at,
        played_ms=-1 if s.played_ms is None else s.played_ms,
        duration_ms=-1 if s.duration_ms is None else s.duration_ms,
        **unpack_traits(p.traits),
    )


# --- what is there already, and who could meet whom --------------------------------------------------------------


def source_spans(tx: Tx, user_id: int) -> dict[str, tuple[int, int]]:
    """source -> (first, last) start of what it brought a user."""
    return {row[0]: (row[2], row[3]) for row in observations.named_sources(tx, user_id)}


def sift(
    tx: Tx, user_id: int, prepared: Sequence[Prepared], spans: Mapping[str, tuple[int, int]]
) -> tuple[Places, list[Prepared]]:
    """Those that are stored already, and the others without repeats. Nothing is looked up outside a source's span."""
    known: Places = {}
    asked: dict[str, list[tuple[int, int]]] = {}
    for p in prepared:
        source, mark = p.place
        span = spans.get(source)
        if span and span[0] <= p.submission.listened_at <= span[1]:
            asked.setdefault(source, []).append((p.submission.listened_at, mark))
    for source, places in asked.items():
        stored = observations.known(tx, user_id, observations.find_source(tx, source), places)
        known.update(((source, mark), place) for mark, place in stored.items())
    fresh: dict[tuple[str, int], Prepared] = {}
    for p in prepared:
        if p.place not in known:
            fresh.setdefault(p.place, p)
    return known, list(fresh.values())


def company(fresh: Sequence[Prepared], spans: Iterable[tuple[str, tuple[int, int]]], rules: PlayRules) -> list[bool]:
    """For each row, whether it may have company: another row within reach, one beside it, or a decision on it.

    Args:
        spans: (source, (first, last) start) of what they may meet.
    """
    sources = {p.place[0] for p in fresh}
    if rules.joined or len(sources) > 1:
        return [True] * len(fresh)
    named = rules.hidden | rules.edits.keys()
    reach = [(source, first - REACH_S, last + REACH_S) for source, (first, last) in spans]
    # A source's own rows are the same play only where it says so itself.
    others = [(first, last) for source, first, last in reach if source not in sources]
    all_of_them = [(first, last) for _, first, last in reach]
    twins = _twins(fresh)
    found = []
    for i, p in enumerate(fresh):
        at = p.submission.listened_at
        found.append(
            i in twins
            or any(first <= at <= last for first, last in (all_of_them if p.submission.twin_s else others))
            or (bool(named) and observation_key(p.place[0], at, p.place[1]) in named)
        )
    return found


def _twins(fresh: Sequence[Prepared]) -> set[int]:
    """Places of rows that may be one play by their own source's rule: same name or id, same time heard, ends close."""
    groups: dict[tuple[int, int | None], list[tuple[int, int]]] = {}
    for i, p in enumerate(fresh):
        s = p.submission
        if s.twin_s:
            end = s.ended_at or 0
            groups.setdefault((p.track.match_key, s.played_ms), []).append((end, i))
            if p.track.id_key:
                groups.setdefault((-p.track.id_key, s.played_ms), []).append((end, i))
    found: set[int] = set()
    for group in groups.values():
        if len(group) > 1:
            group.sort()
            for (end, i), (later, k) in pairwise(group):
                if later - end <= fresh[i].submission.twin_s:
                    found.update((i, k))
    return found


# --- writing -----------------------------------------------------------------------------------------------------


def store(
    tx: Tx,
    user_id: int,
    prepared: Sequence[Prepared],
    rules: tuple[MapRules, PlayRules],
    now: int,
) -> list[Outcome]:
    """Write what is new and answer for each submission, in order."""
    spans = source_spans(tx, user_id)
    known, fresh = sift(tx, user_id, prepared, spans)
    if fresh:
        _map(tx, user_id, fresh, rules[0])
        places = _settle(tx, user_id, fresh, spans, rules[1], now)
    outcomes = []
    for p in prepared:
        place = known.get(p.place)
        if place is None:
            seq, listen_id = known[p.place] = places[p.place]
            outcomes.append(Outcome("new" if listen_id == seq else "merged", listen_id, seq))
        else:
            outcomes.append(Outcome("known", place[1], place[0]))
    return outcomes


def _map(tx: Tx, user_id: int, fresh: Sequence[Prepared], rules: MapRules) -> None:
    tracks = {p.track.track_id: p.track for p in fresh}
    if missing := catalog.unmapped(tx, user_id, sorted(tracks)):
        newcomers = [tracks[i] for i in sorted(missing)]
        catalog.add_tracks(tx, newcomers)
        catalog.map_tracks(tx, user_id, newcomers, rules)


def _settle(
    tx: Tx,
    user_id: int,
    fresh: Sequence[Prepared],
    spans: Mapping[str, tuple[int, int]],
    rules: PlayRules,
    now: int,
) -> Places:
    first_seq = ids.take(tx, "observation", len(fresh))
    zone = listens.zone_of(tx, user_id)
    met: list[Observation] = []
    lonely: list[tuple[Prepared, int]] = []
    for seq, (p, accompanied) in enumerate(zip(fresh, company(fresh, spans.items(), rules), strict=True), first_seq):
        if accompanied:
            met.append(observation(p, seq))
        else:
            lonely.append((p, seq))
    listen_of: dict[int, int] = {}
    reason_of: dict[int, str] = {}
    if met:
        cluster = clusters.closure(tx, user_id, [(o, 0) for o in met], rules)
        settled = clusters.settle(tx, user_id, zone, cluster, rules)
        listen_of, reason_of = settled.listen_of, settled.reason_of
    if lonely:
        _write_lonely(tx, user_id, lonely, zone)
    _write_observations(tx, user_id, fresh, first_seq, listen_of, reason_of, now)
    return {p.place: (seq, listen_of.get(seq, seq)) for seq, p in enumerate(fresh, first_seq)}


def _write_lonely(tx: Tx, user_id: int, lonely: Sequence[tuple[Prepared, int]], zone: str) -> None:
    """The listens of rows that agree with no other: what `core.reconcile.resolve` would say of each."""
    rows: list[Row] = []
    held = {source: level([source]) for source in {p.place[0] for p, _ in lonely}}
    plays = heard = skips = 0
    for p, seq in lonely:
        s, at = p.submission, p.submission.listened_at
        played = -1 if s.played_ms is None else s.played_ms
        duration = -1 if s.duration_ms is None else s.duration_ms
        counted = counts_as_listen(s.asserted, played, duration)
        played = played if played >= 0 else max(duration, 0)
        plays += counted
        heard += played if counted else 0
        skips += s.skipped is True
        skipped = -1 if s.skipped is None else int(s.skipped)
        day, hour = day_and_hour(at, zone)
        shut = held[p.place[0]]
        rows.append((user_id, at, seq, p.track.track_id, day, hour, played, duration, int(counted), 0, skipped, shut))
    listens.insert(tx, rows)
    listens.count(
        tx,
        user_id,
        plays=plays,
        listened_ms=heard,
        all_plays=len(rows),
        skipped=skips,
        touched=(min(row[1] for row in rows), max(row[1] for row in rows)),
    )


def _write_observations(
    tx: Tx,
    user_id: int,
    fresh: Sequence[Prepared],
    first_seq: int,
    listen_of: Mapping[int, int],
    reason_of: Mapping[int, str],
    now: int,
) -> None:
    source_ids: dict[str, int] = {}
    client_ids: dict[tuple[str, str], int] = {}
    starts: dict[int, list[int]] = {}
    rows: list[Row] = []
    for seq, p in enumerate(fresh, first_seq):
        s, track = p.submission, p.track
        source_id = source_ids.get(s.source)
        if source_id is None:
            source_id = source_ids[s.source] = observations.source_id(tx, s.source)
            starts[source_id] = []
        who = s.client, s.origin
        client_id = client_ids.get(who)
        if client_id is None:
            client_id = client_ids[who] = observations.client_id(tx, *who)
        starts[source_id].append(s.listened_at)
        rows.append(
            (
                seq,
                user_id,
                source_id,
                p.place[1],
                track.track_id,
                track.match_key,
                client_id,
                s.listened_at,
                0 if s.ended_at is None else s.ended_at,
                now,
                -1 if s.played_ms is None else s.played_ms,
                -1 if s.duration_ms is None else s.duration_ms,
                p.traits,
                listen_of.get(seq, seq),
                reason_of.get(seq, FIRST),
                jsontext.dumps(s.extra),
            )
        )
    observations.insert(tx, rows)
    for source_id, times in starts.items():
        observations.note_source(tx, user_id, source_id, len(times), min(times), max(times))
