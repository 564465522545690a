"""The accounts service: apps, consent, codes and tokens. Pure but for the seed it draws its secrets from."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from earstead.kit.clock import seeded

ACCESS_S: Final = 3600
CODE_S: Final = 600
MONTHS: Final = 6
SCOPES: Final = frozenset(
    "user-read-playback-state user-read-currently-playing user-modify-playback-state user-read-recently-played "
    "user-read-playback-position user-top-read user-library-read user-library-modify user-follow-read "
    "user-follow-modify playlist-read-private playlist-read-collaborative playlist-modify-public "
    "playlist-modify-private ugc-image-upload user-read-private user-read-email streaming app-remote-control".split()
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~")


class OAuthError(Exception):
    """A refusal of the token endpoint."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, "error_description": description} if description else {"error": error}


@dataclass(slots=True, kw_only=True)
class ClientApp:
    """A client id of a developer.

    Attributes:
        mode: new-dev, old-dev or extended.
        redirect_uris: those registered; none stands for every address that could be.
        listed: names of the users on its allow-list; empty for everybody.
    """

    client_id: str
    secret: str
    developer: str
    mode: str
    redirect_uris: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    owner_premium: bool = True


@dataclass(slots=True, kw_only=True)
class Grant:
    """What a user allowed an app; `user` is "" for the app's own token."""

    client_id: str
    user: str
    scopes: frozenset[str]
    authorized_ms: int
    pkce: bool = False
    refresh_token: str = ""
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    grant: Grant
    redirect_uri: str
    challenge: str
    expires_ms: int


def problem_of_redirect(uri: str, registered: tuple[str, ...]) -> str:
    """Why an address cannot be redirected to, "" when it can: https, or a loopback address written as one."""
    parts = urlsplit(uri)
    loopback = _is_loopback(parts.hostname or "")
    if not (parts.scheme == "https" or (parts.scheme == "http" and loopback) or "." in parts.scheme):
        # Schemes of phone apps have a dot, as com.example.app has.
        return "Insecure redirect URI"
    if parts.hostname == "localhost":
        return "Insecure redirect URI"
    if not registered or uri in registered:
        return ""
    if loopback and any(_without_port(uri) == known and not urlsplit(known).port for known in registered):
        return ""
    return "Invalid redirect URI"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _without_port(uri: str) -> str:
    parts = urlsplit(uri)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return parts._replace(netloc=host).geturl()


@dataclass
class Accounts:
    """All apps and all that users allowed them.

    Attributes:
        returns: whether a refresh answers a new refresh token: "never", "always", or "mixed" for every third.
            A new one is answered to callers without a secret alone, and ends the old one.
    """

    seed: int
    returns: str = "mixed"
    clients: dict[str, ClientApp] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    _codes: dict[str, _Code] = field(default_factory=dict)
    _access: dict[str, tuple[Grant, int]] = field(default_factory=dict)
    _drawn: int = 0
    _renewals: int = 0

    def new_secret(self, start: str, length: int) -> str:
        """The next secret of this world."""
        self._drawn += 1
        return start + "".join(seeded(f"secret {self.seed} {self._drawn}").choices(_LETTERS, k=length))

    def add_client(self, mode: str, developer: str = "developer", **given: Any) -> ClientApp:
        """Register an app."""
        rng = seeded(f"client {self.seed} {len(self.clients)}")
        client_id, secret = ("".join(rng.choices("0123456789abcdef", k=32)) for _ in range(2))
        client = ClientApp(client_id=client_id, secret=secret, developer=developer, mode=mode, **given)
        self.clients[client_id] = client
        return client

    def allow(self, client: ClientApp, user: str, scopes: frozenset[str], now_ms: int, *, pkce: bool = False) -> Grant:
        """A user's consent, as an active grant with a refresh token."""
        grant = Grant(client_id=client.client_id, user=user, scopes=scopes, authorized_ms=now_ms, pkce=pkce)
        grant.refresh_token = self.new_secret("AQ", 129)
        self.grants.append(grant)
        return grant

    def code(self, client: ClientApp, user: str, scopes: frozenset[str], redirect: str, challenge: str, at: int) -> str:
        """A code to be exchanged once, within ten minutes."""
        grant = Grant(client_id=client.client_id, user=user, scopes=scopes, authorized_ms=at, pkce=bool(challenge))
        code = self.new_secret("AQ", 160)
        expires_ms = at + CODE_S * 1000
        self._codes[code] = _Code(grant=grant, redirect_uri=redirect, challenge=challenge, expires_ms=expires_ms)
        return code

    def access(self, grant: Grant, now_ms: int) -> str:
        """A new access token, good for an hour."""
        token = self.new_secret("BQ", 160)
        self._access[token] = (grant, now_ms + ACCESS_S * 1000)
        return token

    def expire_access(self, user: str = "") -> None:
        """Let the access tokens of a user, or of everybody, end now."""
        for token, (grant, _) in self._access.items():
            if not user or grant.user == user:
                self._access[token] = (grant, 0)

    def revoke(self, user: str) -> None:
        """What a user does on the account's page: remove the access of every app."""
        for grant in self.grants:
            if grant.user == user:
                grant.revoked = True
        self.expire_access(user)

    def bearer(self, token: str, now_ms: int) -> Grant | str:
        """The grant behind an access token, or why there is none."""
        found = self._access.get(token)
        if found is None:
            return "Invalid access token"
        return found[0] if found[1] > now_ms else "The access token expired"

    def token(self, form: Mapping[str, str], authorization: str, now_ms: int) -> dict[str, Any]:
        """Answer the token endpoint.

        Raises:
            OAuthError: refused; carries status and body.
        """
        client, proven = self._client(form, authorization)
        kind = form.get("grant_type", "")
        if kind == "client_credentials":
            if not proven:
                raise OAuthError("invalid_client", "Invalid client")
            grant = Grant(client_id=client.client_id, user="", scopes=frozenset(), authorized_ms=now_ms)
            return {"access_token": self.access(grant, now_ms), "token_type": "Bearer", "expires_in": ACCESS_S}
        if kind == "authorization_code":
            grant = self._exchanged(form, client, proven, now_ms)
            return self._answer(grant, now_ms, grant.refresh_token)
        if kind == "refresh_token":
            return self._refreshed(form.get("refresh_token", ""), client, proven, now_ms)
        raise OAuthError("unsupported_grant_type", "grant_type parameter is missing" if not kind else "")

    def _client(self, form: Mapping[str, str], authorization: str) -> tuple[ClientApp, bool]:
        """The app that asks, and whether it proved to be it by its secret."""
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization[:6].lower() == "basic ":
            try:
                client_id, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                client_id = ""
        client = self.clients.get(client_id)
        if client is None:
            raise OAuthError("invalid_client", "Invalid client" if client_id else "")
        if secret and secret != client.secret:
            raise OAuthError("invalid_client", "Invalid client secret")
        return client, bool(secret)

    def _exchanged(self, form: Mapping[str, str], client: ClientApp, proven: bool, now_ms: int) -> Grant:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.grant.client_id != client.client_id:
            raise OAuthError("invalid_grant", "Invalid authorization code")
        if code.expires_ms <= now_ms:
            raise OAuthError("invalid_grant", "Authorization code expired")
        if form.get("redirect_uri") != code.redirect_uri:
            raise OAuthError("invalid_grant", "Invalid redirect URI")
        if code.challenge:
            _check_verifier(form.get("code_verifier", ""), code.challenge)
        elif not proven:
            raise OAuthError("invalid_client", "Invalid client secret")
        code.grant.refresh_token = self.new_secret("AQ", 129)
        self.grants.append(code.grant)
        return code.grant

    def _refreshed(self, token: str, client: ClientApp, proven: bool, now_ms: int) -> dict[str, Any]:
        if not token:
            raise OAuthError("invalid_request", "refresh_token must be supplied")
        grant = next((grant for grant in self.grants if grant.refresh_token == token), None)
        if grant is None or grant.client_id != client.client_id:
            raise OAuthError("invalid_grant", "Invalid refresh token")
        if not (grant.pkce or proven):
            raise OAuthError("invalid_client", "Invalid client secret")
        if grant.revoked:
            raise OAuthError("invalid_grant", "Refresh token revoked")
        if now_ms >= expires_ms(grant.authorized_ms):
            raise OAuthError("invalid_grant", "Refresh token expired")
        answered = ""
        self._renewals += 1
        if not proven and (self.returns == "always" or (self.returns == "mixed" and self._renewals % 3 == 0)):
            answered = grant.refresh_token = self.new_secret("AQ", 129)
        return self._answer(grant, now_ms, answered)

    def _answer(self, grant: Grant, now_ms: int, refresh_token: str) -> dict[str, Any]:
        said: dict[str, Any] = {
            "access_token": self.access(grant, now_ms),
            "token_type": "Bearer",
            "expires_in": ACCESS_S,
            "scope": " ".join(sorted(grant.scopes)),
        }
        return said | ({"refresh_token": refresh_token} if refresh_token else {})


def expires_ms(authorized_ms: int) -> int:
    """When what was allowed at a moment ends: six calendar months later, at the month's last day if it is shorter."""
    then = datetime.fromtimestamp(authorized_ms / 1000, UTC)
    months = then.month - 1 + MONTHS
    year, month = then.year + months // 12, months % 12 + 1
    for day in range(then.day, 27, -1):
        try:
            return int(then.replace(year=year, month=month, day=day).timestamp() * 1000)
        except ValueError:
            continue
    return int(then.replace(year=year, month=month).timestamp() * 1000)


def _check_verifier(verifier: str, challenge: str) -> None:
    if not verifier:
        raise OAuthError("invalid_request", "code_verifier required")
    if not 43 <= len(verifier) <= 128 or not set(verifier) <= _UNRESERVED:
        raise OAuthError("invalid_request", "code_verifier must be 43 to 128 characters of [A-Za-z0-9._~-]")
    digest = hashlib.sha256(verifier.encode()).digest()
    if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
        raise OAuthError("invalid_grant", "code_verifier was incorrect")
