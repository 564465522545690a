"""The addresses of this API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route

from earstead.apis.lastfm.endpoint import Endpoint
from earstead.apis.lastfm.images import IMAGE_ROUTE
from earstead.apis.lastfm.legacy import legacy_routes

if TYPE_CHECKING:
    from earstead.services.container import Services


def routes(services: Services) -> Sequence[BaseRoute]:
    """The root, spelled both ways: a redirect between them would turn a POST into a GET."""
    endpoint = Endpoint(services)
    return [Route("/2.0", endpoint), Route("/2.0/", endpoint), IMAGE_ROUTE, *legacy_routes(services)]
