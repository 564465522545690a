"""The records of the relay: whom listens are passed on to, what waits, and what a carrier must be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from earstead.core.listen import Kind as Play
from earstead.core.listen import Submission
from earstead.core.relaying import RelayFilter
from earstead.services.views import ListenRow

Speech = Literal["lastfm", "listenbrainz"]
State = Literal["new", "on", "paused", "reconnect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of service one can relay to.

    Attributes:
        name: as stored.
        speaks: the protocol.
        api, page: its addresses; "" for services that each have their own.
        hosts: where it is at home; what was fetched from there is not sent there.
        peers: whether it may be an earstead, to which copies carry marks.
    """

    name: str
    title: str
    speaks: Speech
    api: str = ""
    page: str = ""
    hosts: tuple[str, ...] = ()
    peers: bool = False
    note: str = ""

    @property
    def kinds(self) -> tuple[int, ...]:
        """The kinds of plays that the protocol has words for."""
        return (int(Play.MUSIC),) if self.speaks == "lastfm" else tuple(int(kind) for kind in Play)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="lastfm",
        title="Last.fm",
        speaks="lastfm",
        api="https://ws.audioscrobbler.com/2.0/",
        page="https://www.last.fm/api/auth/",
        hosts=("last.fm", "www.last.fm", "ws.audioscrobbler.com"),
        note="Needs an API account of your own (www.last.fm/api/account/create). It takes plays of the last 14 days.",
    ),
    Kind(
        name="librefm",
        title="Libre.fm",
        speaks="lastfm",
        api="https://libre.fm/2.0/",
        page="https://libre.fm/api/auth/",
        hosts=("libre.fm", "alpha.libre.fm"),
        note="Name and password are enough; any key of 32 characters is accepted.",
    ),
    Kind(
        name="listenbrainz",
        title="ListenBrainz",
        speaks="listenbrainz",
        api="https://api.listenbrainz.org",
        hosts=("listenbrainz.org", "api.listenbrainz.org"),
        note="Needs the user token of your ListenBrainz settings.",
    ),
    Kind(
        name="earstead",
        title="Another earstead",
        speaks="listenbrainz",
        peers=True,
        note="Needs its address and a token with the right to write listens (Settings, Tokens).",
    ),
    Kind(
        name="compatible",
        title="Another server that speaks Last.fm 2.0",
        speaks="lastfm",
        peers=True,
        note="GNU FM, earstead and others: address, name, and an app password or the key of an API account there.",
    ),
)
BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What proves us to the other service. Never shown, never logged, sealed at rest; "" for what it does not take."""

    token: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    session: str = field(default="", repr=False)
    pending: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to send: addresses, proof, and the marks that copies of this user carry ("" for none)."""

    kind: Kind
    api: str
    page: str
    secrets: Secrets
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who we are at the other end. `mark`: its mark, "" for what is no earstead."""

    name: str
    session: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of listens that were sent: for each why it was refused, "" when it was taken.

    `again`: for each whether that refusal passes by itself (a limit for the day); `pause_s`: how long to wait
    before the next request.
    """

    refused: tuple[str, ...]
    again: tuple[bool, ...] = ()
    pause_s: float = 0.0


class Carrier(Protocol):
    """Speaks to the other services. Blocks; raises RetryLater, NeedsReauth, Refused, ForbiddenAddress."""

    def most(self, target: Target) -> int:
        """How many listens one request may carry."""

    def deliver(self, target: Target, listens: Sequence[ListenRow]) -> Delivery:
        """Send listens, oldest first, in one request. Refused: the request as a whole, for what it holds."""

    def playing(self, target: Target, submission: Submission) -> None:
        """Say what plays now."""

    def account(self, target: Target) -> Account:
        """Whose token this is."""

    def ask(self, target: Target) -> str:
        """A token that the user is to approve on the service's page."""

    def approval_page(self, target: Target) -> str:
        """The address at which the user approves `target.secrets.pending`."""

    def approved(self, target: Target) -> Account | None:
        """The session behind an approved token; None while it waits."""

    def log_in(self, target: Target, name: str, password: str) -> Account:
        """A session by name and password."""

    def close(self) -> None:
        """Close the connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """One service of one user.

    Attributes:
        account: the name at the other end, "" before it is connected.
        state: new (to be approved), on, paused (by the user), reconnect (held until the user acts; see `error`).
        playing: whether what plays now is passed on as well.
        peer_mark: mark of the account at the other end.
        error: why the last attempt failed, "" when it did not; `failures`: how often in a row.
        next_at: no attempt before, unix seconds.
        batch: listens in the next request; 0 for as many as it may carry. Small while a bad one is looked for.
        sent, sent_at: how many were taken, and when last.
    """

    relay_id: int
    user_id: int
    kind: Kind
    url: str
    account: str
    state: State
    filter: RelayFilter
    playing: bool
    peer_mark: str
    error: str
    failures: int
    next_at: int
    batch: int
    sent: int
    sent_at: int
    created_at: int

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where the service is at home."""
        own = self.url.partition("://")[2].partition("/")[0].rpartition("@")[2]
        return (*self.kind.hosts, own.partition(":")[0]) if own else self.kind.hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A listen on its way: `state` is waiting, sent or failed; `reason` says why it failed; `at`: since when."""

    listen_id: int
    position: int
    state: str
    reason: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A back-fill: listens of [start, end) that were not sent yet, in order of time.

    `total` was counted when it was asked for; `done` of them have been dealt with, `sent` were taken, `failed`
    refused. `state` is running, done or stopped.
    """

    fill_id: int
    relay_id: int
    start: int
    end: int
    cursor: tuple[int, int]
    total: int
    done: int
    sent: int
    failed: int
    state: str
    created_at: int
    finished_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a relay stands: what waits, when the oldest of it was queued (0: none), what was refused, the latest fill."""

    relay: Relay
    waiting: int
    oldest_at: int
    failed: int
    fill: Fill | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """An item with its listen; None when the listen is gone."""

    item: Item
    listen: ListenRow | None
