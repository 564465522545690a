"""A client for Spotify for Creators (formerly Anchor) that can be used alone; the interfaces are unofficial.

from earstead.creators import Creators
"""

from earstead.creators.auth import Bearer, Credentials
from earstead.creators.changes import Change, ChangeLog, FileLog, MemoryLog, State
from earstead.creators.client import Creators
from earstead.creators.pace import Pace
from earstead.creators.urls import Urls

__all__ = [
    "Bearer",
    "Change",
    "ChangeLog",
    "Creators",
    "Credentials",
    "FileLog",
    "MemoryLog",
    "Pace",
    "State",
    "Urls",
]
