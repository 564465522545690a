"""One client for each connected account: its token shared by everybody who works with it, its writes in the journal.

A client is made at the first use of its account, and made anew after the account got new cookies or the registry
changed. What the clients meet, good and bad, is told to the account and to its health.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from earstead.core.errors import AppError, NeedsReauth, NotFound
from earstead.creators.auth import Credentials
from earstead.creators.capture import read_capture
from earstead.creators.client import Creators
from earstead.creators.harvest import Harvested
from earstead.creators.keeping.diagnosis import diagnosed, trouble
from earstead.creators.keeping.hand import KeepingHand
from earstead.creators.keeping.log import ServerLog
from earstead.creators.keeping.recording import answers, heard
from earstead.creators.pace import Pace
from earstead.creators.uploads import FileLedger
from earstead.creators.urls import Urls
from earstead.kit.clock import Clock
from earstead.services.creators.hands import CaptureRead, FoundShow, SignedIn
from earstead.services.creators.office import CreatorServices
from earstead.services.creators.uploading import CLIENTS


class KeepingHands:
    """See `services.creators.hands.Hands`. For several threads."""

    def __init__(
        self,
        office: CreatorServices,
        urls: Urls,
        clock: Clock,
        data: Path,
        *,
        pace: Pace | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        """Make nothing yet.

        Args:
            data: the server's folder; uploads that were begun are kept there.
        """
        self._office = office
        self._urls = urls
        self._clock = clock
        self._ledger = FileLedger(data / "creators" / CLIENTS)
        self._pace = pace
        self._sleep = sleep
        self._lock = threading.Lock()
        self._clients: dict[int, Creators] = {}

    # ---- clients -------------------------------------------------------------------------------------------

    def sign_in(self, sp_dc: str, sp_key: str = "") -> SignedIn:
        """Try two cookies out with a client of their own; nothing of it is kept."""
        with self._client(Credentials(sp_dc, sp_key)) as client:
            client.session.bearer()
            shows = client.shows.all()
        return SignedIn(
            name="",
            shows=tuple(
                FoundShow(
                    uri=show.uri,
                    name=show.name,
                    station_id=show.station_id,
                    user_id=show.user_id,
                    hosting=str(show.hosting),
                    permissions=_words(show.permissions),
                )
                for show in shows
            ),
        )

    def client(self, account_id: int) -> Creators:
        """The client of an account. Raises NotFound for one that is gone, NeedsReauth for one without cookies."""
        with self._lock:
            known = self._clients.get(account_id)
            if known is not None:
                return known
            account = self._office.accounts.find(account_id)
            if account is None:
                raise NotFound("There is no such Spotify for Creators account here.")
            cookies = self._office.accounts.credentials(account_id)
            log = ServerLog(self._office.changes, account_id, account.user_id)
            made = self._client(Credentials(cookies.sp_dc, cookies.sp_key), log)
            self._clients[account_id] = made
            return made

    def open(self, account_id: int) -> KeepingHand:
        """The hand of an account."""
        client = self.client(account_id)
        return KeepingHand(client, partial(self.calling, account_id), partial(diagnosed, client, account_id))

    @contextmanager
    def calling(self, account_id: int) -> Iterator[None]:
        """Tell the account how the calls of a block went. Raises whatever they raise."""
        before = answers()
        try:
            yield
        except NeedsReauth as fault:
            self._office.accounts.ended(account_id, fault.why, str(getattr(fault, "mend", "")))
            self._office.health.failed(account_id, fault, cause="cookie")
            raise
        except AppError as fault:
            self._office.health.failed(account_id, fault, cause=trouble(fault))
            raise
        if answers() > before:  # a sync that found nothing to ask says nothing about the cookies
            self._office.accounts.answered(account_id)
            self._office.health.answered(account_id)

    def forget(self, account_id: int) -> None:
        """Close an account's client."""
        with self._lock:
            known = self._clients.pop(account_id, None)
        if known is not None:
            known.close()

    def refresh(self) -> None:
        """Have every client know the operations in force now; tokens stay."""
        registry = self._office.captures.registry()
        with self._lock:
            clients = list(self._clients.values())
        for client in clients:
            client.graph.registry = registry

    def close(self) -> None:
        """Close every client."""
        with self._lock:
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            client.close()

    # ---- operations ----------------------------------------------------------------------------------------

    def read_capture(self, name: str, data: bytes) -> CaptureRead:
        """What a recording holds; the name of its file says nothing that is relied on."""
        found = read_capture(data, self._office.captures.registry(), now_ms=self._clock.now_ms())
        return CaptureRead(
            kind=found.kind, registry=found.registry.as_json(), operations=found.operations, report=found.report
        )

    def harvest(self, account_id: int) -> CaptureRead:
        """What the dashboard's scripts hold."""
        with self.calling(account_id):
            found = self.client(account_id).harvest()
        return CaptureRead(
            kind="harvest",
            registry=found.registry.as_json(),
            operations=tuple(found.registry.operations),
            report=_report(found),
        )

    def _client(self, credentials: Credentials, log: ServerLog | None = None) -> Creators:
        client = Creators(
            credentials,
            urls=self._urls,
            registry=self._office.captures.registry(),
            log=log,
            heard=heard,
            clock=self._clock,
            sleep=self._sleep,
            pace=self._pace,
        )
        client.uploads.ledger = self._ledger
        return client


def _words(permissions: object) -> tuple[str, ...]:
    """Permissions as words, whatever their form: it is not known."""
    if isinstance(permissions, dict):
        return tuple(str(name) for name, given in permissions.items() if given and not name.startswith("__"))
    return tuple(str(one) for one in permissions) if isinstance(permissions, list) else ()


def _report(found: Harvested) -> str:
    """What a harvest found, as Markdown."""
    lines = [f"* {bundle.url.partition('?')[0]}: {bundle.operations} operations" for bundle in found.bundles]
    for title, deltas in (("New", found.diff.added), ("Changed", found.diff.changed), ("Gone", found.diff.gone)):
        if deltas:
            lines += ["", f"**{title}**: {', '.join(delta.name for delta in deltas)}"]
    return "\n".join(lines) + "\n"
