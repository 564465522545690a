"""The command as a user runs it: a process of its own, against a data directory, with or without a server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
START = [sys.executable, "-m", "earstead"]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Variables of a shell that knows only where the data is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EARSTEAD_")}
    source = str(Path(__file__).resolve().parents[2] / "src")
    return {**kept, "PYTHONPATH": source, "EARSTEAD_DATA": str(tmp_path / "data")}


@pytest.fixture
def run(environ: dict[str, str]) -> Run:
    """Runs a command to its end: `run("user", "list", stdin="...")`."""

    def call(*words: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*START, *words], input=stdin, env={**environ, **variables}, capture_output=True, text=True, timeout=60
        )

    return call


@pytest.fixture
def serve(environ: dict[str, str]) -> Iterator[Callable[[], str]]:
    """Starts the server on a free port; returns what it printed up to its address."""
    started: list[subprocess.Popen[str]] = []

    def start() -> str:
        process = subprocess.Popen([*START, "serve", "--port", "0"], env=environ, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line
        return found[0]

    yield start
    for process in started:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
        assert process.stdout is not None
        process.stdout.close()
