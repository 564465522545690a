"""How many requests a caller may make in a minute: counted before anything else is done for them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earstead.kit.windows import Quota, WindowLimiter, is_loopback

if TYPE_CHECKING:
    from earstead.services.container import Services

WINDOW_S = 60


class RateLimit:
    """ASGI wrapper: counts by token, or by address where there is no valid one; this machine is never refused.

    Every answer has `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` (seconds).
    """

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self.app = app
        self._services = services
        self._limiter = WindowLimiter(services.limits.api, WINDOW_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, and pass on or refuse."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        address = scope["client"][0] if scope.get("client") else ""
        quota = self._limiter.hit(self._caller(scope, address), self._services.clock.now(), exempt=is_loopback(address))

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_headers(quota))
            await send(message)

        if quota.exceeded:
            await _refuse(quota, told)
        else:
            await self.app(scope, receive, told)

    def _caller(self, scope: Scope, address: str) -> str:
        # An invented token is no caller of its own: whoever sends a new one each time would never be refused.
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self._services.accounts.bearer(token.strip()) is None:
            return address
        return hashlib.sha256(token.strip().encode()).hexdigest()


def _headers(quota: Quota) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(quota.limit),
        "RateLimit-Remaining": str(quota.remaining),
        "RateLimit-Reset": str(quota.reset_in),
    }


async def _refuse(quota: Quota, send: Send) -> None:
    why = f"There were more than {quota.limit} requests in a minute. Ask again in {quota.reset_in} s."
    told = {"type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": why}
    body = json.dumps(told).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", str(quota.reset_in).encode()),
    ]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": body})
