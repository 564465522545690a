"""How a listener's plays end: per track, artist, context and hour; where in a track they leave; what follows from it.

Only music, only one's own: nothing here is told to anybody else. Suggestions are lists, never deeds.
The whole of it is worked out in one pass over the history and kept until the history changes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from earstead.core.catalog import match_key
from earstead.core.habits import (
    Agreement,
    Tally,
    always_skipped,
    best_length,
    cell,
    dear,
    derived,
    never_skipped,
    verdict,
)
from earstead.core.listen import End, Kind
from earstead.core.provenance import Provenance, provenance
from earstead.kit import jsontext
from earstead.services import naming
from earstead.services.answers import Answers
from earstead.services.feedback import Feedback
from earstead.services.ingest import Ingest
from earstead.services.spotify.mirrors import Mirrors
from earstead.services.views import EntityRef
from earstead.storage import habits as table
from earstead.storage.engine import Engine, Row, Tx

MOST_ROWS = 50
MOST_LISTED = 100
_HEARD = 4
"""In `said` of the storage: the time heard was reported; below it stands the `End`."""
_HEARD_TO_THE_END = _HEARD + End.DONE
_ENDS = tuple(End)
_TRACK = itemgetter(1)
_HOUR = 32
"""More than there are cells."""


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
        always, never, dear: recordings for the lists, by `core.habits`, most plays first. `dear` are those heard like
            something loved, or loved, that are not saved where `saved_known`; else those nobody said anything about.
        saved_known: whether the liked songs of a linked account were read.
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
    saved_known: bool


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

    def __init__(self, engine: Engine, ingest: Ingest, feedback: Feedback, mirrors: Mirrors) -> None:
        self._engine = engine
        self._ingest = ingest
        self._feedback = feedback
        self._mirrors = mirrors
        self._answers = Answers()

    def report(self, user_id: int) -> HabitReport:
        """Everything about a user's ends of plays."""
        saved = self._saved(user_id)
        with self._engine.read() as tx:
            found = self._answers.kept(tx, user_id, "habits", lambda: _pass(tx, user_id))
            said = self._feedback.scores
            listed = {
                name: _most(found.recordings, MOST_LISTED, fits)
                for name, fits in (("always", always_skipped), ("never", never_skipped))
            }
            # More than will be shown: those that are said or saved already are taken out after.
            close = _most(found.recordings, 10 * MOST_LISTED, dear)
            spoken = said(user_id, [entity_id for entity_id, _ in close]) if close else {}
            if saved is None:
                close = [row for row in close if row[0] not in spoken]
            else:
                loved = {word.recording.entity_id for word in self._feedback.loved(user_id, limit=1_000)[0]}
                close = [row for row in close if spoken.get(row[0], 1) > 0 and row[0] not in loved]
                close += [(i, found.recordings[i]) for i in sorted(loved & set(found.recordings))]
                keys = self._keys(tx, user_id, [entity_id for entity_id, _ in close])
                close = [row for row in close if keys.get(row[0]) not in saved]
                close.sort(key=lambda row: (-row[1].known, row[0]))
            listed["dear"] = close[:MOST_LISTED]
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
            saved_known=saved is not None,
            **rows,
        )

    def _saved(self, user_id: int) -> set[int] | None:
        """The match keys of what stands in the liked songs of the user's accounts; None where none was read yet.

        Not the ids of recordings: an export names the first artist alone, liked songs name them all.
        """
        liked = [one for one in self._mirrors.lists(user_id) if one.kind == "liked" and one.reads]
        if not liked:
            return None
        items = (item for one in liked for item in self._mirrors.items(user_id, one.list_id))
        return {
            match_key(Kind.MUSIC, item.artist_names[0], item.track_name, item.artist_names)
            for item in items
            if item.artist_names
        }

    def _keys(self, tx: Tx, user_id: int, recording_ids: Sequence[int]) -> dict[int, int]:
        refs = naming.refs(tx, user_id, recording_ids, self._ingest.rules(tx, user_id)[0])
        return {i: match_key(Kind.MUSIC, ref.credit, ref.name) for i, ref in refs.items()}

    def recording(self, user_id: int, recording_id: int) -> RecordingHabits:
        """How the plays of one recording ended; empty for one that was never heard."""
        with self._engine.read() as tx:
            rows = table.of_recording(tx, user_id, recording_id)
        said: dict[int, int] = {}
        for row in rows:
            said[row[0]] = _joined(said.get(row[0], 0), row[6])
        plays = [(*row[:6], said[listen_id]) for listen_id, row in {row[0]: row for row in rows}.items()]
        length = _length(plays)
        tally, agreement = Tally(), Agreement()
        for row in plays:
            tally.put(_cell(row, length, agreement), 1)
        return RecordingHabits(tally=tally, agreement=agreement, length_ms=length)


def _joined(said: int, more: int) -> int:
    """What two reports of a play say together: the time heard by either, the end by the first that knows one."""
    return (said | more) & _HEARD | ((said & 3) or (more & 3))


def _cell(row: Row, length: int, agreement: Agreement) -> int:
    """The cell of a play, counted in the agreement too."""
    said, skipped = row[6], row[5]
    heard = row[3] if said & _HEARD else -1
    by_itself = derived(_ENDS[said & 3], heard, length)
    if skipped >= 0:
        agreement.add(skipped, by_itself)
        by_itself = verdict(skipped, by_itself)
    return cell(by_itself, heard, length)


def _pass(tx: Tx, user_id: int) -> _Found:
    """One pass over all plays, track by track. Of a track without a length of its own the plays wait for the other
    tracks of the recording: an export tells no lengths, the scrobbles of the same song do."""
    recording_of: dict[int, int] = dict(table.songs(tx, user_id))
    contexts, found = _contexts(tx, user_id), _Found()
    lengths: dict[int, int] = {}
    waiting: list[tuple[int, list[Row]]] = []
    artists_of: dict[int, list[int]] = defaultdict(list)
    for track_id, artist_id in table.artists(tx, user_id):
        artists_of[track_id].append(artist_id)
    by_hour: Counter[int] = Counter()

    def settle(track_id: int, rows: list[Row], length: int) -> None:
        cells: Counter[int] = Counter()
        for row in rows:
            where = _cell(row, length, found.agreement)
            cells[where] += 1
            by_hour[row[2] * _HOUR + where] += 1
            if contexts and row[0] in contexts:
                found.contexts[contexts[row[0]]].put(where, 1)
        tallies = [found.recordings[recording_of[track_id]], *(found.artists[i] for i in artists_of[track_id])]
        for where, count in cells.items():
            for tally in tallies:
                tally.put(where, count)

    for track_id, plays in groupby(_plays(tx, user_id), key=_TRACK):
        recording_id = recording_of.get(track_id)
        if recording_id is None:
            continue
        rows = list(plays)
        if length := _length(rows):
            lengths[recording_id] = length
            settle(track_id, rows, length)
        else:
            waiting.append((track_id, rows))
    for track_id, rows in waiting:
        settle(track_id, rows, lengths.get(recording_of[track_id], 0))
    for place, count in by_hour.items():
        hour, where = divmod(place, _HOUR)
        found.hours[hour].put(where, count)
        found.whole.put(where, count)
    return found


def _plays(tx: Tx, user_id: int) -> list[Row]:
    """The plays track by track, `said` by all their reports."""
    sources = table.sources(tx, user_id)
    joined: dict[int, int] = {}
    # As many reports as plays: each play has one, and there is nothing to join.
    if sum(row[2] for row in sources) > table.count(tx, user_id):
        for listen_id, said in table.others(tx, user_id, [row[0] for row in sources]):
            joined[listen_id] = _joined(joined.get(listen_id, 0), said)
    rows = list(table.plays(tx, user_id))
    if joined:
        rows = [(*row[:6], _joined(row[6], joined[row[0]])) if row[0] in joined else row for row in rows]
    # Sorted, because taking 200,000 plays track by track is far faster than looking up the track of each.
    rows.sort(key=_TRACK)
    return rows


def _length(rows: Sequence[Row]) -> int:
    """The best known length that these plays tell of; 0 for none."""
    reported = Counter(row[4] for row in rows if row[4] > 0)
    finished = () if reported else [row[3] for row in rows if row[6] == _HEARD_TO_THE_END]
    return best_length(reported, finished)


def _contexts(tx: Tx, user_id: int) -> dict[int, str]:
    """listen_id -> URI of what it was played from. Only services that own the player say it, so only their rows are
    looked at: a history without them pays nothing."""
    told = (Provenance.API, Provenance.PUSH)
    ids = [row[0] for row in table.sources(tx, user_id) if provenance(row[1]) in told]
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
