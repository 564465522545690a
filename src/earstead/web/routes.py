"""All pages under one mount: sessions, the same-origin rule and error pages stand in front of every one.

Pages of a user live under `/{user}/...` and come last, so that they shadow no other page; addresses that belong
to an API are never answered with a page, not even with an error page.
"""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

from earstead.services.container import Services
from earstead.web import (
    api_accounts,
    api_terms,
    charts_pages,
    connect,
    consent,
    creators,
    creators_docs,
    decisions,
    develop,
    entities,
    exports,
    first_start,
    guide,
    habits,
    home,
    imports,
    listens,
    method_docs,
    player,
    public_addresses,
    said,
    self_test,
    settings_pages,
    shuffles,
    sign_in,
)
from earstead.web.auth import Sessions
from earstead.web.csrf import SameOriginOnly
from earstead.web.errors import HANDLERS


class Pages(Mount):
    """Everything that is not an API's."""

    def __init__(self, routes: list[BaseRoute], foreign: tuple[str, ...]) -> None:
        super().__init__(
            "",
            routes=routes,
            middleware=[
                Middleware(ExceptionMiddleware, handlers=HANDLERS),
                Middleware(Sessions),
                Middleware(SameOriginOnly),
            ],
        )
        self._foreign = foreign

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Like Mount, but leaves the APIs' addresses alone so that each API answers its own errors."""
        if scope["type"] != "http" or f"{scope['path']}/".startswith(self._foreign):
            return Match.NONE, {}
        return super().matches(scope)


def routes(services: Services) -> list[BaseRoute]:
    """Every page of the product. To be put after the routes of the APIs and of static files."""
    own = (
        *(connect, creators, decisions, develop, exports, first_start, imports, settings_pages, shuffles, sign_in),
        *(api_accounts, api_terms, consent, creators_docs, guide, public_addresses, self_test),
    )
    by_user = (home, habits, charts_pages, entities, listens, player, said)
    pages: list[BaseRoute] = [
        *(route for module in own for route in module.routes),
        *method_docs.routes(services),
        *(route for module in by_user for route in module.routes),
    ]
    return [Pages(pages, _prefixes(services))]


def _prefixes(services: Services) -> tuple[str, ...]:
    return tuple(f"{prefix.rstrip('/')}/" for api in services.apis for prefix in api.prefixes if prefix != "/")
