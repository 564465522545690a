"""The ASGI app: every backend under a prefix of one port, or under its real host name, and the control endpoints."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from earstead.kit.clock import Clock
from earstead.sandbox.answering import Lost, Table, form, origin_of
from earstead.sandbox.creators import gql, legacy, pod, rest_episodes, rest_shows, rest_uploads
from earstead.sandbox.creators.accounts import Account, Refused
from earstead.sandbox.creators.calls import Answer, ApiError, Call, Endpoint
from earstead.sandbox.creators.control import CONTROLS
from earstead.sandbox.creators.limits import Window
from earstead.sandbox.creators.next_data import BUILD, comments_page, payload
from earstead.sandbox.creators.service import Service

DASHBOARD: Final = "https://creators.spotify.com"
REST: Final = (*rest_episodes.ENDPOINTS, *rest_shows.ENDPOINTS, *rest_uploads.ENDPOINTS)
POD: Final = pod.ENDPOINTS
_OVERVIEW: Final = next(endpoint for endpoint in REST if endpoint.label == "1-B")
LEG: Final = (
    *legacy.ENDPOINTS,
    Endpoint("1-B", "GET", "/pod/api/proxy/v3/episodes/{episode}/overview", _OVERVIEW.handler),
)
_WRITES: Final = frozenset({"POST", "PUT"})
_HOSTS: Final = (
    # real host, what the path begins with, prefix here
    ("accounts.spotify.com", "/", "/_accounts"),
    ("api-v5.anchor.fm", "/", "/_rest"),
    ("creators-graph.spotify.com", "/", "/_gql"),
    ("generic.wg.spotify.com", "/", "/_pod"),
    ("podcasters.spotify.com", "/pod/api/", "/_leg"),
    ("creators.spotify.com", "/pod/api/", "/_leg"),
    ("creators.spotify.com", "/interactivity/_next/data/", "/_next"),
    ("creators.spotify.com", "/", "/_web"),
)
_WHOLE: Final = {
    "/_gql": "/v2/graph-pq",
    "/_pod": "/podcasters/v0",
    "/_next": "/interactivity/_next/data",
    "/_leg": "/pod/api/proxy/v3",
}
"""What the paths of a backend begin with; who leaves it out after the prefix is understood all the same."""


class Simulator(Service):
    """One Spotify for Creators with its addresses. Give `app` to a server or a transport.

    Attributes:
        app: the ASGI app.
    """

    def __init__(self, clock: Clock, **world: Any) -> None:
        super().__init__(clock, **world)
        self._rest, self._pod, self._leg = Table(REST), Table(POD), Table(LEG)
        self._window = Window()
        routes: list[BaseRoute] = [
            Route("/_accounts/oauth2/v2/auth", self._authorize, methods=["GET"]),
            Route("/_accounts/api/token", self._token, methods=["POST"]),
            Route("/_rest/{path:path}", self._rest_call, methods=["GET", "POST", "PUT", "DELETE"]),
            Route("/_pod/podcasters/v0/{path:path}", self._pod_call, methods=["GET"]),
            Route("/_leg/pod/api/csrf", self._csrf, methods=["GET"]),
            Route("/_leg/pod/api/login", self._login, methods=["POST"]),
            Route("/_leg/{path:path}", self._leg_call, methods=["GET"]),
            Route("/_next/interactivity/_next/data/{build}/{route:path}", self._next_data, methods=["GET"]),
            Route("/_web/interactivity/{path:path}", self._comments_page, methods=["GET"]),
            Route("/_storage/{path:path}", self._store, methods=["PUT"]),
            *gql.routes(self),
            Route("/sandbox/{path:path}", self._control, methods=["GET", "POST", "DELETE"]),
            Route("/sandbox", self._control, methods=["GET"]),
        ]
        self.app: ASGIApp = _Front(self, Starlette(routes=routes))

    # --- accounts ---

    async def _authorize(self, request: Request) -> Response:
        self.calls["ACC authorize"] += 1
        status, text = self.accounts.authorize(request.query_params, request.cookies, self.now_ms)
        return HTMLResponse(text, status) if status == 200 else PlainTextResponse(text, status)

    async def _token(self, request: Request) -> Response:
        self.calls["ACC token"] += 1
        fields = await form(request)
        try:
            return JSONResponse(self.accounts.token(fields, self.now_ms), headers={"cache-control": "no-store"})
        except Refused as refused:
            return JSONResponse(refused.body, 400)

    def bearer(self, request: Request) -> Account:
        """Who calls a backend that takes bearers.

        Raises:
            ApiError: 401.
        """
        account = self.accounts.of_bearer(request.headers.get("authorization", ""), self.now_ms)
        if account is None:
            raise ApiError(401, "the bearer is missing, expired or revoked")
        return account

    # --- REST, podcasters/v0, the old proxy ---

    async def _rest_call(self, request: Request) -> Response:
        def check() -> Account:
            if self.faults.on("rest.require_mums") and request.query_params.get("isMumsCompatible") != "true":
                raise ApiError(403, "User does not own station")
            headers = request.headers
            dashboard = headers.get("origin") == DASHBOARD and headers.get("referer", "").startswith(DASHBOARD)
            if request.method in _WRITES and not dashboard and self.faults.on("rest.require_origin"):
                raise ApiError(403, "writes come from the dashboard")
            return self.bearer(request)

        return await self._called("REST", self._rest, request, "/" + request.path_params["path"], check)

    async def _pod_call(self, request: Request) -> Response:
        def check() -> Account:
            account = self.bearer(request)
            if not self._window.take(self.faults.text("pod.rate"), self.now_ms):
                raise ApiError(429, "too many requests")
            return account

        return await self._called("POD", self._pod, request, "/" + request.path_params["path"], check)

    async def _leg_call(self, request: Request) -> Response:
        def check() -> Account:
            if not self.faults.on("leg.alive"):
                raise ApiError(404, "no such path")
            account = self.accounts.of_anchor_cookie(request.cookies.get("anchorpw_s", ""))
            if account is None:
                raise ApiError(401, "not signed in")
            if "/proxy/" in request.url.path and request.query_params.get("isMumsCompatible") != "true":
                raise ApiError(403, "User does not own station")
            return account

        return await self._called("LEG", self._leg, request, "/" + request.path_params["path"], check)

    async def _called(
        self, backend: str, table: Table[Endpoint], request: Request, path: str, check: Callable[[], Account]
    ) -> Response:
        raw = await request.body()
        try:
            found = table.find(request.method, path)
            if found is None:
                raise ApiError(405, "method not allowed") if table.knows(path) else ApiError(404, "no such path")
            endpoint, names = found
            self.calls[f"{backend} {endpoint.label}"] += 1
            account = check()
            answer = endpoint.handler(self._call(request, names, account, raw))
        except ApiError as refused:
            return refused.answer()
        if not isinstance(answer, Answer):
            answer = Answer(answer)
        return Lost() if answer.lost else JSONResponse(answer.body, answer.status, headers=dict(answer.headers))

    def _call(self, request: Request, names: Mapping[str, str], account: Account, raw: bytes) -> Call:
        return Call(
            service=self,
            account=account,
            names=names,
            query=dict(request.query_params),
            many=request.query_params.multi_items(),
            body=_json(raw),
            origin=origin_of(request),
        )

    # --- the old login ---

    async def _csrf(self, request: Request) -> Response:
        if not self.faults.on("leg.alive"):
            return ApiError(404, "no such path").answer()
        answer = JSONResponse({"csrfToken": self.accounts.secret("", 36)})
        answer.set_cookie("anchorpw_s", self.accounts.secret("", 60))
        return answer

    async def _login(self, request: Request) -> Response:
        try:
            said = _json(await request.body())
        except ApiError as refused:
            return refused.answer()
        said = said if isinstance(said, dict) else {}
        account = self.accounts.old_login(str(said.get("email", "")), str(said.get("password", "")))
        complete = bool(said.get("_csrf")) and "anchorpw_s" in request.cookies and self.faults.on("leg.alive")
        if account is None or not complete:
            return ApiError(403, "wrong e-mail or password").answer()
        answer = JSONResponse({})
        answer.set_cookie("anchorpw_s", account.anchor_cookie)
        return answer

    # --- the data route, invented ---

    async def _comments_page(self, request: Request) -> Response:
        self.calls["NEXT page"] += 1
        if not self.faults.on("next.stub"):
            return PlainTextResponse("Not Found", 404)
        return HTMLResponse(comments_page())

    async def _next_data(self, request: Request) -> Response:
        self.calls["NEXT data"] += 1
        if not self.faults.on("next.stub") or request.path_params["build"] != BUILD:
            return HTMLResponse("<!DOCTYPE html><html><body><h1>404</h1></body></html>", 404)
        return JSONResponse(payload(request.path_params["route"]), headers={"x-sim-shape": "invented"})

    # --- storage ---

    async def _store(self, request: Request) -> Response:
        self.calls["STO put"] += 1
        path, headers = request.path_params["path"], request.headers
        try:
            etag = await self.uploads.put(path, request.url.query, headers, request.stream(), self.now_ms)
        except ApiError as refused:
            return PlainTextResponse(str(refused), refused.status)
        return Response(status_code=200, headers={"etag": f'"{etag}"'})

    # --- control ---

    async def _control(self, request: Request) -> Response:
        return await CONTROLS.answer(self, request)


class _Front:
    """Before all backends: real host names become prefixes, and the `http.*` switches strike."""

    def __init__(self, service: Service, app: ASGIApp) -> None:
        self._service = service
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = _prefixed(scope)
        scope = dict(scope) | {"path": path, "raw_path": path.encode()}
        struck = self._strike(path)
        if struck is None and not path.startswith("/sandbox"):
            await self._linger(path)
        await (struck or self._app)(scope, receive, send)

    async def _linger(self, path: str) -> None:
        slow = self._service.faults.number("http.slow")
        if slow and path.startswith(self._service.faults.text("http.where")):
            await asyncio.sleep(slow / 1000)

    def _strike(self, path: str) -> Response | None:
        faults = self._service.faults
        if path.startswith("/sandbox") or not path.startswith(faults.text("http.where")):
            return None
        after = faults.number("http.retry_after")
        headers = {"retry-after": str(after)} if after else {}
        if faults.take("http.429"):
            return ApiError(429, "too many requests").answer(headers)
        if faults.take("http.503"):
            return PlainTextResponse("upstream connect error", 503, headers=headers)
        return Lost() if faults.take("http.reset") else None


def _prefixed(scope: Scope) -> str:
    path: str = scope["path"]
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    for known, begins, prefix in _HOSTS:
        if host.partition(":")[0] == known and path.startswith(begins):
            return prefix + path
    head, _, rest = path[1:].partition("/")
    prefix, whole = f"/{head}", _WHOLE.get(f"/{head}", "")
    if not whole or path.startswith(prefix + whole) or (prefix == "/_leg" and rest.startswith("pod/api/")):
        return path
    return prefix + whole + (f"/{rest}" if rest else "")


def _json(raw: bytes) -> Any:
    if not raw.strip():
        return None
    try:
        said = json.loads(raw)
        # Half of a surrogate pair can be written in JSON, and be answered by nobody.
        json.dumps(said, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ApiError(400, "the body is no JSON") from None
    return said


def labels(endpoints: Sequence[Endpoint]) -> tuple[str, ...]:
    """The labels of a backend's endpoints."""
    return tuple(endpoint.label for endpoint in endpoints)
