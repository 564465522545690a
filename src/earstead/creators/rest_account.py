"""REST endpoints of the account, of monetisation, and small ones."""

from __future__ import annotations

from collections.abc import Sequence

from earstead.creators.rest_base import RestBase
from earstead.creators.rest_types import Monetisation, Terms, Unread
from earstead.creators.walk import table, text


class AccountCalls(RestBase):
    """1-D, 1-F, 1-I, 1-J, 1-K-1 to 1-K-2, 1-P, 1-R, 1-W-1 to 1-W-4, 1-Y-1 and 1-Y-2."""

    def region(self) -> str:
        """1-D: the region of the account, such as JP; "" when it does not say."""
        return text(table(self._read("1-D", "the region")).get("region"))

    def colors(self, picture_urls: Sequence[str]) -> Unread:
        """1-F: the colours of pictures."""
        return Unread(self._ask("1-F", "the colours", {"color_queries": [{"url": url} for url in picture_urls]}))

    def partner_ids(self, user_id: int) -> Unread:
        """1-I: ids at partners."""
        return Unread(self._ask("1-I", f"the user {user_id}", {}, user_id=user_id))

    def verification(self) -> Unread:
        """1-J: whether the identity was verified."""
        return Unread(self._read("1-J", "the verification"))

    def onboarding_status(self, user_id: int) -> Unread:
        """1-K-1: the first steps of a user."""
        return Unread(self._read("1-K-1", f"the user {user_id}", any_id=user_id))

    def onboarding_steps(self, user_id: int) -> Unread:
        """1-K-2: the first steps of a user, one by one."""
        return Unread(self._read("1-K-2", f"the user {user_id}", [("userId", str(user_id))], any_id=user_id))

    def show_onboarding_status(self, station_id: int) -> Unread:
        """1-Y-1: the first steps of a show."""
        return Unread(self._read("1-Y-1", f"the station {station_id}", any_id=station_id))

    def show_onboarding_steps(self, station_id: int) -> Unread:
        """1-Y-2: the first steps of a show, one by one."""
        return Unread(self._read("1-Y-2", f"the station {station_id}", any_id=station_id))

    def terms(self, user_id: int) -> Terms:
        """1-P: terms agreed to, and whether one may be written to."""
        return Terms.of(self._read("1-P", f"the user {user_id}", user_id=user_id))

    def monetisation(self, station_id: int) -> Monetisation:
        """1-R: how far monetisation has come."""
        return Monetisation.of(self._ask("1-R", f"the station {station_id}", {}, station_id=station_id))

    def paywall_state(self, station_id: int) -> Unread:
        """1-W-1: how far the paywall has come."""
        return Unread(self._read("1-W-1", f"the station {station_id}", station_id=station_id))

    def wallet_availability(self, station_id: int) -> Unread:
        """1-W-2: whether there can be a wallet."""
        return Unread(self._read("1-W-2", f"the station {station_id}", station_id=station_id))

    def wallet(self, station_id: int) -> Unread:
        """1-W-3: the wallet."""
        return Unread(self._read("1-W-3", f"the station {station_id}", station_id=station_id))

    def paywall(self, station_id: int) -> Unread:
        """1-W-4: the paywall."""
        return Unread(self._read("1-W-4", f"the station {station_id}", station_id=station_id))
