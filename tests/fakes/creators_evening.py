"""A creator's evening: a server of ours beside the simulated Spotify for Creators, and her browser."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx2

from earstead.app import around, open_services
from earstead.kit.clock import FixedClock
from earstead.sandbox.creators import Simulator
from earstead.services.container import Services
from earstead.settings import Settings
from tests.fakes.servers import serving

NOW = 1_795_255_200
PASSWORD = "a long and quiet evening"
_READS = frozenset({"GET", "HEAD"})


@dataclass
class Overheard:
    """An ASGI app that notes every request that changes something before it passes it on."""

    app: Any
    writes: list[str] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Read the body, note what it asks for, pass it on."""
        if scope["type"] != "http" or scope["method"] in _READS or "/_accounts" in scope["path"]:
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        told = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Any:
            return next(told, {"type": "http.disconnect"})

        name = _write(scope["method"], scope["path"], body)
        if name:
            self.writes.append(name)
        await self.app(scope, again, send)


_MUTATIONS = re.compile(
    r"^(create|update|delete|publish|block|unblock|pin|unPin|mark|edit|submit|generate|set|upsert|remove)"
)


def _write(method: str, path: str, body: bytes) -> str:
    if path.startswith("/_gql"):
        name = str(json.loads(body).get("operationName", ""))
        return name if _MUTATIONS.match(name) else ""
    if path.startswith(("/_rest", "/_storage")) and "episode-list-index" not in path:
        return f"{method} {path}"
    return ""


@dataclass
class Evening:
    """A server beside its simulator, and ada's browser."""

    url: str
    services: Services
    clock: FixedClock
    simulator: Simulator
    overheard: Overheard
    browser: httpx2.Client
    user_id: int

    def page(self, path: str) -> str:
        """The words of a page, without its markup."""
        return words(self.html(path))

    def html(self, path: str) -> str:
        """A page as it is."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:400]}"
        return answer.text

    def send(self, path: str, **fields: str) -> str:
        """Submit a form, see what would be sent, say yes; the address it leads to."""
        before = len(self.overheard.writes)
        asked = self.browser.post(path, data=fields)
        assert asked.status_code == 200, asked.text
        assert "Nothing was sent yet" in asked.text and 'value="send"' in asked.text, words(asked.text)
        assert len(self.overheard.writes) == before, "a plan sent something"
        done = self.browser.post(path, data=fields | {"step": "send"})
        assert done.status_code == 303, words(done.text)
        return str(done.headers["location"])

    def until(self, wanted: Callable[[], bool]) -> None:
        """Wait for what the worker does."""
        pause = threading.Event()
        pause = threading.Event()
        for _ in range(600):
            if wanted():
                return
            pause.wait(0.05)
        raise AssertionError("it did not come")

    def read_again(self, account: str) -> None:
        """Press "Read it now" an hour later, and wait for the end of that reading."""
        self.clock.advance(3600)
        before = len(self.services.creators.syncs.history(self.user_id, 1))
        assert self.browser.post(f"{account}/sync").status_code == 303
        self.until(lambda: len(self.services.creators.syncs.history(self.user_id, 1)) > before)
        self.until(lambda: "every 2s" not in self.html(account))

    @property
    def base(self) -> str:
        """The address of the show of the simulator's credentials."""
        wanted = self.simulator.credentials()["show_id"]
        shows = self.services.creators.shows.of_user(self.user_id)
        return f"/create/{next(show.show_id for show in shows if show.spotify_id == wanted)}"

    def connect(self) -> str:
        """Connect the simulator's account and wait until it was read; the address of its page."""
        said = self.simulator.credentials()
        done = self.browser.post("/create/connect", data={"sp_dc": f"sp_dc={said['sp_dc']};", "sp_key": said["sp_key"]})
        assert done.status_code == 303, words(done.text)
        account = str(done.headers["location"])
        self.until(lambda: "every 2s" not in self.html(account))
        return account

    def learn(self, account: str) -> None:
        """Look up the codes in the dashboard's scripts, put them in force, and read the account again."""
        found = self.browser.post("/create/captures/harvest")
        assert found.status_code == 303, words(found.text)
        capture = str(found.headers["location"])
        assert "createCommentReplyByCommentUri" in self.page(capture)
        assert self.browser.post(f"{capture}/adopt").status_code == 303
        self.read_again(account)


def words(html: str) -> str:
    """What people read of a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


@contextmanager
def spent(data: Path) -> Iterator[Evening]:
    """Ada, who has connected nothing yet."""
    clock = FixedClock(NOW)
    simulator = Simulator(clock, episodes=6, days=60)
    overheard = Overheard(simulator.app)
    with serving(overheard) as origin:
        services = open_services(Settings(data=data, creators_url=origin), clock=clock)
        user_id = services.accounts.add_user("ada", PASSWORD, role="owner").user_id
        services.accounts.update(user_id, zone="Europe/Berlin")
        with serving(around(services)) as url, httpx2.Client(base_url=url, timeout=60) as browser:
            browser.cookies.set("earstead_session", services.accounts.sign_in("ada", PASSWORD))
            yield Evening(url, services, clock, simulator, overheard, browser, user_id)
