"""Last.fm 2.0, Scrobbling 2.0 and Audioscrobbler 1.2: the door for every program that can be given another address."""

from __future__ import annotations

from earstead.apis.lastfm.connect import CARDS
from earstead.apis.lastfm.documents import documents
from earstead.apis.lastfm.legacy import PREFIXES as LEGACY_PREFIXES
from earstead.apis.lastfm.routes import routes
from earstead.services.registry import Api

api = Api(
    name="lastfm",
    title="Last.fm",
    prefixes=("/2.0", "/i/u", *LEGACY_PREFIXES),
    routes=routes,
    connect=CARDS,
    summary="Scrobble with, and read from, any program that speaks to Last.fm and can be given another address.",
    docs="/develop/lastfm",
    documents=documents,
)
