"""Last.fm's API as far as a scrobbler speaks it, as an ASGI app: sign-in, scrobbling, now playing, and its faults.

Written from the documentation: signatures are checked, plays older than 14 days are ignored with code 3, a play that
is sent twice is held once. `Simulator.faults` are taken in order, one a request; an empty list is a healthy service.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, Router

from earstead.kit.clock import Clock, new_secret
from earstead.sandbox.answering import Lost

OLDEST_S = 14 * 86_400
NEWEST_S = 300
MOST = 50
_HTTP = {4: 403, 6: 400, 8: 500, 9: 403, 10: 403, 11: 503, 13: 403, 14: 403, 15: 403, 16: 503, 26: 403, 29: 429}
_TEXTS = {
    4: "Unauthorized Token - This token has not been issued",
    6: "Invalid parameters - Your request is missing a required parameter",
    9: "Invalid session key - Please re-authenticate",
    10: "Invalid API key - You must be granted a valid key by last.fm",
    11: "Service Offline - This service is temporarily offline. Try again later.",
    13: "Invalid method signature supplied",
    14: "Unauthorized Token - This token has not been authorized",
    16: "The service is temporarily unavailable, please try again.",
    26: "API Key Suspended - This application is not allowed to make requests to the web services",
    29: "Rate limit exceeded - Your IP has made too many requests in a short period",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What the next request meets: an error by number, a bare HTTP status, silence, or an answer that is lost.

    `lost`: the request is done, and the connection ends without an answer, as when a network breaks in between.
    """

    error: int = 0
    status: int = 0
    hang: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """A play as it is held."""

    timestamp: int
    artist: str
    track: str
    album: str = ""
    context: str = ""


class Refusal(Exception):
    """An error of the API."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Simulator:
    """One Last.fm with one account and one API account. An ASGI app by `app`.

    Attributes:
        plays: what is held, in order of arrival; `requests`: the method of every request, in order.
        received: every play ever sent, repeats included.
        refused_titles: titles for which a whole request is refused with error 6.
        day_limit: plays taken before code 5 is answered; 0 for no limit.
    """

    clock: Clock
    api_key: str = "0123456789abcdef0123456789abcdef"
    secret: str = "fedcba9876543210fedcba9876543210"
    user: str = "ada"
    password: str = "an app password"
    plays: list[Played] = field(default_factory=list)
    received: list[Played] = field(default_factory=list)
    playing: list[tuple[str, str]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    refused_titles: set[str] = field(default_factory=set)
    day_limit: int = 0
    tokens: dict[str, str] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.app = Router([Route(path, self._answer, methods=["GET", "POST"]) for path in ("/2.0", "/2.0/")])
        self.released = asyncio.Event()

    def approve(self, token: str) -> None:
        """What a user does on the page of the desktop flow."""
        assert token in self.tokens
        self.tokens[token] = "approved"

    def revoke(self) -> None:
        """What a user does in the settings: every session ends."""
        self.sessions.clear()

    async def _answer(self, request: Request) -> Response:
        body = (await request.body()).decode("utf-8", "replace")
        params = dict([*request.query_params.multi_items(), *parse_qsl(body, keep_blank_values=True)])
        self.requests.append(params.get("method", ""))
        fault = self.faults.popleft() if self.faults else Fault()
        if fault.hang:
            await self.released.wait()
        if fault.status:
            return PlainTextResponse("no", fault.status)
        try:
            if fault.error:
                raise Refusal(fault.error)
            document = self._call(params)
        except Refusal as refused:
            text = _TEXTS.get(refused.code, "refused")
            return JSONResponse({"error": refused.code, "message": text}, _HTTP.get(refused.code, 400))
        return Lost() if fault.lost else JSONResponse(document)

    def _call(self, params: Mapping[str, str]) -> dict[str, Any]:
        self._check_signature(params)
        method = params.get("method", "").lower()
        if method == "auth.gettoken":
            token = new_secret(16)
            self.tokens[token] = "issued"
            return {"token": token}
        if method == "auth.getsession":
            return self._session_of(params.get("token", ""))
        if method == "auth.getmobilesession":
            if (params.get("username"), params.get("password")) != (self.user, self.password):
                raise Refusal(4)
            return self._new_session()
        if params.get("sk") not in self.sessions:
            raise Refusal(9)
        if method == "track.updatenowplaying":
            self.playing.append((_needed(params, "artist"), _needed(params, "track")))
            return {"nowplaying": {"ignoredMessage": {"code": "0", "#text": ""}}}
        if method == "track.scrobble":
            return self._scrobble(params)
        raise Refusal(3)

    def _check_signature(self, params: Mapping[str, str]) -> None:
        if params.get("api_key") != self.api_key:
            raise Refusal(10)
        text = "".join(name + params[name] for name in sorted(params) if name not in ("api_sig", "format", "callback"))
        right = hashlib.md5((text + self.secret).encode(), usedforsecurity=False).hexdigest()
        if params.get("api_sig", "").lower() != right:
            raise Refusal(13)

    def _session_of(self, token: str) -> dict[str, Any]:
        state = self.tokens.get(token)
        if state is None:
            raise Refusal(4)
        if state == "issued":
            raise Refusal(14)
        del self.tokens[token]
        return self._new_session()

    def _new_session(self) -> dict[str, Any]:
        key = new_secret(24)
        self.sessions.add(key)
        return {"session": {"subscriber": 0, "name": self.user, "key": key}}

    def _scrobble(self, params: Mapping[str, str]) -> dict[str, Any]:
        sent = []
        for i in range(MOST + 1):
            if f"artist[{i}]" not in params:
                break
            sent.append(
                Played(
                    int(_needed(params, f"timestamp[{i}]")),
                    _needed(params, f"artist[{i}]"),
                    _needed(params, f"track[{i}]"),
                    params.get(f"album[{i}]", ""),
                    params.get(f"context[{i}]", ""),
                )
            )
        if not 0 < len(sent) <= MOST or any(play.track in self.refused_titles for play in sent):
            raise Refusal(6)
        codes = [self._take(play) for play in sent]
        entries = [_entry(play, code) for play, code in zip(sent, codes, strict=True)]
        ignored = sum(code > 0 for code in codes)
        return {
            "scrobbles": {
                "scrobble": entries if len(entries) > 1 else entries[0],
                "@attr": {"accepted": len(codes) - ignored, "ignored": ignored},
            }
        }

    def _take(self, play: Played) -> int:
        """Hold a play, unless it is there; the code of its `ignoredMessage`."""
        now = self.clock.now()
        self.received.append(play)
        if play.timestamp < now - OLDEST_S:
            return 3
        if play.timestamp > now + NEWEST_S:
            return 4
        if self.day_limit and len(self.plays) >= self.day_limit:
            return 5
        held = {(p.timestamp, p.artist.casefold(), p.track.casefold()) for p in self.plays}
        if (play.timestamp, play.artist.casefold(), play.track.casefold()) not in held:
            self.plays.append(play)
        return 0


def _needed(params: Mapping[str, str], name: str) -> str:
    if not params.get(name):
        raise Refusal(6)
    return params[name]


def _entry(play: Played, code: int) -> dict[str, Any]:
    said = {"artist": play.artist, "track": play.track, "album": play.album, "albumArtist": ""}
    return {
        **{name: {"corrected": "0", "#text": text} for name, text in said.items()},
        "timestamp": str(play.timestamp),
        "ignoredMessage": {"code": str(code), "#text": "Timestamp was too old" if code == 3 else ""},
    }
