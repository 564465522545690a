"""A prefix before the addresses of podcast files: requests are counted and led on (spec listenbrainz, 5.2)."""

from __future__ import annotations

from earstead.apis.prefix.routes import routes
from earstead.services.registry import Api

api = Api(
    name="prefix",
    title="Download prefix",
    prefixes=("/dl",),
    routes=routes,
    summary="Put an address of this server before those of a feed's files: downloads are counted, then led on.",
)
