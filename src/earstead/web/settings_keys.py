"""Tokens and app passwords: made here, shown once, revoked here."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Rejected
from earstead.kit.http import blocking
from earstead.pagekit import redirect
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.forms import Form, read_form, whole
from earstead.web.settings_frame import settings_page, shown_once

SCOPES = (
    ("listens:read", "Read listens, statistics, imports and events"),
    ("listens:write", "Add, edit, delete and restore listens, say what plays now, import"),
    ("decisions:write", "Make and undo decisions"),
    ("account:read", "List tokens, export the archive"),
    ("webhooks:manage", "Make, change and test webhooks, and read what was sent"),
    ("account:admin", "Make and revoke tokens"),
    ("creators:read", "Read your podcasts: shows, episodes, figures, comments, changes"),
    ("creators:write", "Connect accounts of Spotify for Creators and change what is there"),
)
_MAX_LABEL = 100


@signed_in
async def _tokens(request: Request) -> Response:
    return await _tokens_page(request)


@signed_in
async def _new_token(request: Request) -> Response:
    form = await read_form(request)
    known = [name for name, _ in SCOPES]
    chosen = tuple(scope for scope in known if scope in form.all("scope"))
    try:
        if not chosen:
            raise Rejected("scope", "tick at least one thing the token may do")
        token = await blocking(
            services_of(request).accounts.new_token, user_of(request).user_id, _label(form), scopes=chosen
        )
    except Rejected as fault:
        return await _tokens_page(request, fault=fault)
    return shown_once(await _tokens_page(request, made=token))


async def _tokens_page(request: Request, *, made: str = "", fault: AppError | None = None) -> Response:
    rows = await blocking(services_of(request).accounts.tokens, user_of(request).user_id)
    return settings_page(request, "settings_tokens.html", tokens=rows, scopes=SCOPES, made=made, fault=fault)


@signed_in
async def _revoke_token(request: Request) -> Response:
    token_id = whole("token", request.path_params["token_id"])
    await blocking(services_of(request).accounts.revoke_token, user_of(request).user_id, token_id)
    return redirect("/settings/tokens", notice="The token is revoked. Whatever used it is shut out.")


@signed_in
async def _app_passwords(request: Request) -> Response:
    return await _app_passwords_page(request)


@signed_in
async def _new_app_password(request: Request) -> Response:
    form = await read_form(request)
    try:
        label = _label(form)
        if not label:
            raise Rejected("label", "name the player, so that you know later what to revoke")
        made = await blocking(services_of(request).accounts.new_app_password, user_of(request).user_id, label)
    except Rejected as fault:
        return await _app_passwords_page(request, fault=fault)
    return shown_once(await _app_passwords_page(request, made=made))


async def _app_passwords_page(request: Request, *, made: str = "", fault: AppError | None = None) -> Response:
    rows = await blocking(services_of(request).accounts.app_passwords, user_of(request).user_id)
    return settings_page(request, "settings_app_passwords.html", passwords=rows, made=made, fault=fault)


@signed_in
async def _revoke_app_password(request: Request) -> Response:
    found = whole("app password", request.path_params["app_password_id"])
    await blocking(services_of(request).accounts.revoke_app_password, user_of(request).user_id, found)
    return redirect("/settings/app-passwords", notice="The app password is revoked. Whatever used it is shut out.")


def _label(form: Form) -> str:
    label = form.text("label")
    if len(label) > _MAX_LABEL:
        raise Rejected("label", f"at most {_MAX_LABEL} characters")
    return label


routes: list[BaseRoute] = [
    Route("/settings/tokens", _tokens, methods=["GET"]),
    Route("/settings/tokens", _new_token, methods=["POST"]),
    Route("/settings/tokens/{token_id}/revoke", _revoke_token, methods=["POST"]),
    Route("/settings/app-passwords", _app_passwords, methods=["GET"]),
    Route("/settings/app-passwords", _new_app_password, methods=["POST"]),
    Route("/settings/app-passwords/{app_password_id}/revoke", _revoke_app_password, methods=["POST"]),
]
