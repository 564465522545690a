"""Signing in and out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from earstead.core.errors import Unauthenticated
from earstead.kit.http import blocking
from earstead.pagekit import page
from earstead.web.auth import COOKIE, current_user, safe_next, services_of, with_session, without_session
from earstead.web.doorkeeper import doorkeeper, visitor_of
from earstead.web.forms import query, read_form


async def _show(request: Request) -> Response:
    target = safe_next(query(request).raw("next"))
    if current_user(request) is not None:
        return RedirectResponse(target, 303)
    has_owner = await blocking(services_of(request).accounts.has_owner)
    return page(request, "sign_in.html", next=target, name="", fault="", has_owner=has_owner)


async def _sign_in(request: Request) -> Response:
    form = await read_form(request)
    name, target = form.text("name"), safe_next(form.raw("next"))
    doors, visitor = doorkeeper(request), visitor_of(request)
    doors.admit(visitor, name)
    try:
        token = await blocking(
            services_of(request).accounts.sign_in,
            name,
            form.raw("password"),
            agent=request.headers.get("user-agent", "")[:200],
        )
    except Unauthenticated:
        doors.failed(visitor, name)
        # One sentence for both, so that names of private users cannot be found out here.
        fault = "This name and password do not belong together."
        return page(request, "sign_in.html", status=401, next=target, name=name[:200], fault=fault, has_owner=True)
    return with_session(request, RedirectResponse(target, 303), token)


async def _sign_out(request: Request) -> Response:
    token = request.cookies.get(COOKIE, "")
    if token:
        await blocking(services_of(request).accounts.sign_out, token)
    return without_session(RedirectResponse("/sign-in", 303))


routes = [
    Route("/sign-in", _show, methods=["GET"]),
    Route("/sign-in", _sign_in, methods=["POST"]),
    Route("/sign-out", _sign_out, methods=["POST"]),
]
