"""The part of the client that speaks GraphQL: operations, comments, polls, transcripts, harvest."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earstead.core.creators.registry import Registry
    from earstead.creators.analytics import Analytics
    from earstead.creators.auth import Session
    from earstead.creators.calling import Caller
    from earstead.creators.changes import Journal
    from earstead.creators.comments import Comments
    from earstead.creators.doctor import Diagnosis
    from earstead.creators.graph import Graph
    from earstead.creators.harvest import Harvested
    from earstead.creators.operations import Operations
    from earstead.creators.polls import Polls
    from earstead.creators.transcripts import Transcripts
    from earstead.creators.transport import Transport
    from earstead.creators.urls import Urls
    from earstead.kit.clock import Clock


class Asking:
    """A base of `Creators`, which gives it what is named below. Everything is made at its first use."""

    urls: Urls
    adhoc: bool
    journal: Journal
    transport: Transport
    session: Session
    caller: Caller
    clock: Clock
    _registry: Registry | None
    refreshes: bool = False
    """Whether a stale or missing hash may set off one harvest by itself; off unless it is switched on."""

    @cached_property
    def registry(self) -> Registry:
        """The GraphQL operations this client knows."""
        if self._registry is not None:
            return self._registry
        from earstead.core.creators.registry import Registry

        return Registry.pinned()

    @cached_property
    def graph(self) -> Graph:
        """GraphQL operations by name, and free text."""
        from earstead.creators.graph import Graph

        refresh = self._refreshed if self.refreshes else None
        return Graph(self.caller, self.urls, self.registry, adhoc=self.adhoc, refresh=refresh)

    @cached_property
    def operations(self) -> Operations:
        """One typed method for each of the named operations."""
        from earstead.creators.operations import Operations

        return Operations(self.graph, self.journal)

    @cached_property
    def comments(self) -> Comments:
        """Comments: reading, answering, approving, deleting, pinning, blocking."""
        from earstead.creators.comments import Comments

        return Comments(self.operations, self.journal)

    @cached_property
    def polls(self) -> Polls:
        """Polls of episodes."""
        from earstead.creators.polls import Polls

        return Polls(self.operations, self.journal)

    @cached_property
    def transcripts(self) -> Transcripts:
        """Transcripts of episodes."""
        from earstead.creators.transcripts import Transcripts

        return Transcripts(self.operations)

    @cached_property
    def analytics(self) -> Analytics:
        """The figures of a show or an episode in one call each."""
        from earstead.creators.analytics import Analytics
        from earstead.creators.pod import Pod

        return Analytics(self.operations, Pod(self.caller, self.urls), self.clock)

    def doctor(self, show: str = "", *, thorough: bool = False) -> Diagnosis:
        """What is wrong with this account, and how to mend it; reads only.

        Args:
            show: to look at; by default the one that most works for.
            thorough: compare all hashes with those of the web app, too.
        """
        from earstead.creators.doctor import Doctor
        from earstead.creators.pod import Pod

        harvest = self.harvest if thorough else None
        return Doctor(self.session, self.operations, Pod(self.caller, self.urls), harvest).examine(show)

    def harvest(self, *, use: bool = False) -> Harvested:
        """What the scripts of the dashboard hold today, beside what this client knows.

        Args:
            use: lay it over what this client knows, for the calls that follow. Older hashes stay as a way back.
        """
        from earstead.creators.harvest import Harvester

        found = Harvester(self.transport, self.urls).run(self.graph.registry)
        if use:
            self.graph.registry = self.graph.registry.merged(found.registry)
        return found

    def _refreshed(self) -> Registry:
        return self.harvest().registry
