"""What is measured of earstead, row by row."""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import lastfm
from bench.asking import END, NAME, PASSWORD, Figures, Requests
from bench.servers import earstead, free_port, said_by_earstead, serving, throughput
from earstead.sandbox.exports import as_spotify_extended
from earstead.sandbox.world import history

HOME = f"/{NAME}"
ROUNDS = 9


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


def reads_and_writes(ask: Requests) -> Figures:
    """Medians over interleaved rounds, in milliseconds."""
    rows: dict[str, Callable[[], float]] = {
        "submit_ms": lambda: statistics.median(ask.submit() for _ in range(20)),
        "batch_ms": lambda: ask.submit(1000),
        "top_past_ms": lambda: ask.get("/api/v1/charts/artist?limit=50"),
        "home_ms": lambda: (ask.page(HOME), ask.hear(), ask.page(HOME))[2],
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
        if plays < 10_000 or len(chosen) < 2:
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
