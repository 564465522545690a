"""The real application on a real port, with people in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
import uvicorn

from earstead.app import build
from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.services.accounts import User
from earstead.services.container import Services
from earstead.settings import read_settings

PASSWORD = "a long and quiet evening"
NOW = 1_750_000_000


@dataclass
class House:
    """A running server: its address, its services, and its people."""

    url: str
    services: Services
    users: dict[str, User] = field(default_factory=dict)

    def visitor(self) -> httpx2.Client:
        """A browser's worth of cookies and nothing else; follows no redirect by itself."""
        return httpx2.Client(base_url=self.url, follow_redirects=False, timeout=30)

    def signed_in(self, name: str) -> httpx2.Client:
        """A visitor with a session of the named user."""
        client = self.visitor()
        client.cookies.set("earstead_session", self.services.accounts.sign_in(name, PASSWORD))
        return client


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server with the owner alice (some listens) and the user bob (none), both private."""
    data: Path = tmp_path_factory.mktemp("house")
    app = build(read_settings({}, data=str(data)))
    services: Services = app.state.services
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    started = threading.Event()
    startup = server.startup

    async def told(*args: object, **kwargs: object) -> None:
        await startup(*args, **kwargs)  # type: ignore[arg-type]
        started.set()

    server.startup = told  # type: ignore[method-assign]
    thread.start()
    assert started.wait(30), "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    made = House(f"http://127.0.0.1:{port}", services)
    made.users["alice"] = services.accounts.add_user("alice", PASSWORD, role="owner")
    made.users["bob"] = services.accounts.add_user("bob", PASSWORD)
    services.ingest.add_now(made.users["alice"].user_id, plays())
    yield made
    server.should_exit = True
    thread.join(30)


def plays() -> list[Submission]:
    """Forty plays of three artists, an hour apart."""
    names = [("Björk", "Jóga", "Homogenic"), ("Bjork", "Hyperballad", "Post"), ("Kino", "Группа крови", "")]
    return [
        Submission(
            source="listenbrainz",
            artist_name=names[n % 3][0],
            track_name=names[n % 3][1],
            release_name=names[n % 3][2],
            listened_at=UnixSeconds(NOW - n * 3600),
            client="Pano Scrobbler 3.1",
        )
        for n in range(40)
    ]
