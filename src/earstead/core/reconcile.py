"""One play told by several witnesses becomes one listen.

Theory. Two observations *may* be one play when they speak of the same name (or share an id) and their times
agree in one of a few ways, each with a named limit; `agreement` says how well, as a cost. Nearness is not
transitive, so nothing is decided pair by pair as witnesses arrive: `resolve` looks at a whole connected cluster
and joins the cheapest pairs first, in an order that depends on the observations alone, never on when they came.
It refuses to put two observations of one source into a listen, unless that source's own rule calls them twins:
a source that reports twice means two plays. Hence the result is the same for every order of arrival and every
batch size, and a repeat is not a duplicate.

Rule for changing it: `agreement` must stay symmetric, depend on nothing but the two observations, and never
agree further apart than `REACH_S` between starts; storage looks no further.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from earstead.core.ids import ListenId, TrackId, UnixSeconds
from earstead.core.listen import Listen, Observation, Reading
from earstead.core.rules import counts_as_listen

REACH_S = 6 * 3600
"""No two witnesses whose starts are farther apart are one play, whatever else agrees."""
START_SLACK_S = 30
"""Players stamp the start when they load, buffer or are told; shorter than any counted play."""
END_SLACK_S = 30
"""Services stamp the end when the player moves on or reports."""
REPORT_DELAY_S = 120
"""How long after the end "recently played" may stamp a play (spotify-web-api.md 10.4, rule 8)."""
FIRST = "first report"
JOINED = "you joined them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a user put in the place of what was said; 0 leaves it."""

    track_id: int = 0
    listened_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayRules:
    """The standing decisions on plays, keyed by `Observation.key`."""

    hidden: frozenset[str] = frozenset()
    apart: frozenset[tuple[str, str]] = frozenset()
    """Pairs, each in sorted order."""
    joined: frozenset[tuple[str, str]] = frozenset()
    edits: Mapping[str, Edit] = field(default_factory=dict)


NO_PLAY_RULES = PlayRules()


def compile_play_rules(decisions: Iterable[tuple[str, Mapping[str, Any]]]) -> PlayRules:
    """Rules from standing decisions (kind, subject), oldest first; later ones override earlier ones."""
    hidden: set[str] = set()
    apart: set[tuple[str, str]] = set()
    joined: set[tuple[str, str]] = set()
    edits: dict[str, Edit] = {}
    for kind, subject in decisions:
        keys = list(subject.get("keys", ()))
        if kind == "delete":
            hidden.update(keys)
        elif kind == "restore":
            hidden.difference_update(keys)
        elif kind == "edit":
            edit = Edit(track_id=int(subject.get("track_id", 0)), listened_at=int(subject.get("listened_at", 0)))
            edits.update({key: _overlay(edits.get(key), edit) for key in keys})
        elif kind in ("keep_apart", "join"):
            pairs = {_pair(subject["key"], key) for key in keys if key != subject["key"]}
            chosen, other = (apart, joined) if kind == "keep_apart" else (joined, apart)
            chosen |= pairs
            other -= pairs
    return PlayRules(hidden=frozenset(hidden), apart=frozenset(apart), joined=frozenset(joined), edits=edits)


def _overlay(old: Edit | None, new: Edit) -> Edit:
    if old is None:
        return new
    return Edit(track_id=new.track_id or old.track_id, listened_at=new.listened_at or old.listened_at)


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def agreement(x: Observation, y: Observation) -> tuple[int, str] | None:
    """How well two observations agree to be one play: (cost in about seconds, reason), or None. Symmetric."""
    if abs(x.started_at - y.started_at) > REACH_S:
        return None
    if x.match_key != y.match_key and not (x.id_key and x.id_key == y.id_key):
        return None
    ends = abs(x.ended_at - y.ended_at) if x.ended_at and y.ended_at else None
    if x.source == y.source:
        twins = x.twin_s and ends is not None and ends <= x.twin_s and x.played_ms == y.played_ms
        return (ends or 0, f"same row again, ends {ends} s apart") if twins else None
    if Reading.EITHER in (x.reading, y.reading):
        return _either(x, y)
    coarse = max(x.precision_s, y.precision_s)
    starts = abs(x.started_at - y.started_at)
    if coarse > 1 and x.played_ms >= 0 and y.played_ms >= 0:
        # Minute-precise rows are told apart by the time heard, which both exports of a service state exactly.
        if ends is not None and ends <= coarse and x.played_ms == y.played_ms:
            return ends, "same minute, same time heard"
        return None
    if starts <= max(START_SLACK_S, coarse):
        return starts, f"starts {starts} s apart"
    if ends is not None and ends <= END_SLACK_S:
        return START_SLACK_S + ends, f"ends {ends} s apart"
    return _paused(x, y)


def _either(x: Observation, y: Observation) -> tuple[int, str] | None:
    """One time that may be the start or the end; an end is likelier, so at equal distance it wins."""
    if x.reading is not Reading.EITHER:
        x, y = y, x
    at = x.ended_at or x.started_at
    if y.reading is Reading.EITHER:
        apart = abs(at - (y.ended_at or y.started_at))
        return (apart, f"reported {apart} s apart") if apart <= START_SLACK_S else None
    end = y.ended_at or y.started_at + max(y.played_ms, y.duration_ms, 0) // 1000
    if not y.started_at - 2 <= at <= end + REPORT_DELAY_S:
        return None
    by_end, by_start = abs(at - end), abs(at - y.started_at) + 5
    return min(by_end, by_start), f"reported {at - y.started_at} s after the start"


def _paused(x: Observation, y: Observation) -> tuple[int, str] | None:
    """A start that was seen, and a later start computed from the end: a pause lies between, unless there was
    room for a whole play in between, which would be an earlier play of its own."""
    early, late = sorted((x, y), key=lambda o: o.started_at)
    if early.reading is not Reading.START or late.reading is not Reading.END:
        return None
    gap = late.started_at - early.started_at
    length = max(early.duration_ms, late.duration_ms)
    if length <= 0:
        length = max(early.played_ms, late.played_ms)
    if early.ended_at or gap * 1000 >= length:
        return None
    return 1000 + gap, f"started {gap} s earlier, then paused"


def pairs(observations: Sequence[Observation]) -> Iterator[tuple[int, str, Observation, Observation]]:
    """(cost, reason, x, y) of every pair that agrees; sweeps groups of equal names or ids in order of time."""
    if len({o.source for o in observations}) < 2 and not any(o.twin_s for o in observations):
        return  # one source that never repeats itself agrees with nobody
    groups: dict[int, list[Observation]] = defaultdict(list)
    for observation in observations:
        groups[observation.match_key].append(observation)
        if observation.id_key:
            groups[-observation.id_key].append(observation)
    for key, group in groups.items():
        group.sort(key=lambda o: o.started_at)
        for i, x in enumerate(group):
            for y in group[i + 1 :]:
                if y.started_at - x.started_at > REACH_S:
                    break
                if key < 0 and x.match_key == y.match_key:
                    continue  # met in the group of their name
                if found := agreement(x, y):
                    yield (*found, x, y)


class _Groups:
    """Union-find that knows which sources a group holds and who must stay apart."""

    def __init__(self, observations: Sequence[Observation], rules: PlayRules) -> None:
        self._rules = rules
        self.members: dict[str, list[Observation]] = {o.key: [o] for o in observations}
        self._home: dict[str, str] = {o.key: o.key for o in observations}

    def home(self, key: str) -> str:
        while self._home[key] != key:
            key = self._home[key]
        return key

    def join(self, x: Observation, y: Observation, *, forced: bool = False) -> None:
        a, b = self.home(x.key), self.home(y.key)
        if a == b or not (forced or self._allowed(a, b)):
            return
        self._home[b] = a
        self.members[a] += self.members.pop(b)

    def _allowed(self, a: str, b: str) -> bool:
        for x in self.members[a]:
            for y in self.members[b]:
                if _pair(x.key, y.key) in self._rules.apart:
                    return False
                if x.source == y.source and not agreement(x, y):
                    return False
        return True


def resolve(observations: Sequence[Observation], rules: PlayRules = NO_PLAY_RULES) -> tuple[Listen, ...]:
    """The listens of one or more whole clusters, ordered by listen id.

    Pure and order-free: the same observations give the same plays whatever the order or the `seq`; only the
    ids (the smallest `seq` of each play) follow the order of arrival.
    """
    groups = _Groups(observations, rules)
    known = {o.key: o for o in observations}
    reasons: dict[str, str] = {}
    for a, b in sorted(rules.joined):
        if a in known and b in known:
            groups.join(known[a], known[b], forced=True)
            reasons[a] = reasons[b] = JOINED
    ranked = sorted(pairs(observations), key=lambda p: (p[0], *_pair(p[2].key, p[3].key)))
    for _, reason, x, y in ranked:
        groups.join(x, y)
        if groups.home(x.key) == groups.home(y.key):
            reasons.setdefault(x.key, reason)
            reasons.setdefault(y.key, reason)
    listens = [_listen(members, reasons, rules) for members in groups.members.values()]
    return tuple(sorted(listens, key=lambda listen: listen.listen_id))


def alone(o: Observation, rules: PlayRules = NO_PLAY_RULES) -> Listen:
    """The listen of an observation that agrees with no other: what `resolve` would say, without the search.

    Written out, because almost every row of an import ends here.
    """
    if o.key in rules.edits or o.key in rules.hidden:
        return _listen([o], {}, rules)
    return Listen(
        listen_id=ListenId(o.seq),
        listened_at=o.started_at,
        track_id=o.track_id,
        played_ms=o.played_ms if o.played_ms >= 0 else max(o.duration_ms, 0),
        duration_ms=o.duration_ms,
        counted=counts_as_listen(o.asserted, o.played_ms, o.duration_ms),
        hidden=False,
        skipped=o.skipped,
        witnesses=((o.seq, FIRST),),
    )


def _listen(members: list[Observation], reasons: Mapping[str, str], rules: PlayRules) -> Listen:
    """The best of each witness, chosen by what they are, not by when they came."""
    members.sort(key=lambda o: o.seq)
    first = members[0]
    start = min(members, key=lambda o: (o.reading, o.precision_s, o.started_at, o.key))
    wording = min(members, key=lambda o: (-o.rank, o.precision_s, o.reading, o.track_id, o.key))
    heard = min(members, key=lambda o: (o.played_ms < 0, o.precision_s, -o.reading, -o.played_ms, o.key))
    duration = max(o.duration_ms for o in members)
    asserted = any(o.asserted for o in members)
    track_id, listened_at = wording.track_id, start.started_at
    for key in sorted(o.key for o in members):
        if edit := rules.edits.get(key):
            track_id = TrackId(edit.track_id or track_id)
            listened_at = UnixSeconds(edit.listened_at or listened_at)
    hidden = any(o.key in rules.hidden for o in members)
    return Listen(
        listen_id=ListenId(first.seq),
        listened_at=listened_at,
        track_id=track_id,
        played_ms=heard.played_ms if heard.played_ms >= 0 else max(duration, 0),
        duration_ms=duration,
        counted=not hidden and counts_as_listen(asserted, heard.played_ms, duration),
        hidden=hidden,
        skipped=max(o.skipped for o in members),
        witnesses=tuple((o.seq, FIRST if o is first else reasons.get(o.key, FIRST)) for o in members),
    )
