"""The addresses of the dashboard's page and of its scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from earstead.sandbox.answering import origin_of
from earstead.sandbox.creators.gql.bundle import packed, page, scripts

if TYPE_CHECKING:
    from earstead.sandbox.creators.app import Simulator

REAL_HOST: Final = "creators.spotify.com"


class Pages:
    """What a browser loads from one simulator; nobody need be signed in."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def page(self, request: Request) -> Response:
        """The dashboard's page."""
        self._simulator.calls["WEB page"] += 1
        origin = origin_of(request)
        # Under its real name the site is at the root, so the scripts are too.
        base = origin if request.url.hostname == REAL_HOST else f"{origin}/_web"
        return HTMLResponse(page(base, self._rotated))

    async def script(self, request: Request) -> Response:
        """A script: gzip bytes that no header announces, unless the switch is off."""
        self._simulator.calls["WEB bundle"] += 1
        script = scripts(self._rotated).get(request.path_params["name"])
        if script is None:
            return PlainTextResponse("Not Found", 404)
        if self._simulator.faults.on("web.bundle_gzip_without_header"):
            script = packed(script)
        return Response(script, media_type="application/javascript")

    @property
    def _rotated(self) -> str:
        return self._simulator.faults.text("graphql.rotate")
