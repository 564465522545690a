"""A stage for real programs: the application on a socket, stopped and started at will, and all that was exchanged.

Programs know what time it is, so the server's clock is the machine's.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl

import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.fakes.authority import Authority

from earstead.app import around, open_services
from earstead.services.container import Services
from earstead.services.users import User
from earstead.services.views import ListenRow
from earstead.settings import Settings

T = TypeVar("T")
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request as it came, and its answer."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    kind: str
    answer: bytes
    """Unpacked."""

    @property
    def form(self) -> dict[str, str]:
        """What query and body say; of repeated names the last that is not empty."""
        said: dict[str, str] = {}
        for name, value in parse_qsl(f"{self.query}&{self.body.decode()}", keep_blank_values=True):
            said[name] = value or said.get(name, "")
        return said

    @property
    def text(self) -> str:
        """The answer."""
        return self.answer.decode("utf-8")


class _Recorder:
    """ASGI middleware that keeps every exchange."""

    def __init__(self, app: ASGIApp, kept: list[Exchange]) -> None:
        self._app = app
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, answer, head = bytearray(), bytearray(), dict[str, object]()

        async def hear() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                head["status"] = message["status"]
                headers = dict(message["headers"])
                head["kind"] = headers.get(b"content-type", b"").decode()
                head["packed"] = headers.get(b"content-encoding") == b"gzip"
            answer.extend(message.get("body", b""))
            if message["type"] == "http.response.body" and not message.get("more_body"):
                # Kept before the last byte leaves: who has read the answer finds it here.
                self._keep(scope, bytes(body), head, bytes(answer))
            await send(message)

        await self._app(scope, hear, say)

    def _keep(self, scope: Scope, body: bytes, head: dict[str, object], answer: bytes) -> None:
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        answer = gzip.decompress(answer) if head["packed"] else answer
        query, status = scope["query_string"].decode("latin-1"), int(str(head["status"]))
        self._kept.append(
            Exchange(scope["method"], scope["path"], query, headers, body, status, str(head["kind"]), answer)
        )


@dataclass
class Stage:
    """A server with one listener, "ada", who is public. `stop` and `start` keep data and port."""

    data: Path
    authority: Authority | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    port: int = 0
    password: str = ""
    """An app password of ada's."""

    def __post_init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self.start()
        accounts = self.services.accounts
        made = accounts.add_user("ada", PASSWORD, role="owner")
        self.user: User = accounts.update(made.user_id, visibility="public")
        self.password = accounts.new_app_password(made.user_id, "player")

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Root without a slash at its end."""
        return f"{'https' if self.authority else 'http'}://{self.host}"

    def start(self) -> None:
        """Open the data and serve."""
        self.services: Services = open_services(Settings(data=self.data, port=self.port, public_url=self.url))
        made = self.authority
        config = uvicorn.Config(
            _Recorder(around(self.services), self.exchanges),
            port=self.port,
            log_level="warning",
            timeout_graceful_shutdown=2,
            ssl_certfile=made.certificate if made else None,
            ssl_keyfile=made.key if made else None,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="stage", daemon=True)
        self._thread.start()
        until(lambda: self._server is not None and self._server.started, "the server started")

    def stop(self) -> None:
        """Close everything; sessions in memory are gone. Harmless when it is stopped."""
        if self._server is None:
            return
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive(), "the server did not stop within 10 s"
        self._server = None

    def heard(self) -> list[ListenRow]:
        """Ada's listens, newest first."""
        return list(self.services.insights.listens(self.user.user_id).items)

    def loved(self) -> list[str]:
        """Titles that ada loves, latest first."""
        return [row.track.track_name for row in self.services.feedback.loved(self.user.user_id)[0]]

    def asked(self, path: str) -> list[Exchange]:
        """What came to a path, first first; "//" is "/"."""
        return [one for one in self.exchanges if one.path.replace("//", "/") == path]


@contextlib.contextmanager
def staged(data: Path, authority: Authority | None = None) -> Iterator[Stage]:
    """A stage that is cleared away afterwards."""
    stage = Stage(data, authority)
    try:
        yield stage
    finally:
        stage.stop()


def until(ready: Callable[[], T], what: str, seconds: float = 20) -> T:
    """What `ready` gives once it is true; fails with `what` was waited for."""
    end = time.monotonic() + seconds
    while not (found := ready()):
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds} s in vain until {what}")
        threading.Event().wait(0.05)
    return found


# --- programs ----------------------------------------------------------------------------------------------------


def program(name: str, package: str) -> str:
    """The path of an installed program; skips the test, naming the package, where there is none."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (system package {package})")
    return found


@contextlib.contextmanager
def running(*words: str, log: Path, as_nobody: bool = False, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program in the background, its output in `log`, told to end afterwards.

    Args:
        as_nobody: as the user "nobody" where the tests run as root: some programs refuse to be root.
    """
    words = (*as_other_user(as_nobody), *words)
    environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables}
    with (
        log.open("ab") as out,
        subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environ, cwd=log.parent
        ) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def as_other_user(wanted: bool) -> tuple[str, ...]:
    """Words to put before a command so that it is not root."""
    return ("runuser", "-u", "nobody", "--") if wanted and os.geteuid() == 0 else ()


def give_to_nobody(folder: Path) -> None:
    """Let the user of `as_nobody` write into a folder outside of pytest's own, which is closed to others."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)


# --- what the specification asks of every legacy answer -----------------------------------------------------------


def check_legacy(exchanges: list[Exchange]) -> None:
    """No answer of Submissions contradicts spec section 6: 200, plain text, known first lines, all lines ended."""
    assert exchanges
    for one in exchanges:
        assert one.status == 200 and one.kind.startswith("text/plain"), one
        assert one.text.endswith("\n") and "\n\n" not in one.text, one
        first, *more = one.text.splitlines()
        assert first.split(" ")[0] in ("OK", "BADAUTH", "BADTIME", "BADSESSION", "BANNED", "FAILED", "UPTODATE"), one
        if one.path in ("/", "//") and first == "OK":
            session, now_playing, submission = more
            assert len(session) == 32
            assert now_playing.startswith("http") and now_playing.endswith("/nowplaying/1.2/")
            assert submission.startswith("http") and submission.endswith("/submissions/1.2/")
        elif first != "UPTODATE":
            assert more in ([], ["INTERVAL 1"]), one
