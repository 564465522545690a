"""How a listener's plays end: per track, artist, context and hour; where in a track they leave; what follows from it.

Only music, only one's own: nothing here is told to anybody else. Suggestions are lists, never deeds.
The whole of it is worked out in one pass over the history and kept until the history changes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from earstead.core.habits import (
    Agreement,
    Tally,
    always_skipped,
    best_length,
    dear,
    derived,
    never_skipped,
    verdict,
)
from earstead.core.listen import End
from earstead.core.provenance import Provenance, provenance
from earstead.kit import jsontext
from earstead.services import naming
from earstead.services.answers import Answers
from earstead.services.feedback import Feedback
from earstead.services.ingest import Ingest
from earstead.services.views import EntityRef
from earstead.storage import habits as table
from earstead.storage.engine import Engine, Row, Tx

MOST_ROWS = 50
MOST_LISTED = 100
_HEARD_MS = 4
"""In `said` of the storage: the time heard was reported; below it stands the `End`."""


class Counted(NamedTuple):
    """One row of a table: what it is about (None where the history does not know it any more), and its plays."""

    entity: EntityRef
    tally: Tally


class ContextRow(NamedTuple):
    """Plays from one playlist, album, artist or collection, by its URI."""

    uri: str
    kind: str
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingHabits:
    """How the plays of one recording ended, and its best known length in ms (0 unknown)."""

    tally: Tally
    agreement: Agreement
    length_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HabitReport:
    """All of it.

    Attributes:
        whole: every play of music.
        hours: 24 tallies by local hour.
        tracks, artists: those with most plays whose end is known, first.
        always, never, dear: recordings for the lists, by `core.habits`, most plays first.
    """

    whole: Tally
    agreement: Agreement
    hours: tuple[Tally, ...]
    tracks: tuple[Counted, ...]
    artists: tuple[Counted, ...]
    contexts: tuple[ContextRow, ...]
    always: tuple[Counted, ...]
    never: tuple[Counted, ...]
    dear: tuple[Counted, ...]


class _Play(NamedTuple):
    track_id: int
    hour: int
    played_ms: int
    duration_ms: int
    skipped: int
    end: End


@dataclass(slots=True)
class _Found:
    """The pass over a history, by ids."""

    whole: Tally = field(default_factory=Tally)
    agreement: Agreement = field(default_factory=Agreement)
    hours: list[Tally] = field(default_factory=lambda: [Tally() for _ in range(24)])
    recordings: dict[int, Tally] = field(default_factory=lambda: defaultdict(Tally))
    artists: dict[int, Tally] = field(default_factory=lambda: defaultdict(Tally))
    contexts: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))


class Habits:
    """See the module. All methods block."""

    def __init__(self, engine: Engine, ingest: Ingest, feedback: Feedback) -> None:
        self._engine = engine
        self._ingest = ingest
        self._feedback = feedback
        self._answers = Answers()

    def report(self, user_id: int) -> HabitReport:
        """Everything about a user's ends of plays."""
        with self._engine.read() as tx:
            found = self._answers.kept(tx, user_id, "habits", lambda: _pass(tx, user_id))
            said = self._feedback.scores
            listed = {
                name: _most(found.recordings, MOST_LISTED, fits)
                for name, fits in (("always", always_skipped), ("never", never_skipped))
            }
            # More than will be shown: those that are loved already are taken out after.
            close = _most(found.recordings, 10 * MOST_LISTED, dear)
            spoken = said(user_id, [entity_id for entity_id, _ in close]) if close else {}
            listed["dear"] = [row for row in close if row[0] not in spoken][:MOST_LISTED]
            listed["tracks"] = _most(found.recordings, MOST_ROWS)
            listed["artists"] = _most(found.artists, MOST_ROWS)
            ids = sorted({entity_id for rows in listed.values() for entity_id, _ in rows})
            refs = naming.refs(tx, user_id, ids, self._ingest.rules(tx, user_id)[0])
        rows = {name: tuple(Counted(refs[i], t) for i, t in part if i in refs) for name, part in listed.items()}
        contexts = sorted(found.contexts.items(), key=lambda row: (-row[1].known, row[0]))[:MOST_ROWS]
        return HabitReport(
            whole=found.whole,
            agreement=found.agreement,
            hours=tuple(found.hours),
            contexts=tuple(ContextRow(uri, _kind(uri), tally) for uri, tally in contexts),
            **rows,
        )

    def recording(self, user_id: int, recording_id: int) -> RecordingHabits:
        """How the plays of one recording ended; empty for one that was never heard."""
        with self._engine.read() as tx:
            rows = table.of_recording(tx, user_id, recording_id)
        said: dict[int, int] = {}
        for row in rows:
            said[row[0]] = _joined(said.get(row[0], 0), row[6])
        plays = [_play(row, said[listen_id]) for listen_id, row in {row[0]: row for row in rows}.items()]
        length = _lengths(plays, lambda _: 0).get(0, 0)
        tally, agreement = Tally(), Agreement()
        for play in plays:
            _count(play, length, [tally], agreement)
        return RecordingHabits(tally=tally, agreement=agreement, length_ms=length)


def _joined(said: int, more: int) -> int:
    """What two reports of a play say together: the time heard by either, the end by the first that knows one."""
    return (said | more) & _HEARD_MS | ((said & 3) or (more & 3))


def _play(row: Row, said: int) -> _Play:
    heard = row[3] if said & _HEARD_MS else -1
    return _Play(row[1], row[2], heard, row[4], row[5], End(said & 3))


def _pass(tx: Tx, user_id: int) -> _Found:
    """One pass over all plays: their ends first, since the length of a track follows from them."""
    recording_of: dict[int, int] = dict(table.songs(tx, user_id))
    more: dict[int, int] = {}
    for listen_id, said in table.others(tx, user_id):
        more[listen_id] = _joined(more.get(listen_id, 0), said)
    plays: dict[int, _Play] = {}
    for row in table.plays(tx, user_id):
        if row[1] in recording_of:
            plays[row[0]] = _play(row, _joined(row[6], more[row[0]]) if row[0] in more else row[6])
    lengths = _lengths(plays.values(), recording_of.__getitem__)
    artists_of: dict[int, list[int]] = defaultdict(list)
    for track_id, artist_id in table.artists(tx, user_id):
        artists_of[track_id].append(artist_id)
    context_of = _contexts(tx, user_id)
    found = _Found()
    for listen_id, play in plays.items():
        recording_id = recording_of[play.track_id]
        tallies = [found.whole, found.hours[play.hour], found.recordings[recording_id]]
        tallies += [found.artists[artist_id] for artist_id in artists_of[play.track_id]]
        if listen_id in context_of:
            tallies.append(found.contexts[context_of[listen_id]])
        _count(play, lengths.get(recording_id, 0), tallies, found.agreement)
    return found


def _lengths(plays: Iterable[_Play], of: Callable[[int], int]) -> dict[int, int]:
    """Best known length by what a track id leads to."""
    reported: dict[int, Counter[int]] = defaultdict(Counter)
    finished: dict[int, list[int]] = defaultdict(list)
    for play in plays:
        if play.duration_ms > 0:
            reported[of(play.track_id)][play.duration_ms] += 1
        if play.end is End.DONE and play.played_ms > 0:
            finished[of(play.track_id)].append(play.played_ms)
    return {key: best_length(reported[key], finished[key]) for key in {*reported, *finished}}


def _count(play: _Play, length: int, tallies: Sequence[Tally], agreement: Agreement) -> None:
    by_itself = derived(play.end, play.played_ms, length)
    end = verdict(play.skipped, by_itself)
    agreement.add(play.skipped, by_itself)
    for tally in tallies:
        tally.add(end, play.played_ms, length)


def _contexts(tx: Tx, user_id: int) -> dict[int, str]:
    """listen_id -> URI of what it was played from. Only services that own the player say it, so only their rows are
    looked at: a history without them pays nothing."""
    told = (Provenance.API, Provenance.PUSH)
    ids = [source_id for source_id, name in table.sources(tx, user_id) if provenance(name) in told]
    found: dict[int, str] = {}
    for listen_id, extra in table.contexts(tx, user_id, ids) if ids else ():
        uri = jsontext.loads(extra).get("context_uri")
        if isinstance(uri, str) and uri:
            found[listen_id] = uri
    return found


def _most(
    tallies: dict[int, Tally], limit: int, fits: Callable[[Tally], bool] = lambda tally: tally.known > 0
) -> list[tuple[int, Tally]]:
    """(id, tally) of those that fit, most plays whose end is known first."""
    fitting = [(entity_id, tally) for entity_id, tally in tallies.items() if fits(tally)]
    return sorted(fitting, key=lambda row: (-row[1].known, -row[1].plays, row[0]))[:limit]


def _kind(uri: str) -> str:
    """What a `spotify:` URI is the address of: "playlist", "album", "artist", "collection"; "" for others."""
    parts = uri.split(":")
    if parts[-1] == "collection":
        return "collection"
    return parts[-2] if len(parts) >= 3 and parts[-2].isalpha() else ""
