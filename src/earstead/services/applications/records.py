"""Records about programs that speak the Last.fm API, and their access to accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from earstead.services.users import User

Policy = Literal["strict", "known", "open"]
POLICIES: tuple[Policy, ...] = ("strict", "known", "open")
TokenState = Literal["", "issued", "approved", "consumed", "expired"]
"""Of a token: "" was never issued, or so long ago that nobody remembers."""
TokenTrouble = Literal["unknown", "waiting", "expired", "consumed"]


@dataclass(frozen=True, slots=True)
class Application:
    """A program with a key.

    `user_id` is who made the account, 0 for a program that registered itself by using a key; `verified` says that
    it has a secret to sign with. `used_at` is 0 when it was never used, and right to the hour; `suspended` is the
    owner's reason, "" when it is not suspended. `read_alone`: its key, without a signature, reads what is private to
    the one who made it.
    """

    application_id: int
    user_id: int
    name: str
    description: str
    homepage: str
    callback: str
    api_key: str
    verified: bool
    created_at: int
    used_at: int
    suspended: str
    read_alone: bool


@dataclass(frozen=True, slots=True)
class AppSession:
    """Access just given: `key` (32 hex digits) is shown this once."""

    key: str
    user: User


@dataclass(frozen=True, slots=True)
class AppSessionRow:
    """Access that a user gave, without the key. `used_at` is right to the hour."""

    app_session_id: int
    application: Application
    created_at: int
    used_at: int


@dataclass(frozen=True, slots=True)
class Block:
    """An address or network ("203.0.113.0/24") that is shut out; `until` is 0 for "until further notice"."""

    address: str
    reason: str
    until: int
    created_at: int


class TokenFault(Exception):
    """A token that no session is made of: `state` says why."""

    def __init__(self, state: TokenTrouble) -> None:
        super().__init__(f"token {state}")
        self.state: TokenTrouble = state


def application_from(row: Sequence[Any]) -> Application:
    """An application from the columns `storage.applications.COLUMNS`."""
    application_id, user_id, name, description, homepage, callback, api_key, *rest = row
    created_at, used_at, suspended, sealed_secret, read_alone = rest
    return Application(
        application_id=application_id,
        user_id=user_id,
        name=name,
        description=description,
        homepage=homepage,
        callback=callback,
        api_key=api_key,
        verified=bool(sealed_secret),
        created_at=created_at,
        used_at=used_at,
        suspended=suspended,
        read_alone=bool(read_alone),
    )
