"""Small files that pass for audio, video and pictures."""

from __future__ import annotations

import struct
from pathlib import Path


def mp3(folder: Path, name: str = "ep.mp3", size: int = 4000) -> Path:
    """Begins like an MP3."""
    path = folder / name
    path.write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(size - 10))
    return path


def png(folder: Path, name: str = "cover.png") -> Path:
    """Begins like a PNG."""
    path = folder / name
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    return path


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def _track(kind: bytes, codec: bytes, seconds: float, color: bytes, long: bool) -> bytes:
    scale = 48_000
    length = round(seconds * scale)
    if long:
        head = b"\x01\0\0\0" + bytes(16) + struct.pack(">IQ", scale, length) + bytes(4)
    else:
        head = bytes(12) + struct.pack(">II", scale, length) + bytes(4)
    entry = _box(codec, bytes(78) + (_box(b"colr", color) if color else b""))
    table = _box(b"stbl", _box(b"stsd", bytes(4) + struct.pack(">I", 1) + entry))
    handler = _box(b"hdlr", bytes(8) + kind + bytes(12))
    return _box(b"trak", _box(b"mdia", _box(b"mdhd", head) + handler + _box(b"minf", table)))


def mp4(
    folder: Path,
    name: str = "ep.mp4",
    *,
    size: int = 5000,
    sound_s: float | None = 10.0,
    picture_s: float | None = 10.0,
    codec: bytes = b"avc1",
    sound: bytes = b"mp4a",
    colors: tuple[bytes, ...] = (b"nclx\0\1\0\1\0\1\0",),
    fast_start: bool = True,
    long: bool = False,
) -> Path:
    """An MP4 with boxes that say what is asked, and zeros for data up to `size` bytes."""
    tracks = b""
    if picture_s is not None:
        for color in colors or (b"",):
            tracks += _track(b"vide", codec, picture_s, color, long)
    if sound_s is not None:
        tracks += _track(b"soun", sound, sound_s, b"", long)
    moov = _box(b"moov", _box(b"mvhd", bytes(100)) + tracks)
    head = _box(b"ftyp", b"isom\0\0\2\0isomavc1")
    path = folder / name
    with path.open("wb") as file:
        file.write(head + (moov if fast_start else b""))
        data = max(0, size - len(head) - len(moov) - 8)
        file.write(struct.pack(">I4s", 8 + data, b"mdat"))
        file.seek(data, 1)
        file.write(b"" if fast_start else moov)
        file.truncate(max(file.tell(), len(head) + len(moov) + 8 + data))
    return path
