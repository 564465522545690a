"""Homes (an earstead with one person) and a simulated Last.fm, all on sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from earstead.app import around, open_services
from earstead.core.ids import DurationMs, UnixSeconds
from earstead.core.listen import Submission
from earstead.kit.clock import FixedClock
from earstead.sandbox.lastfm import Simulator
from earstead.services.container import Services
from earstead.services.relays.relays import Given
from earstead.services.relays.types import Relay
from earstead.settings import Settings
from tests.conftest import NOW
from tests.fakes.servers import serving

PASSWORD = "correct horse battery staple"


@dataclass
class Home:
    """An earstead of one person. Jobs are done when `send` is called, and not before."""

    services: Services
    user_id: int
    token: str
    url: str = ""

    def hear(self, *titles: str, start: int = NOW - 3600, **more: Any) -> list[int]:
        """Plays of the given titles, four minutes apart; returns their listen ids."""
        said = [play(title, start + i * 240, **more) for i, title in enumerate(titles)]
        return [o.listen_id for o in self.services.ingest.add_now(self.user_id, said).outcomes]

    def heard(self) -> list[str]:
        """Titles of the history, oldest first."""
        rows = self.services.insights.listens_between(self.user_id, after=None, before=None, limit=1000)
        return [row.track_name for row in reversed(rows)]

    def send(self) -> None:
        """Do every job that is due."""
        self.services.worker.run_due()

    def relay(self, kind: str, **given: str) -> Relay:
        """Connect a service."""
        return self.services.relays.add(self.user_id, kind, Given(**given))


def play(title: str, at: int, **more: Any) -> Submission:
    """A play of "Kino", as a player reports it."""
    said: dict[str, Any] = {"source": "player", "artist_name": "Kino", "duration_ms": DurationMs(200_000)}
    return Submission(**{**said, "track_name": title, "listened_at": UnixSeconds(at), **more})


@pytest.fixture
def new_home(tmp_path: Path, clock: FixedClock) -> Iterator[Callable[..., Home]]:
    """Makes homes; each is served on a socket when asked to be. They may reach private addresses."""
    with ExitStack() as stack:

        def make(name: str, *, serve: bool = False, allow_private: bool = True, data: Path | None = None) -> Home:
            settings = Settings(data=data or tmp_path / name, allow_private=allow_private)
            services = open_services(settings, clock=clock)
            stack.callback(services.close)
            user = services.accounts.add_user(name, PASSWORD, role="owner")
            home = Home(services, user.user_id, services.accounts.new_token(user.user_id, "relay"))
            if serve:
                # Without its lifespan: the worker's thread stands still, so that tests say when jobs are done.
                home.url = stack.enter_context(serving(around(services), lifespan="off"))
            return home

        yield make


@pytest.fixture
def lastfm(clock: FixedClock) -> Simulator:
    """A simulated Last.fm."""
    return Simulator(clock)


@pytest.fixture
def lastfm_url(lastfm: Simulator) -> Iterator[str]:
    """Where it answers."""
    with serving(lastfm.app) as url:
        yield url


@pytest.fixture
def home(new_home: Callable[..., Home]) -> Home:
    """A home that is not served."""
    return new_home("ada")


@pytest.fixture
def relay(home: Home, lastfm: Simulator, lastfm_url: str) -> Relay:
    """A relay of `home` to the simulated Last.fm, approved and on."""
    relay = home.relay("lastfm", url=lastfm_url, api_key=lastfm.api_key, secret=lastfm.secret)
    lastfm.approve(next(iter(lastfm.tokens)))
    assert home.services.relays.finish(home.user_id, relay.relay_id)
    return home.services.relays.get(home.user_id, relay.relay_id).relay
