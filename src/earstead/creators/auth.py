"""From two cookies to a bearer: the silent sign-in of the web app, with its own public client id and PKCE.

The bearer lives an hour and is renewed 300 s before its end. After Spotify says that the cookies are signed out,
nothing is tried again until they are replaced: repeated silent sign-ins look like an attack.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from earstead.creators.errors import (
    AuthConfigError,
    AuthFlowChanged,
    CredentialsExpired,
    RateLimited,
    Unavailable,
    ValidationError,
)
from earstead.creators.redact import blot
from earstead.creators.transport import Answer, Request, Transport, asked_pause_s
from earstead.creators.urls import Urls
from earstead.kit.clock import new_secret

CLIENT_ID: Final = "05a1371ee5194c27860b3ff3ff3979d2"
REDIRECT_URI: Final = "https://podcasters.spotify.com"
SCOPE: Final = "streaming ugc-image-upload user-read-email user-read-private"
EARLY_S: Final = 300
"""A bearer is renewed this long before its end."""
_HOUR_S: Final = 3600
# Sign-ins that are repeated look like an attack: who is told that they are too many does not try again by itself.
_TOO_MANY: Final = frozenset({429})
_COOKIE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{8,4096}")
# From the assignment to the first semicolon; keys of the object may be bare or quoted, so that it is no JSON.
_OBJECT = re.compile(r"authorizationResponse\s*=\s*(.*?);", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The cookies of a signed-in browser. They open the whole Spotify account: never shown, not even by `repr`.

    Attributes:
        sp_dc: about 160 characters.
        sp_key: a UUID; some browsers hold none, and `sp_dc` alone is enough.
    """

    sp_dc: str = field(repr=False)
    sp_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for name, value, needed in (("sp_dc", self.sp_dc, True), ("sp_key", self.sp_key, False)):
            if (value or needed) and not _COOKIE.fullmatch(value):
                raise ValidationError(name, "copy the value of the cookie as it stands, without its name and quotes")

    @classmethod
    def read(cls, path: Path) -> Credentials:
        """From a file that `keep` wrote: a JSON object with `sp_dc`, and `sp_key` if there is one.

        Raises:
            ValidationError: it cannot be read, holds something else, or others may read it.
        """
        try:
            mode, said = path.stat().st_mode, json.loads(path.read_text(encoding="utf-8"))
            sp_dc, sp_key = said["sp_dc"], said.get("sp_key", "")
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as fault:
            raise ValidationError("credentials", f"{path} does not hold the cookies as JSON, with sp_dc") from fault
        if mode & 0o077:
            raise ValidationError("credentials", f"others may read {path}, and it opens your account: chmod 600 it")
        return cls(str(sp_dc), str(sp_key))

    def keep(self, path: Path) -> None:
        """Write them to a file that nobody else may read; what is there is replaced whole, or not at all."""
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({"sp_dc": self.sp_dc, "sp_key": self.sp_key}), encoding="utf-8")
        fresh.replace(path)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token for REST, GraphQL and podcasters/v0.

    Attributes:
        expires_at: unix seconds; 0 when unknown.
    """

    token: str = field(repr=False)
    expires_at: int = 0


class Session:
    """Gives the bearer, and signs in for it when needed. For several threads, which share one sign-in."""

    def __init__(
        self,
        transport: Transport,
        urls: Urls,
        credentials: Credentials | None = None,
        *,
        bearer: Bearer | str | None = None,
    ) -> None:
        """`bearer`: a ready one, used until it is refused or ends; with credentials beside it, they take over then.

        Raises:
            ValidationError: neither is given.
        """
        if credentials is None and bearer is None:
            raise ValidationError("credentials", "give the cookie sp_dc, or a bearer")
        self._transport = transport
        self._urls = urls
        self._credentials = credentials
        self._bearer = Bearer(bearer) if isinstance(bearer, str) else bearer
        self._spent = ""
        self._lock = threading.Lock()

    @property
    def expires_at(self) -> int:
        """When the bearer in hand ends, in unix seconds; 0 when there is none or it is not known."""
        return self._bearer.expires_at if self._bearer else 0

    @property
    def spent(self) -> bool:
        """Whether Spotify said that these credentials are signed out: then nothing is tried until `replace`."""
        return bool(self._spent)

    def bearer(self) -> str:
        """The bearer, a new one if that in hand ends within 300 s.

        Raises:
            CredentialsExpired: the cookies are signed out, or a ready bearer without cookies ended.
            AuthConfigError, AuthFlowChanged, RateLimited, Unavailable: see there.
        """
        with self._lock:
            held = self._bearer
            if held and not self._ending(held):
                return held.token
            self._bearer = self._sign_in()
            return self._bearer.token

    def refused(self, token: str) -> None:
        """A backend answered 401 to `token`: do not use it again. Harmless if it was replaced meanwhile."""
        with self._lock:
            if self._bearer and self._bearer.token == token:
                self._bearer = None

    def replace(self, credentials: Credentials) -> None:
        """Go on with other cookies; the bearer of the old ones is dropped."""
        with self._lock:
            self._credentials, self._bearer, self._spent = credentials, None, ""

    def _ending(self, held: Bearer) -> bool:
        return held.expires_at > 0 and self._transport.clock.now() >= held.expires_at - EARLY_S

    def _sign_in(self) -> Bearer:
        if self._credentials is None:
            raise CredentialsExpired(
                "the bearer is no longer accepted", mend="Get a fresh bearer, or give the cookie sp_dc instead of one."
            )
        if self._spent:
            raise CredentialsExpired(self._spent)
        try:
            found = self._attempt(self._credentials)
            # invalid_grant: the code was used or is too old. Once from the beginning, not more.
            return found or self._attempt(self._credentials, last=True) or _never()
        except CredentialsExpired as fault:
            self._spent = fault.why
            raise

    def _attempt(self, credentials: Credentials, *, last: bool = False) -> Bearer | None:
        state, verifier = new_secret(24), new_secret(48)
        code = self._code(credentials, state, verifier)
        answer = self._transport.send(
            Request(
                backend="accounts",
                label="token",
                method="POST",
                url=f"{self._urls.accounts}/api/token",
                headers={"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
                final=_TOO_MANY,
                body=urlencode(
                    {
                        "grant_type": "authorization_code",
                        "client_id": CLIENT_ID,
                        "code": code,
                        "redirect_uri": REDIRECT_URI,
                        "code_verifier": verifier,
                    }
                ).encode(),
            )
        )
        _passing(answer)
        said = _json(answer)
        if answer.status == 400 and said.get("error") == "invalid_grant" and not last:
            return None
        token, lasts = said.get("access_token"), said.get("expires_in")
        if answer.status != 200 or not isinstance(token, str) or not token:
            raise AuthFlowChanged(f"the token address answered {answer.status}", _excerpt(answer))
        seconds = int(lasts) if isinstance(lasts, int | float) and lasts > 0 else _HOUR_S
        return Bearer(token, self._transport.clock.now() + seconds)

    def _code(self, credentials: Credentials, state: str, verifier: str) -> str:
        cookies = {"sp_dc": credentials.sp_dc, "sp_key": credentials.sp_key}
        answer = self._transport.send(
            Request(
                backend="accounts",
                label="authorize",
                method="GET",
                url=f"{self._urls.accounts}/oauth2/v2/auth",
                headers={
                    "accept": "text/html",
                    "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items() if value),
                },
                final=_TOO_MANY,
                query=(
                    ("response_type", "code"),
                    ("client_id", CLIENT_ID),
                    ("scope", SCOPE),
                    ("redirect_uri", REDIRECT_URI),
                    ("code_challenge", challenge(verifier)),
                    ("code_challenge_method", "S256"),
                    ("state", state),
                    ("response_mode", "web_message"),
                    ("prompt", "none"),
                ),
            )
        )
        _passing(answer)
        return code_of(answer, state)


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def code_of(answer: Answer, state: str) -> str:
    """The code that the sign-in page hands over.

    Raises:
        CredentialsExpired: it says `login_required`.
        AuthConfigError: client id or redirect address are not known there.
        AuthFlowChanged: there is no such object, it is of another kind, or answers another question (its state).
    """
    page = answer.body.decode("utf-8", "replace")
    if "redirect_uri: Not matching configuration" in page:
        raise AuthConfigError("the redirect address does not belong to the client id")
    found = _OBJECT.search(page)
    text = found.group(1) if found else ""
    error = _value(text, "error")
    if error == "login_required" or (not text and "login_required" in page):
        raise CredentialsExpired
    if error in ("consent_required", "invalid_client", "unauthorized_client"):
        raise AuthConfigError(f"the sign-in says {error}: the client id is not that of the web app")
    if answer.status != 200 or not text:
        raise AuthFlowChanged(f"the sign-in page ({answer.status}) hands nothing over", _excerpt(answer))
    code = _value(text, "code")
    if _value(text, "type") != "authorization_response" or error or not code:
        raise AuthFlowChanged(
            f"the sign-in page hands something else over{f' ({error})' if error else ''}", blot(text)[:200]
        )
    if _value(text, "state") != state:
        raise AuthFlowChanged("the sign-in page answers another sign-in (its state is not ours)")
    return code


def _value(text: str, key: str) -> str:
    """The text value of a key of an object literal, whether the key is quoted or bare; "" if there is none."""
    found = re.search(rf"(?:^|[\s{{,\"'])[\"']?{key}[\"']?\s*:\s*(\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)')", text)
    if found is None:
        return ""
    return found.group(2) if found.group(2) is not None else found.group(3)


def _passing(answer: Answer) -> None:
    if answer.status == 429:
        raise RateLimited("too many sign-ins in a short time", asked_pause_s(answer) or 60.0)
    if answer.status >= 500 or answer.status == 408:
        raise Unavailable(f"the sign-in is out of order ({answer.status})", status=answer.status)


def _json(answer: Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _excerpt(answer: Answer) -> str:
    return blot(answer.body.decode("utf-8", "replace"))[:200]


def _never() -> Bearer:
    raise AuthFlowChanged("the code was refused twice")
