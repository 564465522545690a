"""API accounts: the applications a person registered, each with its key and secret. `/api/accounts`.

The addresses are those of Last.fm, where programs and their manuals send people.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, Rejected
from earstead.kit.http import blocking
from earstead.pagekit import page, redirect
from earstead.services.applications.applications import Application
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.callbacks import callback_fault
from earstead.web.forms import Form, fault_of, read_form, whole
from earstead.web.settings_frame import shown_once

_EMPTY = {"name": "", "description": "", "homepage": "", "callback": ""}


@signed_in
async def _list(request: Request) -> Response:
    rows = await blocking(services_of(request).applications.of_user, user_of(request).user_id)
    return page(request, "api_accounts.html", section="develop", rows=rows)


@signed_in
async def _new(request: Request) -> Response:
    return _form(request, _EMPTY)


@signed_in
async def _create(request: Request) -> Response:
    form = await read_form(request)
    try:
        said = described(form)
        if not form.text("terms"):
            raise Rejected("terms", "without them there is no key; read them first")
        made = await blocking(services_of(request).applications.create, user_of(request).user_id, **said)
    except (Rejected, Conflict) as fault:
        return _form(request, {**_EMPTY, **form.values()}, fault)
    return redirect(f"/api/accounts/{made.application_id}", notice="Your application is registered.")


@signed_in
async def _change(request: Request) -> Response:
    return _form(request, _values(await _own(request)), application_id=_id(request))


@signed_in
async def _save(request: Request) -> Response:
    application_id, form = (await _own(request)).application_id, await read_form(request)
    try:
        await blocking(
            services_of(request).applications.describe,
            user_of(request).user_id,
            application_id,
            **described(form),
            read_alone=bool(form.text("read_alone")),
        )
    except Rejected as fault:
        return _form(request, {**_EMPTY, **form.values()}, fault, application_id=application_id)
    return redirect(f"/api/accounts/{application_id}", notice="What is said of the application is changed.")


async def _own(request: Request) -> Application:
    """The application that an address names. Raises NotFound for everybody but its maker."""
    return await blocking(services_of(request).applications.get, user_of(request).user_id, _id(request))


def _values(application: Application) -> dict[str, str]:
    said = {name: str(getattr(application, name)) for name in _EMPTY}
    return {**said, "read_alone": "1" if application.read_alone else ""}


def _form(
    request: Request, values: dict[str, str], fault: AppError | None = None, *, application_id: int = 0
) -> Response:
    """The form for a new application, or for one that is there already."""
    return page(
        request,
        "api_account_form.html",
        status=422 if fault else 200,
        section="develop",
        values=values,
        fault=fault_of(fault),
        application_id=application_id,
    )


def described(form: Form) -> dict[str, str]:
    """What a person says of an application: name, description, homepage, callback.

    Raises:
        Rejected: an address is none that a browser can be sent to. Lengths are judged where it is stored.
    """
    said = {name: form.text(name) for name in _EMPTY}
    if said["homepage"] and (why := callback_fault(said["homepage"])):
        raise Rejected("homepage", f"this address {why}")
    if said["callback"] and (why := callback_fault(said["callback"], said["callback"])):
        raise Rejected("callback", f"this address {why}")
    return said


@signed_in
async def _show(request: Request) -> Response:
    services, user_id, application_id = services_of(request), user_of(request).user_id, _id(request)

    def gather() -> dict[str, Any]:
        found = services.applications.get(user_id, application_id)
        return {"application": found, "secret": services.applications.secret_of(application_id)}

    context = await blocking(gather)
    root = services.public_url.rstrip("/")
    return shown_once(page(request, "api_account.html", section="develop", root=root, **context))


@signed_in
async def _rotate(request: Request) -> Response:
    application_id = _id(request)
    await blocking(services_of(request).applications.rotate, user_of(request).user_id, application_id)
    return redirect(f"/api/accounts/{application_id}", notice="Key and secret are new; the old ones are void.")


@signed_in
async def _delete(request: Request) -> Response:
    services, user_id, application_id = services_of(request), user_of(request).user_id, _id(request)
    found = await _own(request)
    if (await read_form(request)).text("confirm") != found.name:
        raise Rejected("", f"to delete the application, type its name exactly: {found.name}")
    await blocking(services.applications.remove, user_id, application_id)
    return redirect("/api/accounts", notice=f"{found.name} is deleted, and every access that was given to it.")


async def _with_slash(request: Request) -> Response:
    return RedirectResponse(urlsplit(str(request.url)).path.rstrip("/"), 307)


def _id(request: Request) -> int:
    return whole("application", request.path_params["application_id"])


routes: list[BaseRoute] = [
    Route("/api/accounts", _list, methods=["GET"]),
    Route("/api/accounts/", _with_slash, methods=["GET"]),
    Route("/api/account/create", _new, methods=["GET"]),
    Route("/api/account/create/", _with_slash, methods=["GET"]),
    Route("/api/account/create", _create, methods=["POST"]),
    Route("/api/accounts/{application_id}", _show, methods=["GET"]),
    Route("/api/accounts/{application_id}/change", _change, methods=["GET"]),
    Route("/api/accounts/{application_id}/change", _save, methods=["POST"]),
    Route("/api/accounts/{application_id}/rotate", _rotate, methods=["POST"]),
    Route("/api/accounts/{application_id}/delete", _delete, methods=["POST"]),
]
