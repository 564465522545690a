"""Catching up by recently-played: which of its rows are news. Pure.

Three quirks are answered here (spotify-web-api.md 6). A time is usually the end of a play and sometimes its start:
it is told as either, and reconciliation finds out. Plays of devices that were offline arrive late and behind: each
reading goes back two hours behind the latest row, and once a day, and after every hole, over all that there is. And
the endpoint forgets: what is no longer told is not gone.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from earstead.core.listen import Submission
from earstead.core.spotify import Played
from earstead.sources.spotify.wire.recent import submissions_of

OVERLAP_MS = 2 * 3_600_000
FULL_EVERY_MS = 86_400_000
SAME_MS = 30_000
"""Two rows of one item that are nearer to each other are one play, told again with another stamp."""
KEPT = 150
"""Rows that are remembered: three times what the endpoint tells."""


class Seen(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A row that was taken."""

    uri: str
    at_ms: int


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """How far the catching up got; JSON-able, so that it survives a restart. `seen` is in order of time."""

    seen: tuple[Seen, ...] = ()
    full_ms: int = 0
    """When all rows were asked for last."""
    asked_ms: int = 0

    def after_ms(self, now_ms: int, *, everything: bool = False) -> int:
        """From where to read now: behind this time, or 0 for all there is."""
        if everything or not self.seen or now_ms - self.full_ms >= FULL_EVERY_MS:
            return 0
        return max(0, self.seen[-1].at_ms - OVERLAP_MS)


def take(
    reached: Reached, rows: Sequence[Played], now_ms: int, *, full: bool, ends: Sequence[int] = ()
) -> tuple[tuple[Submission, ...], Reached]:
    """The plays among the rows that were not told before, oldest first, and how far that gets us.

    Args:
        rows: an answer, oldest first.
        full: it was asked for without a beginning.
        ends: when plays ended that were seen at the player, unix milliseconds.
    """
    known = list(reached.seen)
    news: list[Submission] = []
    for row in rows:
        if any(seen.uri == row.item.uri and abs(seen.at_ms - row.played_at_ms) <= SAME_MS for seen in known):
            continue
        # The start cannot lie before the row that came before it, whichever answer told that one.
        before = [seen.at_ms for seen in known if seen.at_ms < row.played_at_ms]
        # A play that was seen and ended just then is this one; those before it are in its way.
        before += [at_ms for at_ms in ends if at_ms < row.played_at_ms - SAME_MS]
        earlier = max(before, default=0)
        news += submissions_of([row], earlier)
        known.append(Seen(row.item.uri, row.played_at_ms))
    known.sort(key=lambda seen: (seen.at_ms, seen.uri))
    full_ms = now_ms if full else reached.full_ms
    return tuple(news), Reached(seen=tuple(known[-KEPT:]), full_ms=full_ms, asked_ms=now_ms)
