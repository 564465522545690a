"""Which of millions of keys were met before, in little memory."""

from __future__ import annotations

from array import array

EMPTY = 0
MOST_SEEN = 4_000_000
"""Keys remembered, 16 bytes each at worst; beyond that, what is new counts as not met before."""


class SeenKeys:
    """A set of 63-bit hashes in an open-addressing table of plain integers: a sixth of what a `set` takes.

    Exact up to `most` members; then it is full and remembers no more.
    """

    def __init__(self, most: int = MOST_SEEN) -> None:
        self._most = most
        self._size = 0
        self._table = _table(1 << 12)

    def add(self, key: int) -> bool:
        """Whether `key` (not 0) was not there before; it is from now on, unless the set is full."""
        slot = self._slot(key)
        if self._table[slot] == key:
            return False
        if self._size < self._most:
            self._table[slot] = key
            self._size += 1
            if self._size * 2 > len(self._table):
                self._grow()
        return True

    def _slot(self, key: int) -> int:
        table, mask = self._table, len(self._table) - 1
        slot = key & mask
        while table[slot] != EMPTY and table[slot] != key:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        old = self._table
        self._table = _table(len(old) * 2)
        for key in old:
            if key != EMPTY:
                self._table[self._slot(key)] = key


def _table(size: int) -> array[int]:
    return array("q", bytes(8 * size))
