"""What an archive holds besides listens: settings and decisions, taken over without doubles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from earstead.storage import accounts
from earstead.storage.engine import Tx

_DEFAULTS = {"zone": "UTC", "visibility": "private", "display_name": ""}
_VISIBILITIES = ("private", "unlisted", "public")


def settings_of(tx: Tx, user_id: int) -> dict[str, Any]:
    """A user's profile and settings as the archive keeps them."""
    profile = _profile(tx, user_id)
    return {**profile, "settings": {name: json.loads(text) for name, text in accounts.settings(tx, user_id)}}


def apply_settings(tx: Tx, user_id: int, said: Mapping[str, Any]) -> bool:
    """Take over what is still as it was given to a new account; what the user chose here stays.

    Returns whether the zone changed, after which days and hours must be derived again.
    """
    profile = _profile(tx, user_id)
    wanted = {
        name: said[name] if profile[name] == default and _valid(name, said.get(name)) else profile[name]
        for name, default in _DEFAULTS.items()
    }
    if wanted != profile:
        accounts.update(tx, user_id, **wanted)
    have = {name for name, _ in accounts.settings(tx, user_id)}
    found = said.get("settings")
    for name, value in found.items() if isinstance(found, dict) else ():
        if name not in have and len(name) <= 200:
            accounts.set_setting(tx, user_id, name, json.dumps(value))
    return wanted["zone"] != profile["zone"]


def _profile(tx: Tx, user_id: int) -> dict[str, str]:
    row = accounts.user(tx, user_id)
    # Columns of a user: id, name, role, zone, visibility, display name, created.
    return dict(zip(_DEFAULTS, row[3:6], strict=True)) if row else dict(_DEFAULTS)


def _valid(name: str, value: object) -> bool:
    if not isinstance(value, str) or len(value) > 200:
        return False
    if name == "zone":
        try:
            ZoneInfo(value)
        except (ValueError, OSError):
            return False
    return name != "visibility" or value in _VISIBILITIES
