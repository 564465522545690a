"""The owner's page: who has an account here, and a new one for somebody."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, Rejected
from earstead.kit.clock import new_secret
from earstead.kit.http import blocking
from earstead.web.auth import owner_only, services_of
from earstead.web.forms import read_form
from earstead.web.settings_frame import settings_page, shown_once


@owner_only
async def _users(request: Request) -> Response:
    return await _users_page(request)


@owner_only
async def _add_user(request: Request) -> Response:
    form = await read_form(request)
    # The owner passes the password on and the user changes it: a made one is not one the owner uses elsewhere.
    password = new_secret(12)
    try:
        user = await blocking(services_of(request).accounts.add_user, form.text("name"), password)
    except (Rejected, Conflict) as fault:
        return await _users_page(request, name=form.text("name")[:200], fault=fault)
    return shown_once(await _users_page(request, made=(user.name, password)))


async def _users_page(
    request: Request, *, made: tuple[str, str] | None = None, name: str = "", fault: AppError | None = None
) -> Response:
    users = await blocking(services_of(request).accounts.users)
    return settings_page(request, "settings_users.html", users=users, made=made, name=name, fault=fault)


routes: list[BaseRoute] = [
    Route("/settings/users", _users, methods=["GET"]),
    Route("/settings/users", _add_user, methods=["POST"]),
]
