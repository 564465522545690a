"""Whose podcasts a command means, and records as JSON values: for the commands and for the works they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earstead.core.errors import Conflict, NotFound

if TYPE_CHECKING:
    from earstead.services.container import Services
    from earstead.services.users import User


def owner(services: Services, name: str) -> User:
    """The user of this name; without one the only user who has a show, or the only user.

    Raises NotFound, or Conflict where there are several to choose from.
    """
    if name:
        return services.accounts.named(name)
    users = services.accounts.users()
    found = [user for user in users if services.creators.accounts.of_user(user.user_id)]
    if len(found or users) == 1:
        return (found or list(users))[0]
    if not users:
        raise NotFound("there is no user yet: earstead user add NAME")
    raise Conflict("there are several users: say whose shows with --user NAME")


def plain(value: Any) -> Any:
    """A record as JSON values: members by name, days as 2026-12-01, words for enumerations."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(part) for name, part in value._asdict().items()}
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value
