"""Develop: which APIs this server speaks, and how plays are counted. For visitors too; it holds no data."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earstead.pagekit import page
from earstead.web.auth import services_of


async def _develop(request: Request) -> Response:
    services = services_of(request)
    root = services.public_url.rstrip("/")
    return page(request, "develop.html", section="develop", apis=services.apis, root=root)


routes = [Route("/develop", _develop, methods=["GET"])]
