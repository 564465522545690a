"""Covers as PNG, drawn from the hash in their address: rings in two tones, the same on every server.

There is nothing to look up: an address that was handed out years ago is answered as long as a server stands there.

The disc's geometry is computed once a size: a byte a pixel that says which sector of which ring it lies in. A cover
is then one `bytes.translate` of that plane into palette indices, and costs no loop over pixels.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import atan2, hypot, pi
from struct import pack
from zlib import compress, crc32

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earstead.core.ids import hash63
from earstead.core.names import name_key

SEGMENTS = {"34s": 34, "64s": 64, "174s": 174, "300x300": 300}
"""Segment of the address -> edge in pixels."""

_HASH = re.compile(r"[0-9a-f]{32}")
_SHADES = (
    (0xC8401F, 0xF6DCC8), (0x1F6470, 0xCFE4E2), (0x2B2620, 0xDBCBAE), (0xDE9F3C, 0x4A2F10),
    (0x6B2D3E, 0xEBC9C6), (0x43573A, 0xDDE4C6), (0x37416B, 0xD5D8EC), (0xE3C7AE, 0x9C3216),
)  # fmt: skip
_RINGS = 7
_SECTORS = 32
_GROUND = _RINGS * _SECTORS
_LABEL = _GROUND + 1


def image_hash(name: str, credit: str = "") -> str:
    """The 32 hexadecimal digits that stand for a cover; spellings with the same key share one."""
    keys = (name_key(name), name_key(credit))
    # The first half is the number that draws the cover on our pages.
    return f"{hash63(*keys):016x}{hash63('image', *keys):016x}"


@lru_cache(maxsize=64)
def png(hashed: str, edge: int) -> bytes:
    """The cover of a hash as a square PNG with a palette of two colours, `edge` pixels wide."""
    bits = int(hashed[:16], 16)
    ground, tone = _SHADES[bits % len(_SHADES)]
    bits //= len(_SHADES)
    table = bytearray(256)
    for ring in range(_RINGS):
        part = bits >> (ring * 6) & 63
        length = round(_SECTORS * (0.12 + (part & 15) / 18))
        for step in range(length):
            table[ring * _SECTORS + (part // 2 + step) % _SECTORS] = 1
    table[_LABEL] = 1
    palette = ground.to_bytes(3, "big") + tone.to_bytes(3, "big")
    header = pack(">IIBBBBB", edge, edge, 8, 3, 0, 0, 0)
    rows = compress(_plane(edge).translate(bytes(table)), 6)
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + name + data + pack(">I", crc32(name + data))


@lru_cache(maxsize=len(SEGMENTS))
def _plane(edge: int) -> bytes:
    """Rows of a PNG as codes of places, each opened by a code that is drawn as 0: the filter "none"."""
    middle, unit = (edge - 1) / 2, edge / 64
    rows = []
    for y in range(edge):
        codes = [_place((x - middle) / unit, (y - middle) / unit) for x in range(edge)]
        rows.append(bytes([_GROUND, *codes]))
    return b"".join(rows)


def _place(x: float, y: float) -> int:
    """Ring and sector of a point, 64 units across, the middle at 0, 0."""
    radius = hypot(x, y)
    if radius < 3.4:
        return _LABEL
    ring, across = divmod(radius - 7 + 1.3, 3.6)
    if not 0 <= ring < _RINGS or across > 2.0:
        return _GROUND
    return int(ring) * _SECTORS + int((atan2(y, x) / (2 * pi) % 1) * _SECTORS) % _SECTORS


def _image(request: Request) -> Response:
    edge = SEGMENTS.get(request.path_params["segment"])
    hashed = request.path_params["name"]
    if edge is None or not _HASH.fullmatch(hashed):
        return Response("There is no such image.\n", 404, media_type="text/plain")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Access-Control-Allow-Origin": "*"}
    return Response(png(hashed, edge), media_type="image/png", headers=headers)


# Starlette calls a plain function in a thread, where drawing holds nobody up.
IMAGE_ROUTE = Route("/i/u/{segment}/{name}.png", _image, methods=["GET"])
