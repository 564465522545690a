"""A receiver of webhooks on a socket: it answers as it is told to, and keeps what came."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Got:
    """A request: its target, headers (lower case), body, and when it came (monotonic seconds)."""

    target: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Receiver:
    """`answer`: a status, or "hang", "drop", "noise", "flood"; `plan` is used up first, one for each request."""

    url: str = ""
    answer: int | str = 204
    plan: list[int | str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    _came: threading.Condition = field(default_factory=threading.Condition)

    def take(self, got: Got) -> int | str:
        with self._came:
            self.got.append(got)
            self._came.notify_all()
            return self.plan.pop(0) if self.plan else self.answer

    def wait(self, count: int, timeout: float = 10) -> list[Got]:
        """The first requests, once there are so many."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.got) >= count, timeout), f"{len(self.got)} came, not {count}"
            return list(self.got)


@contextmanager
def receiving(**more: Any) -> Iterator[Receiver]:
    """A receiver that listens."""
    receiver = Receiver(**more)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            names = {name.lower(): value for name, value in self.headers.items()}
            answer = receiver.take(Got(self.path, names, body, time.monotonic()))
            if answer == "hang":
                receiver.released.wait(30)
                answer = 204
            if answer == "drop":
                self.close_connection = True
                return
            if answer == "noise":
                self.wfile.write(b"this is not HTTP at all\r\n\r\n")
                self.close_connection = True
                return
            if answer == "flood":
                self.send_response(200)
                self.end_headers()
                try:
                    for _ in range(1000):
                        self.wfile.write(b"x" * 65536)
                except OSError:
                    pass
                self.close_connection = True
                return
            text = b"" if answer == 204 else f"answered {answer}".encode()
            self.send_response(int(answer))
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
