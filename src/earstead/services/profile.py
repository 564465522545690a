"""What a user says of themselves beyond the account: a country, a real name."""

from __future__ import annotations

from dataclasses import dataclass

from earstead.core import countries
from earstead.core.countries import COUNTRIES
from earstead.core.errors import Rejected
from earstead.core.names import clean
from earstead.services.accounts import Accounts

__all__ = ["COUNTRIES", "Profile", "Profiles"]

SETTING = "profile"
MAX_REALNAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`country` is an English short name of `COUNTRIES`; "" where nothing was said."""

    country: str = ""
    realname: str = ""


class Profiles:
    """Reads and sets profiles; they are kept as a setting, and so are in the archive."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def profile(self, user_id: int) -> Profile:
        """A user's profile; of what an archive brought, only what makes sense here."""
        said = self._accounts.setting(user_id, SETTING)
        if not isinstance(said, dict):
            return Profile()
        realname = said.get("realname")
        return Profile(
            country=countries.country(str(said.get("country", ""))),
            realname=clean(realname)[:MAX_REALNAME] if isinstance(realname, str) else "",
        )

    def set_profile(self, user_id: int, *, country: str | None = None, realname: str | None = None) -> Profile:
        """Change what is given. A country may be said by name or two-letter code. Raises Rejected, NotFound."""
        self._accounts.user(user_id)
        before = self.profile(user_id)
        changed = Profile(
            country=before.country if country is None else _known_country(country),
            realname=before.realname if realname is None else clean(realname),
        )
        if len(changed.realname) > MAX_REALNAME:
            raise Rejected("realname", f"must have at most {MAX_REALNAME} characters")
        value = {"country": changed.country, "realname": changed.realname}
        self._accounts.set_setting(user_id, SETTING, value)
        return changed


def _known_country(said: str) -> str:
    found = countries.country(said)
    if clean(said) and not found:
        raise Rejected("country", f"“{clean(said)[:60]}” is not a country of ISO 3166")
    return found
