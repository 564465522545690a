"""Static files under names that carry their hash, so that a browser may keep them for ever.

All of them are read once when the module is loaded (about 300 kB). A stylesheet's `url("x.woff2")` is rewritten to the
hashed name of that file, which is why other files are hashed before stylesheets.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_HOME = Path(__file__).parent / "static"
_URL = re.compile(r'url\("([^"/:]+)"\)')
_PREFIX = "/static/"
_SERVED = {".css", ".js", ".woff2", ".svg", ".ico", ".png"}
_PACKED = {".woff2", ".png"}
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".woff2": "font/woff2",
    ".ico": "image/x-icon",
}
_ICONS = {
    "/favicon.ico": "favicon.ico",
    "/apple-touch-icon.png": "apple-touch-icon.png",
    "/apple-touch-icon-precomposed.png": "apple-touch-icon.png",
}
"""Addresses that browsers, feed readers and telephones ask for unasked."""


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    packed: bytes
    media_type: str


def _load() -> tuple[dict[str, str], dict[str, _File]]:
    addresses: dict[str, str] = {}
    files: dict[str, _File] = {}
    found = [p for p in _HOME.rglob("*") if p.suffix in _SERVED]
    for path in sorted(found, key=lambda p: (p.suffix == ".css", p.name)):
        body = path.read_bytes()
        if path.suffix == ".css":
            body = _URL.sub(lambda m: f'url("{addresses[m[1]]}")', body.decode()).encode()
        hashed = f"{path.stem}.{hashlib.sha256(body).hexdigest()[:12]}{path.suffix}"
        addresses[path.name] = _PREFIX + hashed
        media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        files[hashed] = _File(body, b"" if path.suffix in _PACKED else gzip.compress(body, mtime=0), media_type)
    return addresses, files


_ADDRESSES, _FILES = _load()


def static(name: str) -> str:
    """The address of a static file, "/static/app.1a2b3c4d5e6f.js" for "app.js". KeyError for a name not shipped."""
    return _ADDRESSES[name]


async def _serve(request: Request) -> Response:
    file = _FILES.get(request.path_params["name"])
    if file is None:
        return Response("There is no such file.\n", status_code=404, media_type="text/plain")
    return _answer(request, file, "public, max-age=31536000, immutable")


async def _serve_icon(request: Request) -> Response:
    name = static(_ICONS[request.url.path]).removeprefix(_PREFIX)
    return _answer(request, _FILES[name], "public, max-age=86400")


def _answer(request: Request, file: _File, caching: str) -> Response:
    headers = {"cache-control": caching, "x-content-type-options": "nosniff"}
    body = file.body
    if file.packed and "gzip" in request.headers.get("accept-encoding", ""):
        body = file.packed
        headers["content-encoding"] = "gzip"
    if file.packed:
        headers["vary"] = "Accept-Encoding"
    return Response(body, headers=headers, media_type=file.media_type)


def static_routes() -> list[Route]:
    """The routes that serve them, to be put before every route with a user's name in its path."""
    icons = [Route(path, _serve_icon, methods=["GET"]) for path in _ICONS]
    return [Route(_PREFIX + "{name}", _serve, methods=["GET"]), *icons]
