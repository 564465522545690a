"""Events as a stream, by server-sent events or a websocket, and the published schemas of what they hold."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response, WebSocket
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.websockets import WebSocketDisconnect

from earstead.apis.native.callers import LISTENS_READ, Held, Reader, new_router
from earstead.apis.native.following import follow
from earstead.apis.native.problems import Invalid
from earstead.core.event_types import TYPES, is_choice
from earstead.kit import jsontext
from earstead.kit.http import blocking
from earstead.services.accounts import Grant
from earstead.services.container import Services
from earstead.services.journal import JournalEvent
from earstead.services.webhooks import schemas as event_schemas

router = new_router("events")
sockets = APIRouter()
"""Apart, since what guards requests (unknown query names) does not fit sockets."""

FIRST_WORD_S = 10.0
NO_TOKEN, NO_SCOPE, BAD_REQUEST = 4401, 4403, 4400
EventType = Literal[TYPES]  # type: ignore[valid-type]
LastId = Annotated[
    str, Query(max_length=19, pattern="^[0-9]*$", description="The last event seen; 0 for all that are kept (30 days).")
]
Types = Annotated[
    str, Query(max_length=2000, description="Types or groups to tell of, divided by commas: `player.*,track.loved`.")
]


@router.get("/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
async def events(
    request: Request,
    who: Reader,
    services: Held,
    last_event_id: Annotated[str, Header(max_length=30, description="The last event seen, to go on from there.")] = "",
    last_id: LastId = "",
    types: Types = "",
) -> Response:
    """A stream of server-sent events, each with its type and id; `data` is what its schema says.

    `Last-Event-ID` or `last_id` goes on behind an event, without loss or repetition; without either it begins now.
    """
    choices = _choices(types)
    after = await _start(services, last_event_id or last_id)
    allowed = _still_allowed(services, request.headers.get("authorization", ""))
    return EventSourceResponse(_told(services, who.id, after, choices, allowed), ping=25)


async def _told(
    services: Services, user_id: int, after: int, choices: tuple[str, ...], allowed: Callable[[], bool]
) -> AsyncIterator[ServerSentEvent]:
    async with contextlib.aclosing(follow(services, user_id, after, choices, allowed)) as found:
        async for event in found:
            yield ServerSentEvent(jsontext.dumps(event.told()), event=event.type, id=str(event.event_id))


def _choices(types: str) -> tuple[str, ...]:
    chosen = tuple(part.strip() for part in types.split(",") if part.strip())
    if unknown := [choice for choice in chosen if not is_choice(choice)]:
        raise Invalid([("types", f"there is no type of events {unknown[0][:60]!r}")])
    return chosen


async def _start(services: Services, last_id: str) -> int:
    """Where to begin: behind the id that was seen, or behind the latest of all."""
    if last_id.isascii() and last_id.isdigit() and len(last_id) < 20:
        return min(int(last_id), (1 << 63) - 1)
    return await blocking(services.journal.last_id)


def _still_allowed(services: Services, authorization: str) -> Callable[[], bool]:
    """A stream outlives its request: a token that was revoked meanwhile ends it; a session stays with its page."""
    token = authorization.partition(" ")[2].strip()
    return lambda: not token or _granted(services, token) is not None


def _granted(services: Services, token: str) -> Grant | None:
    grant = services.accounts.bearer(token)
    return grant if grant and LISTENS_READ in grant.scopes else None


# --- the same by websocket ----------------------------------------------------------------------------------------


@sockets.websocket("/events/ws")
async def events_ws(socket: WebSocket) -> None:
    """Events as messages of JSON. The token comes as bearer token or, from browsers, in the first message."""
    services: Services = socket.app.state.services
    query = socket.query_params
    try:
        choices = _choices(query.get("types", "")[:2000])
    except Invalid:
        await _refuse(socket, BAD_REQUEST, "types: no such type of events")
        return
    after = await _start(services, query.get("last_id", ""))
    token = socket.headers.get("authorization", "").partition(" ")[2].strip()
    await socket.accept()
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # it went away while we spoke
        token = token or await _first_word(socket)
        grant = services.accounts.bearer(token) if token else None
        if grant is None:
            await socket.close(NO_TOKEN, 'Send a valid token: as bearer token, or {"token": ...} as first message.')
        elif LISTENS_READ not in grant.scopes:
            await socket.close(NO_SCOPE, f"The token lacks the scope {LISTENS_READ}.")
        else:
            found = follow(services, grant.user.user_id, after, choices, lambda: _granted(services, token) is not None)
            await _speak(socket, found)


async def _refuse(socket: WebSocket, code: int, why: str) -> None:
    await socket.accept()
    await socket.close(code, why)


async def _first_word(socket: WebSocket) -> str:
    """The token of the first message, "" when it is none or does not come in time."""
    try:
        said = json.loads(await asyncio.wait_for(socket.receive_text(), FIRST_WORD_S))
    except (TimeoutError, ValueError, KeyError):
        return ""
    token = said.get("token") if isinstance(said, dict) else None
    return token if isinstance(token, str) else ""


async def _speak(socket: WebSocket, found: AsyncGenerator[JournalEvent, None]) -> None:
    """Send until the other side goes, or the token does."""

    async def send() -> None:
        async with contextlib.aclosing(found) as told:
            async for event in told:
                await socket.send_text(jsontext.dumps(event.told()))
        await socket.close(NO_TOKEN, "The token was revoked.")

    async def hear() -> None:
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass

    tasks = [asyncio.create_task(send()), asyncio.create_task(hear())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# --- schemas ------------------------------------------------------------------------------------------------------


@router.get(
    "/schema/{event_type}.json", response_class=Response, responses={200: {"content": {"application/schema+json": {}}}}
)
async def event_schema(event_type: EventType) -> Response:
    """The JSON Schema (2020-12) of a type of events: of the whole message, as webhooks and streams carry it."""
    return JSONResponse(event_schemas.schema(event_type), media_type="application/schema+json")
