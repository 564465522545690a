"""Where the API hangs in the server: built at the first request, so that starting the server does not pay for it.

FastAPI, pydantic and the models cost about half a second to load; the scrobblers' doors need none of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from earstead.apis.native.guards import BodyCap
from earstead.apis.native.heads import AnswerHeads
from earstead.apis.native.quotas import RateLimit

if TYPE_CHECKING:
    from earstead.services.container import Services

PREFIX = "/api/v1"


def routes(services: Services) -> Sequence[BaseRoute]:
    """One mount for the whole API."""
    capped = BodyCap(OnDemand(services), services.limits.upload_bytes)
    return [Mount(PREFIX, app=RateLimit(AnswerHeads(capped), services), name="native")]


class OnDemand:
    """Builds the application in a thread when first asked; whoever asks meanwhile waits for the same one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._app: ASGIApp | None = None
        self._building: asyncio.Lock | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the application."""
        app = self._app or await self._built()
        await app(scope, receive, send)

    async def _built(self) -> ASGIApp:
        # Made here and not in __init__: a lock belongs to the loop it is first used in.
        lock = self._building = self._building or asyncio.Lock()
        async with lock:
            if self._app is None:
                self._app = await asyncio.to_thread(self._build)
            return self._app

    def _build(self) -> ASGIApp:
        from earstead.apis.native.app import build

        return build(self._services)
