"""Two listeners with tokens, the API in process, and the API on a socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from earstead.apis.listenbrainz.routes import routes
from earstead.kit.clock import FixedClock
from earstead.kit.paths import CollapseSlashes
from earstead.kit.secrets import Vault
from earstead.services.accounts import Accounts
from earstead.services.decisions import Decisions
from earstead.services.events import Hub
from earstead.services.ingest import Ingest
from earstead.services.insights import Insights
from earstead.services.playing import Playing
from earstead.storage.engine import open_engine
from earstead.storage.writer import Writer

if TYPE_CHECKING:
    from earstead.services.container import Services


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
def services(tmp_path: Path, clock: FixedClock) -> Iterator[Any]:
    """The services this API calls, over an empty database, without the rest of the application."""
    engine = open_engine(str(tmp_path / "test.db"))
    engine.migrate()
    writer, hub = Writer(engine), Hub()
    ingest = Ingest(engine, writer, clock, hub)
    insights = Insights(engine, ingest)
    yield SimpleNamespace(
        clock=clock,
        accounts=Accounts(engine, writer, clock, Vault(b"k" * 32), ingest),
        ingest=ingest,
        insights=insights,
        decisions=Decisions(engine, writer, ingest, insights, clock, hub),
        playing=Playing(clock, hub),
    )
    writer.close()
    engine.close()


@pytest.fixture
def ada(services: Services) -> Listener:
    """A public listener."""
    return _listener(services, "ada", "public")


@pytest.fixture
def bob(services: Services) -> Listener:
    """A private listener."""
    return _listener(services, "bob", "private")


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    """The API in process, as the application mounts it."""
    with TestClient(CollapseSlashes(Starlette(routes=routes(services)))) as opened:
        yield opened


@pytest.fixture
def live(services: Services) -> Iterator[str]:
    """The root of the API on a socket of its own."""
    app = CollapseSlashes(Starlette(routes=routes(services)))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
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
