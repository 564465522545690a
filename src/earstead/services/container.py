"""The services handed to every handler: one frozen record, built by `app`, found at `request.app.state.services`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from earstead.kit.clock import Clock
from earstead.services.accounts import Accounts
from earstead.services.applications.applications import Applications
from earstead.services.creators.office import CreatorServices
from earstead.services.decisions import Decisions
from earstead.services.events import Hub
from earstead.services.everybody.commons import Commons
from earstead.services.exports import Exports
from earstead.services.feedback import Feedback
from earstead.services.follows import Follows
from earstead.services.habits import Habits
from earstead.services.imports.imports import Imports
from earstead.services.ingest import Ingest
from earstead.services.insights.insights import Insights
from earstead.services.journal import Journal
from earstead.services.limits import Limits
from earstead.services.player import Player
from earstead.services.playing import Playing
from earstead.services.playlinks import Playlinks
from earstead.services.profile import Profiles
from earstead.services.registry import Api, Source, find_apis
from earstead.services.relays.relays import Relays
from earstead.services.selftest import SelfTest
from earstead.services.showing import Showing
from earstead.services.shuffles.shuffles import Shuffles
from earstead.services.spotify.accounts import SpotifyAccounts
from earstead.services.spotify.linking import SpotifyLinking
from earstead.services.spotify.mirrors import Mirrors
from earstead.services.spotify.watched import Watching
from earstead.services.tags import Tags
from earstead.services.webhooks.webhooks import Webhooks
from earstead.services.worker import Worker
from earstead.storage.engine import Engine
from earstead.storage.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a handler may call. All calls block; async handlers use `kit.http.blocking`."""

    data: Path
    public_url: str
    """Where others reach this server, as far as is known; without a slash at its end."""
    told_url: str = ""
    """`public_url` where the settings name it; "" when only the address we listen at is known."""
    creators_url: str = ""
    """Origin of the simulator that stands in for Spotify for Creators; "" for the service itself."""
    limits: Limits = field(default_factory=Limits)
    clock: Clock
    engine: Engine
    writer: Writer
    accounts: Accounts
    ingest: Ingest
    insights: Insights
    habits: Habits
    decisions: Decisions
    imports: Imports
    exports: Exports
    playing: Playing
    playlinks: Playlinks
    player: Player
    feedback: Feedback
    applications: Applications
    selftest: SelfTest
    tags: Tags
    follows: Follows
    profiles: Profiles
    commons: Commons
    showing: Showing
    relays: Relays
    spotify: SpotifyAccounts
    spotify_links: SpotifyLinking
    watching: Watching
    mirrors: Mirrors
    shuffles: Shuffles
    creators: CreatorServices
    hub: Hub
    journal: Journal
    webhooks: Webhooks
    worker: Worker
    sources: tuple[Source, ...]

    @property
    def apis(self) -> tuple[Api, ...]:
        """What this server speaks; loaded when asked for, as only the web application does and no command."""
        return find_apis()

    def close(self) -> None:
        """Finish what was begun: jobs, then the writer, then the connections."""
        self.watching.stop()
        self.creators.syncs.close()
        self.worker.stop()
        self.relays.close()
        self.spotify_links.close()
        self.webhooks.close()
        self.creators.close()
        self.writer.close()
        self.engine.close()
