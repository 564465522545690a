"""Files that were uploaded to us and wait for the yes that sends them on.

Each lies in a private folder with a note of whose it is and what it is for. The folder's name is a secret, and stands
in the address of the page that asks; what nobody said yes to is removed after a day.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earstead.core.errors import NotFound
from earstead.services.creators.uploading import WISH

KEPT_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A file and what it is for; `fields`: the other fields of the form it came with."""

    token: str
    file: Path
    show_id: int
    fields: tuple[tuple[str, str], ...]


def park(folder: Path, file: Path, user_id: int, show_id: int, fields: tuple[tuple[str, str], ...], now: int) -> str:
    """Leave the note beside a file; its token. Old files of the same kind that nobody sent on are removed."""
    _sweep(folder.parent, now)
    note = {"user_id": user_id, "show_id": show_id, "file": file.name, "fields": fields, "at": now}
    (folder / WISH).write_text(json.dumps(note), "utf-8")
    return folder.name


def parked(root: Path, token: str, user_id: int, show_id: int) -> Parked:
    """What was parked under a token. Raises NotFound, also for somebody else's and for another show's."""
    note = _note(root / token) if token.replace("-", "").replace("_", "").isalnum() else {}
    if note.get("user_id") != user_id or note.get("show_id") != show_id:
        raise NotFound("This upload is no longer here; choose the file again.")
    file = root / token / str(note["file"])
    if not file.is_file():
        raise NotFound("This upload is no longer here; choose the file again.")
    return Parked(
        token=token,
        file=file,
        show_id=show_id,
        fields=tuple((str(name), str(value)) for name, value in note["fields"]),
    )


def sent_on(root: Path, token: str) -> None:
    """The file has been handed on: only the note goes."""
    (root / token / WISH).unlink(missing_ok=True)


def discard(root: Path, token: str) -> None:
    """Nobody wants it: folder and file go."""
    shutil.rmtree(root / token, ignore_errors=True)


def _note(folder: Path) -> Mapping[str, Any]:
    try:
        found = json.loads((folder / WISH).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _sweep(root: Path, now: int) -> None:
    for note in root.glob(f"*/{WISH}"):
        at = _note(note.parent).get("at")
        if not isinstance(at, int) or at < now - KEPT_S:
            shutil.rmtree(note.parent, ignore_errors=True)
