"""The owner's word on where plays may be used that only a service's API told: `/settings/server/policy`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import Rejected
from earstead.core.provenance import POLICY, Line, Provenance
from earstead.kit.http import blocking
from earstead.pagekit import redirect
from earstead.web.auth import owner_only, services_of
from earstead.web.forms import read_form
from earstead.web.settings_frame import settings_page

_HERE = "/settings/server/policy"
_WORDS = {Provenance.API: "only a service's API told", Provenance.PUSH: "only a service's own player told"}
CONSENT = "I have read the terms of the services concerned and answer for it"
"""What the owner says by opening a use."""


def rule(line: Line) -> str:
    """What a line leaves out, as a sentence."""
    left = [_WORDS[each] for each in (Provenance.API, Provenance.PUSH) if each in line.without]
    return f"Leaves out plays that {' or '.join(left)}." if left else "Leaves nothing out."


@owner_only
async def _show(request: Request) -> Response:
    return await _page(request)


async def _page(request: Request, *, fault: Rejected | None = None) -> Response:
    allowed = await blocking(services_of(request).showing.allowed)
    return settings_page(
        request, "settings_policy.html", lines=POLICY, allowed=allowed, rule=rule, consent=CONSENT, fault=fault
    )


@owner_only
async def _set(request: Request) -> Response:
    form, showing = await read_form(request), services_of(request).showing
    wanted = form.all("use")
    try:
        if wanted and form.text("consent") != "1":
            raise Rejected("consent", "tick this too, or open nothing")
        await blocking(showing.allow, wanted)
    except Rejected as fault:
        return await _page(request, fault=fault)
    said = "What you opened is told from now on." if wanted else "Nothing is opened: the policy stands as it is."
    return redirect(_HERE, notice=said)


routes: list[BaseRoute] = [Route(_HERE, _show, methods=["GET"]), Route(_HERE, _set, methods=["POST"])]
