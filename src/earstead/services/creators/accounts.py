"""Sign-ins to Spotify for Creators: two cookies each, sealed, tried out before they are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import msgspec

from earstead.core.errors import NeedsReauth, NotFound, Rejected
from earstead.kit import jsontext
from earstead.kit.clock import Clock
from earstead.kit.secrets import CannotOpen, Vault
from earstead.kit.texts import one_line
from earstead.services.creators.hands import FoundShow, Hands, SignedIn
from earstead.services.creators.rows import account_from
from earstead.services.creators.types import Cookies, CreatorAccount
from earstead.storage import creator_erasing
from earstead.storage import creators as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

SERVICE = "Spotify for Creators"
MEND = "Sign in at creators.spotify.com in a browser, and copy the cookies sp_dc and sp_key from there."
MOST_ACCOUNTS = 20
MOST_COOKIE = 4_000
MOST_LABEL = 80
OK_STEP_S = 60
"""The moment of the last answer is written down this often at most."""
_PIECE = 500


class CreatorAccounts:
    """See the module. Methods block; `connect` and `replace_cookies` wait for Spotify."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, vault: Vault) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._vault = vault
        self._hands: Hands | None = None
        self._after: list[Callable[[CreatorAccount], object]] = []
        self._before: list[Callable[[CreatorAccount], object]] = []

    def served_by(self, hands: Hands) -> None:
        """Who signs in. Given once, by `app`, before anything is asked."""
        self._hands = hands

    def after_connecting(self, call: Callable[[CreatorAccount], object]) -> None:
        """Have more done when an account was connected or got new cookies."""
        self._after.append(call)

    def before_leaving(self, call: Callable[[CreatorAccount], object]) -> None:
        """Have more done before an account is removed."""
        self._before.append(call)

    # ---- reading -----------------------------------------------------------------------------------------

    def of_user(self, user_id: int) -> tuple[CreatorAccount, ...]:
        """A user's accounts, oldest first."""
        with self._engine.read() as tx:
            return tuple(account_from(row) for row in table.accounts_of(tx, user_id))

    def get(self, user_id: int, account_id: int) -> CreatorAccount:
        """One of a user's accounts. Raises NotFound."""
        found = self.find(account_id)
        if found is None or found.user_id != user_id:
            raise NotFound("There is no such Spotify for Creators account here.")
        return found

    def find(self, account_id: int) -> CreatorAccount | None:
        """Any account, None when it is gone."""
        with self._engine.read() as tx:
            row = table.account(tx, account_id)
        return account_from(row) if row else None

    def all(self) -> Iterator[CreatorAccount]:
        """Everybody's accounts, whatever their state, by id; read piece by piece."""
        last = 0
        while True:
            with self._engine.read() as tx:
                rows = table.accounts_after(tx, last, _PIECE)
            yield from map(account_from, rows)
            if len(rows) < _PIECE:
                return
            last = rows[-1][0]

    # ---- connecting --------------------------------------------------------------------------------------

    def connect(self, user_id: int, sp_dc: str, sp_key: str = "", label: str = "") -> CreatorAccount:
        """Sign in, and keep the account with its shows. Cookies of an account that is there renew it.

        Raises Rejected, naming the mend, when the cookies are not taken or there is no show.
        """
        given = _cookies(sp_dc, sp_key)
        name = _label(label) if label.strip() else ""
        found = self._try(given)
        uris = {one.uri for one in found.shows}
        here = self.of_user(user_id)
        known = next((one for one in here if uris & self._uris(one.account_id)), None)
        if known is None and len(here) >= MOST_ACCOUNTS:
            raise Rejected("", f"there are {MOST_ACCOUNTS} accounts already; disconnect one first")
        name = name or (known.label if known else _first_name(found))
        return self._keep(user_id, known.account_id if known else 0, given, found, name)

    def replace_cookies(self, user_id: int, account_id: int, sp_dc: str, sp_key: str = "") -> CreatorAccount:
        """New cookies for an account that is there. Raises Rejected as `connect`, also for another account's."""
        account = self.get(user_id, account_id)
        given = _cookies(sp_dc, sp_key)
        found = self._try(given)
        here = self._uris(account_id)
        if here and not here & {one.uri for one in found.shows}:
            raise Rejected(
                "sp_dc", f"these are the cookies of another account: it has none of the shows of {account.label}"
            )
        return self._keep(user_id, account_id, given, found, account.label)

    def rename(self, user_id: int, account_id: int, label: str) -> CreatorAccount:
        """Call it something else. Raises Rejected for an empty or long name."""
        self.get(user_id, account_id)
        self._change(account_id, {"label": _label(label)})
        return self.get(user_id, account_id)

    def disconnect(self, user_id: int, account_id: int, *, erase: bool = False) -> None:
        """Forget the cookies; `erase` also removes everything that was read with them."""
        account = self.get(user_id, account_id)
        for call in self._before:
            call(account)
        self._change(account_id, {"state": "off", "cookies": "", "has_key": 0, "error": "", "mend": ""})
        if self._hands is not None:
            self._hands.forget(account_id)
        if erase:
            self._erase(account_id)

    def _try(self, given: Cookies) -> SignedIn:
        if self._hands is None:
            raise Rejected("", "this server cannot sign in to Spotify for Creators")
        try:
            found = self._hands.sign_in(given.sp_dc, given.sp_key)
        except NeedsReauth as fault:
            raise Rejected("sp_dc", f"Spotify does not take these cookies ({fault.why}). {_mend(fault)}") from fault
        if not found.shows:
            raise Rejected("sp_dc", "the sign-in works, but this account has no show")
        return found

    def _keep(self, user_id: int, account_id: int, given: Cookies, found: SignedIn, label: str) -> CreatorAccount:
        sealed = self._vault.seal(msgspec.json.encode([given.sp_dc, given.sp_key]).decode())
        now = self._clock.now()

        def work(tx: Tx) -> int:
            kept = account_id
            if kept:
                values = {"label": label, "state": "on", "error": "", "mend": "", "cookies": sealed}
                more = {"has_key": int(bool(given.sp_key)), "cookie_at": now, "last_ok_at": now}
                table.change_account(tx, kept, {**values, **more})
            else:
                kept = table.add_account(tx, user_id, label, sealed, has_key=bool(given.sp_key), now=now)
            for one in found.shows:
                table.put_show(tx, kept, user_id, one.uri, now, _facts(one))
            return kept

        account = self.get(user_id, self._writer.do(work).result())
        if account_id and self._hands is not None:
            self._hands.forget(account_id)
        for call in self._after:
            call(account)
        return account

    def _uris(self, account_id: int) -> set[str]:
        with self._engine.read() as tx:
            return {row[3] for row in table.shows_of_account(tx, account_id)}

    # ---- cookies -----------------------------------------------------------------------------------------

    def credentials(self, account_id: int) -> Cookies:
        """The cookies of an account. Raises NeedsReauth when it has none that can be used."""
        with self._engine.read() as tx:
            sealed = table.cookies(tx, account_id)
        if not sealed:
            raise NeedsReauth(SERVICE, "connect the account again")
        try:
            sp_dc, sp_key = msgspec.json.decode(self._vault.open(sealed), type=tuple[str, str])
        except CannotOpen as fault:
            raise NeedsReauth(SERVICE, "its cookies were sealed with another key; connect it again") from fault
        return Cookies(sp_dc=sp_dc, sp_key=sp_key)

    def ended(self, account_id: int, error: str, mend: str) -> None:
        """The cookies are no longer taken: nothing more is asked with them until there are new ones."""
        self._change(account_id, {"state": "ended", "error": error[:300], "mend": mend[:300]})

    def answered(self, account_id: int) -> None:
        """An answer came with these cookies, now."""
        account = self.find(account_id)
        if account is None or (account.state == "on" and self._clock.now() - account.last_ok_at < OK_STEP_S):
            return
        values: dict[str, Any] = {"last_ok_at": self._clock.now()}
        if account.state == "ended":
            values |= {"state": "on", "error": "", "mend": ""}
        self._change(account_id, values)

    # ---- leaving -----------------------------------------------------------------------------------------

    def silence(self, user_id: int) -> None:
        """The user is being erased: nothing more is asked in that name."""
        accounts = self.of_user(user_id)
        for account in accounts:
            for call in self._before:
                call(account)
        self._writer.do(lambda tx: table.silence(tx, user_id)).result()
        for account in accounts:
            if self._hands is not None:
                self._hands.forget(account.account_id)

    def _erase(self, account_id: int) -> None:
        with self._engine.read() as tx:
            show_ids = [row[0] for row in table.shows_of_account(tx, account_id)]
        for show_id in show_ids:
            while self._writer.do(partial(creator_erasing.step, show_id=show_id), bulk=True).result():
                pass
            self._writer.do(partial(creator_erasing.finish, show_id=show_id)).result()
        self._writer.do(lambda tx: table.remove_account(tx, account_id)).result()

    def _change(self, account_id: int, values: dict[str, Any]) -> None:
        self._writer.do(lambda tx: table.change_account(tx, account_id, values)).result()


def _cookies(sp_dc: str, sp_key: str) -> Cookies:
    """Two cookies as somebody pasted them: with their names, quotes or blanks around. Raises Rejected."""
    found = {}
    for name, text in (("sp_dc", sp_dc), ("sp_key", sp_key)):
        plain = text.strip().strip(";").strip()
        plain = plain.removeprefix(f"{name}=").strip("\"' \t")
        if len(plain) > MOST_COOKIE or not all(33 <= ord(c) < 127 and c not in ";," for c in plain):
            raise Rejected(name, f"this is not the value of one cookie. {MEND}")
        found[name] = plain
    if not found["sp_dc"]:
        raise Rejected("sp_dc", f"is missing. {MEND}")
    return Cookies(sp_dc=found["sp_dc"], sp_key=found["sp_key"])


def _label(label: str) -> str:
    name = one_line(label)
    if not name or len(name) > MOST_LABEL:
        raise Rejected("label", f"needs 1 to {MOST_LABEL} characters")
    return name


def _first_name(found: SignedIn) -> str:
    names: Sequence[str] = (found.name, *(one.name for one in found.shows))
    return next((one_line(name)[:MOST_LABEL] for name in names if one_line(name)), "Spotify for Creators")


def _facts(one: FoundShow) -> dict[str, Any]:
    """What a sign-in tells of a show; what it does not tell is left as it is."""
    told = {
        "name": one.name,
        "station_id": str(one.station_id) if one.station_id else "",
        "remote_user_id": str(one.user_id) if one.user_id else "",
        "hosting": one.hosting,
        "permissions": jsontext.dumps(list(one.permissions)) if one.permissions else "",
    }
    return {name: value for name, value in told.items() if value} | {"gone_at": 0}


def _mend(fault: Exception) -> str:
    return str(getattr(fault, "mend", "")) or MEND
