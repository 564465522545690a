"""The trunk (storage, writer, ingest, insights, decisions) on a database of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from earstead.kit.clock import Clock, FixedClock
from earstead.services.decisions import Decisions
from earstead.services.events import Hub
from earstead.services.ingest import Ingest
from earstead.services.insights.insights import Insights
from earstead.storage.engine import Engine, Row
from earstead.storage.writer import Writer

NOW = 1_750_000_000
DERIVED = {
    "listens": "listen_id, listened_at, track_id, day, hour, played_ms, counted, hidden, skipped",
    "track_map": "track_id, kind, recording_id, release_id, visibility",
    "track_artist": "track_id, position, artist_id",
    "counters": "plays, listened_ms, all_plays, skipped",
    "observations": "seq, listen_id",
}


@dataclass(frozen=True)
class Trunk:
    """Services over one engine; user 1 lives in Berlin."""

    engine: Engine
    writer: Writer
    ingest: Ingest
    insights: Insights
    decisions: Decisions

    def derived(self, user_id: int = 1) -> dict[str, list[Row]]:
        """Every derived row of a user, in a total order."""
        with self.engine.read() as tx:
            return {
                table: sorted(tx.all(f"SELECT {columns} FROM {table} WHERE user_id = :u", u=user_id))
                for table, columns in DERIVED.items()
            }

    def plays(self, user_id: int = 1) -> list[tuple[object, ...]]:
        """What was decided, without ids: (witnesses' keys, start, track, heard, counted, hidden, skipped)."""
        with self.engine.read() as tx:
            rows = tx.all(
                """
                SELECT l.listen_id, l.listened_at, l.track_id, l.played_ms, l.counted, l.hidden, l.skipped,
                    s.name, o.fingerprint
                FROM listens l
                JOIN observations o ON o.listen_id = l.listen_id
                JOIN sources s ON s.source_id = o.source_id
                WHERE l.user_id = :u
                """,
                u=user_id,
            )
        found: dict[int, list[object]] = {}
        for listen_id, *decided, source, mark in rows:
            found.setdefault(listen_id, [tuple(decided)]).append((source, mark))
        return sorted((play[0], *sorted(play[1:])) for play in found.values())  # type: ignore[type-var]


@contextmanager
def grow(engine: Engine, clock: Clock | None = None) -> Iterator[Trunk]:
    """A trunk on a migrated engine, closed afterwards."""
    writer = Writer(engine)
    clock, hub = clock or FixedClock(NOW), Hub()
    ingest = Ingest(engine, writer, clock, hub)
    insights = Insights(engine, ingest)
    try:
        yield Trunk(engine, writer, ingest, insights, Decisions(engine, writer, ingest, insights, clock, hub))
    finally:
        writer.close()
