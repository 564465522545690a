"""Silent recordings with tags: WAV for programs that read LIST chunks, FLAC for those that read Vorbis comments.

Both are written here, byte by byte: a FLAC of constant subframes is a few hundred bytes for a minute of silence.
"""

from __future__ import annotations

import struct
from pathlib import Path

RATE = 8000
BLOCK = 4096


def silent_flac(path: Path, seconds: int, **tags: str) -> Path:
    """A FLAC of silence, 8 kHz, mono, 16 bit, with Vorbis comments (`artist="Sigur Rós"`)."""
    samples = seconds * RATE
    frames = [_frame(number, min(BLOCK, samples - start)) for number, start in enumerate(range(0, samples, BLOCK))]
    stream_info = (
        struct.pack(">HH", BLOCK, BLOCK)
        + bytes(6)  # smallest and largest frame: not told
        + (RATE << 44 | 0 << 41 | 15 << 36 | samples).to_bytes(8, "big")
        + bytes(16)  # checksum of the samples: not told
    )
    vendor = b"earstead tests"
    comments = [f"{name.upper()}={value}".encode() for name, value in tags.items()]
    listed = b"".join(struct.pack("<I", len(one)) + one for one in comments)
    comment = struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(comments)) + listed
    path.write_bytes(b"fLaC" + _block(0, stream_info) + _block(4, comment, last=True) + b"".join(frames))
    return path


def _block(kind: int, data: bytes, *, last: bool = False) -> bytes:
    return bytes([kind | (0x80 if last else 0)]) + len(data).to_bytes(3, "big") + data


def _frame(number: int, samples: int) -> bytes:
    # Sync, fixed blocks; block size in 16 bits behind the number, 8 kHz; mono, 16 bits.
    head = b"\xff\xf8" + bytes([0x74, 0x08]) + _coded(number) + struct.pack(">H", samples - 1)
    head += bytes([_crc(head, 8, 0x07)])
    body = head + b"\x00" + b"\x00\x00"  # one constant subframe whose value is 0
    return body + _crc(body, 16, 0x8005).to_bytes(2, "big")


def _coded(number: int) -> bytes:
    """A frame's number, written as UTF-8 writes a code point."""
    return chr(number).encode("utf-8")


def _crc(data: bytes, width: int, polynomial: int) -> int:
    value, top, mask = 0, 1 << (width - 1), (1 << width) - 1
    for byte in data:
        value ^= byte << (width - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
    return value
