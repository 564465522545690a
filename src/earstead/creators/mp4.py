"""What an MP4 says about its tracks, as far as the service refuses files for it: a reader of boxes, nothing more.

A file is a sequence of boxes: four bytes of length, four letters, content; some contain boxes. Only heads are read,
so that four gigabytes take some milliseconds. Source: ISO/IEC 14496-12.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from earstead.creators.errors import ValidationError

_MOST_BOXES: Final = 10_000
_MOST_READ: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Track:
    """A track: its kind (`vide`, `soun`, others), codec as four letters, and length."""

    kind: str
    codec: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Movie:
    """A file.

    Attributes:
        fast_start: the index (moov) stands before the data (mdat).
        colors: the distinct descriptions of colour in it.
    """

    tracks: tuple[Track, ...]
    fast_start: bool
    colors: frozenset[bytes]

    def track(self, kind: str) -> Track | None:
        """The first track of a kind."""
        return next((track for track in self.tracks if track.kind == kind), None)


@dataclass(frozen=True, slots=True)
class _Box:
    name: bytes
    start: int
    end: int


def read_movie(path: Path) -> Movie:
    """What a file says.

    Raises:
        ValidationError: it is no MP4, or it is broken.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        try:
            outer = list(_boxes(file, 0, size))
            names = [box.name for box in outer]
            if b"ftyp" not in names[:3] or b"moov" not in names:
                raise ValidationError("video", f"{path.name} is no MP4, or an unfinished one")
            moov = outer[names.index(b"moov")]
            colors: set[bytes] = set()
            tracks = tuple(
                _track(file, box, colors) for box in _boxes(file, moov.start, moov.end) if box.name == b"trak"
            )
        except (struct.error, IndexError, OSError) as fault:
            raise ValidationError("video", f"{path.name} is no MP4, or a broken one") from fault
    data = names.index(b"mdat") if b"mdat" in names else len(names)
    return Movie(tracks, names.index(b"moov") < data, frozenset(colors))


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    at = start
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return
        file.seek(at)
        length, name = struct.unpack(">I4s", file.read(8))
        head = 8
        if length == 1:  # the length is a 64-bit number behind the name
            length, head = struct.unpack(">Q", file.read(8))[0], 16
        elif length == 0:  # up to the end of the file
            length = end - at
        if length < head:
            raise struct.error
        yield _Box(name, at + head, min(at + length, end))
        at += length


def _inside(file: BinaryIO, box: _Box, *path: bytes) -> _Box | None:
    found: _Box | None = box
    for name in path:
        if found is None:
            return None
        found = next((inner for inner in _boxes(file, found.start, found.end) if inner.name == name), None)
    return found


def _content(file: BinaryIO, box: _Box | None) -> bytes:
    if box is None:
        return b""
    file.seek(box.start)
    return file.read(min(box.end - box.start, _MOST_READ))


def _track(file: BinaryIO, box: _Box, colors: set[bytes]) -> Track:
    handler = _content(file, _inside(file, box, b"mdia", b"hdlr"))
    kind = handler[8:12].decode("latin-1")
    head = _content(file, _inside(file, box, b"mdia", b"mdhd"))
    if head[:1] == b"\x01":
        scale, length = struct.unpack(">IQ", head[20:32])
    else:
        scale, length = struct.unpack(">II", head[12:20])
    codec = ""
    description = _inside(file, box, b"mdia", b"minf", b"stbl", b"stsd")
    if description is not None:
        # Eight bytes of version and count, then an entry for each codec.
        for entry in _boxes(file, description.start + 8, description.end):
            codec = codec or entry.name.decode("latin-1")
            if kind == "vide":
                # 78 bytes of fixed fields, then boxes, among them the colours.
                for inner in _boxes(file, entry.start + 78, entry.end):
                    if inner.name == b"colr":
                        colors.add(_content(file, inner))
    return Track(kind, codec, length / scale if scale else 0.0)
