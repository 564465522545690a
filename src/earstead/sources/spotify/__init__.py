"""Spotify: what is played there, and the lists that are kept there. The client can be used alone."""

from earstead.services.registry import Source
from earstead.sources.spotify.client import SpotifyClient
from earstead.sources.spotify.governor import Governor
from earstead.sources.spotify.tokens import FixedToken, RefreshingToken

__all__ = ["FixedToken", "Governor", "RefreshingToken", "SpotifyClient", "source"]

source = Source(
    name="spotify",
    title="Spotify",
    summary="What you play on any device, followed through the Web API with a client id of your own.",
)
