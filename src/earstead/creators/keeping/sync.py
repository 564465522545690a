"""Reads an account into the memory: shows, episodes, comments, then every piece of `plan`, a minute at a time.

What is asked follows from what is stored, so a sync that was stopped anywhere goes on there. A part that the service
refuses is noted and passed over, and asked again another day; only what concerns everything ends a slice: cookies that
are no longer taken, limits, a service that is out of order as a whole.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future

from earstead.core.creators.metrics import BEGINNING
from earstead.core.errors import AppError, NeedsReauth, RetryLater
from earstead.creators.client import Creators
from earstead.creators.errors import SERVICE, Missing, RateLimited, Unavailable
from earstead.creators.keeping.episode_pieces import EPISODE_PIECES
from earstead.creators.keeping.found import Found
from earstead.creators.keeping.hands import KeepingHands
from earstead.creators.keeping.lists import Lists
from earstead.creators.keeping.plan import Ask, Mark, Marks, Piece, Subject, asks
from earstead.creators.keeping.recording import raw, recording
from earstead.creators.keeping.show_pieces import SHOW_PIECES
from earstead.creators.transport import Exchange
from earstead.kit.clock import Clock
from earstead.services.creators.memory import CreatorMemory, Reading
from earstead.services.creators.rows import number_of
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.syncs import Progress
from earstead.services.creators.types import CreatorAccount, CreatorShow

SLICE_S = 60.0
TELL_EVERY = 20
"""Questions between two notes of how far it is."""
MOST_BEHIND = 32
"""Readings that may wait for the writer."""
MOST_UNAVAILABLE = 3
"""Pieces one after another that do not answer: then it is the service."""
MOST_TRIES = 5
"""Pauses that one piece is worth."""
INTERNAL_ERROR = 500
PAUSE_S = 300.0
REFUSED = ("refused", "wrong window", "stale hash")
LAST = frozenset({"P8"})
"""Pieces whose back-fill is long: they come after everything else."""


class ServiceSync:
    """The `Syncer` of `services.creators.syncs`.

    Args:
        hands: have the clients of the accounts, and hear how they do.
    """

    def __init__(
        self,
        hands: KeepingHands,
        shows: CreatorShows,
        memory: CreatorMemory,
        clock: Clock,
        *,
        slice_s: float = SLICE_S,
    ) -> None:
        self._hands = hands
        self._shows = shows
        self._memory = memory
        self._clock = clock
        self._slice_s = slice_s
        self._failures: Counter[tuple[int, int, str]] = Counter()
        """(account, sync, piece) -> how often it did not answer."""

    def sync(self, account: CreatorAccount, progress: Progress, since: int, told: Callable[[], None]) -> bool:
        """See `services.creators.syncs.Syncer`."""
        with self._hands.calling(account.account_id):
            return self._slice(account, progress, since, told)

    def _slice(self, account: CreatorAccount, progress: Progress, since: int, told: Callable[[], None]) -> bool:
        until = self._clock.monotonic() + self._slice_s
        client = self._hands.client(account.account_id)
        run = _Run(client, account, self._memory, self._clock, progress, since, told, until, self._failures)
        lists = Lists(run.client, account, self._memory, self._shows, self._clock, progress, since)
        try:
            with recording() as heard:
                shows = lists.shows(heard)
                for show in shows:
                    # A slice reads at least something, however short it is.
                    if lists.of_show(show, heard) and run.late:
                        return False
            if not run.read([self._subjects(show) for show in shows]):
                return False
            self._memory.prune(account.account_id)
            return True
        finally:
            run.finish()

    def _subjects(self, show: CreatorShow) -> list[Subject]:
        """The show, then its published episodes, the newest first."""
        beginning = number_of(BEGINNING)
        today = self._clock.now() // 86_400
        episodes = [
            one for one in self._shows.all_episodes(show.show_id) if one.state == "published" and one.spotify_id
        ]
        first = min((one.published_at // 86_400 for one in episodes), default=today)
        subjects = [
            Subject(
                show_id=show.show_id,
                episode_id=one.episode_id,
                uri=one.uri,
                spotify_id=one.spotify_id,
                since=max(beginning, one.published_at // 86_400),
                hosted=show.hosted,
                title=one.title,
            )
            for one in reversed(episodes)
        ]
        whole = Subject(
            show_id=show.show_id,
            episode_id=0,
            uri=show.uri,
            spotify_id=show.spotify_id,
            since=max(beginning, first),
            hosted=show.hosted,
            title=show.name,
        )
        return [whole, *subjects]


class _Run:
    """A slice of a sync: asks what is due, hands what came to the memory, counts."""

    def __init__(
        self,
        client: Creators,
        account: CreatorAccount,
        memory: CreatorMemory,
        clock: Clock,
        progress: Progress,
        since: int,
        told: Callable[[], None],
        until: float,
        failures: Counter[tuple[int, int, str]],
    ) -> None:
        self.client = client
        self._account = account
        self._memory = memory
        self._clock = clock
        self._progress = progress
        self._since = since
        self._told = told
        self._until = until
        self._behind: deque[Future[int]] = deque()
        self._failures = failures
        self._missing: set[str] = set()
        self._later: set[str] = set()
        self._unavailable = 0

    @property
    def late(self) -> bool:
        """Whether the slice is over."""
        return self._clock.monotonic() >= self._until

    def read(self, shows: Sequence[Sequence[Subject]]) -> bool:
        """Ask everything that is due about some shows, each with its episodes; False when the slice is over before."""
        now = self._clock.now()
        due = [(ask, marks) for of in shows for marks in [self._marks(of[0])] for ask in self._due(of, marks, now)]
        self._progress.planned = self._progress.done + len(due)
        before = self._progress.requests
        refused: set[tuple[int, int, str]] = set()
        answered: set[tuple[int, int, str]] = set()
        for at, (ask, marks) in enumerate(due):
            place = (ask.subject.show_id, ask.subject.episode_id, ask.piece.name)
            # A slice asks at least something, however short it is: what has no hash is no question.
            if self._progress.stopping or (self.late and self._progress.requests > before):
                return False
            self._progress.doing = f"{ask.subject.title}: {ask.piece.about}"
            if at % TELL_EVERY == 0:
                self._told()
            better = (*place[:2], ask.piece.instead_of)
            passed = place in refused or better in answered or ask.piece.name in self._missing | self._later
            if not passed:
                (answered if self._one(ask, marks) else refused).add(place)
            self._progress.done += 1
        if self._later:
            raise RetryLater(SERVICE, f"{', '.join(sorted(self._later))} did not answer", PAUSE_S)
        return True

    def _marks(self, show: Subject) -> Marks:
        return {
            key: Mark(from_day=one.from_day, to_day=one.to_day, read_at=one.read_at, refused=one.refused)
            for key, one in self._memory.marks(show.show_id).items()
        }

    def _due(self, subjects: Sequence[Subject], marks: Marks, now: int) -> Iterator[Ask]:
        def of(subject: Subject, pieces: Sequence[Piece]) -> Iterator[Ask]:
            return asks(subject, pieces, marks, today=now // 86_400, now=now, since=self._since)

        whole, *episodes = subjects
        yield from of(whole, [one for one in SHOW_PIECES if one.name not in LAST])
        for episode in episodes:
            yield from of(episode, EPISODE_PIECES)
        yield from of(whole, [one for one in SHOW_PIECES if one.name in LAST])

    def _one(self, ask: Ask, marks: Marks) -> bool:
        """Ask one question and keep what came; False when it was refused."""
        with recording() as heard:
            try:
                found = ask.piece.ask(self.client, ask)
            except (NeedsReauth, RateLimited):
                raise
            except Missing as fault:
                self._missing.add(ask.piece.name)
                self._progress.lack(fault.operation)
                return False
            except Unavailable as fault:
                if self._comes_later(ask, fault):
                    return False
                found = Found(empty=REFUSED[0], notes=[f"{ask.piece.name}: {fault}"])
            except AppError as fault:
                found = Found(empty=REFUSED[0], notes=[f"{ask.piece.name}: {fault}"])
            else:
                self._unavailable = 0
        self._progress.requests += len(heard)
        for words in found.notes:
            self._progress.note(words)
        self._keep(ask, found, heard, marks)
        return found.empty not in REFUSED

    def _comes_later(self, ask: Ask, fault: Unavailable) -> bool:
        """Whether a piece that did not answer is asked for again in this sync.

        A 500 is an answer about this question. Everything else is about the service, or about this piece of it: it is
        left alone for a while, a few times.
        """
        if fault.status == INTERNAL_ERROR:
            return False
        place = (self._account.account_id, self._since, ask.piece.name)
        self._failures[place] += 1
        if self._failures[place] > MOST_TRIES:
            return False
        self._progress.note(f"{ask.piece.name}: {fault}")
        self._later.add(ask.piece.name)
        self._unavailable += 1
        if self._unavailable >= MOST_UNAVAILABLE:
            raise RetryLater(SERVICE, fault.why, PAUSE_S) from fault
        return True

    def _keep(self, ask: Ask, found: Found, heard: Sequence[Exchange], marks: Marks) -> None:
        refused = found.empty in REFUSED or found.partial
        before = marks.get((ask.subject.episode_id, ask.piece.name))
        held = (before.from_day, before.to_day) if before else (0, 0)
        reading = Reading(
            account_id=self._account.account_id,
            show_id=ask.subject.show_id,
            episode_id=ask.subject.episode_id,
            name=ask.piece.name,
            covered=held if refused else ask.covered,
            refused=(found.notes[0] if found.notes else found.empty) if refused else "",
            answers=tuple(raw(one) for one in heard),
            figures=tuple(found.figures),
            curve=found.curve,
            transcript=found.transcript,
            chapters=found.chapters,
        )
        self._behind.append(self._memory.keep(reading))
        while len(self._behind) > MOST_BEHIND:
            self._progress.rows += self._behind.popleft().result()

    def finish(self) -> None:
        """Wait until everything is kept."""
        while self._behind:
            self._progress.rows += self._behind.popleft().result()
