"""The account and its shows.

Written by scripts/operations after the registry: change those, and run it.
"""

from __future__ import annotations

from earstead.creators import parse
from earstead.creators.answers import Known, Part, Unknown
from earstead.creators.operations.base import Calls, show_uri_of
from earstead.creators.records import ShowItem


class Account(Calls):
    """The account and its shows."""

    def get_user_metadata(self) -> Unknown:
        """The name and the picture of the signed-in user.

        `getUserMetadata`. Unknown: what came is kept, unread.
        """
        return Unknown(self._read("getUserMetadata"))

    def web_get_user_shows(
        self, *, show_filter: str | None = None, page: int | None = None, page_size: int | None = None
    ) -> Known[tuple[ShowItem, ...]]:
        """Every show of the account, with the station number that REST wants.

        `WebGetUserShows`. Proven: path and leaves are known. Read from showsForUser.shows[].
        """
        a = self._read("WebGetUserShows", showFilter=show_filter, currentPage=page, pageSize=page_size)
        return Known(parse.shows(a), a)

    def web_get_shows_for_user(
        self, *, show_filter: str = "HOSTED_ONLY", page: int = 1, page_size: int = 50
    ) -> Unknown:
        """The shows of the account, filtered and in pages.

        `WebGetShowsForUser`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._read("WebGetShowsForUser", showFilter=show_filter, currentPage=page, pageSize=page_size))

    def web_get_user_and_shows(self, *, show_filter: str = "ALL") -> Part[tuple[ShowItem, ...]]:
        """The user's profile and the shows in one answer.

        `WebGetUserAndShows`. Where the profile sits is not known. Partly known: what is missing in the value is None
        or empty. Read from showsForUser.shows[].
        """
        a = self._read("WebGetUserAndShows", showFilter=show_filter)
        return Part(parse.shows(a), a)

    def web_get_user_registration(self, country: str) -> Unknown:
        """How far the user has come with terms and registration in a country.

        `WebGetUserRegistration`. Unknown: what came is kept, unread.
        """
        return Unknown(self._read("WebGetUserRegistration", countryCode=country))

    def web_get_external_partner_id(self, partner: str) -> Unknown:
        """The name under which a partner service knows the user.

        `WebGetExternalPartnerId`. Unknown: what came is kept, unread.
        """
        return Unknown(self._read("WebGetExternalPartnerId", partnerName=partner))

    def get_shows_for_user(self) -> Known[tuple[ShowItem, ...]]:
        """Every show of the account, with who hosts it.

        `getShowsForUser`. Joined by URI to the station numbers. Proven: path and leaves are known. Read from
        showsForUser.shows[].
        """
        a = self._read("getShowsForUser")
        return Known(parse.shows(a), a)

    def get_permissions_for_show(self, show: str) -> Unknown:
        """What the user may do with a show.

        `getPermissionsForShow`. Unknown: what came is kept, unread. No public hash: harvest or capture it.
        """
        return Unknown(self._read("getPermissionsForShow", showUri=show_uri_of(show)))
