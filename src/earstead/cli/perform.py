"""Where a command does its work: inside the running server, or here when none runs.

A command that writes is a name and JSON arguments. A running server owns the data and does the work when asked
through its private socket; otherwise this process takes the lock and does it itself. A command that only reads
looks at the data beside the running server.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from earstead.app import open_services
from earstead.cli.common import Failed
from earstead.cli.works import WORKS
from earstead.kit.locks import DataLock, Locked
from earstead.services.container import Services
from earstead.settings import Settings

Tell = Callable[[dict[str, Any]], None]
SOCKET_FILE = "control.sock"
PATIENCE_S = 10.0
"""How long a server that just starts (or stops) is waited for."""
_STEP_S = 0.1
_LONGEST_PATH = 100


def perform(settings: Settings, command: str, tell: Tell | None = None, **args: Any) -> Any:
    """Do a work of `WORKS` and return its result, a JSON value. Raises AppError or Failed."""
    pause = threading.Event()
    for _ in range(int(PATIENCE_S / _STEP_S)):
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with DataLock(settings.data):
                return _here(settings, command, tell or _silent, args)
        except Locked:
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                return _ask(settings, command, tell or _silent, args)
        pause.wait(_STEP_S)
    raise Failed(f"another process uses {settings.data} and does not answer; stop it, or wait until it is done")


@contextlib.contextmanager
def reading(settings: Settings) -> Iterator[Services]:
    """Services to look with. With a running server its data is read beside it; nothing may be written then."""
    if not settings.database_url and not Path(settings.database).exists():
        raise Failed(f"there is no data in {settings.data}: start with “earstead serve”, or give --data DIR")
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(DataLock(settings.data))
            alone = True
        except Locked:
            alone = False
        services = open_services(settings, migrate=alone)
        stack.callback(services.close)
        yield services


def control_path(data: Path) -> Path:
    """Where the running server listens for commands. The address of a socket must be short, so a long one moves."""
    path = data / SOCKET_FILE
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        return path
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"earstead-{os.getuid()}" / f"{mark}.sock"


def _here(settings: Settings, command: str, tell: Tell, args: dict[str, Any]) -> Any:
    services = open_services(settings)
    try:
        return WORKS[command](services, args, tell)
    finally:
        services.close()


def _ask(settings: Settings, command: str, tell: Tell, args: dict[str, Any]) -> Any:
    asked = {"command": command, "args": args, "creators_url": settings.creators_url}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.connect(str(control_path(settings.data)))
        with door.makefile("rwb") as stream:
            stream.write(json.dumps(asked).encode() + b"\n")
            stream.flush()
            for line in stream:
                answer = json.loads(line)
                if "result" in answer:
                    return answer["result"]
                if "error" in answer:
                    raise Failed(answer["error"])
                tell(answer["progress"])
    raise Failed("the server stopped before the command was done; what was committed is kept, run it again")


def _silent(progress: dict[str, Any]) -> None:
    """For commands that show no progress."""
