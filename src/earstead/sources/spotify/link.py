"""Clients for the accounts that people linked: tokens, quotas and capabilities kept by `services.spotify_accounts`."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from earstead.core.quota import Family, Priority, Standing, Window
from earstead.core.spotify import ACCOUNTS_URL, API_URL, Capabilities, Profile, Tokens
from earstead.kit.clock import Clock
from earstead.services.spotify.accounts import SpotifyAccounts
from earstead.services.spotify.types import LinkedAccount, Login, Returned, Way
from earstead.sources.spotify import doors, oauth
from earstead.sources.spotify.capabilities import probe
from earstead.sources.spotify.client import SpotifyClient
from earstead.sources.spotify.governor import Governor
from earstead.sources.spotify.tokens import FORM, FixedToken, RefreshingToken, tokens_of


class KeptTokens:
    """The tokens of one linked account."""

    def __init__(self, links: SpotifyAccounts, account_id: int) -> None:
        self._links = links
        self._account_id = account_id

    def load(self) -> Tokens:
        """See `tokens.Keeper`."""
        return self._links.tokens(self._account_id)

    def store(self, tokens: Tokens, before: Tokens) -> None:
        """See `tokens.Keeper`."""
        self._links.keep_tokens(self._account_id, tokens, before)

    def dead(self, why: str, before: Tokens) -> None:
        """See `tokens.Keeper`."""
        self._links.ended(self._account_id, why, before)


class KeptQuota:
    """What is known of one developer's limits."""

    def __init__(self, links: SpotifyAccounts, developer: str) -> None:
        self._links = links
        self._developer = developer

    def load(self) -> str:
        """See `governor.Memory`."""
        return self._links.quota(self._developer)

    def keep(self, text: str) -> None:
        """See `governor.Memory`."""
        self._links.keep_quota(self._developer, text)

    def locked(self, text: str, family: str, until_ms: int) -> None:
        """See `governor.Memory`."""
        self._links.quota_locked(self._developer, text, family, until_ms)


class SpotifyLink:
    """See `services.spotify_types.Link`. One a process: governors and renewals must not stand beside each other."""

    def __init__(
        self,
        links: SpotifyAccounts,
        transport: doors.Transport,
        clock: Clock,
        *,
        api_url: str = API_URL,
        accounts_url: str = ACCOUNTS_URL,
        budgets: Mapping[Family, int] | None = None,
    ) -> None:
        """`budgets`: see `core.quota.Quota`."""
        self._links = links
        self._budgets = budgets or {}
        self._transport = transport
        self._clock = clock
        self._api_url = api_url
        self._accounts_url = accounts_url
        self._lock = threading.Lock()
        self._governors: dict[str, Governor] = {}
        self._tokens: dict[tuple[int, str], RefreshingToken] = {}

    # ---- signing in --------------------------------------------------------------------------------------

    def check_client_id(self, text: str) -> str:
        """See `oauth`."""
        return oauth.check_client_id(text)

    def ways(self, path: str, *, told_url: str, seen_url: str) -> tuple[Way, ...]:
        """See `oauth`."""
        return oauth.ways(path, told_url=told_url, seen_url=seen_url)

    def address(self, login: Login, state: str, scopes: Sequence[str], *, again: bool) -> str:
        """Where the browser goes."""
        return oauth.begin(
            self._accounts_url,
            client_id=login.client_id,
            redirect_uri=login.redirect_uri,
            scopes=scopes,
            state=state,
            verifier=login.verifier,
            again=again,
        )

    def read_return(self, text: str) -> Returned:
        """See `oauth`."""
        return oauth.read_return(text)

    def exchange(self, login: Login, code: str) -> Tokens:
        """See `Link`."""
        form = oauth.exchange(
            client_id=login.client_id, redirect_uri=login.redirect_uri, code=code, verifier=login.verifier
        )
        answer = doors.carry(self._transport, "POST", f"{self._accounts_url}/api/token", FORM, form)
        if answer.status != 200:
            raise doors.token_fault(answer)
        return tokens_of(answer, self._clock.now())

    def profile(self, developer: str, tokens: Tokens) -> Profile:
        """See `Link`. It comes right after the user's click, so it goes before all else."""
        client = SpotifyClient(
            self._transport,
            FixedToken(tokens.access),
            self._governor(developer),
            base_url=self._api_url,
            clock=self._clock,
            priority=Priority.PLAYER,
        )
        return client.me()

    # ---- in the name of an account -----------------------------------------------------------------------

    def client(self, account: LinkedAccount, priority: Priority = Priority.BACKGROUND) -> SpotifyClient:
        """See `Link`."""
        return SpotifyClient(
            self._transport,
            self._access(account),
            self._governor(account.developer),
            base_url=self._api_url,
            accounts_url=self._accounts_url,
            clock=self._clock,
            capabilities=account.capabilities,
            priority=priority,
        )

    def probe(self, account: LinkedAccount) -> Capabilities:
        """See `Link`. The user clicked for it, so it does not queue behind lists that are read for hours."""
        return probe(
            self.client(account, Priority.CLICK),
            account.capabilities,
            self._clock.now(),
            lambda found: self._links.keep_capabilities(account.client_id, found),
        )

    def _access(self, account: LinkedAccount) -> RefreshingToken:
        """One for each account, so that two requests do not renew its token side by side."""
        key = (account.account_id, account.client_id)
        with self._lock:
            found = self._tokens.get(key)
            if found is None:
                keeper = KeptTokens(self._links, account.account_id)
                found = self._tokens[key] = RefreshingToken(
                    self._transport, keeper, account.client_id, self._clock, self._accounts_url
                )
            return found

    # ---- limits ------------------------------------------------------------------------------------------

    def _governor(self, developer: str) -> Governor:
        with self._lock:
            found = self._governors.get(developer)
            if found is None:
                memory = KeptQuota(self._links, developer)
                found = self._governors[developer] = Governor(self._clock, memory, self._budgets)
            return found

    def share(self, developer: str, family: Family) -> float:
        """See `Link`."""
        return self._governor(developer).share(family)

    def ledger(self, developer: str) -> tuple[Window, tuple[Standing, ...]]:
        """See `Link`."""
        return self._governor(developer).ledger()

    def close(self) -> None:
        """See `Link`."""
        with self._lock:
            for governor in self._governors.values():
                governor.flush()
            close = getattr(self._transport, "close", None)
            if close is not None:
                close()
