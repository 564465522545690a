"""Imports: the listening histories that other services and players give out as files."""

from earstead.services.registry import Source
from earstead.sources.exports.formats import FORMATS
from earstead.sources.exports.reader import Exports

source = Source(
    name="exports",
    title="Files from other services",
    reader=Exports(),
    formats=tuple((form.name, form.title) for form in FORMATS.values()),
    summary="Spotify, Last.fm, ListenBrainz, Apple Music, YouTube Music, Maloja, Koito, player logs, and any table.",
)
