"""One process at a time owns a data directory."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

LOCK_FILE = "earstead.lock"


class Locked(Exception):
    """Another process owns the directory; `pid` is its number, 0 when it did not say."""

    def __init__(self, path: Path, pid: int) -> None:
        super().__init__(f"{path.parent} is in use by process {pid}" if pid else f"{path.parent} is in use")
        self.pid = pid


class DataLock:
    """An exclusive lock on a directory, let go when released or when the process dies, however it dies."""

    def __init__(self, data: Path) -> None:
        """Take the lock at once. Raises Locked."""
        self._path = data / LOCK_FILE
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            holder = _pid(self._handle)
            os.close(self._handle)
            raise Locked(self._path, holder) from fault
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go; harmless when done twice."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> DataLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def _pid(handle: int) -> int:
    text = os.pread(handle, 20, 0).strip()
    return int(text) if text.isdigit() else 0
