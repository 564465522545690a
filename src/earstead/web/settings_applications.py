"""Applications with access: which programs may act for a person, since when, used when, and an end to it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.kit.http import blocking
from earstead.pagekit import redirect
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.forms import whole
from earstead.web.settings_frame import settings_page


@signed_in
async def _applications(request: Request) -> Response:
    rows = await blocking(services_of(request).applications.app_sessions, user_of(request).user_id)
    return settings_page(request, "settings_applications.html", rows=rows)


@signed_in
async def _revoke(request: Request) -> Response:
    session_id = whole("access", request.path_params["app_session_id"])
    await blocking(services_of(request).applications.revoke, user_of(request).user_id, session_id)
    return redirect("/settings/applications", notice="The access is revoked. The application has to ask again.")


routes: list[BaseRoute] = [
    Route("/settings/applications", _applications, methods=["GET"]),
    Route("/settings/applications/{app_session_id}/revoke", _revoke, methods=["POST"]),
]
