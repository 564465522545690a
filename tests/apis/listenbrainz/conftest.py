"""Two listeners with tokens, the API in process, and the API on a socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
import uvicorn
from starlette.testclient import TestClient

from earstead.app import around, open_services
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.settings import Settings


@dataclass(frozen=True)
class Listener:
    """A user with a token that may read and write."""

    user_id: int
    name: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.token}"}


def _listener(services: Services, name: str, visibility: Literal["private", "public"]) -> Listener:
    user = services.accounts.add_user(name, "correct horse battery staple")
    services.accounts.update(user.user_id, visibility=visibility)
    return Listener(user.user_id, user.name, services.accounts.new_token(user.user_id))


@pytest.fixture
def services(tmp_path: Path, clock: FixedClock) -> Iterator[Services]:
    """The product's services over an empty database of the test's own."""
    opened = open_services(Settings(data=tmp_path), clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def ada(services: Services) -> Listener:
    """A public listener."""
    return _listener(services, "ada", "public")


@pytest.fixture
def bob(services: Services) -> Listener:
    """A private listener."""
    return _listener(services, "bob", "private")


@pytest.fixture
def client(services: Services) -> TestClient:
    """The whole application in process; its background work is not started."""
    return TestClient(around(services))


@pytest.fixture
def live(services: Services) -> Iterator[str]:
    """The root of the whole application on a socket of its own."""
    server = uvicorn.Server(uvicorn.Config(around(services), port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    _wait(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


def _wait(ready: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1000):
        if ready():
            return
        pause.wait(0.01)
    raise TimeoutError("the server did not start within 10 s")
