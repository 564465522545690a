"""A new user's earstead and a simulated Spotify, a webhook's consumer and a browser, all on sockets.

The one clock stands still until it is moved; no thread follows the account, so that the clock is moved to each look.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
from starlette.types import ASGIApp, Receive, Scope, Send

from earstead.app import around, open_services
from earstead.kit.clock import FixedClock
from earstead.sandbox.spotify import Simulator
from earstead.settings import Settings
from tests.fakes.servers import serving
from tests.fakes.spotify_watch import Stage
from tests.webhooks.receiver import Receiver, receiving

NOW = 1_772_400_000
PASSWORD = "a long and quiet evening"
OWN = {"sec-fetch-site": "same-origin"}


@dataclass
class Told:
    """An event as it came to the webhook."""

    event_id: int
    type: str
    data: dict[str, Any]


class Counted:
    """The simulator on its socket, and what it was asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.sent: list[tuple[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.sent.append((scope["method"], scope["path"]))
        await self._app(scope, receive, send)


@dataclass
class Home(Stage):
    """Everything of it. `wire` counts what Spotify was asked; `told` is what the webhook heard."""

    browser: httpx2.Client
    receiver: Receiver
    secret: str

    def told(self, *types: str) -> list[Told]:  # type: ignore[override]
        """Events of these types by their ids, as a consumer sorts what came several at a time; all without types."""
        written = self.services.journal.since(self.user_id, 0, 1000)
        got = self.receiver.wait(len(written), 60)
        events = [Told(one.event["id"], one.event["type"], one.event["data"]) for one in got]
        events.sort(key=lambda event: event.event_id)
        return [event for event in events if not types or event.type in types]

    def page(self, path: str) -> str:
        """A page as she reads it; the clock moved on, so she signs in anew."""
        self.browser.post("/sign-in", data={"name": "ada", "password": PASSWORD})
        return unescape(re.sub(r"\s+", " ", self.browser.get(path).text))

    def upload(self, path: Path) -> None:
        """Upload a file on the import page, look at what it would bring, and let it run."""
        self.page("/import")
        with path.open("rb") as file:
            job = self.browser.post("/import", files={"files": (path.name, file)}).headers["location"]
        self._until(job, f'action="{job}/run"')
        assert self.browser.post(f"{job}/run").status_code == 303
        self._until(job, "new")

    def _until(self, path: str, words: str) -> None:
        pause = threading.Event()
        for _ in range(300):
            text = self.browser.get(path).text
            if words in text and "hx-trigger" not in text:
                return
            pause.wait(0.1)
        raise AssertionError(f"{words!r} never came: {text}")


@contextmanager
def at_home(folder: Path, *features: str) -> Iterator[Home]:
    """Ada's server with a webhook for everything and an account connected on the page, for these features."""
    clock = FixedClock(NOW)
    spotify = Simulator(clock)
    wire = Counted(spotify.app)
    with ExitStack() as world:
        receiver = world.enter_context(receiving())
        theirs = world.enter_context(serving(wire))
        settings = Settings(
            data=folder, spotify_api_url=f"{theirs}/v1", spotify_accounts_url=theirs, allow_private=True
        )
        services = open_services(settings, clock=clock)
        world.callback(services.close)
        services.webhooks.start()
        user = services.accounts.add_user("ada", PASSWORD, role="owner")
        ours = world.enter_context(serving(around(services), lifespan="off"))
        browser = world.enter_context(httpx2.Client(base_url=ours, timeout=60, headers=OWN))
        browser.post("/sign-in", data={"name": "ada", "password": PASSWORD})
        secret = _subscribed(browser, receiver)
        _connected(browser, spotify, features)
        (account,) = services.spotify.of_user(user.user_id)
        watcher: Any = services.watching
        yield Home(
            services=services,
            spotify=spotify,
            clock=clock,
            wire=wire,  # type: ignore[arg-type]
            user_id=user.user_id,
            account=account,
            link=services.spotify_links,  # type: ignore[arg-type]
            watcher=watcher,
            browser=browser,
            receiver=receiver,
            secret=secret,
        )


def _subscribed(browser: httpx2.Client, receiver: Receiver) -> str:
    page = browser.post("/settings/webhooks", data={"url": receiver.url, "label": "everything"})
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", page.text)
    assert found, page.text
    return found[0]


def _connected(browser: httpx2.Client, spotify: Simulator, features: tuple[str, ...]) -> None:
    asked = {"client_id": spotify.client.client_id, "way": "back", "features": list(features)}
    form = browser.post("/settings/spotify/new", data=asked)
    found = re.search(r'href="([^"]*/authorize\?[^"]*)"', form.text)
    assert found, form.text
    back = httpx2.get(unescape(found[1])).headers["location"]
    assert "Your consent ends in 180 days" in browser.get(back, follow_redirects=True).text
