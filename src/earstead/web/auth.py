"""Who is looking: the session cookie, and what a handler may demand of its caller.

`Sessions` looks the cookie up once a request and puts the user at `request.state.user`; everything else only
reads that, so a page costs one lookup however often it asks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from urllib.parse import quote

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from earstead.core.errors import Forbidden
from earstead.kit.http import blocking
from earstead.services.accounts import User
from earstead.services.container import Services

COOKIE = "earstead_session"
SESSION_DAYS = 90

Handler = Callable[[Request], Awaitable[Response]]


class Sessions:
    """ASGI middleware that resolves the session cookie into `request.state.user` (User or None)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Resolve, then pass on."""
        if scope["type"] == "http":
            connection = HTTPConnection(scope)
            token = connection.cookies.get(COOKIE, "")
            services: Services = connection.app.state.services
            connection.state.user = await blocking(services.accounts.session, token) if token else None
        await self.app(scope, receive, send)


def services_of(request: Request) -> Services:
    """The services this application was built with."""
    found: Services = request.app.state.services
    return found


def current_user(request: Request) -> User | None:
    """Who is signed in, None for a visitor. Needs the `Sessions` middleware, which all pages stand behind."""
    user: User | None = getattr(request.state, "user", None)
    return user


def user_of(request: Request) -> User:
    """Who is signed in, in a handler behind `signed_in`."""
    user = current_user(request)
    assert user is not None, "user_of is for handlers behind signed_in"
    return user


def signed_in(handler: Handler) -> Handler:
    """Let a handler run for signed-in users only; others are led to the sign-in page and back afterwards."""

    @wraps(handler)
    async def guarded(request: Request) -> Response:
        if current_user(request) is None:
            return RedirectResponse(f"/sign-in?next={quote(_here(request))}", 303)
        return await handler(request)

    return guarded


def owner_only(handler: Handler) -> Handler:
    """Let a handler run for the server's owner only. Raises Forbidden for other users."""

    @wraps(handler)
    async def guarded(request: Request) -> Response:
        if user_of(request).role != "owner":
            raise Forbidden("Only the owner of this server may do that.")
        return await handler(request)

    return signed_in(guarded)


def safe_next(target: str) -> str:
    """Where to go after signing in: an address of ours, "/" for anything that would lead away.

    Browsers read "//host" and "/\\host" as another host, and drop tabs and line ends before they decide.
    """
    plain = target.startswith("/") and not target.startswith("//") and target.isascii() and target.isprintable()
    return target if plain and "\\" not in target else "/"


def with_session(request: Request, response: Response, token: str) -> Response:
    """Hand the browser its session."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_DAYS * 86_400,
        httponly=True,
        samesite="lax",
        secure=_is_https(request),
        path="/",
    )
    return response


def without_session(response: Response) -> Response:
    """Take the session cookie back."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return response


def _is_https(request: Request) -> bool:
    # Behind a proxy that ends TLS the request itself is plain http; the public address tells.
    return request.url.scheme == "https" or services_of(request).public_url.startswith("https://")


def _here(request: Request) -> str:
    if request.method != "GET":
        return "/"  # a form that was refused cannot be sent again from here
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
