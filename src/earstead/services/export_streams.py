"""Zips written to anything that takes bytes: the same bytes whether it can seek or not, and fixed dates."""

from __future__ import annotations

import zipfile
from io import RawIOBase
from typing import IO, Any, BinaryIO

_DATE = (1980, 1, 1, 0, 0, 0)


class Unseekable(RawIOBase):
    """A stream that only goes forward: a zip is then written without going back to fill in sizes."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def writable(self) -> bool:
        """It is made for writing."""
        return True

    def write(self, data: Any, /) -> int:
        """Hand bytes on; all of them are taken."""
        self._out.write(data)
        return len(data)


def entry(box: zipfile.ZipFile, name: str) -> IO[bytes]:
    """A new member with a fixed date, of any size."""
    info = zipfile.ZipInfo(name, date_time=_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return box.open(info, "w", force_zip64=True)
