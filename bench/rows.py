"""What is measured of earstead, row by row."""

from __future__ import annotations

import itertools
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import lastfm
from bench.servers import Server, earstead, free_port, said_by_earstead, serving, throughput
from earstead.core.listen import Submission
from earstead.sandbox.exports import as_spotify_extended, listenbrainz_listen
from earstead.sandbox.world import history

END = int(time.time()) - 60
"""The history ends now, so that the home page has something to show."""
NAME, PASSWORD = "ada", "correct horse battery staple"
HOME = f"/{NAME}"
ROUNDS = 9
FUTURE_GAP_S = 400

Figures = dict[str, float]


def write_history(listens: int, path: Path) -> None:
    """The generated history as Spotify's extended export."""
    with path.open("wb") as out:
        out.writelines(as_spotify_extended(history(1, listens, END)))


def new_home(folder: Path) -> Path:
    """An empty data directory with its owner."""
    data = Path(tempfile.mkdtemp(dir=folder))
    earstead(data, "user", "add", NAME, "--password-stdin", "--owner", stdin=PASSWORD + "\n")
    return data


def imports(folder: Path, export: Path) -> tuple[Figures, Path]:
    """First and second import of one file, and the data directory they leave."""
    data = new_home(folder)
    first = earstead(data, "import", str(export), "--user", NAME, "--json")
    again = earstead(data, "import", str(export), "--user", NAME, "--json")
    return {
        "import_cpu_s": first.cpu_s,
        "import_wall_s": first.wall_s,
        "import_peak_mb": first.peak_mb,
        "again_cpu_s": again.cpu_s,
        "again_percent": 100 * again.wall_s / first.wall_s,
    }, data


def serve_words(data: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "earstead", "serve", "--data", str(data), "--port", str(port)]


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


def reads_and_writes(ask: Requests) -> Figures:
    """Medians over interleaved rounds, in milliseconds."""
    rows: dict[str, Callable[[], float]] = {
        "submit_ms": lambda: statistics.median(ask.submit() for _ in range(20)),
        "batch_ms": lambda: ask.submit(1000),
        "home_ms": lambda: (ask.hear(), ask.page(HOME))[1],
        "home_again_ms": lambda: ask.page(HOME),
        "top_ms": lambda: (ask.hear(), ask.get("/api/v1/charts/artist?limit=50"))[1],
        "top_again_ms": lambda: ask.get("/api/v1/charts/artist?limit=50"),
        "page_ms": lambda: ask.get(f"/api/v1/listens?limit=50&before={ask.any_time()}"),
        "range_ms": lambda: ask.get(f"/api/v1/charts/recording?limit=50&period={ask.any_range()}"),
    }
    for path in (HOME, "/api/v1/charts/artist?limit=50"):
        ask.page(path)
    taken: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(ROUNDS):
        for name, row in rows.items():
            taken[name].append(row())
    return {name: statistics.median(times) for name, times in taken.items()}


def sixteen(ask: Requests) -> float:
    """Durable submissions a second over 16 connections."""
    ask.server.let_go()
    bodies = [ask.submission(1) for _ in range(4_000)]
    head = (
        "POST /1/submit-listens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: {ask.token['Authorization']}\r\nContent-Length: "
    )
    requests = [f"{head}{len(body)}\r\n\r\n".encode() + body for body in bodies]
    return throughput(ask.server.port, requests, 16)


def merge(ask: Requests) -> Figures:
    """Merging artists with 10,000 listens between them, and taking it back."""
    _, chart = ask.answer("GET", "/api/v1/charts/artist?limit=1000")
    chosen, plays = [], 0
    for row in chart["rows"]:
        if plays < 10_000:
            chosen.append(row["entity"]["entity_id"])
            plays += row["plays"]
    subject = {"entity": "artist", "ids": chosen, "into": chosen[0]}
    made_ms, decision = ask.answer("POST", "/api/v1/decisions", {"kind": "merge", "subject": subject})
    undone_ms, _ = ask.answer("POST", f"/api/v1/decisions/{decision['decision_id']}/undo")
    return {"merge_ms": made_ms, "unmerge_ms": undone_ms, "merge_plays": plays}


def served(data: Path) -> Figures:
    """Everything that needs a running server, over a data directory that holds a history."""
    scopes = ("listens:read", "listens:write", "decisions:write", "account:read")
    words = [word for scope in scopes for word in ("--scope", scope)]
    token = said_by_earstead(data, "token", "new", NAME, *words)
    password = said_by_earstead(data, "app-password", "new", NAME, "--label", "bench")
    starts = []
    for _ in range(5):
        port = free_port()
        with serving(serve_words(data, port), port, "/healthz") as server:
            starts.append(server.first_answer_s)
    port = free_port()
    with serving(serve_words(data, port), port, "/healthz") as server:
        figures = {"start_s": statistics.median(starts), "idle_mb": server.memory_mb()}
        ask = Requests(server, token)
        figures |= reads_and_writes(ask)
        figures["sixteen_per_s"] = statistics.median(sixteen(ask) for _ in range(3))
        figures |= lastfm.reads_and_writes(ask, password)
        figures |= merge(ask)
        figures["busy_mb"] = server.memory_mb("VmHWM")
    return figures
