"""Love and hate: what a listener says about recordings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earstead.core.catalog import Track, track_of
from earstead.core.errors import Rejected
from earstead.core.listen import Submission
from earstead.kit.clock import Clock
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
    """One word: score 1 (loved) or -1 (hated), said at `at` (unix seconds) about the words of `track`."""

    recording_id: int
    track: Track
    score: int
    at: int


class Feedback:
    """Sets and reads feedback."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
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
            taken = table.take(tx, user_id, table.recording_of(tx, user_id, track))
            if taken:
                self._tell(tx, user_id, track, 0)
            return taken

        return self._writer.do(work).result()

    def scores(self, user_id: int, recording_ids: Sequence[int]) -> dict[int, int]:
        """recording_id -> 1 or -1 of those that have a word; at most 4,096 ids at once."""
        with self._engine.read() as tx:
            return table.scores(tx, user_id, recording_ids)

    def mark(self, user_id: int) -> str:
        """Changes whenever the user says something else; good in an ETag."""
        with self._engine.read() as tx:
            return ".".join(map(str, table.mark(tx, user_id)))

    def score(self, user_id: int, named: Submission) -> int:
        """1, -1, or 0 for nothing, on the recording that these names mean."""
        with self._engine.read() as tx:
            recording_id = table.recording_of(tx, user_id, track_of(named))
            return table.scores(tx, user_id, [recording_id]).get(recording_id, 0)

    def loved(
        self, user_id: int, *, score: int = LOVED, limit: int = 50, offset: int = 0
    ) -> tuple[tuple[FeedbackRow, ...], int]:
        """A page of what has this score, latest first, and how many there are in all."""
        with self._engine.read() as tx:
            rows = table.page(tx, user_id, score, limit=min(limit, MOST_PAGE), offset=max(offset, 0))
            tracks = catalog.tracks_by_id(tx, [row[1] for row in rows])
            total = table.count(tx, user_id, score)
        page = (FeedbackRow(recording_id=row[0], track=tracks[row[1]], score=row[2], at=row[3]) for row in rows)
        return tuple(page), total

    def _say(self, user_id: int, named: Submission, score: int) -> None:
        track, at = _track(named), self._clock.now()

        def work(tx: Tx) -> None:
            # What is said now replaces what was said before, also when a clock went back in between.
            recording_id = table.recording_of(tx, user_id, track)
            before = table.scores(tx, user_id, [recording_id]).get(recording_id, 0)
            table.take(tx, user_id, recording_id)
            table.put(tx, user_id, track, score=score, at=at)
            if before != score:
                self._tell(tx, user_id, track, score)

        self._writer.do(work).result()

    def _tell(self, tx: Tx, user_id: int, track: Track, score: int) -> None:
        for follow in self._followers:
            follow(tx, user_id, track, score)


def _track(named: Submission) -> Track:
    track = track_of(named)
    if not track.artist_name or not track.track_name:
        raise Rejected("track", "name the artist and the title")
    return track
