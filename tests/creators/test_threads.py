"""Several threads with one client."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from earstead.creators import MemoryLog
from earstead.creators.changes import Journal
from earstead.creators.transport import Request as Asked
from earstead.creators.transport import Transport
from tests.creators.client import client_at
from tests.fakes.creators import Stage
from tests.fakes.servers import serving


def test_one_sign_in_serves_all_threads(creators_stage: Stage) -> None:
    """Eight threads that begin at once share one sign-in and all get their answers."""
    with client_at(creators_stage) as creators, ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: creators.rest.region(), range(16)))
    assert creators_stage.simulator.calls["ACC authorize"] == 1


def test_a_host_is_asked_one_thing_at_a_time() -> None:
    """However many threads ask, no two requests are at the same host at once; another host is not held up."""
    at_once: Counter[str] = Counter()
    most: Counter[str] = Counter()

    async def slow(request: Request) -> PlainTextResponse:
        host = request.headers["host"].partition(":")[0]
        at_once[host] += 1
        most[host] = max(most[host], at_once[host])
        most["all"] = max(most["all"], at_once.total())
        with anyio.move_on_after(0.02):  # nobody comes meanwhile
            await anyio.Event().wait()
        at_once[host] -= 1
        return PlainTextResponse("")

    transport = Transport(Journal())
    with serving(Starlette(routes=[Route("/", slow)])) as url:
        urls = [url, url.replace("127.0.0.1", "localhost")] * 8

        def ask(where: str) -> int:
            return transport.send(Asked(backend="web", label="x", method="GET", url=where)).status

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(ask, urls)) == {200}
    transport.close()
    assert most == {"127.0.0.1": 1, "localhost": 1, "all": 2}


def test_changes_of_two_threads_stay_apart(creators_stage: Stage) -> None:
    """Two edits at once are two changes with a step each."""
    log = MemoryLog()
    episodes = [one.uri for one in creators_stage.episodes()[:4]]
    with client_at(creators_stage, log=log) as creators, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda uri: creators.episodes.edit(uri, title=f"New {uri[-3:]}"), episodes))
    assert sorted(change.episode for change in log.changes) == sorted(episodes)
    assert all(len(change.steps) == 1 for change in log.changes)
