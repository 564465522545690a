"""Programs that speak the Last.fm API: their keys, who made them, and whether they are let in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.core.names import clean
from earstead.kit.clock import Clock
from earstead.kit.remembered import Remembered
from earstead.kit.secrets import CannotOpen, Vault, new_hex_key
from earstead.services.accounts import Accounts
from earstead.services.applications.records import (
    Application,
    AppSession,
    AppSessionRow,
    Block,
    Policy,
    TokenFault,
    application_from,
)
from earstead.services.applications.sessions import AppSessions
from earstead.services.applications.switches import reason_of
from earstead.storage import accounts as users_table
from earstead.storage import applications as table
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

__all__ = ["AppSession", "AppSessionRow", "Application", "Applications", "Block", "Policy", "TokenFault"]

USED_STEP_S = 3600
MOST_OF_USER = 100
MOST_UNASKED = 5000
"""Programs that registered themselves; past it the one used longest ago, without access to anybody, gives way."""
MAX_KEY = 128
MAX_NAME = 100
MAX_DESCRIPTION = 1000
MAX_ADDRESS = 2000
_CACHED = 4096
_NO_SUCH = "There is no such application."
_UNNAMED = "Unnamed program"
_CALLBACK = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)
_NEVER = ("about", "blob", "data", "file", "filesystem", "javascript", "vbscript")


class _Held(NamedTuple):
    application: Application
    secret: str


class Applications(AppSessions):
    """See the module. All methods block, except `admit` and `secret_of`, which mostly answer from memory."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, accounts: Accounts, vault: Vault) -> None:
        super().__init__(engine, writer, clock, accounts)
        self._vault = vault
        self._admitted: Remembered[str | int, _Held] = Remembered(_CACHED)
        accounts.when_users_change(self._admitted.forget)

    # ---- made by people --------------------------------------------------------------------------------------

    def create(
        self, user_id: int, name: str, *, description: str = "", homepage: str = "", callback: str = ""
    ) -> Application:
        """Make an API account with a key and a secret. Raises Rejected, NotFound (no user), Conflict (too many)."""
        said = _said(name, description, homepage, callback)
        key, sealed, now = new_hex_key(), self._vault.seal(new_hex_key()), self._clock.now()

        def work(tx: Tx) -> Application:
            if users_table.user(tx, user_id) is None:
                raise NotFound("There is no such user.")
            if table.count_of(tx, user_id) >= MOST_OF_USER:
                raise Conflict(f"There are {MOST_OF_USER} already; remove some that are no longer used.")
            made = table.add(tx, user_id=user_id, api_key=key, sealed_secret=sealed, now=now, **said)
            return _stored(tx, made)

        made = self._writer.do(work).result()
        self._admitted.forget()
        return made

    def of_user(self, user_id: int) -> tuple[Application, ...]:
        """The API accounts that a user made, latest first."""
        with self._engine.read() as tx:
            return tuple(application_from(row) for row in table.of_user(tx, user_id, limit=MOST_OF_USER))

    def get(self, user_id: int, application_id: int) -> Application:
        """An API account that this user made. Raises NotFound."""
        with self._engine.read() as tx:
            return _owned(tx, user_id, application_id)

    def application(self, application_id: int) -> Application:
        """Whoever made it. Raises NotFound."""
        with self._engine.read() as tx:
            return _stored(tx, application_id)

    def describe(
        self,
        user_id: int,
        application_id: int,
        name: str,
        *,
        description: str = "",
        homepage: str = "",
        callback: str = "",
        read_alone: bool = False,
    ) -> Application:
        """Replace what is said of an API account; key, secret and access stay. Raises Rejected, NotFound.

        `read_alone`: see `Application`.
        """
        said = _said(name, description, homepage, callback)

        def work(tx: Tx) -> Application:
            _owned(tx, user_id, application_id)
            table.describe(tx, application_id, read_alone=read_alone, **said)
            return _stored(tx, application_id)

        described = self._writer.do(work).result()
        self._admitted.forget()
        return described

    def rotate(self, user_id: int, application_id: int) -> Application:
        """Give an API account a new key and secret; access given before stays. Raises NotFound."""
        key, sealed = new_hex_key(), self._vault.seal(new_hex_key())

        def work(tx: Tx) -> Application:
            _owned(tx, user_id, application_id)
            table.replace_key(tx, application_id, key, sealed)
            return _stored(tx, application_id)

        rotated = self._writer.do(work).result()
        self._admitted.forget()
        return rotated

    def remove(self, user_id: int, application_id: int) -> None:
        """Remove an API account, and all access through it. Raises NotFound."""

        def work(tx: Tx) -> None:
            _owned(tx, user_id, application_id)
            table.remove(tx, application_id)

        self._writer.do(work).result()
        self._admitted.forget()
        self._sessions.forget()

    def secret_of(self, application_id: int) -> str:
        """The secret that an application signs with; "" when it has none, or it was sealed with a lost key."""
        generation = self._admitted.generation
        held = self._admitted.get(application_id)
        if held is None:
            with self._engine.read() as tx:
                row = table.by_id(tx, application_id)
            if row is None:
                return ""
            held = self._held(row, generation)
        return held.secret

    # ---- let in or not ---------------------------------------------------------------------------------------

    def admit(self, api_key: str, agent: str) -> Application | None:
        """The application with a key, None when the policy does not take it.

        Where the policy takes any key, an unknown one is registered under the name that the program gives in its
        User-Agent. A suspended application is returned: its caller gets to read why.
        """
        generation = self._admitted.generation
        held = self._admitted.get(api_key) or self._find(api_key, generation)
        strict = self.policy() == "strict"
        if held is None:
            if strict or not _acceptable(api_key):
                return None
            held = self._register(api_key, agent, generation)
        found = held.application
        if strict and not found.verified:
            return None
        now = self._clock.now()
        if now - found.used_at >= USED_STEP_S:
            found = replace(found, used_at=now)
            self._remember(_Held(found, held.secret), generation)
            self._writer.do(lambda tx: table.used(tx, found.application_id, now))
        return found

    def _find(self, api_key: str, generation: int) -> _Held | None:
        if not _acceptable(api_key):
            return None
        with self._engine.read() as tx:
            row = table.by_key(tx, api_key)
        return self._held(row, generation) if row else None

    def _register(self, api_key: str, agent: str, generation: int) -> _Held:
        name, now = clean(agent)[:MAX_NAME].strip() or _UNNAMED, self._clock.now()

        def work(tx: Tx) -> tuple[Row, bool]:
            row = table.by_key(tx, api_key)  # two first requests may have come at once
            if row is not None:
                return row, False
            crowded = table.count_of(tx, 0) >= MOST_UNASKED and (spare := table.least_used(tx))
            if crowded:
                table.remove(tx, spare)
            made = table.add(
                tx,
                user_id=0,
                name=name,
                description="",
                homepage="",
                callback="",
                api_key=api_key,
                sealed_secret="",
                now=now,
            )
            row = table.by_id(tx, made)
            assert row is not None, "stored in this transaction"
            return row, bool(crowded)

        row, pushed_out = self._writer.do(work).result()
        if pushed_out:
            self._admitted.forget()
        return self._held(row, generation)

    def _held(self, row: Row, generation: int) -> _Held:
        held = _Held(application_from(row), self._opened(row[10]))
        self._remember(held, generation)
        return held

    def _remember(self, held: _Held, generation: int) -> None:
        for key in (held.application.api_key, held.application.application_id):
            self._admitted.keep(key, held, generation)

    def _opened(self, sealed: str) -> str:
        try:
            return self._vault.open(sealed) if sealed else ""
        except CannotOpen:
            return ""

    # ---- for the owner ---------------------------------------------------------------------------------------

    def all(self, limit: int = 50, offset: int = 0) -> tuple[tuple[Application, ...], int]:
        """A page of all applications, latest used first, and how many there are."""
        with self._engine.read() as tx:
            rows = table.page(tx, limit=min(max(limit, 1), 1000), offset=max(offset, 0))
            return tuple(application_from(row) for row in rows), table.count(tx)

    def suspend(self, application_id: int, reason: str) -> None:
        """Refuse an application from now on; its caller reads the reason. Raises Rejected, NotFound."""
        self._suspend(application_id, reason_of(reason))

    def unsuspend(self, application_id: int) -> None:
        """Let an application in again. Raises NotFound."""
        self._suspend(application_id, "")

    def _suspend(self, application_id: int, reason: str) -> None:
        if not self._writer.do(lambda tx: table.suspend(tx, application_id, reason)).result():
            raise NotFound(_NO_SUCH)
        self._admitted.forget()


def _stored(tx: Tx, application_id: int) -> Application:
    row = table.by_id(tx, application_id)
    if row is None:
        raise NotFound(_NO_SUCH)
    return application_from(row)


def _owned(tx: Tx, user_id: int, application_id: int) -> Application:
    found = _stored(tx, application_id)
    if found.user_id != user_id:
        raise NotFound(_NO_SUCH)
    return found


def _acceptable(api_key: str) -> bool:
    """Programs carry keys of every shape ("anything" among them); only what no key can be is refused."""
    return 0 < len(api_key) <= MAX_KEY and api_key.isprintable()


def _said(name: str, description: str, homepage: str, callback: str) -> dict[str, str]:
    said = {
        "name": _text("name", name, MAX_NAME),
        "description": _text("description", description, MAX_DESCRIPTION),
        "homepage": _homepage(homepage),
        "callback": _callback(callback),
    }
    if not said["name"]:
        raise Rejected("name", "name the program, so that people know whom they let in")
    return said


def _text(field: str, text: str, most: int) -> str:
    said = clean(text)
    if len(said) > most:
        raise Rejected(field, f"must have at most {most} characters")
    return said


def _homepage(text: str) -> str:
    said = _text("homepage", text, MAX_ADDRESS)
    if said and not re.fullmatch(r"https?://\S+", said, re.IGNORECASE):
        raise Rejected("homepage", "write a whole address, as https://example.org/")
    return said


def _callback(text: str) -> str:
    """Also a scheme that opens a program; never one by which an address carries script or opens a file."""
    said = _text("callback", text, MAX_ADDRESS)
    if said and (not _CALLBACK.fullmatch(said) or said.partition(":")[0].lower() in _NEVER):
        raise Rejected("callback", "write a whole address, as https://example.org/back or myprogram://back")
    return said
