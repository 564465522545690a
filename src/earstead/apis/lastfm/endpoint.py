"""The root of API 2.0 as an ASGI application: reads, dispatches, sends. Never redirects, never shows a trace."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from earstead.apis.lastfm import answers, errors
from earstead.apis.lastfm.answers import Answer
from earstead.apis.lastfm.decode import MAX_BODY_BYTES, MAX_PARAMETERS, Decoded, Pair, decode
from earstead.apis.lastfm.dispatch import Dispatcher
from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.gate import Caller, TooManyRequests
from earstead.kit.http import blocking
from earstead.services.container import Services

LARGE = 65_536
"""Bytes from which on packing is worth a thread of its own."""
TOO_LARGE = f"Invalid parameters - The request is larger than {MAX_BODY_BYTES} bytes"
WRONG_VERB = "Invalid parameters - Use GET or POST"
BAD_FORM = "Invalid parameters - The form cannot be read"


class Endpoint:
    """Answers `/2.0` and `/2.0/`, whatever the method of HTTP."""

    def __init__(self, services: Services) -> None:
        self._dispatcher = Dispatcher(services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        try:
            answer = await self._respond(scope, headers, receive)
        except ClientDisconnect:
            return
        if len(answer.body) >= answers.WORTH_PACKING and answers.takes_gzip(headers.get("accept-encoding", "")):
            heavy = len(answer.body) >= LARGE
            answer = await blocking(answers.packed, answer) if heavy else answers.packed(answer)
        await _send(answer, send)

    async def _respond(self, scope: Scope, headers: Headers, receive: Receive) -> Answer:
        verb = scope["method"]
        if verb == "OPTIONS":
            return Answer(200, b"text/plain", b"", ((b"allow", b"POST, GET, OPTIONS"),))
        body = await _read(receive)
        asked = await _decoded(scope, headers, body[:MAX_BODY_BYTES])
        try:
            if len(body) > MAX_BODY_BYTES:
                raise errors.filled(Fault(errors.INVALID_PARAMETERS, TOO_LARGE, 413))
            if verb not in ("GET", "HEAD", "POST"):
                raise errors.filled(Fault(errors.INVALID_PARAMETERS, WRONG_VERB, 405))
            client = scope.get("client")
            caller = Caller(verb=verb, address=client[0] if client else "", agent=headers.get("user-agent", ""))
            return answers.success(asked, await self._dispatcher.answer(asked, caller))
        except Fault as fault:
            return _with_advice(answers.failure(asked, fault), fault)


async def _decoded(scope: Scope, headers: Headers, body: bytes) -> Decoded:
    kind, form, fault = headers.get("content-type", ""), list[Pair](), None
    if kind.lower().startswith("multipart/form-data"):
        try:
            form = await _multipart(headers, body)
        except (MultiPartException, UnicodeError, KeyError):
            fault = Fault(errors.INVALID_PARAMETERS, BAD_FORM)
    return decode(
        scope["query_string"], body, content_type=kind, accept=headers.get("accept", ""), form=form, fault=fault
    )


async def _multipart(headers: Headers, body: bytes) -> list[Pair]:
    async def stream() -> AsyncIterator[bytes]:
        yield body

    parser = MultiPartParser(headers, stream(), max_files=0, max_fields=MAX_PARAMETERS)  # type: ignore[arg-type]
    form = await parser.parse()
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


async def _read(receive: Receive) -> bytes:
    """The body, and one byte more than is taken of a body that is too large.

    What goes beyond is read up to twice the bound and thrown away: many callers write all before they read.
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        size += len(chunk)
        if not message.get("more_body", False) or size > 2 * MAX_BODY_BYTES:
            return b"".join(chunks)


def _with_advice(answer: Answer, fault: Fault) -> Answer:
    cause = fault.__cause__
    if isinstance(cause, TooManyRequests):
        advice = (b"retry-after", str(cause.retry_after_s).encode())
        return Answer(answer.status, answer.kind, answer.body, (advice,))
    return answer


async def _send(answer: Answer, send: Send) -> None:
    headers = [
        (b"content-type", answer.kind),
        (b"content-length", str(len(answer.body)).encode()),
        # Session keys travel in addresses, and what a user heard changes with every play.
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept-Encoding"),
        *answers.CORS,
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
