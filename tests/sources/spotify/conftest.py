"""An earstead of one person and a simulated Spotify, both on sockets, under one clock."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx2
import pytest

from earstead.app import around, open_services
from earstead.kit.clock import FixedClock
from earstead.sandbox.spotify import Simulator
from earstead.services.container import Services
from earstead.services.spotify.types import LinkedAccount
from earstead.settings import Settings
from tests.fakes.servers import serving

NOW = 1_772_400_000
PASSWORD = "a long and quiet evening"


@dataclass
class Stage:
    """Both servers. Jobs are done when `work` is called, and not before."""

    services: Services
    url: str
    spotify: Simulator
    spotify_url: str
    clock: FixedClock
    user_id: int
    browser: httpx2.Client

    def work(self) -> None:
        """Do every job that is due, and those that wait for the governor."""
        for _ in range(10):
            self.services.worker.run_due()
            self.clock.advance(31)

    def connect(self, browser: httpx2.Client | None = None, **form: object) -> httpx2.Response:
        """From the form to the page after Spotify's yes."""
        browser = browser or self.browser
        asked = {"client_id": self.spotify.client.client_id, **form}
        page = browser.post("/settings/spotify/new", data=asked, headers=_own(browser))
        return browser.get(self.yes(spotify_address(page.text)))

    def yes(self, address: str) -> str:
        """Agree at Spotify; where the browser is sent then."""
        return httpx2.get(address, verify=False).headers["location"]

    def sign_in(self) -> None:
        """A session for the browser, whose last one ran out while the clock was moved."""
        self.browser.cookies.set("earstead_session", self.services.accounts.sign_in("ada", PASSWORD))

    def renew(self) -> httpx2.Response:
        """The one click, and the yes."""
        self.sign_in()
        click = self.browser.get(f"/settings/spotify/{self.account.account_id}/renew")
        return self.browser.get(self.yes(click.headers["location"]))

    @property
    def account(self) -> LinkedAccount:
        """The one account that is linked."""
        (found,) = self.services.spotify.of_user(self.user_id)
        return found

    def events(self, *types: str) -> list[tuple[str, dict[str, object]]]:
        """Type and data of what was told to the user."""
        told = self.services.journal.since(self.user_id, 0)
        return [(event.type, dict(event.data)) for event in told if event.type in types]


def _own(browser: httpx2.Client) -> dict[str, str]:
    return {"sec-fetch-site": "same-origin"}


def spotify_address(html: str) -> str:
    """Where a page sends its reader to agree."""
    found = re.search(r'href="([^"]*/authorize\?[^"]*)"', html)
    assert found, html
    return unescape(found[1])


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The data of a house in which ada lives, and a session of hers; hashing passwords is slow on purpose."""
    data = tmp_path_factory.mktemp("furnished") / "house"
    services = open_services(Settings(data=data), clock=FixedClock(NOW))
    services.accounts.add_user("ada", PASSWORD, role="owner")
    token = services.accounts.sign_in("ada", PASSWORD)
    services.close()
    return data, token


@pytest.fixture
def open_stage(tmp_path: Path, clock: FixedClock, furnished: tuple[Path, str]) -> Iterator[Callable[[], Stage]]:
    """Opens the house (again, on the same data) beside one Spotify."""
    spotify = Simulator(clock)
    data, token = furnished
    shutil.copytree(data, tmp_path / "house")
    with ExitStack() as world:
        spotify_url = world.enter_context(serving(spotify.app))
        house = ExitStack()
        world.callback(lambda: house.close())

        def make() -> Stage:
            house.close()
            settings = Settings(
                data=tmp_path / "house", spotify_api_url=f"{spotify_url}/v1", spotify_accounts_url=spotify_url
            )
            services = open_services(settings, clock=clock)
            house.callback(services.close)
            url = house.enter_context(serving(around(services), lifespan="off"))
            browser = house.enter_context(httpx2.Client(base_url=url, timeout=30, verify=False))
            browser.cookies.set("earstead_session", token)
            return Stage(services, url, spotify, spotify_url, clock, services.accounts.users()[0].user_id, browser)

        yield make


def signed_in(services: Services, url: str, name: str) -> httpx2.Client:
    """A browser with a session."""
    browser = httpx2.Client(base_url=url, timeout=30, verify=False)
    browser.cookies.set("earstead_session", services.accounts.sign_in(name, PASSWORD))
    return browser


@pytest.fixture
def stage(open_stage: Callable[[], Stage]) -> Stage:
    """The house and Spotify, nothing connected."""
    return open_stage()


@pytest.fixture
def linked(stage: Stage) -> Stage:
    """The same with an account connected."""
    assert stage.connect().status_code == 303
    return stage
