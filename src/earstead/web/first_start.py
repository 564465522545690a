"""First start: the one-time link printed by the server leads here, to choose name, password, zone and privacy."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from earstead.core.errors import AppError, Conflict, Forbidden, NotFound, Rejected, Unauthenticated
from earstead.kit.http import blocking
from earstead.pagekit import page
from earstead.services.accounts import Accounts
from earstead.web.auth import services_of, with_session
from earstead.web.forms import Form, fault_of, known_zone, query, read_form, zones
from earstead.web.visibility import CHOICES, chosen_visibility

_DEFAULTS = {"name": "", "zone": "", "visibility": "private"}


async def _show(request: Request) -> Response:
    services = services_of(request)
    link = query(request).text("link")
    if await blocking(services.accounts.has_owner):
        return page(request, "welcome_done.html")
    return _form(request, {**_DEFAULTS, "link": link})


async def _claim(request: Request) -> Response:
    services = services_of(request)
    form = await read_form(request)
    try:
        _check(form)
        token = await blocking(_make_owner, services.accounts, form, request.headers.get("user-agent", "")[:200])
    except (Rejected, Conflict, Forbidden, NotFound, Unauthenticated) as fault:
        return _form(request, {**_DEFAULTS, **form.values()}, fault)
    return with_session(request, RedirectResponse("/connect?welcome=1", 303), token)


def _check(form: Form) -> None:
    """Everything that can be wrong before the link is used up. Raises Rejected."""
    known_zone(form.text("zone"))
    chosen_visibility(form)
    if form.raw("password") != form.raw("password_again"):
        raise Rejected("password_again", "the two passwords are not the same")


def _make_owner(accounts: Accounts, form: Form, agent: str) -> str:
    """Blocking: make the owner, keep the choices, sign in. Returns the session token."""
    owner = accounts.claim_owner(form.text("link"), form.text("name"), form.raw("password"))
    accounts.update(owner.user_id, zone=form.text("zone"), visibility=form.text("visibility"))
    return accounts.sign_in(owner.name, form.raw("password"), agent=agent)


def _form(request: Request, values: dict[str, str], fault: AppError | None = None) -> Response:
    return page(
        request,
        "welcome.html",
        status=422 if fault else 200,
        values=values,
        fault=fault_of(fault),
        zones=zones(),
        choices=CHOICES,
    )


routes = [
    Route("/welcome", _show, methods=["GET"]),
    Route("/welcome", _claim, methods=["POST"]),
]
