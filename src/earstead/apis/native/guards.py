"""Limits on what a request may carry, applied before anything of it is read into memory."""

from __future__ import annotations

import json
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON_BYTES = 10_000_000
"""Largest JSON body: a thousand listens with long names and generous additional_info need a tenth of it."""
_UPLOAD_PATH = re.compile(r"/imports|/creators/shows/\d+/(uploads|cover)|/creators/episodes/\d+/(media|cover)")
"""What comes here goes to disk as it arrives, and may be as large as the owner allows."""


class BodyTooLarge(Exception):
    """The body went past what its path allows."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The body is larger than the {most} bytes this address takes. Send less at a time.")


class BodyCap:
    """ASGI wrapper: answers 413 to what declares too much; raises BodyTooLarge in whoever reads too much."""

    def __init__(self, app: ASGIApp, upload_bytes: int) -> None:
        self.app = app
        self._upload_bytes = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        most, came = self._upload_bytes if _UPLOAD_PATH.fullmatch(path) else JSON_BYTES, 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                raise BodyTooLarge(most)
            return message

        if _declared(scope) > most:
            await _refuse(BodyTooLarge(most), send)
        else:
            await self.app(scope, counted, send)


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and len(value) < 20:
            return int(value)
    return 0


async def _refuse(error: BodyTooLarge, send: Send) -> None:
    told = {"type": "about:blank", "title": "Content Too Large", "status": 413, "detail": str(error)}
    body = json.dumps(told).encode()
    # The rest of the body is not read, so the connection cannot be used again.
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
