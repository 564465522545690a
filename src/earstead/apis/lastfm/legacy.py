"""Submissions 1.2, 1.2.1 and 1.1: handshake, now playing, submission (spec section 6).

Every answer has HTTP 200, failures too: a client that sees another status takes it for trouble of the network and
never begins a new session.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from earstead.apis.lastfm import legacy_wire as wire
from earstead.apis.lastfm import watch
from earstead.apis.lastfm.decode import MAX_BODY_BYTES
from earstead.apis.lastfm.errors import is_passing
from earstead.apis.lastfm.legacy_login import Logins, Refused
from earstead.apis.lastfm.limits import Buckets
from earstead.core.errors import AppError, NotFound
from earstead.kit.http import blocking

if TYPE_CHECKING:
    from earstead.services.container import Services

log = logging.getLogger(__name__)

PREFIXES = ("/nowplaying", "/submissions")
CLOCK_SLACK_S = 300
INTERVAL = "INTERVAL 1"
"""Protocol 1.1 lets the server say how many seconds to wait before the next submission."""
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")

Handler = Callable[[Request, wire.Fields], Awaitable[str]]


def legacy_routes(services: Services) -> Sequence[BaseRoute]:
    """The handshake, which shares "/" with the home page, and the addresses it hands out."""
    legacy = Legacy(services)
    table: tuple[tuple[str, Handler], ...] = (
        ("/nowplaying/1.2", legacy.now_playing),
        ("/submissions/1.2", legacy.submit),
        ("/submissions/1.1", legacy.submit_challenged),
    )
    return [
        _Handshake("/", _Door(services, legacy.handshake)),
        *(Route(spelling, _Door(services, to)) for path, to in table for spelling in (path, f"{path}/")),
    ]


class _Handshake(Route):
    """Matches "/" only when its query asks for a handshake; everybody else gets the page that stands there."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or (wire.fields(scope["query_string"]).get("hs") or "").lower() != "true":
            return Match.NONE, {}
        return super().matches(scope)


class _Door:
    """ASGI application around a handler: reads the form, answers in lines, whatever goes wrong."""

    def __init__(self, services: Services, handler: Handler) -> None:
        self._services = services
        self._handler = handler
        self._buckets = Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            said = await self._respond(Request(scope, receive))
        except ClientDisconnect:
            return
        await PlainTextResponse(said, headers={"Cache-Control": "no-store"})(scope, receive, send)

    async def _respond(self, request: Request) -> str:
        address = request.client.host if request.client else ""
        if why := await blocking(self._shut_out, address):
            return wire.failed(why)
        body = await _read(request)
        if body is None:
            return wire.failed(f"The request is larger than {MAX_BODY_BYTES} bytes")
        try:
            # What the body says stands behind the query, and so before it.
            return await self._handler(request, wire.fields(request.scope["query_string"] + b"&" + body))
        except Refused as refusal:
            return wire.lines(str(refusal))
        except AppError as fault:
            return wire.failed(str(fault))
        except Exception as fault:
            if is_passing(fault):
                log.warning("%s has to be repeated: %s", request.url.path, fault)
                return wire.failed("The service is temporarily unavailable, please try again.")
            # The last door: a client must get its line whatever went wrong behind it.
            log.exception("%s failed", request.url.path)
            return wire.failed("The server made a mistake; its log says more.")

    def _shut_out(self, address: str) -> str:
        applications = self._services.applications
        if reason := applications.blocked(address):
            return f"This address is blocked: {reason}"
        per_second, burst = applications.limits()
        now = self._services.clock.monotonic()
        if self._buckets.wait_s(address, "", now, per_second=per_second, burst=burst):
            return "Rate limit exceeded - Your IP has made too many requests in a short period"
        return ""


async def _read(request: Request) -> bytes | None:
    """The body; None when it is too large. Reads on a little then: many clients write all before they read."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        elif size > 2 * MAX_BODY_BYTES:
            break
    return b"".join(chunks) if size <= MAX_BODY_BYTES else None


class Legacy:
    """The handlers, over the services they call. Each returns the text of its answer."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._logins = Logins(services)

    async def handshake(self, request: Request, said: wire.Fields) -> str:
        """Begin a session, or for protocol 1.1 hand out a challenge."""
        protocol, now = said.get("p") or "", self._services.clock.now()
        if protocol == "1.1":
            if not said.get("u"):
                return wire.failed("The handshake names no user")
            root = _root(self._services, request)
            return wire.lines(
                "UPTODATE", self._logins.challenge(said["u"] or "", now), f"{root}/submissions/1.1/", INTERVAL
            )
        if not protocol.startswith("1.2"):
            return wire.failed("Only protocols 1.1, 1.2 and 1.2.1 are spoken here")
        if not all(said.get(name) for name in ("u", "t", "a")):
            return wire.failed("The handshake lacks u, t or a")
        if not _is_near(said["t"] or "", now):
            return wire.lines(wire.BADTIME)
        agent = request.headers.get("user-agent", "")
        try:
            session = await blocking(self._logins.begin, said, agent, now)
        except Refused as refusal:
            await blocking(self._watch_refusal, said["u"] or "", str(refusal), now)
            raise
        root = _root(self._services, request)
        return wire.lines(wire.OK, session, f"{root}/nowplaying/1.2/", f"{root}/submissions/1.2/")

    async def now_playing(self, request: Request, said: wire.Fields) -> str:
        """Fill the slot of what is heard at this moment."""
        now = self._services.clock.now()
        session = await blocking(self._logins.find, said.get("s") or "", now)
        if session is None:
            return wire.lines(wire.BADSESSION)
        if "" in (said.get("a", ""), said.get("t", "")):
            return wire.failed("Now playing needs a (artist) and t (title)")
        trial = await blocking(watch.trial_of, self._services, session) if self._services.selftest.busy else None
        if trial:
            watch.note_legacy(self._services.selftest, trial, "nowplaying", [said], now)
        if (told := wire.playing(said, now, session.client)) and not (trial and not trial.keep):
            self._services.playing.set(session.user_id, *told)
        return wire.lines(wire.OK)

    async def submit(self, request: Request, said: wire.Fields) -> str:
        """Keep plays; answered after they are on disk, so that the client may forget them."""
        now = self._services.clock.now()
        session = await blocking(self._logins.find, said.get("s") or "", now)
        if session is None:
            return wire.lines(wire.BADSESSION)
        trial = await blocking(watch.trial_of, self._services, session) if self._services.selftest.busy else None
        if trial:
            watch.note_legacy(self._services.selftest, trial, "submissions", wire.indexed(said), now)
            if not trial.keep:
                return wire.lines(wire.OK)
        return await self._keep(session.user_id, said, now, session.client, at_end=session.at_end)

    async def submit_challenged(self, request: Request, said: wire.Fields) -> str:
        """The submission of protocol 1.1: it proves each time who sends it."""
        now = self._services.clock.now()
        try:
            user_id = await blocking(self._logins.challenged, said, now)
        except Refused as refusal:
            return wire.lines(str(refusal), INTERVAL)
        program = request.headers.get("user-agent", "").split(" ")[0].replace("/", " ")
        return await self._keep(user_id, said, now, wire.client({"c": program}))

    def _watch_refusal(self, name: str, answer: str, now: int) -> None:
        if self._services.selftest.busy:
            with contextlib.suppress(NotFound):
                watch.note_handshake(self._services.selftest, self._services.accounts.named(name).user_id, answer, now)

    async def _keep(self, user_id: int, said: wire.Fields, now: int, client: str, *, at_end: bool = False) -> str:
        sent = wire.indexed(said)
        if not sent:
            return wire.failed("The submission holds no track: a[0] and t[0] are missing")
        entries = [kept for one in sent if (kept := wire.entry(one, now, client, at_end=at_end))]
        if entries:
            await self._services.ingest.add(user_id, [one.play for one in entries])
        for one in entries:
            if one.loved:
                await blocking(self._services.feedback.love, user_id, one.play)
        return wire.lines(wire.OK)


def _is_near(text: str, now: int) -> bool:
    try:
        return abs(float(text) - now) <= CLOCK_SLACK_S
    except ValueError:
        return False


def _root(services: Services, request: Request) -> str:
    """Where the client reaches us, with the scheme it speaks.

    The configured address, unless the client came by another scheme: a player that knows no TLS and found us in its
    own network could do nothing with https. Then, and without such a setting, the host it just called.
    """
    told, scheme = services.told_url, request.url.scheme
    host = request.headers.get("host", "")
    if _HOST.fullmatch(host) and not (told and urlsplit(told).scheme == scheme):
        return f"{scheme}://{host}"
    return told or services.public_url
