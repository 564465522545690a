"""Accounts with their cookies, the silent sign-in and its bearers. Pure but for the seed that secrets come from."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from earstead.kit.clock import seeded
from earstead.sandbox.creators.faults import Faults

CLIENT_ID: Final = "05a1371ee5194c27860b3ff3ff3979d2"
REDIRECT: Final = "https://podcasters.spotify.com"
ACCESS_S: Final = 3600
CODE_S: Final = 600
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_UNRESERVED: Final = frozenset(_LETTERS + ".~")


@dataclass(slots=True, kw_only=True)
class Account:
    """A person with shows.

    Attributes:
        signed_in: whether the cookies still hold.
        anchor_cookie: of the old login with e-mail and password, "" without one.
    """

    name: str
    user_id: int
    email: str
    password: str
    sp_dc: str
    sp_key: str
    region: str = "DE"
    signed_in: bool = True
    anchor_cookie: str = ""


@dataclass(slots=True, kw_only=True)
class _Code:
    account: Account
    challenge: str
    expires_ms: int


@dataclass(slots=True, kw_only=True)
class _Bearer:
    account: Account
    issued_ms: int
    revoked: bool = False


class Refused(Exception):
    """The token endpoint says no: the body of its 400."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.body = {"error": error, "error_description": description}


@dataclass
class Accounts:
    """All accounts, codes and bearers."""

    seed: int
    faults: Faults
    all: dict[str, Account] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)
    _bearers: dict[str, _Bearer] = field(default_factory=dict)
    _drawn: int = 0

    def secret(self, start: str, length: int) -> str:
        """The next secret of this world."""
        self._drawn += 1
        rng = seeded(f"creators secret {self.seed} {self._drawn}")
        return start + "".join(rng.choices(_LETTERS, k=length - len(start)))

    def new_uuid(self) -> str:
        """The next UUID of this world."""
        self._drawn += 1
        return str(uuid.UUID(int=seeded(f"creators uuid {self.seed} {self._drawn}").getrandbits(128), version=4))

    def add(self, name: str, user_id: int) -> Account:
        """A new account, signed in."""
        account = Account(
            name=name,
            user_id=user_id,
            email=f"{name}@studio.example",
            password=f"password of {name}",
            sp_dc=self.secret("AQ", 160),
            sp_key=self.new_uuid(),
        )
        self.all[name] = account
        return account

    def renew_cookies(self, account: Account) -> None:
        """What signing in again in the browser gives; the old cookies end."""
        account.sp_dc, account.sp_key, account.signed_in = self.secret("AQ", 160), self.new_uuid(), True

    def of_cookies(self, sp_dc: str, sp_key: str) -> Account | None:
        """Whose cookies these are, None when they do not hold."""
        account = next((one for one in self.all.values() if sp_dc and one.sp_dc == sp_dc), None)
        if account is None or not account.signed_in or self.faults.on("auth.login_required"):
            return None
        if not sp_key and self.faults.on("auth.no_sp_key"):
            return account
        return account if sp_key == account.sp_key else None

    # --- the authorize page ---

    def authorize(self, query: Mapping[str, str], cookies: Mapping[str, str], now_ms: int) -> tuple[int, str]:
        """Status and text of the page."""
        if query.get("redirect_uri") != REDIRECT or self.faults.on("auth.bad_redirect"):
            return 400, "redirect_uri: Not matching configuration"
        if self.faults.on("auth.no_object"):
            return 200, "<!DOCTYPE html><html><body><p>Please confirm that you are no robot.</p></body></html>"
        account = self.of_cookies(cookies.get("sp_dc", ""), cookies.get("sp_key", ""))
        response = {"state": query.get("state", "")}
        if query.get("client_id") != CLIENT_ID or self.faults.on("auth.consent_required"):
            response = {"error": "consent_required"} | response
        elif account is None:
            response = {"error": "login_required"} | response
        elif query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            response = {"error": "invalid_request"} | response
        else:
            response = {"code": self._code(account, query.get("code_challenge", ""), now_ms)} | response
        if self.faults.on("auth.state_mismatch"):
            response["state"] = "a state that nobody sent"
        return 200, _page(response)

    def _code(self, account: Account, challenge: str, now_ms: int) -> str:
        code = self.secret("AQ", 160)
        self._codes[code] = _Code(account=account, challenge=challenge, expires_ms=now_ms + CODE_S * 1000)
        return code

    # --- the token endpoint ---

    def token(self, form: Mapping[str, str], now_ms: int) -> dict[str, Any]:
        """A bearer for a code.

        Raises:
            Refused: the code is used up or too old, or the verifier is not the one of the challenge.
        """
        if form.get("grant_type") != "authorization_code":
            raise Refused("unsupported_grant_type", "grant_type must be authorization_code")
        if form.get("client_id") != CLIENT_ID:
            raise Refused("invalid_client", "Invalid client")
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.expires_ms <= now_ms:
            raise Refused("invalid_grant", "Invalid authorization code")
        if form.get("redirect_uri") != REDIRECT:
            raise Refused("invalid_grant", "Invalid redirect URI")
        if not _proves(form.get("code_verifier", ""), code.challenge):
            raise Refused("invalid_grant", "code_verifier was incorrect")
        return {"access_token": self.bearer(code.account, now_ms), "token_type": "Bearer", "expires_in": ACCESS_S}

    def bearer(self, account: Account, now_ms: int) -> str:
        """A new bearer of an account, good for an hour."""
        token = self.secret("BQ", 180)
        self._bearers[token] = _Bearer(account=account, issued_ms=now_ms)
        return token

    def of_bearer(self, authorization: str, now_ms: int) -> Account | None:
        """Whose bearer a header holds, None when it holds none that is good."""
        scheme, _, token = authorization.partition(" ")
        bearer = self._bearers.get(token.strip()) if scheme.lower() == "bearer" else None
        if bearer is None or bearer.revoked:
            return None
        life_s = self.faults.number("token.expire_early") or ACCESS_S
        if now_ms >= bearer.issued_ms + life_s * 1000:
            return None
        if self.faults.take("token.revoke_once"):
            bearer.revoked = True
            return None
        return bearer.account

    def expire_all(self) -> None:
        """End all bearers now."""
        for bearer in self._bearers.values():
            bearer.revoked = True

    # --- the old login ---

    def old_login(self, email: str, password: str) -> Account | None:
        """Whose e-mail and password these are; a cookie is given."""
        account = next((one for one in self.all.values() if one.email == email and one.password == password), None)
        if account is not None:
            account.anchor_cookie = self.secret("", 120)
        return account

    def of_anchor_cookie(self, cookie: str) -> Account | None:
        """Whose cookie of the old login this is."""
        return next((one for one in self.all.values() if cookie and one.anchor_cookie == cookie), None)


def _page(response: Mapping[str, str]) -> str:
    """The page with its object, whose outer keys are bare as in the real one. No semicolon is in the object."""
    inner = ", ".join(f"{name}: {json.dumps(value.replace(';', ''))}" for name, value in response.items())
    return (
        "<!DOCTYPE html>\n<html><head><title>Spotify</title></head><body>\n<script>\n"
        "const authorizationResponse = {\n"
        f'  type: "authorization_response",\n  response: {{ {inner} }}\n'
        "};\nwindow.parent.postMessage(authorizationResponse, '*');\n</script>\n</body></html>\n"
    )


def _proves(verifier: str, challenge: str) -> bool:
    if not 43 <= len(verifier) <= 128 or not set(verifier) <= _UNRESERVED:
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
