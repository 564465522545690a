"""What every path of this API has in common: rate limit, CORS, methods, error objects.

An ASGI application for one path. Frameworks answer wrong methods, limits and faults in their own shapes;
clients of this API read the JSON object and the headers of every answer, failures included.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from earstead.apis.listenbrainz import errors, limits
from earstead.apis.listenbrainz.wire import MAX_BODY_BYTES, TOO_LARGE
from earstead.core.errors import AppError, Rejected
from earstead.kit.clock import Clock
from earstead.kit.windows import Quota, WindowLimiter

Handler = Callable[[Request], Awaitable[Response]]

log = logging.getLogger(__name__)

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "21600",
    "Access-Control-Expose-Headers": (
        "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset-In, X-RateLimit-Reset"
    ),
}


def answer(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def failure(status: int, why: str) -> Response:
    """An error object that no exception stands for."""
    return answer({"code": status, "error": why}, status)


class Endpoint:
    """The handlers of one path by method. HEAD is answered where GET is, OPTIONS everywhere without a token."""

    def __init__(self, handlers: Mapping[str, Handler], limiter: WindowLimiter, clock: Clock) -> None:
        self._handlers = {**handlers, "HEAD": handlers["GET"]} if "GET" in handlers else dict(handlers)
        self._limiter = limiter
        self._clock = clock
        self._methods = ", ".join([*self._handlers, "OPTIONS"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        quota = limits.hit(self._limiter, request.client.host if request.client else "", self._clock.now())
        try:
            response = await self._respond(request, quota)
        except ClientDisconnect:
            return
        for name, value in {**_CORS, **limits.headers(quota), "Access-Control-Allow-Methods": self._methods}.items():
            response.headers[name] = value
        await response(scope, receive, send)

    async def _respond(self, request: Request, quota: Quota) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=200, headers={"Allow": self._methods})
        if quota.exceeded:
            return failure(429, errors.TOO_MANY_REQUESTS)
        handler = self._handlers.get(request.method)
        if handler is None:
            if not self._handlers:
                return failure(404, errors.UNKNOWN_PATH)
            response = failure(405, errors.WRONG_METHOD)
            response.headers["Allow"] = self._methods
            return response
        try:
            return await handler(request)
        except AppError as error:
            return self._explained(error)
        except ClientDisconnect:
            raise
        except Exception:
            # The last door: a client must get the error object whatever went wrong behind it.
            log.exception("%s %s failed", request.method, request.url.path)
            return failure(500, errors.FAULT)

    def _explained(self, error: AppError) -> Response:
        response = answer(errors.body_of(error), errors.status_of(error))
        if isinstance(error, BodyTooLarge):
            # What the client still sends is not read: the connection cannot be used again.
            response.headers["Connection"] = "close"
        return response


class BodyTooLarge(Rejected):
    """The body goes on beyond what is read."""

    def __init__(self) -> None:
        super().__init__("", TOO_LARGE)


async def read_body(request: Request) -> bytes:
    """The raw body, whatever its Content-Type says: clients send none, text/plain or a form's.

    Stops keeping beyond the limit, and stops reading at twice of it: many clients write all before they read,
    and would see a broken pipe in place of the message.

    Raises:
        BodyTooLarge: when there is more than `MAX_BODY_BYTES`.
    """
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        elif size > 2 * MAX_BODY_BYTES:
            break
    if size > MAX_BODY_BYTES:
        raise BodyTooLarge
    return b"".join(chunks)
