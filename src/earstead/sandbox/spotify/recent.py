"""What `recently-played` tells of what was played: a lossy witness, with the losses drawn from the seed.

Whether a play is told is decided by its number alone, so the answer never depends on when or how often one asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from earstead.kit.clock import seeded
from earstead.sandbox.spotify.truth import Play

MOST: Final = 50
SHORTEST_MS: Final = 30_000
_NEIGHBOURS = 10


@dataclass(slots=True)
class Quirks:
    """How untrue `recently-played` is. Shares are 0 to 1.

    Attributes:
        lose_skipped: of the plays of 30 s and more that were left by a skip, those never told.
        tell_short: of the plays under 30 s, those told nevertheless.
        lose_any: of all plays, those never told.
        stamp_start: of all plays, those stamped with their start instead of the moment the player moved on.
        delay_ms: how long after a play an online device reports it.
        local_files: whether files of the listener's own disk are told.
    """

    lose_skipped: float = 0.5
    tell_short: float = 0.03
    lose_any: float = 0.01
    stamp_start: float = 0.0
    delay_ms: int = 3_000
    local_files: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A play as `recently-played` has it; `played_at_ms` is unix milliseconds."""

    play: Play
    played_at_ms: int


def told(plays: Sequence[Play], quirks: Quirks, seed: str, now_ms: int) -> list[Told]:
    """The last 50 plays the service tells of at this moment, newest first."""
    # Plays are in the order in which they ended; those stamped with their start may change places with neighbours.
    rows = list(islice(_known(plays, quirks, seed, now_ms), MOST + _NEIGHBOURS))
    rows.sort(key=lambda row: (row.played_at_ms, row.play.number), reverse=True)
    return rows[:MOST]


def _known(plays: Sequence[Play], quirks: Quirks, seed: str, now_ms: int) -> Iterator[Told]:
    """All the service tells of, the last that ended first."""
    for play in reversed(plays):
        known = play.known_ms and play.known_ms + quirks.delay_ms <= now_ms
        if known and why_untold(play, quirks, seed) == "":
            yield Told(play, _stamp(play, quirks, seed))


def why_untold(play: Play, quirks: Quirks, seed: str) -> str:
    """Why a play will never be told, "" when it will: kind, private, local, lost, short or skipped."""
    if play.kind not in ("track", "local"):
        return "kind"
    if play.private:
        return "private"
    if play.kind == "local" and not quirks.local_files:
        return "local"
    rng = seeded(f"told {seed} {play.number}")
    lost, short, skipped = rng.random(), rng.random(), rng.random()
    if lost < quirks.lose_any:
        return "lost"
    if play.heard_ms < SHORTEST_MS:
        return "" if short < quirks.tell_short else "short"
    if play.skipped and skipped < quirks.lose_skipped:
        return "skipped"
    return ""


def _stamp(play: Play, quirks: Quirks, seed: str) -> int:
    from_start = seeded(f"stamp {seed} {play.number}").random() < quirks.stamp_start
    return play.started_ms if from_start else play.moved_ms
