"""Where people leave an episode: the steepest stretches of a retention curve, and the marks of its chapters."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

LEAST_LOST = 0.02
"""A stretch in which fewer of the audience leave is no drop-off."""
MOST_DROPS = 6
_STRETCH = 0.025
_SHORTEST_S = 10.0
_TIME = r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})"
_CHAPTER = re.compile(rf"^\W{{0,4}}{_TIME}\W{{1,4}}(\S.*)$")
_TAGS = re.compile(r"<\s*(?:br|/p|/li|/div)\s*/?>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^>]*>")
_LEAST_CHAPTERS = 2


def drops(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float, float], ...]:
    """(start, end, share lost) of the stretches in which most left, in the order of time.

    Args:
        points: (second, share of the audience), in order of time. The shares may rise where something is replayed.

    A stretch lasts a fortieth of the episode, at least ten seconds; stretches do not overlap. The first counts, too:
    who leaves within seconds never wanted to stay, and that is worth knowing.
    """
    if len(points) < 3:
        return ()
    times = [time for time, _ in points]
    length = max(_SHORTEST_S, (times[-1] - times[0]) * _STRETCH)
    found = []
    for at, (start, share) in enumerate(points):
        to = min(bisect_left(times, start + length), len(points) - 1)
        if to > at:
            found.append((share - points[to][1], start, times[to]))
    chosen: list[tuple[float, float, float]] = []
    for lost, start, end in sorted(found, key=lambda one: (-one[0], one[1])):
        if lost < LEAST_LOST or len(chosen) == MOST_DROPS:
            break
        if all(end <= other[0] or start >= other[1] for other in chosen):
            chosen.append((start, end, lost))
    return tuple(sorted(chosen))


def words_at(text: str, start: float, end: float, length: float, most: int = 160) -> str:
    """What a transcript without times says in a stretch, taken by its share of the episode; "" when it cannot be told.

    Speech is not even, so this is near the place and not at it.
    """
    if not text or length <= 0:
        return ""
    first = int(len(text) * max(0.0, min(1.0, start / length)))
    last = int(len(text) * max(0.0, min(1.0, end / length)))
    last = min(max(last, first + 40), first + most, len(text))
    piece = text[first:last]
    if first and not text[first - 1].isspace():
        piece = piece.partition(" ")[2] or piece
    if last < len(text) and not text[last].isspace():
        piece = piece.rpartition(" ")[0] or piece
    return " ".join(piece.split())


def chapters_in(description: str) -> tuple[tuple[float, str], ...]:
    """(second, title) of the chapters that a description lists, one a line as "12:34 Title"; () for fewer than two."""
    found = []
    for line in _MARKUP.sub("", _TAGS.sub("\n", description)).splitlines():
        said = _CHAPTER.match(line.strip())
        if said:
            hours, minutes, seconds, title = said.groups()
            found.append((float(int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)), title.strip()[:200]))
    rising = all(one[0] < other[0] for one, other in pairwise(found))
    return tuple(found) if len(found) >= _LEAST_CHAPTERS and rising else ()


def chapter_at(chapters: Sequence[tuple[float, str]], second: float) -> str:
    """The title of the chapter that a second is in, "" before the first."""
    titles = [title for start, title in chapters if start <= second]
    return titles[-1] if titles else ""
