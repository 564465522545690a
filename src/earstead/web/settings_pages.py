"""Settings of a person: profile, password, sessions. Keys and the account itself have modules of their own."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, Forbidden, Rejected
from earstead.kit.http import blocking
from earstead.pagekit import redirect
from earstead.services.profile import COUNTRIES
from earstead.web import (
    settings_account,
    settings_applications,
    settings_keys,
    settings_policy,
    settings_relays,
    settings_server_api,
    settings_spotify,
    settings_spotify_lists,
    settings_spotify_report,
    settings_users,
    settings_webhooks,
)
from earstead.web.auth import COOKIE, services_of, signed_in, user_of
from earstead.web.doorkeeper import doorkeeper, visitor_of
from earstead.web.forms import known_zone, read_form, whole, zones
from earstead.web.settings_frame import settings_page
from earstead.web.visibility import CHOICES, chosen_visibility

_MAX_DISPLAY_NAME = 100


@signed_in
async def _root(request: Request) -> Response:
    return RedirectResponse("/settings/profile", 303)


@signed_in
async def _profile(request: Request) -> Response:
    user = user_of(request)
    said = await blocking(services_of(request).profiles.profile, user.user_id)
    values = {"display_name": user.display_name, "zone": user.zone, "visibility": user.visibility}
    return _profile_form(request, {**values, "country": said.country, "realname": said.realname}, None)


@signed_in
async def _save_profile(request: Request) -> Response:
    form = await read_form(request)
    try:
        if len(form.text("display_name")) > _MAX_DISPLAY_NAME:
            raise Rejected("display_name", f"at most {_MAX_DISPLAY_NAME} characters")
        zone, visibility = known_zone(form.text("zone")), chosen_visibility(form)
        services, user_id = services_of(request), user_of(request).user_id
        await blocking(
            services.profiles.set_profile, user_id, country=form.text("country"), realname=form.text("realname")
        )
        await blocking(
            services.accounts.update,
            user_id,
            zone=zone,
            visibility=visibility,
            display_name=form.text("display_name"),
        )
    except (Rejected, Conflict) as fault:
        return _profile_form(request, {"country": "", "realname": "", **form.values()}, fault)
    return redirect("/settings/profile", notice="Your profile is saved.")


def _profile_form(request: Request, values: dict[str, str], fault: AppError | None) -> Response:
    return settings_page(
        request,
        "settings_profile.html",
        values=values,
        zones=zones(),
        choices=CHOICES,
        countries=COUNTRIES,
        fault=fault,
    )


@signed_in
async def _password(request: Request) -> Response:
    return settings_page(request, "settings_password.html")


@signed_in
async def _change_password(request: Request) -> Response:
    user, accounts = user_of(request), services_of(request).accounts
    form = await read_form(request)
    doors, visitor = doorkeeper(request), visitor_of(request)
    doors.admit(visitor, user.name)
    try:
        if form.raw("password") != form.raw("password_again"):
            raise Rejected("password_again", "the two passwords are not the same")
        await blocking(
            accounts.change_password,
            user.user_id,
            form.raw("old_password"),
            form.raw("password"),
            keep_session=request.cookies.get(COOKIE, ""),
        )
    except Forbidden:
        doors.failed(visitor, user.name)
        fault = Rejected("old_password", "this is not your present password")
        return settings_page(request, "settings_password.html", fault=fault)
    except Rejected as refused:
        return settings_page(request, "settings_password.html", fault=refused)
    return redirect("/settings/password", notice="Your password is changed; other sessions are signed out.")


@signed_in
async def _sessions(request: Request) -> Response:
    rows = await blocking(services_of(request).accounts.sessions, user_of(request).user_id)
    return settings_page(request, "settings_sessions.html", sessions=rows)


@signed_in
async def _end_session(request: Request) -> Response:
    session_id = whole("session", request.path_params["session_id"])
    await blocking(services_of(request).accounts.end_session, user_of(request).user_id, session_id)
    return redirect("/settings/sessions", notice="That session is signed out.")


routes: list[BaseRoute] = [
    Route("/settings", _root),
    Route("/settings/profile", _profile, methods=["GET"]),
    Route("/settings/profile", _save_profile, methods=["POST"]),
    Route("/settings/password", _password, methods=["GET"]),
    Route("/settings/password", _change_password, methods=["POST"]),
    Route("/settings/sessions", _sessions, methods=["GET"]),
    Route("/settings/sessions/{session_id}/end", _end_session, methods=["POST"]),
    *settings_keys.routes,
    *settings_relays.routes,
    *settings_webhooks.routes,
    *settings_spotify.routes,
    *settings_spotify_lists.routes,
    *settings_spotify_report.routes,
    *settings_applications.routes,
    *settings_account.routes,
    *settings_users.routes,
    *settings_server_api.routes,
    *settings_policy.routes,
]
