"""The running server's private door: commands of the CLI come in here and are done by the one process that writes.

One JSON object a line. In: {"command", "args", "creators_url"}. Out: any number of {"progress"}, then {"result"} or
{"error"}.
The socket belongs to the user who runs the server (mode 0600); whoever may open it may do anything, as they
could with the files beside it.
"""

from __future__ import annotations

import json
import logging
import os
import socketserver
import threading
from pathlib import Path
from typing import Any

from earstead.cli.works import WORKS
from earstead.core.errors import AppError
from earstead.services.container import Services

log = logging.getLogger(__name__)

MAX_LINE = 4_000_000


class _Door(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False


class Control:
    """Listens from when it is made until `close`."""

    def __init__(self, path: Path, services: Services) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.parent.stat().st_uid != os.getuid():
            raise PermissionError(f"{path.parent} belongs to somebody else")
        path.unlink(missing_ok=True)  # left by a process that was killed; the lock says that it is gone
        before = os.umask(0o177)
        try:
            self._door = _Door(str(path), _handler(services))
        finally:
            os.umask(before)
        self._path = path
        self._thread = threading.Thread(target=self._door.serve_forever, args=(0.2,), name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more commands; those in hand end with the services."""
        self._door.shutdown()
        self._door.server_close()
        self._path.unlink(missing_ok=True)
        self._thread.join()


def _handler(services: Services) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline(MAX_LINE)
            if line:
                self._say(answer(services, line, lambda progress: self._say({"progress": progress})))

        def _say(self, message: dict[str, Any]) -> None:
            try:
                self.wfile.write(json.dumps(message).encode() + b"\n")
            except OSError:
                pass  # whoever asked went away; the work goes on, as it would have without being watched

    return Handler


def answer(services: Services, line: bytes, tell: Any) -> dict[str, Any]:
    """Do what a line asks; faults become {"error": sentence}."""
    try:
        asked = json.loads(line)
        command, args = asked["command"], dict(asked["args"])
        work = WORKS[command]
    except (ValueError, KeyError, TypeError):
        return {"error": "the running server does not know this command; restart it after an update"}
    if command.startswith("creators ") and (why := _elsewhere(services, str(asked.get("creators_url", "")))):
        return {"error": why}
    try:
        return {"result": work(services, args, tell)}
    except AppError as fault:
        return {"error": str(fault)}
    except Exception:
        log.exception("the command %s failed", command)
        return {"error": "the server made a mistake; its log says more"}


def _elsewhere(services: Services, meant: str) -> str:
    """Why a command about podcasts is not done: it would reach another place than the shell it comes from names."""
    if meant == services.creators_url:
        return ""
    said = f"EARSTEAD_CREATORS_URL is {meant}" if meant else "EARSTEAD_CREATORS_URL is not set"
    there = f"the simulator at {services.creators_url}" if services.creators_url else "Spotify itself"
    mend = f"set it to {services.creators_url}" if services.creators_url else "unset it"
    return (
        f"{said} here, but the running server, which does the work, talks to {there}. Nothing was done. Stop the "
        f"server and start it where the variable is the same, or {mend} here."
    )
