"""The services about a creator's podcasts, in one record: `services.creators`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from earstead.kit.clock import Clock
from earstead.kit.secrets import Vault
from earstead.services.creators.accounts import CreatorAccounts
from earstead.services.creators.alerts import CreatorAlerts
from earstead.services.creators.captures import Captures
from earstead.services.creators.changes import Changes
from earstead.services.creators.comments import Comments
from earstead.services.creators.doing import Doing
from earstead.services.creators.exporting import CreatorExports
from earstead.services.creators.feeds import CreatorFeeds, Fetch
from earstead.services.creators.figures import CreatorFigures
from earstead.services.creators.hands import Hands
from earstead.services.creators.health import CreatorHealth
from earstead.services.creators.hits import CreatorHits
from earstead.services.creators.memory import CreatorMemory
from earstead.services.creators.op3 import CreatorOp3
from earstead.services.creators.settling import Settling
from earstead.services.creators.shows import CreatorShows
from earstead.services.creators.studio import Studio
from earstead.services.creators.syncs import CreatorSyncs
from earstead.services.creators.undoing import Undoing
from earstead.services.creators.uploading import Uploading
from earstead.services.journal import Journal
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
    doing: Doing
    changes: Changes
    studio: Studio
    comments: Comments
    health: CreatorHealth
    captures: Captures
    settling: Settling
    alerts: CreatorAlerts
    feeds: CreatorFeeds
    hits: CreatorHits
    op3: CreatorOp3

    def served_by(self, hands: Hands) -> None:
        """Who speaks with Spotify for Creators. Given once, by `app`, before anything is asked."""
        self.accounts.served_by(hands)
        self.doing.served_by(hands)

    def start(self) -> None:
        """Take up what a stopped process left behind."""
        self.settling.start()

    def silence(self, user_id: int) -> None:
        """The user is being erased: nothing more is asked or uploaded in that name."""
        self.accounts.silence(user_id)
        self.studio.uploads.forget(user_id)

    def close(self) -> None:
        """Close the connections to the service."""
        self.doing.close()


def open_office(
    engine: Engine,
    writer: Writer,
    clock: Clock,
    vault: Vault,
    worker: Worker,
    journal: Journal,
    data: Path,
    owns: Callable[[int], bool],
    net: Fetch,
) -> CreatorServices:
    """The services, without those that speak with Spotify: `served_by` and `syncs.served_by` name them.

    Args:
        data: the server's folder, for files on their way.
        owns: whether a user is the owner of this server.
        net: fetches feeds and asks OP3; guarded, since users name the addresses.
    """
    accounts = CreatorAccounts(engine, writer, clock, vault)
    shows = CreatorShows(engine)
    figures = CreatorFigures(engine, clock, shows)
    syncs = CreatorSyncs(engine, writer, clock, worker, accounts)
    memory = CreatorMemory(engine, writer, clock)
    changes = Changes(engine, writer, clock)
    doing = Doing(changes, writer, worker, clock)
    uploading = Uploading(engine, writer, clock, worker, shows, changes, doing, data)
    accounts.before_leaving(uploading.leave)
    alerts = CreatorAlerts(engine, writer, clock, worker, journal, accounts, shows, figures)
    alerts.follow(syncs)
    undoing = Undoing(writer, clock, shows, changes, doing)
    changes.undone_by(undoing.undo)
    return CreatorServices(
        accounts=accounts,
        shows=shows,
        figures=figures,
        syncs=syncs,
        exporting=CreatorExports(engine, shows),
        memory=memory,
        doing=doing,
        changes=changes,
        studio=Studio(writer, clock, shows, changes, doing, uploading),
        comments=Comments(engine, writer, clock, shows, doing),
        health=CreatorHealth(engine, writer, clock, accounts, doing),
        captures=Captures(engine, writer, clock, accounts, doing, owns),
        settling=Settling(engine, writer, clock, worker, journal, accounts, shows, changes, doing),
        alerts=alerts,
        feeds=CreatorFeeds(engine, writer, clock, vault, worker, shows, net),
        hits=CreatorHits(engine, writer, clock, vault, worker, shows, memory, data),
        op3=CreatorOp3(engine, writer, clock, vault, worker, shows, memory, net),
    )
