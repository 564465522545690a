"""Commands and servers as processes of their own: what they cost in CPU and memory, and requests to them."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Cost:
    """What a process took: `cpu_s` of user and system time, `wall_s`, `peak_mb` of resident memory."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def run(words: Sequence[str], *, stdin: str = "", env: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end. Raises RuntimeError with what it said when it fails."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **(env or {})},
        text=True,
    )
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.write(stdin)
    process.stdin.close()
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)}: {said[-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - begun, usage.ru_maxrss / 1024)


def earstead(data: Path, *words: str, stdin: str = "") -> Cost:
    """Run one of our commands on a data directory."""
    return run([sys.executable, "-m", "earstead", *words, "--data", str(data)], stdin=stdin)


def said_by_earstead(data: Path, *words: str) -> str:
    """What one of our commands prints."""
    whole = [sys.executable, "-m", "earstead", *words, "--data", str(data)]
    return subprocess.run(whole, check=True, capture_output=True, text=True).stdout.strip()


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """A running server and one kept-alive connection to it."""

    process: subprocess.Popen[bytes]
    port: int
    first_answer_s: float

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[float, int, bytes, Mapping[str, str]]:
        """(milliseconds until the whole answer was read, status, body, headers)."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        said = {"Content-Type": "application/json", **(headers or {})}
        begun = time.perf_counter()
        self._connection.request(method, path, data, said)
        answer = self._connection.getresponse()
        text = answer.read()
        took = (time.perf_counter() - begun) * 1000
        return took, answer.status, text, dict(answer.getheaders())

    def let_go(self) -> None:
        """Close the connection before a pause that the server would not wait through; the next request opens one."""
        self._connection.close()

    def memory_mb(self, kind: str = "VmRSS") -> float:
        """Resident memory now, or its peak (VmHWM), in MiB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(kind):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"no {kind} of {self.process.pid}")


@contextmanager
def serving(words: Sequence[str], port: int, probe: str, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server from its start to its end; `first_answer_s` is the time until `probe` was answered."""
    begun = time.perf_counter()
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(words, stdout=nowhere, stderr=nowhere, env={**os.environ, **(env or {})})
    try:
        _await_answer(process, port, probe)
        yield Server(process, port, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(30)


def _await_answer(process: subprocess.Popen[bytes], port: int, probe: str) -> None:
    for _ in range(6000):
        if process.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", probe)
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError("the server did not answer within a minute")


def throughput(port: int, requests: Sequence[bytes], clients: int) -> float:
    """Requests a second that `clients` connections get answered together; every answer must be a 200."""
    return asyncio.run(_throughput(port, list(requests), clients))


async def _throughput(port: int, requests: list[bytes], clients: int) -> float:
    begun = time.perf_counter()
    await asyncio.gather(*(_client(port, requests[number::clients]) for number in range(clients)))
    return len(requests) / (time.perf_counter() - begun)


async def _client(port: int, requests: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode("latin-1"))
        length = head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0]
        await reader.readexactly(int(length))
    writer.close()
