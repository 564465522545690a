"""The client in one object.

    with Creators.sign_in(sp_dc="...") as creators:
        for show in creators.shows.all():
            print(show.name, show.hosting)

Everything that can be asked or done hangs on it by topic: `shows`, `episodes`, `comments`, and the backends themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self, TypedDict, Unpack

from earstead.core.creators.registry import Registry
from earstead.creators.asking import Asking
from earstead.creators.auth import Bearer, Credentials, Session
from earstead.creators.calling import Caller
from earstead.creators.changes import Change, ChangeLog, Journal, State
from earstead.creators.episodes import Episodes
from earstead.creators.legacy import Legacy
from earstead.creators.listing import Listing
from earstead.creators.next_data import NextData
from earstead.creators.pace import Pace
from earstead.creators.pairs import Pairs
from earstead.creators.pod import Pod
from earstead.creators.resolver import Resolver
from earstead.creators.rest import Rest
from earstead.creators.shows import Shows
from earstead.creators.states import Tools
from earstead.creators.transport import AGENT, Heard, Transport
from earstead.creators.undoing import undo
from earstead.creators.uploads import Ledger, Uploads
from earstead.creators.urls import Urls
from earstead.kit.clock import Clock, SystemClock


class Options(TypedDict, total=False):
    """What a client may be given beside its credentials; `Creators` says what each is."""

    urls: Urls | None
    registry: Registry | None
    log: ChangeLog | None
    ledger: Ledger | None
    pairs: Pairs | None
    dry_run: bool
    adhoc: bool
    heard: Heard | None
    clock: Clock | None
    sleep: Callable[[float], None] | None
    pace: Pace | None
    actor: str
    agent: str


class Creators(Asking):
    """One account at Spotify for Creators. Methods block; one object may serve several threads.

    Nothing is sent before the first call that needs it.
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        bearer: Bearer | str | None = None,
        urls: Urls | None = None,
        registry: Registry | None = None,
        log: ChangeLog | None = None,
        ledger: Ledger | None = None,
        pairs: Pairs | None = None,
        dry_run: bool = False,
        adhoc: bool = False,
        heard: Heard | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], None] | None = None,
        pace: Pace | None = None,
        actor: str = "",
        agent: str = AGENT,
    ) -> None:
        """Make the client.

        Args:
            credentials: the cookies of a signed-in browser.
            bearer: a ready bearer instead of, or beside, them.
            urls: where the backends are; the live ones by default, `Urls.at(origin)` for a simulator.
            registry: the GraphQL operations; the pinned ones by default.
            log: where changes are kept; in memory by default.
            ledger: where video uploads that were begun are kept; in memory by default.
            pairs: where pairs of ids of episodes are kept for the next time; forgotten by default.
            dry_run: nothing at all is sent, not even a sign-in; writes come back as planned changes.
            adhoc: GraphQL may be sent as free text where no hash is known.
            heard: told every answer as it came.
            clock, sleep: for tests.
            pace: the limits; the polite ones by default.
            actor: who it is that changes things, for the log.
            agent: the User-Agent header.

        Raises:
            ValidationError: neither credentials nor a bearer.
        """
        self.urls = urls or Urls.live()
        self.clock = clock or SystemClock()
        self.dry_run = dry_run
        self.adhoc = adhoc
        self.journal = Journal(log, clock=self.clock, actor=actor, dry_run=dry_run)
        self.transport = Transport(
            self.journal, pace=pace, dry_run=dry_run, heard=heard, clock=self.clock, sleep=sleep, agent=agent
        )
        self.session = Session(self.transport, self.urls, credentials, bearer=bearer)
        self.caller = Caller(self.transport, self.session)
        self._registry = registry
        self.rest = Rest(self.caller, self.urls)
        self.pod = Pod(self.caller, self.urls)
        self.next = NextData(self.caller, self.urls)
        self.resolve = Resolver(self.rest, lambda: self.graph, lambda: self.pod, pairs)
        self.uploads = Uploads(self.rest, self.transport, ledger)
        listing = Listing(lambda: self.graph, self.rest, self.resolve, self.transport)
        tools = Tools(self.rest, self.resolve, listing, self.uploads, self.journal, self.transport)
        self.episodes = Episodes(tools)
        self.shows = Shows(tools)

    @classmethod
    def sign_in(cls, *, sp_dc: str, sp_key: str = "", **options: Unpack[Options]) -> Self:
        """A client that is signed in already, except in a dry run. Raises what `Session.bearer` raises."""
        creators = cls(Credentials(sp_dc, sp_key), **options)
        if not creators.dry_run:
            creators.session.bearer()
        return creators

    def legacy(self, anchorpw_s: str) -> Legacy:
        """The old analytics behind the cookie proxy, with its own cookie; whether it still answers is doubtful."""
        return Legacy(self.transport, self.urls, anchorpw_s)

    def undo(self, change: Change) -> Change:
        """Take a change back, where the service allows it; the change that did it.

        Raises:
            ValidationError: it cannot be undone, or was undone already.
        """
        done = undo(change, self.episodes, self.shows)
        if not self.dry_run and change.change_id:
            self.journal.log.finish(change.change_id, State.UNDONE, change.after, "")
        return done

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()
