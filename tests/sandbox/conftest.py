"""A simulator of Spotify with a clock that moves when it is told, and a client that is signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from earstead.kit.clock import FixedClock
from earstead.sandbox.spotify import Simulator

NOW = 1_790_000_000
Api = Callable[..., Any]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def sim(clock: FixedClock) -> Simulator:
    """Without limits, and with the losses of recently-played switched off."""
    made = Simulator(clock)
    made.limits.window, made.limits.day = 0, {}
    made.quirks.lose_skipped = made.quirks.lose_any = made.quirks.tell_short = 0
    return made


@pytest.fixture
def web(sim: Simulator) -> Iterator[TestClient]:
    """Without a token."""
    with TestClient(sim.app, base_url="http://sandbox", follow_redirects=False) as client:
        yield client


@pytest.fixture
def api(sim: Simulator, web: TestClient) -> Api:
    """Calls the Web API as the first user, with a token that is always fresh: `api("PUT", "/me/player/play")`."""

    def call(method: str, path: str, body: Any = None, **query: Any) -> Any:
        token = sim.credentials()["access_token"]
        return web.request(
            method, "/v1" + path, json=body, params=query or None, headers={"authorization": f"Bearer {token}"}
        )

    return call
