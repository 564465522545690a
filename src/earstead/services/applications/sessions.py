"""Access that users give to programs: tokens to approve, and the session keys made of them.

Tokens live for an hour and make one session; keys live until they are revoked. Both are stored as hashes.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.kit.clock import Clock
from earstead.kit.remembered import Remembered
from earstead.kit.secrets import fingerprint, md5_hex, new_hex_key
from earstead.services.accounts import Accounts
from earstead.services.applications.records import (
    AppSession,
    AppSessionRow,
    TokenFault,
    TokenState,
    application_from,
)
from earstead.services.applications.switches import Switches
from earstead.services.users import User, user_from
from earstead.storage import accounts as users_table
from earstead.storage import app_sessions as table
from earstead.storage import applications as applications_table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

TOKEN_S = 3600
TOKEN_KEPT_S = 86_400
"""So long it is remembered that a token existed, to say "expired" instead of "never issued"."""
USED_STEP_S = 3600
MOST_SESSIONS = 1000
"""Of one user; a program that signs in anew each time pushes out the keys used longest ago."""
_CACHED = 4096


class AppSessions(Switches):
    """See the module. All methods block, except `session`, which mostly answers from memory."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, accounts: Accounts) -> None:
        super().__init__(engine, writer, clock, accounts)
        self._sessions: Remembered[str, tuple[User, int, int, int]] = Remembered(_CACHED)
        accounts.when_users_change(self._sessions.forget)

    # ---- tokens ------------------------------------------------------------------------------------------

    def new_token(self, application_id: int) -> str:
        """A token for a user to approve within an hour, 32 hex digits. Raises NotFound."""
        return self._new_token(application_id, 0)

    def approved_token(self, application_id: int, user_id: int) -> str:
        """A token that `user_id` approves at once: what a web page hands to a callback. Raises NotFound."""
        return self._new_token(application_id, user_id)

    def _new_token(self, application_id: int, user_id: int) -> str:
        token, now = new_hex_key(), self._clock.now()

        def work(tx: Tx) -> None:
            _known(tx, application_id, user_id)
            table.forget_tokens(tx, now - TOKEN_KEPT_S)
            table.add_token(tx, fingerprint(token), application_id, user_id, now)

        self._writer.do(work).result()
        return token

    def approve(self, token: str, user_id: int) -> None:
        """Let the program with this token speak for a user.

        Raises NotFound (never issued), Conflict (approved or used before), Rejected (too old).
        """
        mark = fingerprint(token)

        def work(tx: Tx) -> None:
            application_id, state, _ = self._state(tx, mark)
            if state == "":
                raise NotFound("This request was never made here; start again from the program.")
            if state == "expired":
                raise Rejected("token", "This request is older than an hour; start again from the program.")
            if state != "issued":
                raise Conflict("This request was answered before; go back to the program.")
            _known(tx, application_id, user_id)
            table.approve(tx, mark, user_id)

        self._writer.do(work).result()

    def token_state(self, token: str) -> tuple[int, TokenState, int]:
        """(application_id, state, user_id) of a token; zeros where nothing is known."""
        with self._engine.read() as tx:
            return self._state(tx, fingerprint(token))

    def redeem(self, application_id: int, token: str) -> AppSession:
        """Make a session of an approved token and use it up. Raises TokenFault, NotFound (the user went)."""
        mark, key = fingerprint(token), new_hex_key()

        def work(tx: Tx) -> tuple[User, bool]:
            owner, state, user_id = self._state(tx, mark)
            if state == "" or owner != application_id:
                raise TokenFault("unknown")
            if state == "issued":
                raise TokenFault("waiting")
            if state != "approved":
                raise TokenFault(state)
            table.consume(tx, mark)
            return self._start(tx, user_id, application_id, key)

        return self._begin(key, work)

    def _state(self, tx: Tx, mark: str) -> tuple[int, TokenState, int]:
        row = table.token(tx, mark)
        if row is None:
            return 0, "", 0
        application_id, user_id, created_at, consumed = row
        if consumed:
            return application_id, "consumed", user_id
        if created_at + TOKEN_S <= self._clock.now():
            return application_id, "expired", user_id
        return application_id, "approved" if user_id else "issued", user_id

    # ---- sessions ----------------------------------------------------------------------------------------

    def new_session(self, user_id: int, application_id: int) -> AppSession:
        """Access for a program whose user has just proved who they are. Raises NotFound."""
        key = new_hex_key()
        return self._begin(key, lambda tx: self._start(tx, user_id, application_id, key))

    def _begin(self, key: str, work: Callable[[Tx], tuple[User, bool]]) -> AppSession:
        user, crowded = self._writer.do(work).result()
        if crowded:
            self._sessions.forget()
        return AppSession(key, user)

    def _start(self, tx: Tx, user_id: int, application_id: int, key: str) -> tuple[User, bool]:
        """The user, and whether older sessions gave way."""
        user = _known(tx, application_id, user_id)
        assert user is not None, "asked for with a user"
        table.add(tx, user_id, application_id, fingerprint(key), self._clock.now())
        return user, bool(table.make_room(tx, user_id, MOST_SESSIONS))

    def session(self, key: str) -> tuple[User, int, int] | None:
        """(user, application_id, app_session_id) of a session key; None for a wrong or revoked one."""
        mark, now = fingerprint(key), self._clock.now()
        generation = self._sessions.generation
        held = self._sessions.get(mark) or self._look_up(mark, generation)
        if held is None:
            return None
        user, application_id, app_session_id, used_at = held
        if now - used_at >= USED_STEP_S:
            self._sessions.keep(mark, (user, application_id, app_session_id, now), generation)
            self._writer.do(lambda tx: table.used(tx, app_session_id, now))
        return user, application_id, app_session_id

    def _look_up(self, mark: str, generation: int) -> tuple[User, int, int, int] | None:
        with self._engine.read() as tx:
            row = table.by_key(tx, mark)
        if row is None:
            return None
        held = (user_from(row[3:]), int(row[1]), int(row[0]), int(row[2]))
        self._sessions.keep(mark, held, generation)
        return held

    def app_sessions(self, user_id: int) -> tuple[AppSessionRow, ...]:
        """The access that a user gave, latest used first."""
        with self._engine.read() as tx:
            rows = table.of_user(tx, user_id, limit=MOST_SESSIONS)
        return tuple(AppSessionRow(row[0], application_from(row[3:]), row[1], row[2]) for row in rows)

    def revoke(self, user_id: int, app_session_id: int) -> None:
        """Make a session key worthless from now on. Raises NotFound."""
        self._end(lambda tx: table.remove(tx, user_id, app_session_id))

    def revoke_application(self, user_id: int, application_id: int) -> None:
        """End all access that a user gave to a program. Raises NotFound when it has none."""
        self._end(lambda tx: table.remove_of_application(tx, user_id, application_id))

    def _end(self, work: Callable[[Tx], int]) -> None:
        if not self._writer.do(work).result():
            raise NotFound("There is no such access.")
        self._sessions.forget()

    # ---- hashes of app passwords ---------------------------------------------------------------------------

    def auth_token_matches(self, user_id: int, auth_token: str) -> bool:
        """Whether md5(lower-case name + md5(app password)) is what a mobile login sent. Raises NotFound."""
        name = self._accounts.user(user_id).name.lower()
        return self._accounts.match_app_password(user_id, lambda md5: _same(md5_hex(name + md5), auth_token))

    def legacy_matches(self, user_id: int, token: str, t: str) -> bool:
        """Whether md5(md5(app password) + t) is what a Submissions 1.x handshake sent; `t` is its timestamp."""
        return self._accounts.match_app_password(user_id, lambda md5: _same(md5_hex(md5 + t), token))


def _same(expected: str, said: str) -> bool:
    return hmac.compare_digest(expected.encode(), said.lower().encode("utf-8", "replace"))


def _known(tx: Tx, application_id: int, user_id: int) -> User | None:
    """The user (None for id 0), once both are known to exist. Raises NotFound."""
    if applications_table.by_id(tx, application_id) is None:
        raise NotFound("There is no such application.")
    if not user_id:
        return None
    row = users_table.user(tx, user_id)
    if row is None:
        raise NotFound("There is no such user.")
    return user_from(row)
