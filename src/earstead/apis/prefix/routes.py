"""`/dl/host/path` and `/dl,pg=.../host/path`: note the request, answer 302.

Only to hosts on which the files of a show here lie, whose creator switched the prefix on: this server leads nobody to
addresses that strangers think of. A file must never fail because it is counted: what goes wrong there is logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from earstead.core.creators.targets import led_to
from earstead.core.errors import Rejected
from earstead.kit.http import blocking
from earstead.services.container import Services
from earstead.services.creators.hits import line_of_request

ROOT = "/dl"
_HEADERS = {"cache-control": "private, no-cache", "access-control-allow-origin": "*"}


def routes(services: Services) -> Sequence[BaseRoute]:
    """Both forms, GET and HEAD."""

    async def lead(request: Request) -> Response:
        raw = request.scope.get("raw_path") or request.url.path.encode()
        rest = raw.decode("latin-1").partition("?")[0].removeprefix(ROOT)
        own = frozenset(filter(None, (request.url.hostname, urlsplit(services.public_url).hostname)))
        try:
            url, _ = led_to(rest, request.url.query, own_hosts=own)
        except Rejected as fault:
            return PlainTextResponse(f"{fault.why}\n", 400, _HEADERS)
        places = await blocking(services.creators.hits.leads, url)
        if not places:
            said = "No show here has files on that host and counts its downloads by this prefix.\n"
            return PlainTextResponse(said, 404, _HEADERS)
        line = line_of_request(
            at=services.clock.now(),
            address=request.client.host if request.client else "",
            method=request.method,
            url=url,
            headers=request.headers,
        )
        services.creators.hits.asked(places, line)
        return Response(None, 302, {**_HEADERS, "location": url})

    return [
        Route(f"{ROOT}/{{rest:path}}", lead, methods=["GET", "HEAD"]),
        Route(f"{ROOT},{{rest:path}}", lead, methods=["GET", "HEAD"]),
    ]
