"""Pairs of ids that were learnt, kept for the next time: an episode's two ids never change, so that each is asked for
once in a life."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from earstead.core.creators.ids import id_of


class Pairs(Protocol):
    """Where pairs of Anchor id and URI are kept."""

    def all(self) -> Iterable[tuple[int, str]]:
        """What was kept so far."""

    def add(self, anchor_id: int, uri: str) -> None:
        """Keep a new one."""


class FilePairs:
    """Keeps them in a JSON Lines file, a pair a line. A line that cannot be read is passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def all(self) -> Iterable[tuple[int, str]]:
        """All pairs of the file."""
        if not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                anchor_id, uri = json.loads(line)
            except (ValueError, TypeError):
                continue
            if isinstance(anchor_id, int) and isinstance(uri, str) and id_of(uri):
                yield anchor_id, uri

    def add(self, anchor_id: int, uri: str) -> None:
        """Append a pair."""
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([anchor_id, uri]) + "\n")
