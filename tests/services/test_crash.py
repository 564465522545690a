"""kill -9 while plays arrive: what was answered is there, and nothing is there by half."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
import pytest

from earstead.app import open_services
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.services.container import Services
from earstead.settings import Settings

# Processes forked from one that has loaded the application but opened nothing: a start takes milliseconds.
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["earstead.app"])
USER = 1
WHOLE = 7
"""Submissions of a batch. Two of them are witnesses of one play, so that a batch is one listen less."""
PLAYS = WHOLE - 1
FIRST = 1_400_000_000
BETWEEN_S = 10_000


def batch(kind: str, number: int) -> list[Submission]:
    """The submissions of a batch: some songs a few minutes apart, the last of them reported by two sources."""
    start = FIRST + number * BETWEEN_S
    said = [
        Submission(
            source="player",
            artist_name=f"{kind} artist {number % 5}",
            track_name=f"{kind} song {number}.{i}",
            listened_at=UnixSeconds(start + i * 300),
        )
        for i in range(PLAYS)
    ]
    return [*said, msgspec.structs.replace(said[-1], source="second player")]


def play(settings: Settings, following: dict[str, int], answers: Connection) -> None:
    """Store quick batches and, from another thread, bulk ones, without end; tell each that was answered, not before.

    Numbers go on where the process before stopped, so that a batch that was written unanswered is met again.
    """
    services = open_services(settings)
    telling = threading.Lock()

    def run(kind: str) -> None:
        for number in itertools.count(following[kind]):
            services.ingest.add_now(USER, batch(kind, number), bulk=kind == "bulk")
            with telling:
                answers.send((kind, number))

    answers.send(None)
    threading.Thread(target=run, args=("bulk",), daemon=True).start()
    run("quick")


def killed_after(settings: Settings, pause_s: float, following: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Let a process store batches and kill it after a while; gives the batches that it was answered for."""
    answers, told = FORKING.Pipe(duplex=False)
    process = FORKING.Process(target=play, args=(settings, following, told))
    process.start()
    told.close()
    assert answers.recv() is None
    timer = threading.Timer(pause_s, process.kill)
    timer.start()
    # Reading on until the end keeps the pipe from filling up, which would stop the process instead of the kill.
    # The kill can cut an answer short: OSError; nobody received that one.
    with contextlib.suppress(EOFError, OSError):
        while True:
            yield answers.recv()
    process.join()
    assert process.exitcode == -signal.SIGKILL


@contextmanager
def opened(settings: Settings) -> Iterator[Services]:
    """The services of a next start."""
    services = open_services(settings)
    try:
        yield services
    finally:
        services.close()


def stored_batches(services: Services) -> set[tuple[str, int]]:
    """(kind, number) of the batches that are stored, once it is sure that each is whole."""
    with services.engine.read() as tx:
        rows = tx.all(
            """
            SELECT t.track_name, count(*)
            FROM observations o
            JOIN tracks t ON t.track_id = o.track_id
            WHERE o.user_id = :user_id
            GROUP BY t.track_name
            """,
            user_id=USER,
        )
    sizes: dict[tuple[str, int], int] = {}
    for name, said in rows:
        kind, _, place = name.split(" ")
        key = (kind, int(place.split(".")[0]))
        sizes[key] = sizes.get(key, 0) + said
    assert set(sizes.values()) <= {WHOLE}
    return set(sizes)


def check_agreement(services: Services) -> None:
    """Listens, observations, map, counters and what is noted of sources speak of the same plays."""
    with services.engine.read() as tx:
        if services.engine.dialect == "sqlite":
            assert tx.one("PRAGMA quick_check") == ("ok",)
        for question in (ASTRAY, UNHEARD, UNMAPPED, UNCOUNTED_SOURCES):
            assert tx.all(question) == []
        counted = tx.one("SELECT plays, listened_ms, all_plays, skipped FROM counters WHERE user_id = :u", u=USER)
        assert (counted or NOTHING) == tx.one(RECOUNT, u=USER)


NOTHING = (None, None, 0, None)
"""What is counted of nobody: the first kill can come before the first batch."""
ASTRAY = """
    SELECT o.seq
    FROM observations o
    LEFT JOIN listens l ON l.listen_id = o.listen_id AND l.user_id = o.user_id
    WHERE l.listen_id IS NULL
"""
UNHEARD = "SELECT listen_id FROM listens WHERE listen_id NOT IN (SELECT listen_id FROM observations)"
UNMAPPED = """
    SELECT l.listen_id
    FROM listens l
    LEFT JOIN tracks t ON t.track_id = l.track_id
    LEFT JOIN track_map m ON m.user_id = l.user_id AND m.track_id = l.track_id
    LEFT JOIN entities e ON e.entity_id = m.recording_id
    WHERE t.track_id IS NULL OR e.entity_id IS NULL
"""
UNCOUNTED_SOURCES = """
    SELECT source_id
    FROM user_sources s
    WHERE observations <> (
        SELECT count(*) FROM observations o WHERE o.user_id = s.user_id AND o.source_id = s.source_id
    )
"""
RECOUNT = """
    SELECT
        sum(CASE WHEN counted = 1 THEN 1 ELSE 0 END),
        sum(CASE WHEN counted = 1 AND played_ms > 0 THEN played_ms ELSE 0 END),
        count(*),
        sum(CASE WHEN skipped = 1 THEN 1 ELSE 0 END)
    FROM listens
    WHERE user_id = :u AND hidden = 0
"""


@pytest.mark.parametrize(("engine", "kills", "longest_s"), [("sqlite", 15, 0.12), ("postgres", 6, 0.6)])
def test_what_was_answered_survives_a_kill_at_any_moment(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str, kills: int, longest_s: float
) -> None:
    """Every acknowledged batch is stored; every stored batch is whole; everything derived agrees; retries add none."""
    url = request.getfixturevalue("postgres_url") if engine == "postgres" else ""
    settings = Settings(data=tmp_path, database_url=url)
    with opened(settings):
        pass  # the schema: each process then begins with its first batch
    chance = random.Random(11)
    answered: set[tuple[str, int]] = set()
    following = {"quick": 0, "bulk": 0}
    for _ in range(kills):
        answered.update(killed_after(settings, chance.uniform(0.0, longest_s), following))
        with opened(settings) as services:
            stored = stored_batches(services)
            assert answered <= stored
            check_agreement(services)
            assert services.insights.count(USER) == len(stored) * PLAYS
        following = {kind: sum(k == kind for k, _ in answered) for kind in following}
    assert {kind for kind, _ in answered} == {"quick", "bulk"}
    assert len(answered) >= kills
    with opened(settings) as services:
        for kind, number in sorted(answered)[-3:]:
            assert services.ingest.add_now(USER, batch(kind, number)).known == WHOLE
