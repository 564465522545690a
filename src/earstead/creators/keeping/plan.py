"""What a sync asks: computed from what was read before, the day it is, and the pieces there are. Pure.

A *piece* is one question the service answers about a show or an episode. Pieces of days are read over ranges: the
newest first, then back to the beginning in chunks, so that a page has something to show at once; what is read is one
stretch without holes at any time, and where it ends is where the next sync goes on. The last days are read again each
time, because figures settle late. Pieces without days are read again when they are old enough: an episode that came out
yesterday every day, one of last year every other week, and not all on the same day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

SETTLE_DAYS: Final = 3
"""So many days are read again although they were read before."""
CHUNK_DAYS: Final = 365
RETRY_DAYS: Final = 7
"""What was refused of an old episode is tried again after so many days at most; of the show, in the next sync."""
FRESH_DAYS, RECENT_DAYS = 30, 90
ALL_TIME, LAST_30 = "WINDOW_ALL_TIME", "WINDOW_LAST_THIRTY_DAYS"
_SAFE_30: Final = 25
"""A window of thirty days follows on what was read if that is no older than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One kind of question.

    Attributes:
        name: of the endpoint or operation, with what tells it from another question to the same; where it was read to
            is kept under it.
        about: for the line that says what is being read.
        ask: asks and reads: (client, `Ask`) -> `Found`.
        days: whether it is asked for a range of days; "window": GraphQL's windows stand for ranges.
        chunk: days of one request.
        lag: the last days that the service does not know yet.
        every: days until it is read again, by the age of the episode: (up to 30 days, up to 90, older).
        hosted: whether shows that are hosted elsewhere are known to fail.
        elsewhere: whether it is only asked of shows that are hosted elsewhere.
        instead_of: a piece that says the same and more: this one is asked only where that one was refused. Whether it
            was may be found out in the same sync: the question is planned, and passed over when that one is answered.
    """

    name: str
    about: str
    ask: Callable[[Any, Ask], Any]
    days: Literal["", "range", "window"] = ""
    chunk: int = CHUNK_DAYS
    lag: int = 1
    every: tuple[int, int, int] = (1, 1, 1)
    hosted: bool = False
    instead_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is asked about: a show (`episode_id` 0) or an episode of it. `since`: its first day, as a number."""

    show_id: int
    episode_id: int
    uri: str
    spotify_id: str
    since: int
    hosted: bool
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question. `first` and `last` are the days it is about, `covered` those that are read once it is answered."""

    piece: Piece
    subject: Subject
    today: int
    first: int = 0
    last: int = 0
    covered: tuple[int, int] = (0, 0)
    window: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a piece was read: days, when (unix seconds), and why not; `from_day` 0 for none."""

    from_day: int
    to_day: int
    read_at: int
    refused: str


Marks = Mapping[tuple[int, str], Mark]
"""(episode, piece) -> mark."""


def asks(subject: Subject, pieces: Sequence[Piece], marks: Marks, *, today: int, now: int, since: int) -> Iterator[Ask]:
    """The questions about one subject, in the order in which they are to be asked.

    Args:
        today: number of the day. `now`: unix seconds.
        since: when this sync began: what was read after it is not asked again.
    """
    for piece in pieces:
        mark = marks.get((subject.episode_id, piece.name))
        if piece.hosted and not subject.hosted:
            continue
        if piece.instead_of and is_good(marks.get((subject.episode_id, piece.instead_of))):
            continue
        if piece.days == "range":
            yield from _ranges(subject, piece, mark, today, since)
        elif _due(subject, piece, mark, today, since):
            yield _whole(subject, piece, mark, today)


def is_good(mark: Mark | None) -> bool:
    """Whether a piece was answered when it was asked for last."""
    return mark is not None and not mark.refused


def _due(subject: Subject, piece: Piece, mark: Mark | None, today: int, since: int) -> bool:
    if mark is None:
        return True
    if mark.read_at >= since:
        return False
    age = today - subject.since if subject.episode_id else 0
    days = piece.every[0 if age <= FRESH_DAYS else 1 if age <= RECENT_DAYS else 2]
    if mark.refused:
        days = min(days, RETRY_DAYS if subject.episode_id else 1)
    # Spread over the second half of the pause: episodes that were first read together do not come due together.
    days -= subject.episode_id * 7 % (days // 2 + 1) if subject.episode_id else 0
    return today - mark.read_at // 86_400 >= days or days <= 1


def _whole(subject: Subject, piece: Piece, mark: Mark | None, today: int) -> Ask:
    """A question without a range. With windows: everything at first, then what covers the days since."""
    if piece.days != "window":
        return Ask(piece=piece, subject=subject, today=today, covered=(today, today))
    last = today - piece.lag
    follows = mark is not None and mark.to_day and not mark.refused and last - mark.to_day <= _SAFE_30
    first = mark.from_day if follows and mark is not None else min(subject.since, last)
    return Ask(
        piece=piece,
        subject=subject,
        today=today,
        first=last - 29 if follows else first,
        last=last,
        covered=(first, last),
        window=LAST_30 if follows else ALL_TIME,
    )


def _ranges(subject: Subject, piece: Piece, mark: Mark | None, today: int, since: int) -> Iterator[Ask]:
    """Ranges: forward to the last day that is known, then backward to the first."""
    end, begin = today - piece.lag, subject.since
    if end < begin:
        return
    held = (mark.from_day, mark.to_day) if mark is not None and mark.to_day else None
    if held is not None and _due(subject, piece, mark, today, since):
        start = max(begin, held[0], min(held[1] - SETTLE_DAYS + 1, end))
        for first, last in _chunks_up(start, end, piece.chunk):
            held = (held[0], max(held[1], last))
            yield _range(subject, piece, today, first, last, held)
    refused = mark is not None and bool(mark.refused) and mark.read_at >= since
    if refused:
        return
    for first, last in _chunks_down(begin, held[0] - 1 if held else end, piece.chunk):
        held = (first, held[1] if held else last)
        yield _range(subject, piece, today, first, last, held)


def _range(subject: Subject, piece: Piece, today: int, first: int, last: int, covered: tuple[int, int]) -> Ask:
    return Ask(piece=piece, subject=subject, today=today, first=first, last=last, covered=covered)


def _chunks_up(first: int, last: int, length: int) -> Iterator[tuple[int, int]]:
    while first <= last:
        yield first, min(first + length - 1, last)
        first += length


def _chunks_down(first: int, last: int, length: int) -> Iterator[tuple[int, int]]:
    while last >= first:
        yield max(first, last - length + 1), last
        last -= length


def least(days: int, chunk: int = CHUNK_DAYS) -> int:
    """The fewest requests in which so many days can be asked for."""
    return -(-days // chunk)
