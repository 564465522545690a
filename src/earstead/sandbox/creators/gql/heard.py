"""How long people listened, from the starts of each day and how far each episode is usually heard."""

from __future__ import annotations

from array import array
from itertools import accumulate

from earstead.sandbox.creators.facts import Facts, Metric
from earstead.sandbox.creators.world import Episode, Show

_SHARE = 52
"""Percent of an episode that a start hears on average, before its own difference."""


class Heard:
    """Seconds heard, of an episode and of all of a show's; episodes sum to their show."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._sums: dict[tuple[str, int, int], array[int]] = {}

    def seconds(self, subject: Show | Episode, start: int, end: int) -> int:
        """Heard in a range of days, both included."""
        if isinstance(subject, Episode):
            return self._facts.count(Metric.STARTS, subject, start, end) * _each(subject)
        sums = self._show_sums(subject)
        low, high = (min(max(0, day - subject.since_day), len(sums) - 1) for day in (start, end + 1))
        return max(0, sums[high] - sums[low])

    def _show_sums(self, show: Show) -> array[int]:
        """Seconds heard before each day since the show began."""
        facts = self._facts
        key = (show.id, facts.world.version, facts.last_day)
        if key not in self._sums:
            self._sums = {old: sums for old, sums in self._sums.items() if old[1:] == key[1:]}
            days = [0] * max(0, facts.last_day - show.since_day + 1)
            for episode in facts.world.published(show):
                first, each = max(episode.day, show.since_day), _each(episode)
                if first > facts.last_day:
                    continue
                for place, starts in enumerate(facts.daily(Metric.STARTS, episode, first, facts.last_day)):
                    days[first - show.since_day + place] += starts * each
            self._sums[key] = array("q", accumulate(days, initial=0))
        return self._sums[key]


def _each(episode: Episode) -> int:
    """Seconds that one start hears."""
    return max(1, episode.duration_ms * (_SHARE + episode.pull % 21 - 10) // 100_000)
