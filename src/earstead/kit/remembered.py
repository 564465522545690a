"""Values looked up before, forgotten all at once when one of them may have changed."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """A cache for threads. Note `generation` before looking something up, and keep what was found under it:
    what was looked up before a change never comes in after it."""

    def __init__(self, most: int) -> None:
        """`most`: entries; past it everything is forgotten, which costs one look-up each."""
        self._most = most
        self._lock = threading.Lock()
        self._held: dict[K, V] = {}
        self.generation = 0

    def get(self, key: K) -> V | None:
        """What is remembered."""
        return self._held.get(key)

    def keep(self, key: K, value: V, generation: int) -> None:
        """Remember a value that was looked up at `generation`; dropped when something changed since."""
        with self._lock:
            if generation == self.generation:
                if len(self._held) >= self._most and key not in self._held:
                    self._held.clear()
                self._held[key] = value

    def forget(self) -> None:
        """Something changed: look everything up again."""
        with self._lock:
            self.generation += 1
            self._held.clear()
