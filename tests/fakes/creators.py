"""The simulated Spotify for Creators on a socket of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from earstead.kit.clock import FixedClock
from earstead.sandbox.creators import Simulator, urls
from earstead.sandbox.creators.world import Episode, Show, State
from tests.fakes.servers import serving

NOW = 1_795_255_200
"""2026-11-21, ten in the morning, UTC."""
DASHBOARD = "https://creators.spotify.com"


@dataclass(frozen=True, slots=True)
class Stage:
    """A simulator and where it is.

    Attributes:
        url: its origin.
        clock: moves only when it is told.
        http: a client that keeps its connections.
        show_id: a show hosted by Spotify, the first of the account.
    """

    url: str
    simulator: Simulator
    clock: FixedClock
    sp_dc: str
    sp_key: str
    show_id: str
    http: httpx2.Client

    @property
    def urls(self) -> Mapping[str, str]:
        """The base address of each backend."""
        return urls(self.url)

    @property
    def show(self) -> Show:
        """The show of `show_id`."""
        return self.simulator.world.shows[self.show_id]

    @property
    def bearer(self) -> str:
        """A new bearer of the account."""
        return self.simulator.accounts.bearer(self.simulator.account, self.simulator.now_ms)

    def episodes(self, state: State = State.PUBLISHED) -> list[Episode]:
        """The show's episodes of a state, in the order they were made."""
        return [one for one in self.simulator.world.episodes(self.show) if one.state is state]

    def fault(self, **switches: bool | int | str) -> None:
        """Set switches; a double underscore stands for the dot: http__429=2."""
        for name, value in switches.items():
            self.simulator.faults.set(name.replace("__", "."), value)

    def rest(self, method: str, path: str, said: Any = None, **query: str) -> httpx2.Response:
        """A REST call as the dashboard makes it."""
        headers = {"authorization": f"Bearer {self.bearer}", "origin": DASHBOARD, "referer": f"{DASHBOARD}/"}
        asked = {"isMumsCompatible": "true"} | query
        return self.http.request(method, f"{self.url}/_rest{path}", headers=headers, params=asked, json=said)

    def pod(self, path: str, **query: str) -> httpx2.Response:
        """A podcasters/v0 call."""
        headers = {"authorization": f"Bearer {self.bearer}"}
        return self.http.get(f"{self.urls['pod_url']}{path}", headers=headers, params=query)


@contextmanager
def staged(now: int = NOW, **world: Any) -> Iterator[Stage]:
    """A simulator that is served; `world` as `Simulator` takes it: seed, episodes, days, shows."""
    clock = FixedClock(now)
    simulator = Simulator(clock, **({"episodes": 24, "days": 200} | world))
    said = simulator.credentials()
    with serving(simulator.app) as url, httpx2.Client(timeout=30) as http:
        yield Stage(
            url=url,
            simulator=simulator,
            clock=clock,
            sp_dc=said["sp_dc"],
            sp_key=said["sp_key"],
            show_id=said["show_id"],
            http=http,
        )


@pytest.fixture
def creators_stage() -> Iterator[Stage]:
    """A small simulator of its own for each test."""
    with staged() as stage:
        yield stage
