"""For people who build players: how to scrobble natively, with programs that run, at `/develop/scrobble-natively`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from earstead.core.errors import NotFound
from earstead.pagekit import page
from earstead.web.auth import services_of

_EXAMPLES = (("scrobble.py", "Python, standard library"), ("scrobble.mjs", "JavaScript, Node and browsers"))


@cache
def _example(name: str) -> str:
    """The text of an example. It stands beside this module in what is installed, and in docs/ in a checkout."""
    here = Path(__file__)
    places = (here.parent / "examples" / name, here.parents[3] / "docs/examples" / name)
    return next(path for path in places if path.exists()).read_text("utf-8")


async def _guide(request: Request) -> Response:
    examples = [(name, title, _example(name)) for name, title in _EXAMPLES]
    root = services_of(request).public_url.rstrip("/")
    return page(request, "scrobble_natively.html", section="develop", examples=examples, root=root)


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in dict(_EXAMPLES):
        raise NotFound("There is no such example.")
    return PlainTextResponse(_example(name), headers={"x-content-type-options": "nosniff"})


routes = [
    Route("/develop/scrobble-natively", _guide, methods=["GET"]),
    Route("/develop/examples/{name}", _file, methods=["GET"]),
]
