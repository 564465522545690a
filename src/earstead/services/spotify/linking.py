"""Linking a Spotify account: consent asked for, taken, widened, renewed and given up.

A user brings a client id of his own and agrees on Spotify's page. The browser comes back with a code and the state that
was made for this user alone; the state is good once and for an hour. Then Spotify is asked whose account it is, and a
job tries out what the client id may do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from earstead.core.errors import Conflict, Refused, Rejected
from earstead.core.quota import Family, Priority, Standing, Window
from earstead.core.spotify import SOURCES
from earstead.core.spotify_scopes import chosen, missing, scopes_of
from earstead.kit.clock import new_secret
from earstead.services.accounts import Accounts
from earstead.services.spotify.accounts import MOST_ACCOUNTS, SpotifyAccounts
from earstead.services.spotify.types import Link, LinkedAccount, Login, SpotifyApi, Way
from earstead.services.worker import Worker
from earstead.storage.writer import Writer

CALLBACK = "/settings/spotify/callback"
PROBE_JOB = "spotify.probe"
_VERIFIER_BYTES = 48
"""64 characters of base64url: within the 43 to 128 that PKCE asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in that waits for the user. `paste`: the address where the browser ends has to be pasted."""

    address: str = field(repr=False)
    redirect_uri: str
    paste: bool


class SpotifyLinking:
    """See the module. Methods block; `finish` waits for Spotify."""

    def __init__(self, links: SpotifyAccounts, accounts: Accounts, worker: Worker, writer: Writer, link: Link) -> None:
        self._links = links
        self._accounts = accounts
        self._worker = worker
        self._writer = writer
        self._link = link
        self._after_linking: list[Callable[[LinkedAccount], object]] = []
        self._before_leaving: list[Callable[[LinkedAccount, bool], object]] = []
        worker.handle(PROBE_JOB, self._probe)

    # ---- agreeing ----------------------------------------------------------------------------------------

    def ways(self, *, told_url: str, seen_url: str) -> tuple[Way, ...]:
        """How the browser can come back, the best first; each address must be registered in Spotify's dashboard."""
        return self._link.ways(CALLBACK, told_url=told_url, seen_url=seen_url)

    def begin(self, user_id: int, *, client_id: str, features: Sequence[str], way: Way, developer: str = "") -> Begun:
        """Ask for a new account. `developer`: whose quota it shares, of one of the user's accounts; "" for its own.

        Raises Rejected; Conflict when there are too many.
        """
        held = self._links.of_user(user_id)
        if len(held) >= MOST_ACCOUNTS:
            raise Conflict(f"At most {MOST_ACCOUNTS} Spotify accounts can be linked.")
        client_id = self._link.check_client_id(client_id)
        own = developer if any(account.developer == developer for account in held) else client_id
        shared = self._links.developer_of(client_id) or own
        login = Login(
            client_id=client_id,
            developer=shared,
            redirect_uri=way.redirect_uri,
            verifier=new_secret(_VERIFIER_BYTES),
            features=chosen(features),
        )
        return self._ask(user_id, login, scopes_of(login.features), paste=way.name == "paste", again=False)

    def renew(self, user_id: int, account_id: int, way: Way, *, features: Sequence[str] | None = None) -> Begun:
        """Ask for an account's consent again, or for more: all that was granted and what the features need."""
        account = self._links.get(user_id, account_id)
        login = Login(
            client_id=account.client_id,
            developer=account.developer,
            redirect_uri=way.redirect_uri,
            verifier=new_secret(_VERIFIER_BYTES),
            features=account.features if features is None else chosen(features),
            account_id=account_id,
        )
        scopes = scopes_of(login.features, account.scopes)
        return self._ask(user_id, login, scopes, paste=way.name == "paste", again=True)

    def _ask(self, user_id: int, login: Login, scopes: Sequence[str], *, paste: bool, again: bool) -> Begun:
        state = new_secret()
        address = self._link.address(login, state, scopes, again=again)
        self._links.begin(user_id, state, login)
        return Begun(address=address, redirect_uri=login.redirect_uri, paste=paste)

    def finish(self, user_id: int, address: str) -> LinkedAccount:
        """Take the address that the browser came back with.

        Raises:
            Rejected: it is no such address, or the user said no.
            NotFound: this sign-in is not this user's, was used, or is older than an hour.
            Conflict: it is another account than the one that was to be renewed.
            Upstream: what Spotify said instead.
        """
        returned = self._link.read_return(address)
        login = self._links.login(user_id, returned.state)
        tokens = self._link.exchange(login, returned.code)
        lacking = missing(login.features, tokens.scopes)
        if lacking:
            raise Rejected("features", f"you did not agree to {', '.join(lacking)}; connect with fewer features")
        profile = self._link.profile(login.developer, tokens)
        if login.account_id:
            account = self._links.get(user_id, login.account_id)
            if account.spotify_key not in (profile.key, profile.spotify_id):
                there = profile.name or profile.spotify_id
                raise Conflict(
                    f"You are signed in at Spotify as {there}, and not as {account.title}. "
                    "Sign out there, and renew again; or connect that account as another one."
                )
        linked = self._links.link(user_id, login, tokens, profile)
        self.probe_soon(linked)
        for follow in self._after_linking:
            follow(linked)
        return linked

    # ---- changing, leaving -------------------------------------------------------------------------------

    def set_features(self, user_id: int, account_id: int, features: Sequence[str], way: Way) -> Begun | None:
        """Switch features on and off. When that needs rights that were not granted, the sign-in that asks for them."""
        account = self._links.get(user_id, account_id)
        wanted = chosen(features)
        if missing(wanted, account.scopes):
            return self.renew(user_id, account_id, way, features=wanted)
        self._links.set_features(account, wanted)
        changed = self._links.get(user_id, account_id)
        for follow in self._after_linking:
            follow(changed)
        return None

    def after_linking(self, follow: Callable[[LinkedAccount], object]) -> None:
        """Have `follow(account)` called when an account was linked or renewed, or its features changed."""
        self._after_linking.append(follow)

    def before_leaving(self, forget: Callable[[LinkedAccount, bool], object]) -> None:
        """Have `forget(account, erase)` called before an account is disconnected."""
        self._before_leaving.append(forget)

    def disconnect(self, user_id: int, account_id: int, *, erase: bool) -> int:
        """Forget an account. With `erase`, all plays that came through the API go too; returns the reports removed."""
        account = self._links.get(user_id, account_id)
        for forget in self._before_leaving:
            forget(account, erase)
        self._links.remove(account_id)
        return sum(self._accounts.erase_source(user_id, source) for source in SOURCES) if erase else 0

    # ---- what it may do ----------------------------------------------------------------------------------

    def client(self, account: LinkedAccount, priority: Priority = Priority.BACKGROUND) -> SpotifyApi:
        """A client in the name of an account."""
        return self._link.client(account, priority)

    def share(self, developer: str, family: Family) -> float:
        """How much of a day's budget is used, 0 to 1; 1 while the family is locked."""
        return self._link.share(developer, family)

    def ledger(self, developer: str) -> tuple[Window, tuple[Standing, ...]]:
        """What is used, left and locked."""
        return self._link.ledger(developer)

    def probe_soon(self, account: LinkedAccount) -> None:
        """Have what the client id may do tried out."""
        payload = {"account_id": account.account_id}
        self._writer.do(lambda tx: self._worker.enqueue(tx, PROBE_JOB, payload, dedupe=account.client_id)).result()

    def _probe(self, payload: Mapping[str, Any]) -> None:
        account = self._links.find(int(payload["account_id"]))
        if account is None or account.state != "on":
            raise Refused("Spotify", "the account is no longer linked")
        self._link.probe(account)

    def close(self) -> None:
        """Keep what was counted, and close the connections."""
        self._link.close()
