"""The formulas behind the figures: how starts come and fade, what becomes of them, where people leave."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final

from earstead.kit.clock import seeded
from earstead.sandbox.creators.world import read_day

CHANGED: Final = read_day("2026-06-11")
"""Since this day a play is 30 seconds; before it, any start."""


class Metric(StrEnum):
    """What is counted. All but followers and people add up over days and episodes."""

    STARTS = "starts"
    PLAYS = "plays"
    STREAMS = "streams"
    DOWNLOADS = "downloads elsewhere"
    PLAYS_AND_DOWNLOADS = "plays and downloads"
    STREAMS_AND_DOWNLOADS = "streams and downloads"
    IMPRESSIONS = "impressions"
    CONSIDERATIONS = "considerations"


_NOISE: Final = 1024
_LEAST_NOISE: Final = 80
_AGES: Final = 4000
_WEEK: Final = (98, 92, 78, 80, 100, 110, 106)
"""By day of the week, from Thursday, as days since 1970 begin."""


@cache
def _decay() -> array[int]:
    """In millionths of the first day's starts, what remains after so many days."""
    return array("q", (int(1_000_000 / (1 + 0.9 * age) ** 1.25) for age in range(_AGES)))


@cache
def _noise(seed: int) -> array[int]:
    rng = seeded(f"noise {seed}")
    return array("q", (rng.randrange(_LEAST_NOISE, 121) for _ in range(_NOISE)))


def starts_by_day(seed: int, peak: int, pull: int, first: int, length: int) -> Iterator[int]:
    """How often an episode is started on each day since it appeared on the day `first`.

    Args:
        peak: about how often on the first day.
        pull: what makes episodes differ.
    """
    decay, noise = _decay(), _noise(seed)
    for age in range(min(length, _AGES)):
        starts = peak * decay[age] * noise[(pull * 31 + age) % _NOISE] * _WEEK[(first + age) % 7]
        # Rounded up or down by the noise itself, so that the long tail has a start now and then and not none at all.
        dither = (noise[(pull * 17 + age * 7) % _NOISE] - _LEAST_NOISE) * 240_000_000
        yield (starts + dither) // 10_000_000_000


def _long(starts: int) -> int:
    """Those of at least 30 seconds."""
    return starts * 86 // 100


def _plays(starts: int, old: int) -> int:
    """All starts before the definition changed, which were `old`, and those of 30 seconds since."""
    old = min(old, starts)
    return old + _long(starts) - _long(old)


def _downloads(starts: int, pull: int) -> int:
    return starts * (38 + pull % 5) // 100


def _streams(starts: int) -> int:
    """Those of at least 60 seconds; a share of the plays, so that no day has more of them."""
    return _long(starts) * 89 // 100


MEASURES: Final[Mapping[Metric, Callable[[int], Callable[[int], int]]]] = {
    Metric.STARTS: lambda pull: lambda starts: starts,
    Metric.STREAMS: lambda pull: _streams,
    Metric.DOWNLOADS: lambda pull: lambda starts: _downloads(starts, pull),
    Metric.STREAMS_AND_DOWNLOADS: lambda pull: lambda starts: _streams(starts) + _downloads(starts, pull),
    Metric.IMPRESSIONS: lambda pull: lambda starts: starts * (740 + pull % 7 * 60) // 100,
    Metric.CONSIDERATIONS: lambda pull: lambda starts: starts * 105 // 100,
}
"""By the pull of an episode, what a number of starts is of a metric."""
PLAYS_OF: Final[Mapping[Metric, Callable[[int, int], Callable[[int], int]]]] = {
    Metric.PLAYS: lambda old, pull: lambda starts: _plays(starts, old),
    Metric.PLAYS_AND_DOWNLOADS: lambda old, pull: lambda starts: _plays(starts, old) + _downloads(starts, pull),
}
"""The same where it matters how many of the starts were before the definition changed."""


@lru_cache(maxsize=32)
def curve(seed: int, episode_id: str, seconds: int) -> array[int]:
    """By second, in ten-thousandths of who started: a steep beginning, a long slope, two places where many leave."""
    rng = seeded(f"curve {seed} {episode_id}")
    early, slope = rng.randrange(1200, 2600), rng.randrange(1800, 4200)
    leaves = sorted((rng.randrange(seconds // 5, seconds * 9 // 10 + 1), rng.randrange(300, 900)) for _ in range(2))
    end_at, ending = seconds * 97 // 100, rng.randrange(500, 1200)
    shape = array("q")
    for second in range(seconds):
        left = early * second // (second + 25) + slope * second // seconds
        left += sum(lost for at, lost in leaves if second >= at) + (ending if second >= end_at else 0)
        shape.append(max(0, 10_000 - left))
    return shape
