"""Spotify: what each witness of an account brought, where holes are, and the Soloist that tells by itself."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import Forbidden, Rejected
from earstead.core.holes import WORDS
from earstead.kit.http import blocking
from earstead.pagekit import redirect
from earstead.services.spotify.holes import report
from earstead.services.spotify.types import LinkedAccount
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.forms import read_form, whole
from earstead.web.settings_frame import settings_page


async def _account(request: Request) -> LinkedAccount:
    account_id = whole("account", request.path_params["account_id"])
    return await blocking(services_of(request).spotify.get, user_of(request).user_id, account_id)


@signed_in
async def _show(request: Request) -> Response:
    account = await _account(request)
    address = await blocking(services_of(request).spotify.cursor, account.account_id, "soloist")
    return await _page(request, account, address.removeprefix("ws://"))


async def _page(request: Request, account: LinkedAccount, address: str, fault: Rejected | None = None) -> Response:
    services = services_of(request)
    found = await blocking(
        report, services.engine, services.spotify, services.insights, account.user_id, account.account_id
    )
    return settings_page(
        request,
        "settings_spotify_report.html",
        account=account,
        report=found,
        words=WORDS,
        address=address,
        owner=user_of(request).role == "owner",
        fault=fault,
    )


@signed_in
async def _soloist(request: Request) -> Response:
    if user_of(request).role != "owner":
        # Whoever names an address makes this machine speak with itself.
        raise Forbidden("Only the owner of this server connects a Soloist.")
    account, form = await _account(request), await read_form(request)
    address = form.text("soloist")
    try:
        await blocking(services_of(request).watching.listen_to, account, address)
    except Rejected as fault:
        return await _page(request, account, address[:100], fault)
    said = "Soloist is listened to from now on." if address.strip() else "Soloist is no longer listened to."
    return redirect(f"/settings/spotify/{account.account_id}/report", notice=said)


routes: list[BaseRoute] = [
    Route("/settings/spotify/{account_id}/report", _show, methods=["GET"]),
    Route("/settings/spotify/{account_id}/soloist", _soloist, methods=["POST"]),
]
