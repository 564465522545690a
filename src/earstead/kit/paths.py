"""Request paths as clients really send them."""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

_SLASHES = re.compile(rb"/{2,}")


class CollapseSlashes:
    """ASGI middleware that reads `//1//user/x` as `/1/user/x`.

    Clients join a root that ends in "/" with a path that starts with "/"; a redirect would make some of them
    drop the body or the Authorization header. Works on the raw path, so that an encoded slash in a name stays.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its collapsed path."""
        if scope["type"] in ("http", "websocket") and "//" in scope["path"]:
            raw = _SLASHES.sub(b"/", scope.get("raw_path") or scope["path"].encode())
            scope = {**scope, "raw_path": raw, "path": unquote(raw.decode("latin-1"))}
        await self.app(scope, receive, send)
