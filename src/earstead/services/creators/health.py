"""How an account does: the cause and the mend, each in a sentence, from its last answers and from the client's doctor.

The client tells of every answer. Only what changes is written, and a good answer once a minute, so that a sync of a
thousand requests does not cost a thousand rows.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from earstead.core.errors import Conflict, Forbidden, NeedsReauth, NotFound, Refused, Rejected, RetryLater
from earstead.kit.clock import Clock
from earstead.kit.texts import fault_words, storable
from earstead.services.creators.accounts import CreatorAccounts
from earstead.services.creators.doing import Doing
from earstead.services.creators.types import CreatorAccount
from earstead.services.creators.write_types import Cause, Health, HealthCheck
from earstead.storage import creator_writes as table
from earstead.storage.engine import Engine
from earstead.storage.writer import Writer

OK_EVERY_S = 60
OLD_COOKIE_DAYS = 150
"""Cookies are good for months, and nobody says for how many: from here on it is worth renewing them in time."""
_ABOUT: tuple[tuple[type[Exception], Cause], ...] = (
    (NeedsReauth, "cookie"),
    (Forbidden, "permission"),
    (RetryLater, "network"),
)
_NO_TROUBLE = (Rejected, NotFound, Conflict)
"""Errors that say something about a wish, and nothing about the account."""


class CreatorHealth:
    """See the module. Methods block; `check` waits for Spotify."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, accounts: CreatorAccounts, doing: Doing) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._accounts = accounts
        self._doing = doing
        self._lock = threading.Lock()
        self._said: dict[int, tuple[str, int]] = {}
        """account -> the cause that was written last, and when"""
        accounts.before_leaving(self._forget)

    def of_account(self, user_id: int, account_id: int) -> Health:
        """How an account of a user does, from what was heard last; asks nobody. Raises NotFound."""
        account = self._accounts.get(user_id, account_id)
        with self._engine.read() as tx:
            row = table.health(tx, account_id)
        state, cause, words, mend, ok_at, checked_at = row or ("unknown", "", "Nothing was asked yet.", "", 0, 0)
        if (
            account.state == "on"
            and account.last_ok_at
            and (not row or (cause == "cookie" and checked_at <= account.cookie_at))
        ):
            # Giving cookies tries them out: what was said of older ones no longer holds.
            state, cause, words, mend = "ok", "", "The cookies were accepted.", ""
        elif account.state == "ended":
            state, cause = "broken", "cookie"
            words, mend = account.error or "The cookies are no longer taken.", account.mend
        age = self.cookie_age_days(account)
        if state in ("ok", "unknown") and age >= OLD_COOKIE_DAYS:
            state, cause = "warn", "cookie"
            words = f"The cookies are {age} days old; they end some day without notice."
            mend = "Sign in at creators.spotify.com again and replace the cookies here before they do."
        return Health(
            account_id=account_id,
            state=state,
            cause=cause,
            words=words,
            mend=mend,
            cookie_age_days=age,
            last_ok=max(ok_at, account.last_ok_at),
            checked_at=checked_at,
        )

    def check(self, user_id: int, account_id: int) -> Health:
        """Have the client's doctor look at an account, now, and keep what it found. Raises NotFound."""
        account = self._accounts.get(user_id, account_id)
        checks: tuple[HealthCheck, ...] = ()
        try:
            found = self._doing.hands.open(account_id).doctor()
        except (NeedsReauth, Forbidden, RetryLater, Refused) as fault:
            self.failed(account_id, fault)
        else:
            checks = found.checks
            self._keep(account, found.state, found.cause, found.words, found.mend)
            if found.cause == "cookie":
                self._accounts.ended(account_id, found.words, found.mend)
            else:
                self._accounts.answered(account_id)
        return replace(self.of_account(user_id, account_id), checks=checks)

    def cookie_age_days(self, account: CreatorAccount) -> int:
        """Whole days since the cookies were given."""
        return max(0, self._clock.now() - account.cookie_at) // 86_400

    # ---- what the client heard -----------------------------------------------------------------------------

    def answered(self, account_id: int) -> None:
        """A good answer came."""
        now = self._clock.now()
        with self._lock:
            cause, at = self._said.get(account_id, ("?", 0))
            if not cause and now - at < OK_EVERY_S:
                return
            self._said[account_id] = "", now
        account = self._accounts.find(account_id)
        if account is not None:
            self._keep(account, "ok", "", "All is well.", "")

    def failed(self, account_id: int, fault: Exception, *, cause: Cause = "") -> None:
        """Something did not work. Errors that are about a wish and not about the account change nothing here.

        Args:
            cause: where the client knows it better than the kind of the error does.
        """
        if isinstance(fault, _NO_TROUBLE) and not cause:
            return
        found: Cause = cause or next((name for kind, name in _ABOUT if isinstance(fault, kind)), "")
        account = self._accounts.find(account_id)
        if account is None:
            return
        with self._lock:
            self._said[account_id] = found or "?", self._clock.now()
        state = "broken" if found == "cookie" else "warn"
        self._keep(account, state, found, fault_words(fault), str(getattr(fault, "mend", "")))

    def _keep(self, account: CreatorAccount, state: str, cause: str, words: str, mend: str) -> None:
        now = self._clock.now()
        values: dict[str, Any] = {
            "account_id": account.account_id,
            "user_id": account.user_id,
            "state": state,
            "cause": cause,
            "words": storable(words)[:500],
            "mend": storable(mend)[:500],
            "ok_at": now if state == "ok" else 0,
            "checked_at": now,
        }
        self._writer.do(lambda tx: table.keep_health(tx, values)).result()

    def _forget(self, account: CreatorAccount) -> None:
        with self._lock:
            self._said.pop(account.account_id, None)
        self._writer.do(lambda tx: table.forget_account(tx, account.account_id)).result()
