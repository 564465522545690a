"""The services about a creator's podcasts, in one record: `services.creators`."""

from __future__ import annotations

from dataclasses import dataclass

from earstead.services.creators.accounts import CreatorAccounts
from earstead.services.creators.exporting import CreatorExports
from earstead.services.creators.figures import CreatorFigures
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.syncs import CreatorSyncs


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorServices:
    """All calls block; async handlers use `kit.http.blocking`."""

    accounts: CreatorAccounts
    shows: CreatorShows
    figures: CreatorFigures
    syncs: CreatorSyncs
    exporting: CreatorExports
