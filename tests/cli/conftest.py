"""The command as a user runs it: a process of its own, against a data directory, with or without a server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
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


@contextmanager
def serving(environ: dict[str, str]) -> Iterator[str]:
    """The server as a process on a free port; the address it prints. It must end well when told to."""
    process = subprocess.Popen([*START, "serve", "--port", "0"], env=environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line
        yield found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
        process.stdout.close()


@pytest.fixture
def serve(environ: dict[str, str]) -> Iterator[Callable[[], str]]:
    """Starts the server on a free port; returns its address."""
    with ExitStack() as started:
        yield lambda: started.enter_context(serving(environ))
