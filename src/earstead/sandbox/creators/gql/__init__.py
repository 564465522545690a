"""The GraphQL half of the simulator: `/_gql`, and below `/_web` the page and the scripts that hold its documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route

from earstead.core.errors import Rejected
from earstead.kit.extras import how_to_install

if TYPE_CHECKING:
    from earstead.sandbox.creators.app import Simulator


def routes(simulator: Simulator) -> Sequence[BaseRoute]:
    """The routes to mount; what listeners write and creators answer lives as long as they do.

    Raises:
        Rejected: graphql-core is not installed, and how to install it.
    """
    try:
        from earstead.sandbox.creators.gql.endpoint import Endpoint
    except ModuleNotFoundError as missing:
        if missing.name != "graphql":
            raise
        raise Rejected("sandbox", f"creators needs graphql-core: {how_to_install('sandbox')}") from None
    from earstead.sandbox.creators.gql.pages import Pages
    from earstead.sandbox.creators.gql.steering import Steering

    endpoint, pages = Endpoint(simulator), Pages(simulator)
    steering = Steering(simulator, endpoint)
    return (
        Route("/_gql/v2/graph-pq", endpoint.answer, methods=["POST"]),
        Route("/_web/pod/dashboard/episodes", pages.page, methods=["GET"]),
        Route("/_web/builds/{name}", pages.script, methods=["GET"]),
        Route("/_web/microfrontend-analytics/builds/{name}", pages.script, methods=["GET"]),
        Route("/sandbox/talk", steering.answer, methods=["GET", "POST"]),
    )
