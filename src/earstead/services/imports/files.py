"""The files of an import: taken in, recognised after a restart, removed when no longer needed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from earstead.core.errors import Rejected
from earstead.kit.clock import new_secret

_INCOMING = "incoming-"


class Uploads:
    """The folder `uploads` of the data directory: one folder an import."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "uploads"

    def incoming(self) -> Path:
        """A new folder for files that arrive; a preview makes it the folder of its import."""
        folder = self._root / f"{_INCOMING}{new_secret(12)}"
        folder.mkdir(parents=True, mode=0o700)
        return folder

    def take(self, import_id: int, files: Sequence[Path]) -> list[Path]:
        """Move an upload under its import; files from elsewhere are read where they are."""
        home = self._root / str(import_id)
        folders = {f.parent for f in files if f.parent.parent == self._root and f.parent.name.startswith(_INCOMING)}
        if len(folders) != 1:
            return list(files)
        folder = folders.pop()
        # An import that died between its row and its files may have left a folder of this number.
        shutil.rmtree(home, ignore_errors=True)
        folder.rename(home)
        return [home / f.name if f.parent == folder else f for f in files]

    def again(self, import_id: int, files: Sequence[Path]) -> list[Path]:
        """Move the files of an import back to a new incoming folder; files from elsewhere stay where they are."""
        home = self._root / str(import_id)
        if not any(f.parent == home for f in files):
            return list(files)
        folder = self.incoming()
        return [f.rename(folder / f.name) if f.parent == home else f for f in files]

    def remove(self, import_id: int) -> None:
        """Remove the files of an import; those read in place are not ours to remove."""
        shutil.rmtree(self._root / str(import_id), ignore_errors=True)

    def sweep(self, needed: set[int]) -> None:
        """At the start: remove what no import needs any more."""
        if not self._root.is_dir():
            return
        for folder in self._root.iterdir():
            if folder.is_dir() and not (folder.name.isdecimal() and int(folder.name) in needed):
                shutil.rmtree(folder, ignore_errors=True)


def described(files: Sequence[Path]) -> list[dict[str, Any]]:
    """Paths with size and time of change, by which a resumed import sees that they are the same files."""
    found = []
    for path in files:
        stat = path.stat()
        found.append({"path": str(path), "size": stat.st_size, "mtime_ns": stat.st_mtime_ns})
    return found


def check(files: Sequence[Path]) -> None:
    """Raises Rejected for what cannot be read as a file."""
    if not files:
        raise Rejected("files", "choose at least one file")
    for path in files:
        if not path.exists():
            raise Rejected("files", f"{path} does not exist")
        if not path.is_file():
            raise Rejected("files", f"{path} is not a file")


def check_unchanged(files: Sequence[Mapping[str, Any]]) -> None:
    """Raises Rejected when a file is gone or another one than when it was looked at: rows would not be the same."""
    for known in files:
        path = Path(known["path"])
        check([path])
        stat = path.stat()
        if (stat.st_size, stat.st_mtime_ns) != (known["size"], known["mtime_ns"]):
            raise Rejected("files", f"{path.name} changed since it was looked at; import it anew")
