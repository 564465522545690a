"""Sign-ins to Spotify for Creators: two cookies each, sealed, tried out before they are kept."""

from __future__ import annotations

from collections.abc import Callable

from earstead.kit.clock import Clock
from earstead.kit.secrets import Vault
from earstead.services.creators.hands import Hands
from earstead.services.creators.types import Cookies, CreatorAccount
from earstead.storage.engine import Engine
from earstead.storage.writer import Writer


class CreatorAccounts:
    """See the module. Methods block; `connect` and `replace_cookies` wait for Spotify."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, vault: Vault) -> None: ...

    def served_by(self, hands: Hands) -> None:
        """Who signs in. Given once, by `app`, before anything is asked."""

    def after_connecting(self, call: Callable[[CreatorAccount], object]) -> None:
        """Have more done when an account was connected or got new cookies."""

    def before_leaving(self, call: Callable[[CreatorAccount], object]) -> None:
        """Have more done before an account is removed."""

    def of_user(self, user_id: int) -> tuple[CreatorAccount, ...]:
        """A user's accounts, oldest first."""
        raise NotImplementedError

    def get(self, user_id: int, account_id: int) -> CreatorAccount:
        """One of a user's accounts. Raises NotFound."""
        raise NotImplementedError

    def find(self, account_id: int) -> CreatorAccount | None:
        """Any account, None when it is gone."""
        raise NotImplementedError

    def connect(self, user_id: int, sp_dc: str, sp_key: str = "", label: str = "") -> CreatorAccount:
        """Sign in, and keep the account with its shows. Cookies of an account that is there renew it.

        Raises Rejected, naming the mend, when the cookies are not taken or there is no show.
        """
        raise NotImplementedError

    def replace_cookies(self, user_id: int, account_id: int, sp_dc: str, sp_key: str = "") -> CreatorAccount:
        """New cookies for an account that is there. Raises Rejected as `connect`, also for another account's."""
        raise NotImplementedError

    def rename(self, user_id: int, account_id: int, label: str) -> CreatorAccount:
        """Call it something else. Raises Rejected for an empty or long name."""
        raise NotImplementedError

    def disconnect(self, user_id: int, account_id: int, *, erase: bool = False) -> None:
        """Forget the cookies; `erase` also removes everything that was read with them."""
        raise NotImplementedError

    def credentials(self, account_id: int) -> Cookies:
        """The cookies of an account. Raises NeedsReauth when it has none that can be used."""
        raise NotImplementedError

    def ended(self, account_id: int, error: str, mend: str) -> None:
        """The cookies are no longer taken: nothing more is asked with them until there are new ones."""
        raise NotImplementedError

    def answered(self, account_id: int) -> None:
        """An answer came with these cookies, now."""
        raise NotImplementedError
