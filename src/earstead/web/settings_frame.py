"""What all settings pages share: the list of sections beside them, a fault beside its field."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from earstead.core.errors import AppError
from earstead.pagekit import page
from earstead.web.auth import user_of
from earstead.web.forms import fault_of

_SECTIONS = (
    ("/settings/profile", "Profile"),
    ("/settings/password", "Password"),
    ("/settings/sessions", "Sessions"),
    ("/settings/tokens", "Tokens"),
    ("/settings/app-passwords", "App passwords"),
    ("/settings/applications", "Applications"),
    ("/settings/relays", "Relays"),
    ("/settings/spotify", "Spotify"),
    ("/settings/webhooks", "Webhooks"),
    ("/settings/account", "Data and account"),
)
_OWNER_SECTIONS = (
    ("/settings/users", "Users"),
    ("/settings/server/api", "Server: API"),
    ("/settings/server/terms", "Server: terms"),
    ("/settings/server/policy", "Server: policy"),
)


def settings_page(request: Request, template: str, *, fault: AppError | None = None, **context: Any) -> Response:
    """A settings page; status 422 when the form on it was refused."""
    sections = _SECTIONS + (_OWNER_SECTIONS if user_of(request).role == "owner" else ())
    return page(request, template, status=422 if fault else 200, sections=sections, fault=fault_of(fault), **context)


def shown_once(response: Response) -> Response:
    """For pages that show a secret: no cache, no history entry keeps it."""
    response.headers["Cache-Control"] = "no-store"
    return response
