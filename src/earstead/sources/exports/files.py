"""Opening what was uploaded: loose files and the entries of a zip. Nothing is ever written to disk.

An entry is read through its place in the archive's directory; its name is shown and never used as a path. A zip
whose directory promises more than the caps, or compresses better than any listening history does, is refused
before a byte of it is unpacked; `zipfile` stops an entry at the size its directory declared.
"""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

HEAD_BYTES = 65_536
MAX_ENTRIES = 10_000
MAX_UNPACKED = 8 * 2**30
MAX_RATIO = 300
"""Spotify's and ListenBrainz's JSON packs 10 to 60 to 1; a bomb about 1,000 to 1."""
SMALL = 4 * 2**20
"""Below this an entry may pack as well as it likes: it cannot hurt."""

ENCRYPTED = "encrypted: unpack the archive with its password and upload the files"
DAMAGED = "the archive is damaged here"

UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
"""What reading a damaged or vanished file can raise, once it was `opened`."""
_UNOPENABLE = (RuntimeError, ValueError, struct.error)
"""What `zipfile` raises beside these for archives that are encrypted, foreign (NotImplementedError) or forged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A loose file (`name` "") or an entry of a zip; `refused` says why it may not be opened, "" when it may."""

    path: Path
    name: str
    size: int
    refused: str = ""

    @property
    def shown(self) -> str:
        """The name to show: the entry's, else the file's."""
        return self.name or self.path.name


def members(path: Path) -> list[Member]:
    """What a file holds: itself, or the entries of a zip. Never raises."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            return [Member(path=path, name="", size=0, refused="not a file")]
        if not state.st_size:
            return [Member(path=path, name="", size=0, refused="the file is empty")]
        with path.open("rb") as file:
            packed = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except (OSError, ValueError) as error:
        return [Member(path=path, name="", size=0, refused=f"cannot be opened: {_why(error)}")]
    return _entries(path, state.st_size) if packed else [Member(path=path, name="", size=state.st_size)]


def _entries(path: Path, size: int) -> list[Member]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (*UNREADABLE, *_UNOPENABLE):
        return [Member(path=path, name="", size=size, refused="a damaged or incomplete zip archive")]
    unpacked = sum(info.file_size for info in infos)
    if len(infos) > MAX_ENTRIES:
        why = f"the archive has {len(infos)} entries; at most {MAX_ENTRIES} are read"
    elif unpacked > MAX_UNPACKED:
        why = f"the archive unpacks to {unpacked / 2**30:.0f} GiB; at most {MAX_UNPACKED // 2**30} are read"
    elif not infos:
        why = "the archive is empty"
    else:
        return list(_checked(path, infos))
    return [Member(path=path, name="", size=size, refused=why)]


def _checked(path: Path, infos: list[zipfile.ZipInfo]) -> Iterator[Member]:
    seen: set[str] = set()
    for info in infos:
        if info.is_dir() or info.filename.startswith("__MACOSX/"):
            continue
        name = info.filename.encode("utf-8", "replace").decode()
        yield Member(path=path, name=name, size=info.file_size, refused=_refusal(info, seen))
        seen.add(info.filename)


def _refusal(info: zipfile.ZipInfo, seen: set[str]) -> str:
    if info.filename in seen:
        return "a second entry of the same name"
    if info.flag_bits & 1:
        return ENCRYPTED
    if not info.file_size:
        return "the file is empty"
    if info.file_size > SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        return "packed far more tightly than a listening history can be; not unpacked"
    return ""


@contextmanager
def opened(path: Path, name: str) -> Iterator[IO[bytes]]:
    """The bytes of a loose file (`name` "") or of an entry.

    Raises:
        the errors of `UNREADABLE`, here or while reading.
    """
    if not name:
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        try:
            entry = archive.open(name)
        except KeyError:
            raise FileNotFoundError(f"no entry {name!r}") from None
        except _UNOPENABLE as error:
            raise OSError(str(error)) from None
        with entry, io.BufferedReader(entry, 1 << 16) as file:  # type: ignore[type-var]  # ZipExtFile is a raw reader
            yield file


def head(member: Member, size: int = HEAD_BYTES) -> bytes:
    """The first bytes of a member; raises what `opened` raises."""
    with opened(member.path, member.name) as file:
        return file.read(size)


def _why(error: Exception) -> str:
    return error.strerror or "it is not readable" if isinstance(error, OSError) else "its name is not a path"
