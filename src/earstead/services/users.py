"""Records about people and their keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["owner", "user"]
Visibility = Literal["private", "unlisted", "public"]
VISIBILITIES: tuple[Visibility, ...] = ("private", "unlisted", "public")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody with an account. `zone` is an IANA name; `display_name` is "" when none was chosen."""

    user_id: int
    name: str
    role: Role
    zone: str
    visibility: Visibility
    display_name: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for."""

    user: User
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Somewhere a user is signed in. `agent` is what the browser called itself."""

    session_id: int
    created_at: int
    seen_at: int
    agent: str


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token, without the token. `used_at` is 0 when it was never used, and right to the hour."""

    token_id: int
    label: str
    scopes: tuple[str, ...]
    created_at: int
    used_at: int


@dataclass(frozen=True, slots=True)
class AppPasswordRow:
    """An app password, without the password. `used_at` is 0 when it was never used, and right to the hour."""

    app_password_id: int
    label: str
    created_at: int
    used_at: int


def user_from(row: Sequence[Any]) -> User:
    """A user from the columns `storage.accounts.USER_COLUMNS`; what follows them is ignored."""
    user_id, name, role, zone, visibility, display_name, created_at = row[:7]
    return User(
        user_id=user_id,
        name=name,
        role=role,
        zone=zone,
        visibility=visibility,
        display_name=display_name,
        created_at=created_at,
    )
