"""Love and hate: what a listener says about recordings.

A word stands where its names led when it was said. Where they lead now is seen to when it is read, so that merges
made later hold for it; of two words on what is one recording by now the later one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earstead.core.catalog import MapRules, Track, track_of
from earstead.core.errors import Rejected
from earstead.core.listen import Submission
from earstead.kit.clock import Clock
from earstead.services import naming
from earstead.services.ingest import Ingest
from earstead.services.leading import PIECE, covered, ids_behind
from earstead.services.views import EntityRef
from earstead.storage import catalog
from earstead.storage import feedback as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

LOVED = 1
HATED = -1
MOST_PAGE = 1000
Follower = Callable[[Tx, int, Track, int], None]
"""Called with (transaction, user, the words, their score now: 1, -1, or 0 when it was taken back)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRow:
    """One word: score 1 (loved) or -1 (hated), said at `at` (unix seconds) about the words of `track`.

    `recording` is named as the user's plays name it, by those words where it was never heard.
    """

    recording: EntityRef
    track: Track
    score: int
    at: int


class Feedback:
    """Sets and reads feedback."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, ingest: Ingest) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._ingest = ingest
        self._followers: list[Follower] = []

    def followed_by(self, follower: Follower) -> None:
        """Have words that change something followed by more in their own transaction."""
        self._followers.append(follower)

    def love(self, user_id: int, named: Submission) -> None:
        """Love the recording that these names mean. Raises Rejected when a name is missing."""
        self._say(user_id, named, LOVED)

    def hate(self, user_id: int, named: Submission) -> None:
        """Hate the recording that these names mean. Raises Rejected when a name is missing."""
        self._say(user_id, named, HATED)

    def unlove(self, user_id: int, named: Submission) -> bool:
        """Take back what was said about a recording, love or hate; False when nothing was."""
        track = _track(named)

        def work(tx: Tx) -> bool:
            taken = table.take(tx, user_id, self._ids(tx, user_id, track))
            if taken:
                self._tell(tx, user_id, track, 0)
            return taken

        return self._writer.do(work).result()

    def scores(self, user_id: int, recording_ids: Sequence[int]) -> dict[int, int]:
        """recording_id -> 1 or -1 of those that have a word; at most 4,096 ids at once."""
        with self._engine.read() as tx:
            behind = ids_behind(self._ingest.rules(tx, user_id)[0], recording_ids)
            every = sorted({alias for ids in behind.values() for alias in ids})
            said = [row for i in range(0, len(every), PIECE) for row in table.said(tx, user_id, every[i : i + PIECE])]
        words = {row[0]: (row[1], row[2]) for row in said}
        found = {i: [words[alias] for alias in ids if alias in words] for i, ids in behind.items()}
        return {entity_id: max(said_of)[1] for entity_id, said_of in found.items() if said_of}

    def mark(self, user_id: int) -> str:
        """Changes whenever the user says something else; good in an ETag."""
        with self._engine.read() as tx:
            return ".".join(map(str, table.mark(tx, user_id)))

    def score(self, user_id: int, named: Submission) -> int:
        """1, -1, or 0 for nothing, on the recording that these names mean."""
        with self._engine.read() as tx:
            return self._score(tx, user_id, self._ids(tx, user_id, track_of(named)))

    def loved(
        self, user_id: int, *, score: int = LOVED, limit: int = 50, offset: int = 0
    ) -> tuple[tuple[FeedbackRow, ...], int]:
        """A page of what has this score, latest first, and how many there are in all."""
        with self._engine.read() as tx:
            rules = self._ingest.rules(tx, user_id)[0]
            without = covered(rules, lambda ids: [row[:2] for row in table.said(tx, user_id, ids)])
            rows = table.page(tx, user_id, score, without, limit=min(limit, MOST_PAGE), offset=max(offset, 0))
            tracks = catalog.tracks_by_id(tx, [row[1] for row in rows])
            total = table.count(tx, user_id, score, without)
            heard = naming.refs(tx, user_id, [rules.lead(row[0]) for row in rows], rules, heard_only=True)
        page = []
        for recording_id, track_id, score_then, at in rows:
            lead, track = rules.lead(recording_id), tracks[track_id]
            ref = heard.get(lead) or _unheard(lead, track, rules)
            page.append(FeedbackRow(recording=ref, track=track, score=score_then, at=at))
        return tuple(page), total

    def _ids(self, tx: Tx, user_id: int, track: Track) -> list[int]:
        """All ids under which words on what a track means may stand."""
        recording_id = table.recording_of(tx, user_id, track)
        return ids_behind(self._ingest.rules(tx, user_id)[0], [recording_id])[recording_id]

    def _score(self, tx: Tx, user_id: int, ids: Sequence[int]) -> int:
        said = [row[1:] for row in table.said(tx, user_id, ids)]
        return int(max(said)[1]) if said else 0

    def _say(self, user_id: int, named: Submission, score: int) -> None:
        track, at = _track(named), self._clock.now()

        def work(tx: Tx) -> None:
            # What is said now replaces what was said before, also when a clock went back in between.
            ids = self._ids(tx, user_id, track)
            before = self._score(tx, user_id, ids)
            table.take(tx, user_id, ids)
            table.put(tx, user_id, track, score=score, at=at)
            if before != score:
                self._tell(tx, user_id, track, score)

        self._writer.do(work).result()

    def _tell(self, tx: Tx, user_id: int, track: Track, score: int) -> None:
        for follow in self._followers:
            follow(tx, user_id, track, score)


def _unheard(recording_id: int, track: Track, rules: MapRules) -> EntityRef:
    name = rules.renames.get(recording_id) or track.track_name
    return EntityRef(kind="recording", entity_id=recording_id, name=name, credit=track.artist_name)


def _track(named: Submission) -> Track:
    track = track_of(named)
    if not track.artist_name or not track.track_name:
        raise Rejected("track", "name the artist and the title")
    return track
