"""Taking one's data out, erasing what one source brought, erasing the account: physically, with a typed word."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, Rejected
from earstead.kit.http import blocking
from earstead.pagekit import redirect
from earstead.services.registry import Api, Source
from earstead.web.auth import services_of, signed_in, user_of, without_session
from earstead.web.forms import read_form
from earstead.web.settings_frame import settings_page


@signed_in
async def _account(request: Request) -> Response:
    return await _account_page(request)


@signed_in
async def _erase_source(request: Request) -> Response:
    form = await read_form(request)
    source = form.text("source")
    if form.text("confirm_source") != source or not source:
        fault = Rejected("source", f"to erase it, type its name exactly: {source}")
        return await _account_page(request, fault=fault)
    gone = await blocking(services_of(request).accounts.erase_source, user_of(request).user_id, source)
    notice = f"Erased for good: {gone:,} report{'' if gone == 1 else 's'} of that source."
    return redirect("/settings/account", notice=notice)


@signed_in
async def _erase_account(request: Request) -> Response:
    user, form = user_of(request), await read_form(request)
    if form.text("confirm") != user.name:
        return await _account_page(request, fault=Rejected("account", f"type your name exactly: {user.name}"))
    try:
        await blocking(services_of(request).accounts.erase, user.user_id)
    except Conflict as refused:
        return await _account_page(request, fault=Rejected("account", str(refused)))
    return without_session(redirect("/sign-in", notice="Your account and everything in it is erased."))


async def _account_page(request: Request, *, fault: AppError | None = None) -> Response:
    user, services = user_of(request), services_of(request)
    sources = await blocking(services.insights.sources, user.user_id)
    plugs: tuple[Api | Source, ...] = (*services.apis, *services.sources)
    titles = {plug.name: plug.title for plug in plugs} | {
        name: title for source in services.sources for name, title in source.formats
    }
    return settings_page(request, "settings_account.html", rows=sources, titles=titles, fault=fault)


routes: list[BaseRoute] = [
    Route("/settings/account", _account, methods=["GET"]),
    Route("/settings/account/erase-source", _erase_source, methods=["POST"]),
    Route("/settings/account/erase", _erase_account, methods=["POST"]),
]
