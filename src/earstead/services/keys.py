"""By what a request says whose it is: sessions of browsers, tokens of programs, app passwords of players.

Every secret is random and leaves this module once, when it is made; what is stored is its hash. When a key was
last used is written at most once an hour, behind the answer, never in its way.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

from earstead.core.errors import Conflict, NotFound, Rejected, Unauthenticated
from earstead.core.names import clean, name_key
from earstead.kit.clock import Clock, new_secret, new_uuid4
from earstead.kit.secrets import CannotOpen, Vault, fingerprint, md5_hex, new_app_password
from earstead.services.users import AppPasswordRow, Grant, SessionRow, TokenRow, User, user_from
from earstead.storage import accounts, keys
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

DEFAULT_SCOPES = ("listens:read", "listens:write")
SESSION_S = 90 * 86_400
"""A session nobody used for so long is over."""
USED_STEP_S = 3600
MAX_LABEL = 100
MAX_AGENT = 200
_SCOPE = re.compile(r"[a-z]{1,20}(:[a-z]{1,20})?")
_CACHED = 4096


class Keys:
    """See the module. All methods block, except `bearer`, which mostly answers from memory."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, vault: Vault) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._vault = vault
        self._lock = threading.Lock()
        self._grants: dict[str, tuple[Grant, int, int]] = {}
        self._generation = 0
        self._forgetting: list[Callable[[], object]] = []

    # ---- sessions ----------------------------------------------------------------------------------------

    def _start_session(self, user_id: int, agent: str) -> str:
        token, now = new_secret(32), self._clock.now()

        def work(tx: Tx) -> None:
            keys.end_unseen(tx, now - SESSION_S)
            keys.add_session(tx, user_id, fingerprint(token), clean(agent)[:MAX_AGENT], now)

        self._writer.do(work).result()
        return token

    def session(self, token: str) -> User | None:
        """Whose session a token is; None when it ended."""
        now = self._clock.now()
        with self._engine.read() as tx:
            row = keys.session(tx, fingerprint(token))
        if row is None or row[1] < now - SESSION_S:
            return None
        if now - row[1] >= USED_STEP_S:
            self._writer.do(lambda tx: keys.session_seen(tx, row[0], now))
        return user_from(row[2:])

    def sessions(self, user_id: int) -> tuple[SessionRow, ...]:
        """Where a user is signed in, latest first."""
        with self._engine.read() as tx:
            return tuple(SessionRow(*row) for row in keys.sessions(tx, user_id))

    def end_session(self, user_id: int, session_id: int) -> None:
        """Sign one browser out. Raises NotFound."""
        self._remove(lambda tx: keys.end_session(tx, user_id, session_id), "There is no such session.")

    def sign_out(self, token: str) -> None:
        """End the session of a token; harmless when it ended before."""
        self._writer.do(lambda tx: keys.sign_out(tx, fingerprint(token))).result()

    # ---- tokens ------------------------------------------------------------------------------------------

    def new_token(self, user_id: int, label: str = "", scopes: tuple[str, ...] = DEFAULT_SCOPES) -> str:
        """Make a token, a UUID version 4 that is shown this once. Raises Rejected, NotFound, Conflict (too many)."""
        if not scopes or not all(_SCOPE.fullmatch(scope) for scope in scopes):
            raise Rejected("scopes", "name at least one, as words like listens:read")
        token, now, said = new_uuid4(), self._clock.now(), _label(label)

        def work(tx: Tx) -> None:
            _hold_one_more(tx, user_id, len(keys.tokens(tx, user_id)))
            keys.add_token(tx, user_id, fingerprint(token), said, " ".join(dict.fromkeys(scopes)), now)

        self._writer.do(work).result()
        return token

    def tokens(self, user_id: int) -> tuple[TokenRow, ...]:
        """A user's tokens, latest first; `used_at` is 0 when never used."""
        with self._engine.read() as tx:
            return tuple(
                TokenRow(row[0], row[1], tuple(row[2].split()), row[3], row[4]) for row in keys.tokens(tx, user_id)
            )

    def revoke_token(self, user_id: int, token_id: int) -> None:
        """Make a token worthless from now on. Raises NotFound."""
        self._remove(lambda tx: keys.remove_token(tx, user_id, token_id), "There is no such token.")
        self._forget_grants()

    def bearer(self, token: str) -> Grant | None:
        """Whose token this is and what it may do; None for a wrong one."""
        mark, now = fingerprint(token), self._clock.now()
        generation = self._generation
        held = self._grants.get(mark) or self._look_up(mark, generation)
        if held is None:
            return None
        grant, token_id, used_at = held
        if now - used_at >= USED_STEP_S:
            self._keep(mark, (grant, token_id, now), generation)
            self._writer.do(lambda tx: keys.token_used(tx, token_id, now))
        return grant

    def _look_up(self, mark: str, generation: int) -> tuple[Grant, int, int] | None:
        with self._engine.read() as tx:
            row = keys.token(tx, mark)
        if row is None:
            return None
        held = (Grant(user_from(row[3:]), frozenset(row[1].split())), int(row[0]), int(row[2]))
        self._keep(mark, held, generation)
        return held

    def _keep(self, mark: str, held: tuple[Grant, int, int], generation: int) -> None:
        with self._lock:
            # A token revoked while it was looked up must not come back into the cache.
            if generation == self._generation:
                if len(self._grants) >= _CACHED:
                    self._grants.clear()
                self._grants[mark] = held

    def when_users_change(self, forget: Callable[[], object]) -> None:
        """Have `forget()` called after a user changed or went, by those who remember users too."""
        self._forgetting.append(forget)

    def _forget_grants(self) -> None:
        """Tokens or users changed: look them up again."""
        with self._lock:
            self._generation += 1
            self._grants.clear()
        for forget in self._forgetting:
            forget()

    # ---- app passwords -----------------------------------------------------------------------------------

    def new_app_password(self, user_id: int, label: str) -> str:
        """Make a password for one player; shown this once. Raises Rejected, NotFound, Conflict (too many)."""
        said = _label(label)
        if not said:
            raise Rejected("label", "name the player, so that you know later what to revoke")
        password, now = new_app_password(), self._clock.now()
        sealed = self._vault.seal(md5_hex(password))

        def work(tx: Tx) -> None:
            _hold_one_more(tx, user_id, len(keys.app_passwords(tx, user_id)))
            keys.add_app_password(tx, user_id, fingerprint(password), sealed, said, now)

        self._writer.do(work).result()
        return password

    def app_passwords(self, user_id: int) -> tuple[AppPasswordRow, ...]:
        """A user's app passwords, latest first; `used_at` is 0 when never used."""
        with self._engine.read() as tx:
            return tuple(AppPasswordRow(*row[:4]) for row in keys.app_passwords(tx, user_id))

    def revoke_app_password(self, user_id: int, app_password_id: int) -> None:
        """Make an app password worthless from now on. Raises NotFound."""
        self._remove(
            lambda tx: keys.remove_app_password(tx, user_id, app_password_id), "There is no such app password."
        )

    def check_app_password(self, name: str, password: str) -> User:
        """Who a name and an app password stand for. Raises Unauthenticated."""
        now = self._clock.now()
        with self._engine.read() as tx:
            row = accounts.named(tx, name_key(name))
            found = keys.app_password(tx, row[0], fingerprint(password)) if row else None
        if row is None or found is None:
            raise Unauthenticated("This name and app password do not belong together.")
        if now - found[1] >= USED_STEP_S:
            self._writer.do(lambda tx: keys.app_password_used(tx, found[0], now))
        return user_from(row)

    def app_password_md5s(self, user_id: int) -> tuple[str, ...]:
        """The md5 (hex) of each app password, for logins that send hashes; without those sealed with a lost key."""
        with self._engine.read() as tx:
            rows = keys.app_passwords(tx, user_id)
        opened = (self._opened(row[4]) for row in rows)
        return tuple(text for text in opened if text)

    def match_app_password(self, user_id: int, fits: Callable[[str], bool]) -> bool:
        """Whether `fits(md5, hex)` holds for one of a user's app passwords, which then counts as used."""
        now = self._clock.now()
        with self._engine.read() as tx:
            rows = keys.app_passwords(tx, user_id)
        opened = ((row[0], row[3], self._opened(row[4])) for row in rows)
        found = next(((held, used_at) for held, used_at, md5 in opened if md5 and fits(md5)), None)
        if found is None:
            return False
        if now - found[1] >= USED_STEP_S:
            self._writer.do(lambda tx: keys.app_password_used(tx, found[0], now))
        return True

    def unreadable_app_passwords(self) -> tuple[tuple[str, str], ...]:
        """(user, label) of app passwords that were sealed with a key that is not at hand: to be made anew."""
        with self._engine.read() as tx:
            rows = keys.all_sealed(tx, limit=10_000)
        return tuple((name, label) for name, label, sealed in rows if not self._opened(sealed))

    def unreadable_connections(self) -> tuple[tuple[str, str, str], ...]:
        """(what, its name, user) of relays, webhooks and Spotify accounts whose secrets were sealed with a key that is
        not at hand: to be connected anew."""
        with self._engine.read() as tx:
            rows = keys.sealed_connections(tx, limit=10_000)
        return tuple((what, name, user) for user, what, name, sealed in rows if not self._opened(sealed))

    def _opened(self, sealed: str) -> str:
        try:
            return self._vault.open(sealed)
        except CannotOpen:
            return ""

    def _remove(self, work: Callable[[Tx], int], otherwise: str) -> None:
        if not self._writer.do(work).result():
            raise NotFound(otherwise)


def _hold_one_more(tx: Tx, user_id: int, held: int) -> None:
    if accounts.user(tx, user_id) is None:
        raise NotFound("There is no such user.")
    if held >= keys.MOST_KEYS:
        raise Conflict(f"There are {held} already; revoke some that are no longer used.")


def _label(label: str) -> str:
    said = clean(label)
    if len(said) > MAX_LABEL:
        raise Rejected("label", f"must have at most {MAX_LABEL} characters")
    return said
