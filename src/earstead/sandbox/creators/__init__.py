"""A simulator of Spotify for Creators: accounts, REST, GraphQL, podcasters/v0, the web pages and the storage."""

from earstead.sandbox.creators.app import Simulator
from earstead.sandbox.creators.service import urls

__all__ = ["Simulator", "urls"]
