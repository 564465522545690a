"""Users: who they are, how they prove it, what they chose, and their physical removal."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from earstead.core.errors import Conflict, Forbidden, NotFound, Rejected, Unauthenticated
from earstead.core.names import clean, name_key
from earstead.core.usernames import MAX_PASSWORD, name_fault, password_fault
from earstead.kit.clock import Clock, new_secret
from earstead.kit.secrets import Vault, fingerprint
from earstead.services.ingest import Ingest
from earstead.services.keys import Keys
from earstead.services.users import (
    VISIBILITIES,
    AppPasswordRow,
    Grant,
    Role,
    SessionRow,
    TokenRow,
    User,
    Visibility,
    user_from,
)
from earstead.storage import accounts, erasing, keys
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = ["Accounts", "AppPasswordRow", "Grant", "SessionRow", "TokenRow", "User", "Visibility"]

OWNER_LINK_S = 24 * 3600
MOST_USERS = 10_000
MAX_DISPLAY_NAME = 100
MAX_SETTING = 64_000
_NO_SUCH_USER = "There is no such user."


class Accounts(Keys):
    """Everything about people. Methods block; hashing a password takes a quarter of a second of a thread."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, vault: Vault, ingest: Ingest) -> None:
        super().__init__(engine, writer, clock, vault)
        self._ingest = ingest
        self._before_erasing: list[Callable[[int], object]] = []

    # ---- who there is ------------------------------------------------------------------------------------

    def add_user(self, name: str, password: str, *, role: Role = "user") -> User:
        """Make an account. Raises Rejected (name or password not accepted) or Conflict (name taken)."""
        hashed = self._accepted(name, password)
        return self._writer.do(lambda tx: self._add(tx, name, hashed, role)).result()

    def _accepted(self, name: str, password: str) -> str:
        if why := name_fault(clean(name)):
            raise Rejected("name", why)
        return _hash(password)

    def _add(self, tx: Tx, name: str, hashed: str, role: Role) -> User:
        name = clean(name)
        user_id = accounts.add_user(
            tx, name=name, name_key=name_key(name), role=role, password_hash=hashed, now=self._clock.now()
        )
        row = accounts.user(tx, user_id) if user_id else None
        if row is None:
            raise Conflict(f"The name “{name}” is taken; choose another.")
        return user_from(row)

    def user(self, user_id: int) -> User:
        """Raises NotFound."""
        with self._engine.read() as tx:
            row = accounts.user(tx, user_id)
        if row is None:
            raise NotFound(_NO_SUCH_USER)
        return user_from(row)

    def named(self, name: str) -> User:
        """The user of a name, however private. Raises NotFound."""
        with self._engine.read() as tx:
            row = accounts.named(tx, name_key(clean(name)))
        if row is None:
            raise NotFound(_NO_SUCH_USER)
        return user_from(row)

    def find(self, name: str, viewer: User | None) -> User:
        """The user of a name as `viewer` may know it: private users exist for themselves alone. Raises NotFound."""
        found = self.named(name)
        if found.visibility == "private" and (viewer is None or viewer.user_id != found.user_id):
            raise NotFound(_NO_SUCH_USER)
        return found

    def users(self) -> tuple[User, ...]:
        """Everybody, oldest account first."""
        with self._engine.read() as tx:
            return tuple(user_from(row) for row in accounts.users(tx, limit=MOST_USERS))

    def has_owner(self) -> bool:
        """Whether somebody owns this server."""
        with self._engine.read() as tx:
            return accounts.has_owner(tx)

    # ---- the first owner ---------------------------------------------------------------------------------

    def owner_link(self) -> str:
        """A new one-time token to become the owner, good for a day. Raises Conflict when there is an owner."""
        token, expires_at = new_secret(24), self._clock.now() + OWNER_LINK_S

        def work(tx: Tx) -> None:
            if accounts.has_owner(tx):
                raise Conflict("This server has an owner.")
            accounts.set_owner_link(tx, fingerprint(token), expires_at)

        self._writer.do(work).result()
        return token

    def claim_owner(self, token: str, name: str, password: str) -> User:
        """Use the link up and make the owner; what is wrong with name or password leaves the link usable.

        Raises Rejected, Conflict (name taken, or there is an owner), Unauthenticated (wrong, used or old link).
        """
        hashed = self._accepted(name, password)

        def work(tx: Tx) -> User:
            if accounts.has_owner(tx):
                raise Conflict("This server has an owner.")
            if not accounts.use_owner_link(tx, fingerprint(token), self._clock.now()):
                raise Unauthenticated("This link is used up or too old; the server prints a new one when it starts.")
            return self._add(tx, name, hashed, "owner")

        return self._writer.do(work).result()

    # ---- proving it --------------------------------------------------------------------------------------

    def sign_in(self, name: str, password: str, *, agent: str = "") -> str:
        """A new session's token. Raises Unauthenticated, after the same time whether or not the name exists."""
        with self._engine.read() as tx:
            row = accounts.named(tx, name_key(clean(name)))
        if not _matches(row[7] if row else _nobodys_hash(), password) or row is None:
            raise Unauthenticated("This name and password do not belong together.")
        if _hasher().check_needs_rehash(row[7]):
            renewed = _hasher().hash(password)
            self._writer.do(lambda tx: accounts.set_password(tx, row[0], renewed)).result()
        return self._start_session(row[0], agent)

    def change_password(self, user_id: int, old: str, new: str, *, keep_session: str = "") -> None:
        """Replace the password. With `keep_session`, a session's token, all other sessions end.

        Raises Rejected (the new one is not accepted), Forbidden (the old one is wrong).
        """
        with self._engine.read() as tx:
            present = accounts.password_hash(tx, user_id)
        if not present or not _matches(present, old):
            raise Forbidden("This is not the present password.")
        hashed = _hash(new)
        self._writer.do(lambda tx: accounts.set_password(tx, user_id, hashed)).result()
        if keep_session:
            self._writer.do(lambda tx: keys.end_other_sessions(tx, user_id, fingerprint(keep_session))).result()

    def set_password(self, user_id: int, new: str) -> None:
        """Replace a forgotten password, for the one who runs the server; signs the user out everywhere."""
        hashed = _hash(new)
        self.user(user_id)

        def work(tx: Tx) -> None:
            accounts.set_password(tx, user_id, hashed)
            keys.end_sessions(tx, user_id)

        self._writer.do(work).result()

    # ---- what they chose ---------------------------------------------------------------------------------

    def update(
        self, user_id: int, *, zone: str | None = None, visibility: str | None = None, display_name: str | None = None
    ) -> User:
        """Change what is given. A new zone derives the days of the whole history again. Raises Rejected, NotFound."""
        before = self.user(user_id)
        new_zone = before.zone if zone is None else _known_zone(zone)
        new_visibility = before.visibility if visibility is None else _known_visibility(visibility)
        shown = before.display_name if display_name is None else clean(display_name)
        if len(shown) > MAX_DISPLAY_NAME:
            raise Rejected("display_name", f"must have at most {MAX_DISPLAY_NAME} characters")
        self._writer.do(
            lambda tx: accounts.update(tx, user_id, zone=new_zone, visibility=new_visibility, display_name=shown)
        ).result()
        self._forget_grants()
        if new_zone != before.zone:
            self._ingest.rezone(user_id)
        return self.user(user_id)

    def setting(self, user_id: int, key: str, default: Any = None) -> Any:
        """A JSON value the user or a plug kept."""
        with self._engine.read() as tx:
            text = accounts.setting(tx, user_id, key)
        return default if text is None else json.loads(text)

    def settings(self, user_id: int) -> dict[str, Any]:
        """All of a user's settings by name."""
        with self._engine.read() as tx:
            return {name: json.loads(text) for name, text in accounts.settings(tx, user_id)}

    def set_setting(self, user_id: int, key: str, value: Any) -> None:
        """Keep a JSON value. Raises Rejected when it is none, or too large."""
        try:
            text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
        except (TypeError, ValueError) as fault:
            raise Rejected(key, "is not a JSON value") from fault
        if len(text) > MAX_SETTING:
            raise Rejected(key, f"must have at most {MAX_SETTING} characters as JSON")
        self._writer.do(lambda tx: accounts.set_setting(tx, user_id, key, text)).result()

    def raise_setting(self, user_id: int, key: str, value: int) -> None:
        """Keep a number, unless a larger one is kept already; looked at and written in one step."""

        def grow(tx: Tx) -> None:
            kept = accounts.setting(tx, user_id, key)
            if value > json.loads(kept or "0"):
                accounts.set_setting(tx, user_id, key, json.dumps(value))

        self._writer.do(grow).result()

    # ---- physical removal --------------------------------------------------------------------------------

    def before_erasing(self, forget: Callable[[int], object]) -> None:
        """Have `forget(user_id)` called before an account's rows go: for files, and for work in progress."""
        self._before_erasing.append(forget)

    def erase(self, user_id: int) -> None:
        """Remove an account and all that it heard. Cannot be undone; a crash midway is finished at next start.

        Raises NotFound; Conflict for the only owner while others have accounts here.
        """

        def hide(tx: Tx) -> None:
            row = accounts.user(tx, user_id)
            if row is None:
                raise NotFound(_NO_SUCH_USER)
            others = [user_from(r) for r in accounts.users(tx, limit=MOST_USERS) if r[0] != user_id]
            if user_from(row).role == "owner" and others and not any(o.role == "owner" for o in others):
                raise Conflict("The only owner can be erased last; erase the other users first.")
            erasing.hide(tx, user_id)

        self._writer.do(hide).result()
        self._forget_grants()
        self._erase_hidden(user_id)

    def finish_erasing(self) -> int:
        """Go on with removals that a crash interrupted; returns how many."""
        with self._engine.read() as tx:
            begun = erasing.unfinished(tx)
        for user_id in begun:
            self._erase_hidden(user_id)
        return len(begun)

    def _erase_hidden(self, user_id: int) -> None:
        for forget in self._before_erasing:
            forget(user_id)
        while self._writer.do(lambda tx: erasing.step(tx, user_id), bulk=True).result():
            pass
        self._writer.do(lambda tx: erasing.finish(tx, user_id)).result()

    def erase_source(self, user_id: int, source: str) -> int:
        """Remove all that one source brought a user, and decide the rest again; returns the reports removed."""
        return self._ingest.forget_source(user_id, source)


# --- passwords ---------------------------------------------------------------------------------------------------


@functools.cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # not needed by a server that is only scrobbled to

    return PasswordHasher()


@functools.cache
def _nobodys_hash() -> str:
    return _hasher().hash("nobody")


def _hash(password: str) -> str:
    if why := password_fault(password):
        raise Rejected("password", why)
    return _hasher().hash(password)


def _matches(hashed: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    if len(password) > MAX_PASSWORD:
        return False
    try:
        return _hasher().verify(hashed, password.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False


def _known_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        # KeyError: no such zone. ValueError: a path that leads elsewhere. OSError: a folder ("Europe").
        raise Rejected("zone", f"“{zone[:60]}” is not a time zone") from None
    return zone


def _known_visibility(visibility: str) -> Visibility:
    for known in VISIBILITIES:
        if visibility == known:
            return known
    raise Rejected("visibility", f"is one of {', '.join(VISIBILITIES)}")
