"""Access tokens that renew themselves: one renewal at a time, the last refresh token kept when none comes back."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from earstead.core.errors import NeedsReauth, RetryLater
from earstead.core.spotify import ACCOUNTS_URL, SERVICE, Tokens
from earstead.kit.clock import Clock
from earstead.kit.outbound import Answer
from earstead.sources.spotify import doors
from earstead.sources.spotify.wire.said import mapping, number, text

FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
EARLY_S = 60
"""A token is renewed this long before its end, so that none runs out on its way."""
USUAL_LIFE_S = 3600


class Keeper(Protocol):
    """Where the tokens of one account are kept."""

    def load(self) -> Tokens:
        """The tokens. Raises NeedsReauth when there are none any more."""

    def store(self, tokens: Tokens, before: Tokens) -> None:
        """Keep those that `before` were renewed to."""

    def dead(self, why: str, before: Tokens) -> None:
        """The consent behind `before` has ended: nothing but the user can help."""


class Access(Protocol):
    """What the client asks for its token."""

    def token(self) -> str:
        """A token that should be good. Raises NeedsReauth, RetryLater."""

    def renewed(self, stale: str) -> str:
        """Another one, because `stale` was refused. Raises NeedsReauth, RetryLater."""


class FixedToken:
    """An access token that somebody gave, and that cannot be renewed."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        """The token."""
        return self._token

    def renewed(self, stale: str) -> str:
        """There is no other. Raises NeedsReauth."""
        raise NeedsReauth(SERVICE, "the access token is no longer good")


class RefreshingToken:
    """The access token of a linked account. For several threads."""

    def __init__(
        self, transport: doors.Transport, keeper: Keeper, client_id: str, clock: Clock, accounts_url: str = ACCOUNTS_URL
    ) -> None:
        self._transport = transport
        self._keeper = keeper
        self._client_id = client_id
        self._clock = clock
        self._url = f"{accounts_url}/api/token"
        self._lock = threading.Lock()

    def token(self) -> str:
        """See `Access`."""
        tokens = self._keeper.load()
        if tokens.access and self._clock.now() < tokens.expires_at - EARLY_S:
            return tokens.access
        return self.renewed(tokens.access)

    def renewed(self, stale: str) -> str:
        """See `Access`. Two that come with the same stale token cause one renewal."""
        with self._lock:
            tokens = self._keeper.load()
            if tokens.access and tokens.access != stale:
                return tokens.access
            answer = doors.carry(self._transport, "POST", self._url, FORM, self._form(tokens.refresh))
            if answer.status != 200:
                fault = doors.token_fault(answer)
                if isinstance(fault, NeedsReauth):
                    self._keeper.dead(fault.why, tokens)
                raise fault
            fresh = tokens_of(answer, self._clock.now(), tokens)
            self._keeper.store(fresh, tokens)
            return fresh.access

    def _form(self, refresh: str) -> bytes:
        return urlencode(
            {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": self._client_id}
        ).encode()


def tokens_of(answer: Answer, now: int, before: Tokens | None = None) -> Tokens:
    """The tokens of a successful answer; what it leaves out stays as it was.

    Raises:
        RetryLater: the answer cannot be read.
        NeedsReauth: it gives no refresh token, and there was none before.
    """
    said: Mapping[str, Any] = mapping(doors.document(answer))
    access = text(said.get("access_token"))
    # Spotify leaves the refresh token out when the old one stays good, and often even when it does not say so.
    refresh = text(said.get("refresh_token")) or (before.refresh if before else "")
    if not access:
        raise RetryLater(SERVICE, "its answer holds no token", doors.FAULT_S)
    if not refresh:
        raise NeedsReauth(SERVICE, "it gave no refresh token")
    scopes = tuple(text(said.get("scope")).split()) or (before.scopes if before else ())
    life = number(said.get("expires_in"), USUAL_LIFE_S)
    return Tokens(access=access, refresh=refresh, expires_at=now + max(1, life), scopes=scopes)
