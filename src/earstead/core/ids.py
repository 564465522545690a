"""Names for the values that would otherwise all be `int` and `str`; and the stable hashes made of names.

A hash id is the first 63 bits of BLAKE2b over the parts joined by U+001F, so that two machines agree
without talking, and so that it fits a signed 64-bit column. 0 is never a valid id ("none").
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NewType
from uuid import UUID, uuid5

UserId = NewType("UserId", int)
ListenId = NewType("ListenId", int)
TrackId = NewType("TrackId", int)
EntityId = NewType("EntityId", int)
UnixSeconds = NewType("UnixSeconds", int)
DurationMs = NewType("DurationMs", int)
Mbid = NewType("Mbid", str)
Isrc = NewType("Isrc", str)
SpotifyUri = NewType("SpotifyUri", str)

_MSID_SPACE = UUID("5f1b6c1e-3c7e-5d6a-9a53-6c2f1f0f7a11")
_SEPARATOR = "\x1f"


def hash63(*parts: str) -> int:
    """A stable id in 1 .. 2**63 - 1 for the given parts; any Unicode, lone surrogates included."""
    data = _SEPARATOR.join(parts).encode("utf-8", "surrogatepass")
    return (int.from_bytes(blake2b(data, digest_size=8).digest(), "big") >> 1) or 1


def msid(kind: str, *keys: str) -> str:
    """The MSID (UUIDv5, lower case) of name keys; equal on every server."""
    name = _SEPARATOR.join((kind, *keys)).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return str(uuid5(_MSID_SPACE, name))
