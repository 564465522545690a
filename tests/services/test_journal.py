"""The journal: rows before words, ids that rise, nothing told that was taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from earstead.kit.clock import FixedClock
from earstead.services.events import Event, Hub
from earstead.services.journal import KEPT_DAYS, Journal
from earstead.services.worker import Worker
from earstead.storage.engine import Engine, Tx, open_engine
from earstead.storage.writer import Writer
from tests.fakes.loops import run_apart

NOW = 1_750_000_000


@dataclass
class Desk:
    clock: FixedClock
    engine: Engine
    writer: Writer
    hub: Hub
    journal: Journal


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    engine = open_engine(tmp_path / "db")
    engine.migrate()
    writer, clock, hub = Writer(engine), FixedClock(NOW), Hub()
    yield Desk(clock, engine, writer, hub, Journal(engine, writer, clock, hub, Worker(engine, writer, clock)))
    writer.close()
    engine.close()


def test_events_are_read_back_in_order(desk: Desk) -> None:
    """What was added is read behind any id, oldest first, each user's own."""
    first = desk.journal.add(1, "track.loved", {"a": 1}, at_ms=NOW * 1000 - 5)
    desk.journal.add(2, "track.loved", {"b": 1})
    third = desk.journal.add(1, "track.unloved", {"a": 2})
    assert [(e.event_id, e.type, e.data) for e in desk.journal.since(1, 0)] == [
        (first, "track.loved", {"a": 1}),
        (third, "track.unloved", {"a": 2}),
    ]
    assert desk.journal.since(1, 0)[0].at_ms == NOW * 1000 - 5
    assert [e.event_id for e in desk.journal.since(1, first)] == [third]
    assert [e.event_id for e in desk.journal.latest(1, before=third)] == [first]
    assert desk.journal.last_id() == third


def test_the_hub_hears_after_the_commit(desk: Desk) -> None:
    """A watcher is told of an event with its id and data."""

    async def watch() -> Event:
        async with desk.hub.subscribe(1) as told:
            await asyncio.to_thread(desk.journal.add, 1, "decision.made", {"decision_id": 7})
            return await asyncio.wait_for(anext(told), 5)

    event = run_apart(watch)
    assert event.name == "event"
    assert event.data["type"] == "decision.made" and event.data["data"] == {"decision_id": 7}
    assert event.data["event_id"] == desk.journal.last_id()


def test_what_is_taken_back_is_not_told(desk: Desk) -> None:
    """An event of a transaction that fails is neither stored nor published, and its neighbours are."""
    told: list[object] = []
    desk.hub.publish = lambda user_id, name, data: told.append(data["data"])  # type: ignore[method-assign, assignment]

    def fails(tx: Tx) -> None:
        desk.journal.add_in(tx, 1, "decision.made", {"n": 1})
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        desk.writer.do(fails).result()
    desk.journal.add(1, "decision.made", {"n": 2})
    assert [e.data for e in desk.journal.since(1, 0)] == [{"n": 2}]
    assert told == [{"n": 2}]


def test_followers_write_in_the_same_transaction(desk: Desk) -> None:
    """A follower that fails takes the event back with it."""

    def follow(tx: Tx, user_id: int, written: object) -> None:
        raise RuntimeError("the disk is full")

    desk.journal.followed_by(follow)
    with pytest.raises(RuntimeError, match="full"):
        desk.journal.add(1, "track.loved", {})
    assert desk.journal.since(1, 0) == ()


def test_old_events_go_and_their_ids_stay_spent(desk: Desk) -> None:
    """After 30 days events are gone, and no later event takes the id of one."""
    old = [desk.journal.add(1, "track.loved", {"n": n}) for n in range(3)]
    desk.clock.advance(KEPT_DAYS * 86_400 + 1)
    assert desk.journal.prune() == 3
    assert desk.journal.since(1, 0) == ()
    assert desk.journal.add(1, "track.loved", {}) > max(old)
    assert desk.journal.prune() == 0
