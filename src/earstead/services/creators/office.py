"""The services about a creator's podcasts, in one record: `services.creators`."""

from __future__ import annotations

from dataclasses import dataclass

from earstead.kit.clock import Clock
from earstead.kit.secrets import Vault
from earstead.services.creators.accounts import CreatorAccounts
from earstead.services.creators.exporting import CreatorExports
from earstead.services.creators.figures import CreatorFigures
from earstead.services.creators.memory import CreatorMemory
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.syncs import CreatorSyncs
from earstead.services.worker import Worker
from earstead.storage.engine import Engine
from earstead.storage.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorServices:
    """All calls block; async handlers use `kit.http.blocking`."""

    accounts: CreatorAccounts
    shows: CreatorShows
    figures: CreatorFigures
    syncs: CreatorSyncs
    exporting: CreatorExports
    memory: CreatorMemory


def open_office(engine: Engine, writer: Writer, clock: Clock, vault: Vault, worker: Worker) -> CreatorServices:
    """The services, without those that speak with Spotify: `accounts.served_by` and `syncs.served_by` name them."""
    accounts = CreatorAccounts(engine, writer, clock, vault)
    shows = CreatorShows(engine)
    figures = CreatorFigures(engine, clock, shows)
    return CreatorServices(
        accounts=accounts,
        shows=shows,
        figures=figures,
        syncs=CreatorSyncs(engine, writer, clock, worker, accounts),
        exporting=CreatorExports(engine, shows),
        memory=CreatorMemory(engine, writer, clock),
    )
