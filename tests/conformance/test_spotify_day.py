"""A day of a person who listens by habit, followed on simulated time; `bench.spotify --week` lives a week of it."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.spotify_watch import stage

from earstead.kit.clock import FixedClock
from earstead.services.container import Services


def test_a_day_of_listening_is_in_the_history_once(services: Services, clock: FixedClock, tmp_path: Path) -> None:
    """Whatever could be seen is there once, what is missing passed between two looks, and the export brings it."""
    on = stage(services, clock)
    on.spotify.live(seed="g")
    on.live(86_400)
    there, missing, invented = on.compared()
    assert len(there) >= 20
    assert [play for play in missing if on.seen(play)] == []
    assert invented == []
    on.import_export(tmp_path)
    there, missing, invented = on.compared()
    assert (missing, invented) == ([], [])
    assert [(row.played_ms, row.skipped) for row in on.history()] == [(p.heard_ms, p.skipped) for p in on.truth()]
    assert len(on.wire.looks) <= 900
