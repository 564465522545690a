"""Playlists with their versions: every write makes a snapshot, and one against an old snapshot is merged.

Rows are objects with an identity, so that "the row at place 3 of that snapshot" is found wherever it stands now.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from earstead.kit.clock import seeded

KEPT: Final = 50
"""How many old versions a playlist remembers."""
LONGEST: Final = 10_000


@dataclass(eq=False, slots=True)
class Row:
    """One item in a playlist."""

    uri: str
    added_ms: int
    added_by: str


@dataclass(slots=True, kw_only=True)
class Playlist:
    """A playlist. `versions` are (snapshot id, when made, rows), the newest last."""

    uri: str
    owner: str
    name: str
    description: str = ""
    public: bool = True
    collaborative: bool = False
    image: str = ""
    spotify_owned: bool = False
    versions: list[tuple[str, int, list[Row]]] = field(default_factory=list)
    writes: int = 0

    @property
    def id(self) -> str:
        """The last part of the URI."""
        return self.uri.rsplit(":", 1)[-1]

    @property
    def snapshot(self) -> str:
        """Name of the newest version."""
        return self.versions[-1][0]

    @property
    def rows(self) -> list[Row]:
        """The newest version; not to be changed in place."""
        return self.versions[-1][2]

    def seen(self, at_ms: int) -> tuple[str, list[Row]]:
        """The newest version made by a moment, for readers that are behind."""
        for snapshot, made_ms, rows in reversed(self.versions):
            if made_ms <= at_ms:
                return snapshot, rows
        return self.versions[0][0], self.versions[0][2]

    def write(self, rows: list[Row], at_ms: int) -> str:
        """Make a version; its snapshot id.

        Raises:
            ValueError: it would be too long.
        """
        if len(rows) > LONGEST:
            raise ValueError("Playlist size limit reached")
        self.writes += 1
        mark = "".join(seeded(f"{self.uri} {self.writes}").choices("0123456789abcdef", k=40))
        snapshot = base64.b64encode(f"{self.writes},{mark}".encode()).decode()
        self.versions = [*self.versions[-KEPT + 1 :], (snapshot, at_ms, rows)]
        return snapshot

    def add(self, uris: Iterable[str], place: int | None, by: str, at_ms: int) -> str:
        """Put items in at a place, at the end without one."""
        rows, new = list(self.rows), [Row(uri, at_ms, by) for uri in uris]
        place = len(rows) if place is None else place
        return self.write(rows[:place] + new + rows[place:], at_ms)

    def replace(self, uris: Iterable[str], by: str, at_ms: int) -> str:
        """Hold these items and no others."""
        return self.write([Row(uri, at_ms, by) for uri in uris], at_ms)

    def remove(self, wanted: Iterable[tuple[str, list[int] | None]], at_ms: int, snapshot: str = "") -> str:
        """Take out items by URI; those with places only where they stood in the snapshot.

        Raises:
            ValueError: the snapshot is not known, or another item stands at a place.
        """
        then, out = self._at(snapshot), set[int]()
        for uri, places in wanted:
            if places is None:
                out.update(id(row) for row in self.rows if row.uri == uri)
                continue
            for place in places:
                if not 0 <= place < len(then) or then[place].uri != uri:
                    raise ValueError(f"Could not remove tracks, please check parameters: {uri} is not at {place}")
                out.add(id(then[place]))
        return self.write([row for row in self.rows if id(row) not in out], at_ms)

    def move(self, start: int, before: int, length: int, at_ms: int, snapshot: str = "") -> str:
        """Move `length` items from place `start` to stand before what stood at place `before`.

        Raises:
            ValueError: the snapshot is not known, or the places are out of range.
        """
        then = self._at(snapshot)
        if not 0 <= start < len(then) or not 0 <= before <= len(then) or length < 1:
            raise ValueError("range_start or insert_before out of bounds")
        chosen = {id(row) for row in then[start : start + length]}
        moved = [row for row in self.rows if id(row) in chosen]
        following = {id(row) for row in then[before:]} - chosen
        rest = [row for row in self.rows if id(row) not in chosen]
        place = next((at for at, row in enumerate(rest) if id(row) in following), len(rest))
        return self.write(rest[:place] + moved + rest[place:], at_ms)

    def _at(self, snapshot: str) -> list[Row]:
        if not snapshot:
            return self.rows
        for name, _, rows in self.versions:
            if name == snapshot:
                return rows
        raise ValueError("Invalid snapshot id")
