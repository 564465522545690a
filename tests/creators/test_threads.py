"""Several threads with one client."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from earstead.creators import MemoryLog
from earstead.creators.changes import Journal
from earstead.creators.transport import Request, Transport
from tests.creators.client import client_at
from tests.fakes.creators import Stage


def test_one_sign_in_serves_all_threads(creators_stage: Stage) -> None:
    """Eight threads that begin at once share one sign-in and all get their answers."""
    with client_at(creators_stage) as creators, ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: creators.rest.region(), range(16)))
    assert creators_stage.simulator.calls["ACC authorize"] == 1


def test_a_host_is_asked_one_thing_at_a_time(creators_stage: Stage, monkeypatch: Any) -> None:
    """However many threads ask, no two requests are at the same host at once; another host is not held up."""
    at_once: dict[str, int] = {}
    most: dict[str, int] = {}
    lock = threading.Lock()
    transport = Transport(Journal())
    turn = transport._turn

    class Watched:
        def __init__(self, host: str, backend: str) -> None:
            self._host, self._inner = host, turn(host, backend)

        def __enter__(self) -> None:
            self._inner.__enter__()
            with lock:
                at_once[self._host] = at_once.get(self._host, 0) + 1
                most[self._host] = max(most.get(self._host, 0), at_once[self._host])

        def __exit__(self, *what: Any) -> None:
            with lock:
                at_once[self._host] -= 1
            self._inner.__exit__(*what)

    monkeypatch.setattr(transport, "_turn", Watched)
    port = creators_stage.url.rpartition(":")[2]
    urls = [f"http://127.0.0.1:{port}/sandbox", f"http://localhost:{port}/sandbox"] * 8

    def ask(url: str) -> int:
        return transport.send(Request(backend="web", label="x", method="GET", url=url)).status

    with ThreadPoolExecutor(8) as pool:
        assert all(status < 500 for status in pool.map(ask, urls))
    transport.close()
    assert set(most.values()) == {1}
    assert len(most) == 2


def test_changes_of_two_threads_stay_apart(creators_stage: Stage) -> None:
    """Two edits at once are two changes with a step each."""
    log = MemoryLog()
    episodes = [one.uri for one in creators_stage.episodes()[:4]]
    with client_at(creators_stage, log=log) as creators, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda uri: creators.episodes.edit(uri, title=f"New {uri[-3:]}"), episodes))
    assert sorted(change.episode for change in log.changes) == sorted(episodes)
    assert all(len(change.steps) == 1 for change in log.changes)
