"""Requests of one person to a running server, timed, each with listens nobody sent before."""

from __future__ import annotations

import itertools
import json
import random
import time
from typing import Any
from urllib.parse import urlencode

from bench.servers import Server
from earstead.core.listen import Submission
from earstead.sandbox.exports import listenbrainz_listen
from earstead.sandbox.world import history

END = int(time.time()) - 60
"""The history ends now, so that the home page has something to show."""
NAME, PASSWORD = "ada", "correct horse battery staple"
FUTURE_GAP_S = 400

Figures = dict[str, float]


class Requests:
    """Requests of one person to a running server, each with listens nobody sent before."""

    def __init__(self, server: Server, token: str) -> None:
        self.server = server
        self.token = {"Authorization": f"Bearer {token}"}
        self._fresh: itertools.cycle[Submission] = itertools.cycle(list(history(2, 2_000, END)))
        self._times = itertools.count(END - 40_000_000, FUTURE_GAP_S)
        self._random = random.Random(1)
        self.session = self._signed_in()

    def _signed_in(self) -> dict[str, str]:
        form = urlencode({"name": NAME, "password": PASSWORD, "next": "/"}).encode()
        said = {"Content-Type": "application/x-www-form-urlencoded"}
        _, status, text, headers = self.server.ask("POST", "/sign-in", form, said)
        cookie = next((value for name, value in headers.items() if name.lower() == "set-cookie"), "")
        if not cookie:
            raise RuntimeError(f"signing in answered {status}: {text[:300]!r}")
        return {"Cookie": cookie.split(";", 1)[0]}

    def listens(self, count: int) -> list[dict[str, Any]]:
        return [
            {**listenbrainz_listen(play), "listened_at": next(self._times)}
            for play in itertools.islice(self._fresh, count)
        ]

    def submission(self, count: int) -> bytes:
        kind = "single" if count == 1 else "import"
        return json.dumps({"listen_type": kind, "payload": self.listens(count)}).encode()

    def submit(self, count: int = 1) -> float:
        """Milliseconds of one submission over HTTP."""
        return self._good("POST", "/1/submit-listens", self.submission(count), self.token)

    def hear(self) -> float:
        """A listen that arrives as it is heard."""
        listen = {**self.listens(1)[0], "listened_at": int(time.time())}
        body = json.dumps({"listen_type": "single", "payload": [listen]}).encode()
        return self._good("POST", "/1/submit-listens", body, self.token)

    def get(self, path: str) -> float:
        """Milliseconds of one read by token."""
        return self._good("GET", path, None, self.token)

    def page(self, path: str) -> float:
        """Milliseconds of one page for the signed-in person."""
        return self._good("GET", path, None, self.session)

    def _good(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> float:
        took, status, text, _ = self.server.ask(method, path, body, headers)
        if status not in (200, 201):
            raise RuntimeError(f"{method} {path} answered {status}: {text[:300]!r}")
        return took

    def answer(self, method: str, path: str, body: Any = None) -> tuple[float, Any]:
        took, status, text, _ = self.server.ask(method, path, body, self.token)
        if status not in (200, 201):
            raise RuntimeError(f"{method} {path} answered {status}: {text[:300]!r}")
        return took, json.loads(text)

    def any_time(self) -> int:
        return self._random.randrange(END - 300_000_000, END)

    def any_range(self) -> str:
        year, month = self._random.randrange(2016, 2025), self._random.randrange(1, 13)
        return f"{year}-{month:02}-03..{year + 1}-{month:02}-17"
