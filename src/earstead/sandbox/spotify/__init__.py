"""A simulator of Spotify's Web API and accounts service."""

from earstead.sandbox.spotify.app import Simulator

__all__ = ["Simulator"]
