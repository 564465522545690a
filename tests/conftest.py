"""Fixtures for every test: real databases, a real server, a real browser. What is absent skips, visibly."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn

from earstead.app import around, open_services
from earstead.kit.clock import FixedClock
from earstead.services.accounts import User
from earstead.services.container import Services
from earstead.settings import Settings
from earstead.storage.engine import Engine, open_engine

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
NOW = 1_750_000_000
"""The time of the fixed clock: 2025-06-15 15:06:40 UTC, a Sunday."""

pytest_plugins = ["tests.fakes.creators"]

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
]


# --- databases ---------------------------------------------------------------------------------------------------


def _as_server_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: the words to put before a command, once `folder` belongs to that user."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["runuser", "-u", user.pw_name, "--"]


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """The socket folder of a private PostgreSQL cluster, gone afterwards; it listens on no network address."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.skip("PostgreSQL is not installed (system package postgresql)")
    tools = found[-1].parent
    # Not pytest's own folder: that one is closed to other users, and a socket's path must be short.
    home = Path(tempfile.mkdtemp(prefix="earstead-pg-", dir="/tmp"))
    before = _as_server_user(home)
    data = str(home / "data")

    def run(*words: str) -> None:
        done = subprocess.run([*before, *words], cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr}")

    # Durability is the servers' promise, not this cluster's: without fsync a database is made in a tenth of the time.
    options = f"-c listen_addresses= -c unix_socket_directories={home} -c fsync=off -c full_page_writes=off"
    try:
        run(str(tools / "initdb"), "-D", data, "-U", "earstead", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        run(str(tools / "pg_ctl"), "-D", data, "-w", "-l", str(home / "log"), "-o", options, "start")
        try:
            yield str(home)
        finally:
            run(str(tools / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgres_url(postgres_cluster: str) -> Callable[[], str]:
    """Makes an empty database at each call and gives its address."""
    psycopg = pytest.importorskip("psycopg", reason="needs the extra postgres")
    count = 0

    def make() -> str:
        nonlocal count
        count += 1
        with psycopg.connect(host=postgres_cluster, user="earstead", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE test_{count}")
        return f"postgresql://earstead@/test_{count}?host={postgres_cluster}"

    return make


@pytest.fixture
def postgres_url(new_postgres_url: Callable[[], str]) -> str:
    """The address of an empty PostgreSQL database of the test's own."""
    return new_postgres_url()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database: the test runs once on each engine."""
    if request.param == "sqlite":
        return str(tmp_path / "test.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An open, migrated database: the test runs once on SQLite and once on PostgreSQL."""
    opened = open_engine(database_url)
    opened.migrate()
    yield opened
    opened.close()


# --- the application ---------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at `NOW` until the test moves it."""
    return FixedClock(NOW)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A data directory of the test's own, with SQLite in it."""
    return Settings(data=tmp_path / "data")


@pytest.fixture
def services(settings: Settings, clock: FixedClock) -> Iterator[Services]:
    """Everything that a handler may call, on an empty database; background work is not started."""
    opened = open_services(settings, clock=clock)
    yield opened
    opened.close()


@dataclass(frozen=True, slots=True)
class LiveServer:
    """The whole application on a socket of its own, and one signed-up person."""

    url: str
    services: Services
    user: User
    password: str
    token: str
    """Good as ListenBrainz token and as bearer, with the default scopes."""

    @property
    def headers(self) -> dict[str, str]:
        """What a program of this person sends along."""
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def live_server(services: Services) -> Iterator[LiveServer]:
    """The application as `earstead serve` runs it, workers included, with the owner "ada" and the clock at `NOW`."""
    password = "correct horse battery staple"
    user = services.accounts.add_user("ada", password, role="owner")
    token = services.accounts.new_token(user.user_id, "tests")
    server = uvicorn.Server(uvicorn.Config(around(services), port=0, log_level="warning", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, name="live-server", daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        if not thread.is_alive():
            raise RuntimeError("the server did not start; its log says why")
    port = server.servers[0].sockets[0].getsockname()[1]
    yield LiveServer(f"http://127.0.0.1:{port}", services, user, password, token)
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive(), "the server did not stop within 10 s"


# --- the browser -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, driven without a window. Tests open contexts of their own in it."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the extra dev")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed (system package chromium)")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The text of axe-core, to be run in a page: `page.evaluate(axe_source)`, then `axe.run()`."""
    path = ROOT / ".tools/node_modules/axe-core/axe.min.js"
    if not path.exists():
        pytest.skip("axe-core is not installed (make tools)")
    return path.read_text("utf-8")
