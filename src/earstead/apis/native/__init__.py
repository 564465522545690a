"""The own API: everything the server can do, with OpenAPI and a documentation page."""

from __future__ import annotations

from earstead.apis.native.mount import routes
from earstead.services.registry import Api

api = Api(
    name="native",
    title="earstead API",
    prefixes=("/api/v1",),
    routes=routes,
    docs="/api/v1/docs",
    summary="Listens, charts, decisions, imports, exports and a stream of events; documented at /api/v1/docs.",
)
