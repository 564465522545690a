"""The ListenBrainz API: the door for scrobblers that can be given another API root."""

from __future__ import annotations

from earstead.apis.listenbrainz.connect import CARDS
from earstead.apis.listenbrainz.routes import routes
from earstead.services.registry import Api

api = Api(
    name="listenbrainz",
    title="ListenBrainz",
    prefixes=("/1",),
    routes=routes,
    connect=CARDS,
    summary="Submit and read listens with any program that speaks to ListenBrainz and can be given another address.",
)
