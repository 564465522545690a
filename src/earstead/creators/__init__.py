"""A client for Spotify for Creators (formerly Anchor) that can be used alone; the interfaces are unofficial.

Begin with `Creators.sign_in(sp_dc="...")`; docs/creators/library.md leads through it.
"""

from earstead.creators.auth import Bearer, Credentials
from earstead.creators.changes import Change, ChangeLog, FileLog, MemoryLog, State
from earstead.creators.client import Creators
from earstead.creators.errors import CreatorsError
from earstead.creators.pace import Pace
from earstead.creators.pairs import FilePairs
from earstead.creators.uploads import FileLedger
from earstead.creators.urls import Urls

__all__ = [
    "Bearer",
    "Change",
    "ChangeLog",
    "Creators",
    "CreatorsError",
    "Credentials",
    "FileLedger",
    "FileLog",
    "FilePairs",
    "MemoryLog",
    "Pace",
    "State",
    "Urls",
]
