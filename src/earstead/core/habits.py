"""How plays end: heard to the end, left, skipped; and what may be said of a few of them.

Two things speak of an end. The player may *report* a skip (the `skipped` flag). The end can be *derived* from the
reason the player gave and from how much of the track was heard. Where both speak, what was measured counts: a flag
says that a button was pressed, not that something was missed.

A play that was cut off by something else (the app quit, another device took over) says nothing about the track, and
neither does a play of which nobody said how long it lasted. Both are left out of every rate, and counted aloud.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from math import sqrt
from typing import Final, NamedTuple

from earstead.core.listen import End

TO_THE_END: Final = 0.9
"""From this share on a track was heard to its end: the rest is applause, silence or the next song's first beat."""
SKIP_SHARE: Final = 0.5
SKIP_MS: Final = 30_000
"""Left before half of it or within 30 s: skipped (spotify-web-api.md 10.4). Left later: just left."""
MINIMUM: Final = 10
"""Fewest plays whose end is known for a rate to be said; fewer are told as they are."""
BINS: Final = 10
Z: Final = 1.96
"""95 of 100 intervals made this way hold the true rate."""

ALWAYS_KNOWN, ALWAYS_SHARE = 5, 0.8
"""Always skipped: at least 5 plays whose end is known, 8 of 10 of them skipped."""
NEVER_KNOWN = 10
"""Never skipped: at least 10 plays whose end is known, none of them skipped or left."""
DEAR_KNOWN, DEAR_LOW = 12, 0.75
"""Heard like something loved: at least 12 plays whose end is known, and surely more than 3 of 4 to the end."""


class Verdict(IntEnum):
    """How a play ended."""

    UNKNOWN = 0
    FINISHED = 1
    LEFT = 2
    SKIPPED = 3
    CUT_OFF = 4


def derived(end: End, played_ms: int, length_ms: int) -> Verdict:
    """The end of a play by its reason and the time heard.

    Args:
        played_ms: time heard, -1 when nobody said.
        length_ms: best known length of the track, 0 when there is none.
    """
    share = played_ms / length_ms if played_ms >= 0 and length_ms > 0 else -1.0
    if end is End.DONE or share >= TO_THE_END:
        return Verdict.FINISHED
    if end is End.CUT_OFF:
        return Verdict.CUT_OFF
    if end is End.MOVED_ON:
        early = 0 <= played_ms < SKIP_MS or 0 <= share < SKIP_SHARE
        return Verdict.SKIPPED if early else Verdict.LEFT
    if share < 0:
        return Verdict.UNKNOWN
    return Verdict.SKIPPED if share < SKIP_SHARE else Verdict.LEFT


def verdict(reported: int, end: Verdict) -> Verdict:
    """How a play ended, of what was reported (1 skipped, 0 not, -1 nothing said) and what was derived."""
    if reported == 1 and end is not Verdict.FINISHED:
        return Verdict.SKIPPED
    return end


class Rate(NamedTuple):
    """`part` of `known`, and the bounds between which the true share lies (Wilson, 95 %)."""

    part: int
    known: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The plain share, 0.0 without any."""
        return self.part / self.known if self.known else 0.0

    @property
    def enough(self) -> bool:
        """Whether there are enough to speak of a rate at all."""
        return self.known >= MINIMUM


def rate(part: int, known: int) -> Rate:
    """A share with its Wilson interval: right for few plays and for rates of nothing or everything, where the usual
    formula says "100 %, give or take 0"."""
    if known <= 0:
        return Rate(0, 0, 0.0, 1.0)
    share, spread = part / known, Z * Z / known
    middle = (share + spread / 2) / (1 + spread)
    reach = Z * sqrt(share * (1 - share) / known + spread / (4 * known)) / (1 + spread)
    return Rate(part, known, max(0.0, middle - reach), min(1.0, middle + reach))


_VERDICTS: Final = len(Verdict)


def cell(end: Verdict, played_ms: int, length_ms: int) -> int:
    """A verdict together with the tenth of the track in which it was left, as one small number: what histories of
    hundreds of thousands of plays are counted by, before tallies are made of the sums."""
    if (end is Verdict.LEFT or end is Verdict.SKIPPED) and played_ms >= 0 and length_ms > 0:
        return _VERDICTS + (end - Verdict.LEFT) * BINS + min(played_ms * BINS // length_ms, BINS - 1)
    return int(end)


@dataclass(slots=True)
class Tally:
    """How many plays ended in which way. `left_at[i]`: those left or skipped in the i-th tenth of the track."""

    counts: list[int] = field(default_factory=lambda: [0] * len(Verdict))
    left_at: list[int] = field(default_factory=lambda: [0] * BINS)

    def add(self, end: Verdict, played_ms: int, length_ms: int) -> None:
        """Count one play."""
        self.put(cell(end, played_ms, length_ms), 1)

    def put(self, where: int, plays: int) -> None:
        """Count so many plays of one `cell`."""
        if where < _VERDICTS:
            self.counts[where] += plays
            return
        kind, tenth = divmod(where - _VERDICTS, BINS)
        self.counts[Verdict.LEFT + kind] += plays
        self.left_at[tenth] += plays

    def merge(self, other: Tally) -> None:
        """Count the plays of another tally too."""
        self.counts = [a + b for a, b in zip(self.counts, other.counts, strict=True)]
        self.left_at = [a + b for a, b in zip(self.left_at, other.left_at, strict=True)]

    @property
    def plays(self) -> int:
        """All plays, those without a known end too."""
        return sum(self.counts)

    @property
    def finished(self) -> int:
        """Plays heard to the end."""
        return self.counts[Verdict.FINISHED]

    @property
    def skipped(self) -> int:
        """Plays skipped."""
        return self.counts[Verdict.SKIPPED]

    @property
    def known(self) -> int:
        """Plays whose end says something."""
        return self.finished + self.skipped + self.counts[Verdict.LEFT]

    @property
    def finish(self) -> Rate:
        """The share heard to the end, of plays whose end is known."""
        return rate(self.finished, self.known)

    @property
    def leave_ms_share(self) -> float:
        """The middle of the tenth in which half of those who leave have left; -1.0 when nobody left."""
        total, seen = sum(self.left_at), 0
        for i, count in enumerate(self.left_at):
            seen += count
            if total and 2 * seen >= total:
                return (i + 0.5) / BINS
        return -1.0


@dataclass(slots=True)
class Agreement:
    """Plays of which both the player reported whether they were skipped and the end could be derived."""

    both: int = 0
    only_reported: int = 0
    only_derived: int = 0
    neither: int = 0

    def add(self, reported: int, end: Verdict) -> None:
        """Count a play where both spoke; others are passed over."""
        if reported < 0 or end in (Verdict.UNKNOWN, Verdict.CUT_OFF):
            return
        skipped = end is Verdict.SKIPPED
        if reported == 1:
            self.both += skipped
            self.only_reported += not skipped
        else:
            self.only_derived += skipped
            self.neither += not skipped

    @property
    def total(self) -> int:
        """Plays of which both spoke."""
        return self.both + self.only_reported + self.only_derived + self.neither


def best_length(reported: Counter[int], finished: Iterable[int]) -> int:
    """The best known length of a track in ms, 0 for none.

    Args:
        reported: length -> how often players reported it. The most frequent wins, the longest of equals.
        finished: times heard of plays that ended by themselves; their median, where no player reported a length.
            Not the longest: who seeks back hears more than there is.
    """
    if reported:
        return max(reported, key=lambda length: (reported[length], length))
    heard = sorted(ms for ms in finished if ms > 0)
    return heard[len(heard) // 2] if heard else 0


def always_skipped(tally: Tally) -> bool:
    """Whether a track belongs on the list of those always skipped."""
    return tally.known >= ALWAYS_KNOWN and tally.skipped >= ALWAYS_SHARE * tally.known


def never_skipped(tally: Tally) -> bool:
    """Whether a track belongs on the list of those never skipped."""
    return tally.known >= NEVER_KNOWN and tally.finished == tally.known


def dear(tally: Tally) -> bool:
    """Whether a track is heard as one hears what one loves."""
    return tally.known >= DEAR_KNOWN and tally.finish.low >= DEAR_LOW
