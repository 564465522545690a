"""The ASGI app: sign-in, `/v1` behind its checks, and the control endpoints."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from earstead.kit.clock import Clock
from earstead.sandbox.answering import Lost, Table, form, origin_of
from earstead.sandbox.control import name_in
from earstead.sandbox.spotify import catalogue_calls, library_calls, player_calls, playlist_calls
from earstead.sandbox.spotify.accounts import SCOPES, ClientApp, Grant, OAuthError, problem_of_redirect
from earstead.sandbox.spotify.calls import Answer, ApiError, Call, Endpoint
from earstead.sandbox.spotify.control import CONTROLS
from earstead.sandbox.spotify.faults import Fault, take
from earstead.sandbox.spotify.service import Service
from earstead.sandbox.spotify.shapes import Shapes

ENDPOINTS: Final = (
    *player_calls.ENDPOINTS,
    *library_calls.ENDPOINTS,
    *playlist_calls.ENDPOINTS,
    *catalogue_calls.ENDPOINTS,
)
_CORS: Final = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "Accept, Authorization, Content-Type",
}


class Simulator(Service):
    """One Spotify with its addresses. Give `app` to a server or a transport.

    Attributes:
        app: the ASGI app.
        released: set it to let requests go that a fault of kind `hang` holds; taking faults away does so too.
    """

    def __init__(self, clock: Clock, *, seed: int = 1, mode: str = "new-dev", user: str = "ada") -> None:
        super().__init__(clock, seed=seed, mode=mode, user=user)
        self.released = asyncio.Event()
        self._table = Table(ENDPOINTS)
        self.app = Starlette(
            routes=[
                Route("/authorize", self._authorize, methods=["GET"]),
                Route("/login", self._login, methods=["GET"]),
                Route("/api/token", self._token, methods=["POST", "OPTIONS"]),
                Route("/sandbox/{path:path}", self._control, methods=["GET", "POST", "DELETE"]),
                Route("/v1/{path:path}", self._api, methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"]),
            ]
        )

    # --- accounts ---

    async def _authorize(self, request: Request) -> Response:
        said = request.query_params
        client = self.accounts.clients.get(said.get("client_id", ""))
        if client is None:
            # Only after the login does the real one complain.
            return RedirectResponse(f"/login?continue={quote(str(request.url), safe='')}", 303)
        redirect = said.get("redirect_uri", "")
        problem = problem_of_redirect(redirect, client.redirect_uris)
        if problem:
            return PlainTextResponse(f"INVALID_CLIENT: {problem}", 400)
        if said.get("code_challenge") and said.get("code_challenge_method") != "S256":
            return PlainTextResponse("code_challenge_method must be S256", 400)
        scopes = frozenset(said.get("scope", "").split())
        problem = _problem_of_request(said.get("response_type", ""), scopes)
        answer: dict[str, str] = {}
        if problem:
            answer["error"] = problem
        elif not self.consents:
            answer["error"] = "access_denied"
        else:
            challenge, user = said.get("code_challenge", ""), self.person(self.signed_in).name
            answer["code"] = self.accounts.code(client, user, scopes, redirect, challenge, self.now_ms)
        if "state" in said:
            answer["state"] = said["state"]
        return RedirectResponse(f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(answer)}", 302)

    async def _login(self, request: Request) -> Response:
        return PlainTextResponse("INVALID_CLIENT: Invalid client", 400)

    async def _token(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=200, headers=_CORS)
        fields = await form(request)
        self.calls["POST /api/token"] += 1
        fault = take(self.faults, "/api/token")
        if fault is not None and fault.kind not in ("lost", "missing_token", "premium"):
            return await self._misbehave(fault)
        try:
            said = self.accounts.token(fields, request.headers.get("authorization", ""), self.now_ms)
        except OAuthError as refused:
            return JSONResponse(refused.body, refused.status, headers=_CORS)
        lost = fault is not None and fault.kind == "lost"
        return Lost() if lost else JSONResponse(said, headers=_CORS | {"cache-control": "no-store"})

    # --- the Web API ---

    async def _api(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=200, headers=_CORS | {"access-control-allow-methods": "GET, POST, PUT, DELETE"})
        raw = await request.body()
        path = "/" + request.path_params["path"].strip("/")
        fault = take(self.faults, "/v1" + path)
        if fault is not None and fault.kind != "lost":
            return await self._misbehave(fault)
        try:
            answer = self._answered(request, path, raw)
        except ApiError as refused:
            return refused.answer(_CORS)
        if fault is not None:
            return Lost()
        if not isinstance(answer, Answer):
            answer = Answer(answer)
        if answer.body is None:
            return Response(status_code=answer.status, headers=_CORS)
        return JSONResponse(answer.body, answer.status, headers=_CORS)

    def _answered(self, request: Request, path: str, raw: bytes) -> Any:
        grant = self._grant(request.headers.get("authorization", ""))
        client = self.accounts.clients[grant.client_id]
        endpoint, names = self._found(request.method, path)
        self.calls[f"{endpoint.method} {endpoint.path}"] += 1
        self._check(endpoint, client, grant)
        shapes = Shapes(self.store, f"{origin_of(request)}/v1", client.mode == "new-dev", self.legacy_fields)
        return endpoint.handler(
            Call(
                service=self,
                client=client,
                grant=grant,
                shapes=shapes,
                path=path,
                query=dict(request.query_params),
                body=_body(raw, endpoint),
                raw=raw,
                names=names,
            )
        )

    def _grant(self, authorization: str) -> Grant:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            challenge = 'Bearer realm="spotify", error="invalid_request", error_description="missing_token"'
            raise ApiError(401, "No token provided", headers={"www-authenticate": challenge})
        grant = self.accounts.bearer(token, self.now_ms)
        if isinstance(grant, str):
            challenge = 'Bearer realm="spotify", error="invalid_token", error_description="invalid_token"'
            raise ApiError(401, grant, headers={"www-authenticate": challenge})
        return grant

    def _found(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, str]]:
        found = self._table.find(method, path)
        if found is None:
            known = self._table.knows(path)
            raise ApiError(405, "Method not allowed") if known else ApiError(404, "Service not found")
        return found

    def _check(self, endpoint: Endpoint, client: ClientApp, grant: Grant) -> None:
        """Refuse in the order the service does: the app, its limits, the user, the endpoint, the scope."""
        if not client.owner_premium:
            raise ApiError(403, "Active premium subscription required for the owner of the app.")
        refusal = self.limits.take(client.client_id, client.developer, endpoint.family, self.now_ms)
        if refusal is not None:
            raise _too_many(refusal.retry_after_s, quota=refusal.quota)
        if client.listed and grant.user and grant.user not in client.listed:
            text = "Check settings on developer.spotify.com/dashboard, the user may not be registered."
            raise ApiError(403, text)
        if not endpoint.open_to(client.mode):
            raise ApiError(endpoint.gone_status, "Forbidden" if endpoint.gone_status == 403 else "Not found.")
        if endpoint.scopes and not grant.scopes & set(endpoint.scopes):
            if not grant.user:
                raise ApiError(401, "Valid user authentication required")
            raise ApiError(403, "Insufficient client scope")

    async def _misbehave(self, fault: Fault) -> Response:
        if fault.kind == "hang":
            await self.released.wait()
        said = {
            "missing_token": ApiError(401, "Access token missing"),
            "premium": ApiError(403, "Player command failed: Premium required", "PREMIUM_REQUIRED"),
            "rate": _too_many(fault.retry_after_s, quota=False),
            "quota": _too_many(fault.retry_after_s, quota=True),
        }.get(fault.kind, ApiError(fault.status, "Service unavailable"))
        if fault.kind == "page":
            return HTMLResponse("<html><body><h1>Bad gateway</h1></body></html>", fault.status)
        if fault.kind == "empty":
            return Response(b"", 200)
        if fault.kind == "garbage":
            return Response(b'{"items": [{"track": ', 200, media_type="application/json")
        if fault.kind == "lost":
            return Lost()
        return said.answer(_CORS)

    # --- control ---

    async def _control(self, request: Request) -> Response:
        if (request.method, name_in(request)) == ("DELETE", "faults"):
            self.released.set()
            self.released = asyncio.Event()
        return await CONTROLS.answer(self, request)


def _too_many(retry_after_s: int, *, quota: bool) -> ApiError:
    text, reason = ("Too many requests", "QUOTA_EXCEEDED") if quota else ("API rate limit exceeded", "")
    return ApiError(429, text, reason, {"retry-after": str(retry_after_s)})


def _problem_of_request(response_type: str, scopes: frozenset[str]) -> str:
    if response_type != "code":
        return "unsupported_response_type"
    return "" if scopes <= SCOPES else "invalid_scope"


def _body(raw: bytes, endpoint: Endpoint) -> Any:
    if not raw.strip() or endpoint.path.endswith("/images"):
        return None
    try:
        return json.loads(raw)
    except ValueError:
        raise ApiError(400, "Error parsing JSON.") from None
