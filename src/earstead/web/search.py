"""Search in one's own listens, and below them in the podcasts one makes: `/search?q=`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earstead.kit.http import blocking
from earstead.pagekit import page
from earstead.web.auth import services_of, signed_in, user_of

_MAX_CHARS = 200
_LIMIT = 60
_GROUPS = (
    ("artist", "Artists"),
    ("release", "Albums"),
    ("recording", "Tracks"),
    ("show", "Shows"),
    ("episode", "Episodes"),
)


async def _search(request: Request) -> Response:
    services, user = services_of(request), user_of(request)
    text = request.query_params.get("q", "").strip()[:_MAX_CHARS]
    found = await blocking(services.insights.search, user.user_id, text, _LIMIT) if text else ()
    made = await blocking(services.creators.shows.search, user.user_id, text)
    groups = [(title, [ref for ref in found if ref.kind == kind]) for kind, title in _GROUPS]
    return page(
        request, "search.html", q=text, owner=user, groups=[g for g in groups if g[1]], count=len(found), made=made
    )


routes = [Route("/search", signed_in(_search), methods=["GET"])]
