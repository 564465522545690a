"""The same rows of Maloja from PyPI, in an environment of its own under .tools/."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.asking import END, Figures
from bench.servers import Server, free_port, run, serving

HOME = Path(".tools/maloja")
VERSION = "3.2.3"
KEY = "benchbenchbench"


def install() -> Path:
    """The `maloja` command, installed at the first call."""
    command = HOME / "bin" / "maloja"
    if not command.exists():
        found = (shutil.which(name) for name in ("python3.12", "python3.13"))
        python = next((path for path in found if path and _runs(path)), sys.executable)
        subprocess.run([python, "-m", "venv", str(HOME)], check=True)
        subprocess.run([str(HOME / "bin/pip"), "install", "-q", f"malojaserver=={VERSION}"], check=True)
    return command.absolute()


def _runs(python: str) -> bool:
    # A name on the path may be a shim of a version manager that stands for nothing.
    return subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0


def measure(folder: Path, export: Path) -> Figures:
    """Import, start, submissions, home page, top artists and memory."""
    command = str(install())
    data = Path(tempfile.mkdtemp(dir=folder))
    port = free_port()
    env = {
        "MALOJA_DATA_DIRECTORY": str(data),
        "MALOJA_SKIP_SETUP": "yes",
        "MALOJA_FORCE_PASSWORD": KEY,
        "MALOJA_PORT": str(port),
        "MALOJA_HOST": "127.0.0.1",
        "MALOJA_LOGGING": "no",
    }
    named = folder / "Streaming_History_Audio_2010-2025_0.json"
    if not named.exists():
        os.link(export, named)
    cost = run([command, "import", str(named)], stdin="n\n" * 10, env=env)
    (data / "apikeys.yml").write_text(f"bench: {KEY}\n")
    with serving([command, "run"], port, "/apis/mlj_1/serverinfo", env) as server:
        figures = {"import_cpu_s": cost.cpu_s, "import_peak_mb": cost.peak_mb, "start_s": server.first_answer_s}
        figures["idle_mb"] = server.memory_mb()
        return figures | _rounds(server) | {"busy_mb": server.memory_mb("VmHWM")}


def _rounds(server: Server) -> Figures:
    taken: dict[str, list[float]] = {name: [] for name in ("submit_ms", "home_ms", "top_ms", "top_again_ms")}
    for number in range(5):
        times = [_submit(server, number * 10 + one) for one in range(10)]
        taken["submit_ms"].append(statistics.median(times))
        taken["home_ms"].append(_good(server, "GET", "/"))
        _submit(server, 1000 + number)
        taken["top_ms"].append(_good(server, "GET", "/apis/mlj_1/charts/artists"))
        taken["top_again_ms"].append(_good(server, "GET", "/apis/mlj_1/charts/artists"))
    return {name: statistics.median(times) for name, times in taken.items()}


def _submit(server: Server, number: int) -> float:
    said = {
        "artist": f"Bench {number % 7}",
        "title": f"Song {number}",
        "time": END - 40_000_000 + number * 400,
        "key": KEY,
    }
    return _good(server, "POST", "/apis/mlj_1/newscrobble", said)


def _good(server: Server, method: str, path: str, body: Any = None) -> float:
    took, status, text, _ = server.ask(method, path, body)
    if status != 200:
        raise RuntimeError(f"{method} {path} answered {status}: {text[:300]!r}")
    return took
