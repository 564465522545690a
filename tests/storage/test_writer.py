"""The one thread that writes: units of work in groups, answered once they are durable."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from earstead.storage import accounts
from earstead.storage.engine import Engine, Tx, open_engine
from earstead.storage.writer import BULK_GROUP, GROUP, Writer

PATIENCE_S = 10


@pytest.fixture
def writer(engine: Engine) -> Iterator[Writer]:
    """A writer on each engine."""
    opened = Writer(engine)
    yield opened
    opened.close()


def keep(name: str) -> Callable[[Tx], str]:
    """A unit of work that stores one row and answers its name."""

    def work(tx: Tx) -> str:
        accounts.set_setting(tx, 1, name, "1")
        return name

    return work


def kept(engine: Engine) -> list[str]:
    """The names that another connection sees."""
    with engine.read() as tx:
        return [row[0] for row in accounts.settings(tx, 1)]


@contextmanager
def held(writer: Writer) -> Iterator[None]:
    """Keep the writer busy, so that what is handed over meanwhile makes up the next groups."""
    entered, go = threading.Event(), threading.Event()

    def work(tx: Tx) -> None:
        entered.set()
        assert go.wait(PATIENCE_S)

    first = writer.do(work)
    assert entered.wait(PATIENCE_S)
    try:
        yield
    finally:
        go.set()
        first.result(PATIENCE_S)


def broken(tx: Tx) -> None:
    """Writes, then asks for something that does not exist: PostgreSQL then refuses all but a rollback."""
    keep("broken")(tx)
    tx.run("UPDATE no_such_table SET a = 1")


def failing(tx: Tx) -> None:
    """Writes, then fails by itself."""
    keep("failing")(tx)
    raise LookupError("mine")


def test_a_failing_unit_harms_none_of_its_group(engine: Engine, writer: Writer) -> None:
    """Its own writes are taken back and its caller gets its error; those before and behind it are kept."""
    with held(writer):
        good = [writer.do(keep("a")), writer.do(keep("b"))]
        bad = [writer.do(broken), writer.do(failing)]
        good += [writer.do(keep("c")), writer.do(keep("d"), bulk=True)]
    assert [future.result(PATIENCE_S) for future in good] == ["a", "b", "c", "d"]
    with pytest.raises(Exception, match="no_such_table"):
        bad[0].result(PATIENCE_S)
    with pytest.raises(LookupError, match="mine"):
        bad[1].result(PATIENCE_S)
    assert kept(engine) == ["a", "b", "c", "d"]


def test_an_answer_comes_after_the_commit(engine: Engine, writer: Writer) -> None:
    """While the group is open nobody is answered and nobody sees it; whoever is answered sees all of it."""
    during: list[tuple[bool, list[str]]] = []
    answered: list[list[str]] = []

    def second(tx: Tx) -> None:
        keep("b")(tx)
        during.append((first.done(), kept(engine)))

    with held(writer):
        first = writer.do(keep("a"))
        first.add_done_callback(lambda _: answered.append(kept(engine)))
        last = writer.do(second)
    last.result(PATIENCE_S)
    assert during == [(False, [])]
    assert answered == [["a", "b"]]


def test_a_group_that_cannot_be_committed_is_answered_with_the_fault(tmp_path: Path) -> None:
    """A fault at the commit reaches every caller of the group, and the next group is written."""
    engine = open_engine(tmp_path / "test.db")
    engine.migrate()
    writer = Writer(engine)

    def orphan(tx: Tx) -> None:
        # A key that must lead somewhere by the time of the commit, and does not.
        tx.run("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        tx.run("CREATE TABLE child (parent_id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")
        tx.run("INSERT INTO child (parent_id) VALUES (1)")

    with held(writer):
        futures: list[Future[object]] = [writer.do(keep("a")), writer.do(orphan)]
    for future in futures:
        with pytest.raises(Exception, match="FOREIGN KEY"):
            future.result(PATIENCE_S)
    assert writer.do(keep("b")).result(PATIENCE_S) == "b"
    assert kept(engine) == ["b"]
    writer.close()
    engine.close()


def test_bulk_stands_behind_what_is_quick(writer: Writer) -> None:
    """However much bulk waits, one unit of it at most is done before what is quick, and none is left out."""
    order: list[str] = []
    with held(writer):
        bulk = [writer.do(lambda tx, n=i: order.append(f"bulk {n}"), bulk=True) for i in range(20)]
        quick = [writer.do(lambda tx, n=i: order.append(f"quick {n}")) for i in range(5)]
    for future in (*quick, *bulk):
        future.result(PATIENCE_S)
    assert order == [f"quick {i}" for i in range(5)] + [f"bulk {i}" for i in range(20)]


def test_quick_work_that_comes_during_a_bulk_unit_waits_for_that_one_alone(writer: Writer) -> None:
    """A scrobble that arrives in the middle of an import is written before the import's next unit."""
    order: list[str] = []
    late: list[Future[None]] = []

    def first(tx: Tx) -> None:
        order.append("bulk 0")
        late.append(writer.do(lambda tx: order.append("quick")))

    with held(writer):
        bulk = [writer.do(first, bulk=True)]
        bulk += [writer.do(lambda tx, n=i: order.append(f"bulk {n}"), bulk=True) for i in range(1, 4)]
    for future in bulk:
        future.result(PATIENCE_S)
    assert order == ["bulk 0", "quick", "bulk 1", "bulk 2", "bulk 3"]


def test_bulk_units_share_a_transaction_up_to_a_bound(engine: Engine, writer: Writer) -> None:
    """Of what waits, `BULK_GROUP` units become durable together; the next transaction takes the others."""
    seen: list[int] = []

    def counted(name: str) -> Callable[[Tx], None]:
        def work(tx: Tx) -> None:
            seen.append(len(kept(engine)))
            keep(name)(tx)

        return work

    with held(writer):
        bulk = [writer.do(counted(f"{i:02d}"), bulk=True) for i in range(BULK_GROUP + 3)]
    for future in bulk:
        future.result(PATIENCE_S)
    assert seen == [0] * BULK_GROUP + [BULK_GROUP] * 3


def test_closing_writes_what_waits_and_takes_no_more(engine: Engine) -> None:
    """More than a group, quick and bulk: all of it is there when close returns."""
    writer = Writer(engine)
    names = [f"{i:03d}" for i in range(GROUP + 20)]
    with held(writer):
        futures = [writer.do(keep(name), bulk=i % 8 == 0) for i, name in enumerate(names)]
        closer = threading.Thread(target=writer.close)
        closer.start()
    closer.join(PATIENCE_S)
    assert not closer.is_alive()
    assert all(future.done() for future in futures)
    assert kept(engine) == names
    with pytest.raises(RuntimeError, match="closed"):
        writer.do(keep("late"))


def test_a_caller_who_leaves_takes_only_its_own_work_along(engine: Engine, writer: Writer) -> None:
    """A request that is cancelled while its unit waits is not written; one that runs already is; both harm nobody."""

    async def leave(future: Future[str]) -> None:
        waiting = asyncio.ensure_future(asyncio.wrap_future(future))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    def running(tx: Tx) -> str:
        assert not own.cancel()
        return keep("b running")(tx)

    with held(writer):
        gone = writer.do(keep("a gone"))
        # In a thread of its own: a browser's fixture may keep an event loop running in this one.
        with ThreadPoolExecutor(1) as aside:
            aside.submit(asyncio.run, leave(gone)).result(PATIENCE_S)
        own = writer.do(running)
        stays = writer.do(keep("c stays"))
    assert stays.result(PATIENCE_S) == "c stays"
    assert gone.cancelled()
    assert kept(engine) == ["b running", "c stays"]


def test_a_broken_connection_fails_its_group_and_is_replaced(postgres_url: str) -> None:
    """When PostgreSQL ends the connection, those who wait are told, and the next unit is written over a new one."""
    engine = open_engine(postgres_url)
    engine.migrate()
    writer = Writer(engine)
    with held(writer):
        first = writer.do(keep("a"))
        cut = writer.do(lambda tx: tx.one("SELECT pg_terminate_backend(pg_backend_pid())"))
    for future in (first, cut):
        with pytest.raises(Exception, match=r"terminat|clos|lost"):
            future.result(PATIENCE_S)
    assert writer.do(keep("b")).result(PATIENCE_S) == "b"
    assert kept(engine) == ["b"]
    writer.close()
    engine.close()
