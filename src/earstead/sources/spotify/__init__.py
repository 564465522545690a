"""Spotify: what is played there, and the lists that are kept there. The client can be used alone."""

from earstead.services.registry import ConnectCard, Source
from earstead.sources.spotify.client import SpotifyClient
from earstead.sources.spotify.governor import Governor
from earstead.sources.spotify.tokens import FixedToken, RefreshingToken

__all__ = ["FixedToken", "Governor", "RefreshingToken", "SpotifyClient", "source"]

source = Source(
    name="spotify",
    title="Spotify",
    connect=(
        ConnectCard(
            client="Spotify",
            title="Spotify, followed from here",
            settings=(("Page", "{root}/settings/spotify"),),
            steps=(
                "Open the page above: it leads through Spotify's dashboard to a client id of your own.",
                "Say yes at Spotify. What you play on any device is followed from then on.",
                "Import Spotify's export for the years before; plays that both tell of become one.",
            ),
            note="Spotify asks for your yes again every six months; the page counts down, and one click renews it.",
        ),
    ),
    summary="What you play on any device, followed through the Web API with a client id of your own.",
)
