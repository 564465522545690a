"""The REST backend: one typed method for each endpoint. What they are asked and answer: `core.creators.endpoints`."""

from __future__ import annotations

from earstead.creators.rest_account import AccountCalls
from earstead.creators.rest_episodes import EpisodeCalls
from earstead.creators.rest_media import MediaCalls
from earstead.creators.rest_shows import ShowCalls


class Rest(EpisodeCalls, ShowCalls, AccountCalls, MediaCalls):
    """All 45. Reads are tried again after faults that pass; writes are sent once, and each leaves a change."""
