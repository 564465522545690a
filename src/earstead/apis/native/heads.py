"""HEAD wherever GET is: the same status and headers, without the body and without working on for it."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class AnswerHeads:
    """ASGI wrapper: asks the application for GET and keeps the head of its answer; streams are ended at once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is no HEAD; answer what is."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            await self._head(scope, send)
        else:
            await self.app(scope, receive, send)

    async def _head(self, scope: Scope, send: Send) -> None:
        asked, answered = False, asyncio.Event()

        async def nothing_then_gone() -> Message:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await answered.wait()
            return {"type": "http.disconnect"}

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})
                answered.set()

        # Version 2.3 is what has streams listen for the caller going away, instead of finding it out by sending.
        asgi = {**scope.get("asgi", {}), "spec_version": "2.3"}
        await self.app({**scope, "method": "GET", "asgi": asgi}, nothing_then_gone, send_head)
