"""What is heard together: how near two things are, judged from sittings alone.

Theory. Somebody who listens chooses the next piece to go with the last. So two things are near when they are heard
in the same *session* more often than their being heard at all explains. A session is a run of plays without a gap
of more than 30 minutes between the end of what was heard and the next start.

For a thing `a`, let `c(b)` be the number of its sessions that also hold `b`, and `n(b)` how often `b` is heard at all.
The cosine of the two (Ochiai's coefficient) is `c(b) / sqrt(n(a) * n(b))`: dividing by the size of `b` keeps what
everybody plays all the time from being near to everything. `n(a)` is the same for every `b` and falls out when the
matches are divided by the best of them. A rare thing met once would win by chance (`c = n = 1` gives the best cosine
there is), so each value is damped by `c / (c + DAMPING)`: with few meetings little is known, with many it is close to
1. The result is in 0 < match <= 1, the best is 1, and it does not depend on the order in which plays are given.

Sessions may be a sample (the latest that hold `a`): a smaller sample scales all `c` alike. To change the measure,
keep these properties, which the tests state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

GAP_S = 30 * 60
DAMPING = 3.0
"""As many meetings give half of the cosine."""


@dataclass(frozen=True, slots=True)
class Play:
    """A play and the things it counts for (several artists, one recording); unix seconds, ended_at >= started_at."""

    started_at: int
    ended_at: int
    items: tuple[int, ...]


def sessions(plays: Iterable[Play]) -> list[frozenset[int]]:
    """What was heard in each session, oldest session first; plays may come in any order."""
    found: list[set[int]] = []
    silent_from = 0
    for play in sorted(plays, key=lambda play: (play.started_at, play.ended_at)):
        if not found or play.started_at - silent_from > GAP_S:
            found.append(set())
            silent_from = play.ended_at
        found[-1].update(play.items)
        silent_from = max(silent_from, play.ended_at)
    return [frozenset(items) for items in found]


def together(sittings: Iterable[frozenset[int]], item: int) -> Counter[int]:
    """How many of the sessions that hold an item also hold each other one.

    Symmetric: `together(s, a)[b] == together(s, b)[a]`.
    """
    counted: Counter[int] = Counter()
    for sitting in sittings:
        if item in sitting:
            counted.update(sitting)
    del counted[item]
    return counted


def matches(shared: Mapping[int, int], plays: Mapping[int, int], limit: int) -> tuple[tuple[int, float], ...]:
    """The nearest items, nearest first, equally near ones by id: (item, match), the first match being 1.

    Args:
        shared: sessions in common with the thing in question, > 0.
        plays: how often each of these items is heard at all; one missing here, or heard less often than met,
            counts as heard as often as it was met.
    """
    scores = {
        item: met / sqrt(max(plays.get(item, 0), met)) * met / (met + DAMPING)
        for item, met in shared.items()
        if met > 0
    }
    nearest = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[: max(limit, 0)]
    return tuple((item, score / nearest[0][1]) for item, score in nearest)
