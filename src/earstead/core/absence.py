"""When something that is missing is gone: never after one read.

A list that is read from elsewhere may come back short: a fault, a reader that is behind, a page that was left out.
Tools that believed one read have emptied people's playlists. So what is missing is counted over complete reads, and
gone after `READS` of them in a row; a read that broke off is no read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

READS = 3
"""Complete reads in which something must be missing before it is held to be gone."""
K = TypeVar("K", int, str)


def count(missing: Mapping[K, int], known: Iterable[K], present: Collection[K]) -> tuple[dict[K, int], tuple[K, ...]]:
    """After one more complete read: how often each thing was missing by now, and what is gone, in the order of `known`.

    Args:
        missing: how often each was missing before; what was there the last time is not named.
        known: what should be there; each once.
        present: what was read. Give a set.
    """
    counted = {key: missing.get(key, 0) + 1 for key in known if key not in present}
    gone = tuple(key for key, times in counted.items() if times >= READS)
    return {key: times for key, times in counted.items() if times < READS}, gone


def found(missing: Mapping[K, int], present: Collection[K]) -> dict[K, int]:
    """After a read that broke off: what was seen is no longer missing, nothing else follows."""
    return {key: times for key, times in missing.items() if key not in present}
