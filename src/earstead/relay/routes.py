"""The one address of the relay: the mark of a user's copies, told to whoever holds the user's token or session key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from earstead.kit.http import blocking
from earstead.relay.client import ORIGIN_PATH

if TYPE_CHECKING:
    from earstead.services.container import Services


def routes(services: Services) -> Sequence[BaseRoute]:
    """See the module."""

    async def origin(request: Request) -> Response:
        user_id = await blocking(_user_of, services, request.headers.get("authorization", "").split())
        if not user_id:
            return JSONResponse({"code": 401, "error": "A valid token is needed."}, 401)
        return JSONResponse({"origin": await blocking(services.relays.mark, user_id)})

    return [Route(ORIGIN_PATH, origin, methods=["GET"])]


def _user_of(services: Services, words: Sequence[str]) -> int:
    """Whose token ("Token X", "Bearer X") or session key ("Session X") it is; 0 for nobody's."""
    if len(words) != 2:
        return 0
    if words[0].lower() == "session":
        found = services.applications.session(words[1])
        return found[0].user_id if found else 0
    grant = services.accounts.bearer(words[1])
    return grant.user.user_id if grant else 0
