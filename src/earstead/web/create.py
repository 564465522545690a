"""Create: what there is for those who make podcasts. It promises nothing that does not work yet."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earstead.pagekit import page
from earstead.web.auth import current_user


async def _create(request: Request) -> Response:
    return page(request, "create.html", section="create", owner=current_user(request))


routes = [Route("/create", _create, methods=["GET"])]
