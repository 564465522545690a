"""Applications with access: which programs may act for a person, since when, used when, and an end to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.kit.http import blocking
from earstead.pagekit import redirect
from earstead.services.applications.records import Application, AppSessionRow
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.forms import whole
from earstead.web.settings_frame import settings_page


@dataclass(frozen=True, slots=True)
class Access:
    """An application and every access to a person's account it has, latest used first; at least one."""

    application: Application
    sessions: tuple[AppSessionRow, ...]


def by_application(rows: Iterable[AppSessionRow]) -> list[Access]:
    """Accesses by application, in the order of their first row. Some players sign in anew at every start."""
    found: dict[int, list[AppSessionRow]] = {}
    for row in rows:
        found.setdefault(row.application.application_id, []).append(row)
    return [Access(sessions[0].application, tuple(sessions)) for sessions in found.values()]


@signed_in
async def _applications(request: Request) -> Response:
    rows = await blocking(services_of(request).applications.app_sessions, user_of(request).user_id)
    return settings_page(request, "settings_applications.html", accesses=by_application(rows))


@signed_in
async def _revoke(request: Request) -> Response:
    session_id = whole("access", request.path_params["app_session_id"])
    await blocking(services_of(request).applications.revoke, user_of(request).user_id, session_id)
    return redirect("/settings/applications", notice="That access is revoked.")


@signed_in
async def _revoke_all(request: Request) -> Response:
    application_id = whole("application", request.path_params["application_id"])
    await blocking(services_of(request).applications.revoke_application, user_of(request).user_id, application_id)
    return redirect("/settings/applications", notice="The access is revoked. The application has to ask again.")


routes: list[BaseRoute] = [
    Route("/settings/applications", _applications, methods=["GET"]),
    Route("/settings/applications/{app_session_id}/revoke", _revoke, methods=["POST"]),
    Route("/settings/applications/all/{application_id}/revoke", _revoke_all, methods=["POST"]),
]
