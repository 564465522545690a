"""The Spotify accounts that users linked: sealed tokens, where the work on them stands, quotas, the end of consent.

Nothing here speaks with Spotify. What must outlive the process is on disk before the caller goes on: a renewed token
(the old one may be void from that moment) and a lock of the quota.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from earstead.core.errors import NeedsReauth, NotFound
from earstead.core.spotify import SERVICE, Capabilities, Profile, Tokens
from earstead.kit.clock import Clock
from earstead.kit.secrets import CannotOpen, Vault, fingerprint
from earstead.services.journal import Journal
from earstead.services.spotify.types import LinkedAccount, Login
from earstead.services.worker import Worker
from earstead.storage import spotify as table
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer

WARN_DAYS = (30, 7, 1)
"""The end of a consent is told when so many days are left."""
COUNTDOWN_JOB = "spotify.countdown"
COUNTDOWN_EVERY_S = 3600
RELEASE_JOB = "spotify.release"
LOGIN_S = 3600
MOST_LOGINS = 10
LOCK_KEPT_S = 7 * 86_400
"""A quota outlives its last account by a week: whoever leaves and comes back finds the lock still there."""
MOST_ACCOUNTS = 20
_PIECE = 500


class SpotifyAccounts:
    """See the module. Methods block."""

    def __init__(
        self, engine: Engine, writer: Writer, clock: Clock, vault: Vault, worker: Worker, journal: Journal
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._vault = vault
        self._worker = worker
        self._journal = journal
        worker.every(COUNTDOWN_JOB, COUNTDOWN_EVERY_S, self._count_down)
        worker.handle(RELEASE_JOB, self._release)

    # ---- reading -----------------------------------------------------------------------------------------

    def of_user(self, user_id: int) -> tuple[LinkedAccount, ...]:
        """A user's accounts."""
        with self._engine.read() as tx:
            return tuple(_account(row) for row in table.of_user(tx, user_id, MOST_ACCOUNTS))

    def get(self, user_id: int, account_id: int) -> LinkedAccount:
        """One of a user's accounts. Raises NotFound."""
        found = self.find(account_id)
        if found is None or found.user_id != user_id:
            raise NotFound("There is no such Spotify account here.")
        return found

    def find(self, account_id: int) -> LinkedAccount | None:
        """Any account, None when it is gone."""
        with self._engine.read() as tx:
            row = table.get(tx, account_id)
        return _account(row) if row else None

    def all(self) -> Iterator[LinkedAccount]:
        """Everybody's accounts, whatever their state, by id; read piece by piece."""
        last = 0
        while True:
            with self._engine.read() as tx:
                rows = table.after(tx, last, _PIECE)
            yield from map(_account, rows)
            if len(rows) < _PIECE:
                return
            last = rows[-1][0]

    def developer_of(self, client_id: str) -> str:
        """Whose quota a client id's requests count for, "" when nobody brought it yet."""
        with self._engine.read() as tx:
            return table.developer(tx, client_id)

    # ---- linking -----------------------------------------------------------------------------------------

    def begin(self, user_id: int, state: str, login: Login) -> None:
        """Keep a sign-in until the browser comes back, an hour at most."""
        sealed = self._vault.seal(msgspec.json.encode(login).decode())
        now = self._clock.now()

        def work(tx: Tx) -> None:
            table.add_login(tx, fingerprint(state), user_id, sealed, now + LOGIN_S)
            table.trim_logins(tx, user_id, now, MOST_LOGINS)

        self._writer.do(work).result()

    def login(self, user_id: int, state: str) -> Login:
        """The sign-in that a state belongs to, used up by this. Raises NotFound: not this user's, too old, used."""
        key = fingerprint(state)

        def work(tx: Tx) -> str:
            found = table.login(tx, key, user_id, self._clock.now())
            return found if found and table.remove_login(tx, key) else ""

        sealed = self._writer.do(work).result()
        if not sealed:
            raise NotFound("This sign-in is not known here, or was used already. Begin again.")
        return msgspec.json.decode(self._vault.open(sealed), type=Login)

    def link(self, user_id: int, login: Login, tokens: Tokens, profile: Profile) -> LinkedAccount:
        """Keep an account, or renew it: what its work had reached stays."""
        values: dict[str, Any] = {
            "client_id": login.client_id,
            "spotify_id": profile.spotify_id,
            "name": profile.name,
            "features": _list(login.features),
            "scopes": _list(tokens.scopes),
            "tokens": self._seal(tokens),
            "authorized_at": self._clock.now(),
            "redirect_uri": login.redirect_uri,
        }

        def work(tx: Tx) -> int:
            now = self._clock.now()
            table.add_client(tx, login.client_id, login.developer, now)
            # Accounts linked before Spotify gave immutable ids are known by the other one.
            account_id = table.by_key(tx, user_id, profile.key) or table.by_key(tx, user_id, profile.spotify_id)
            if account_id:
                table.change(tx, account_id, {**values, "state": "on", "error": "", "told_days": 0})
                table.forget_clients(tx, now - LOCK_KEPT_S)
            else:
                key = {"user_id": user_id, "spotify_key": profile.key, "created_at": now}
                account_id = table.add(tx, {**values, **key})
            return account_id

        return self.get(user_id, self._writer.do(work).result())

    def set_features(self, account: LinkedAccount, features: Sequence[str]) -> None:
        """Switch features on or off, within what was granted."""
        self._change(account.account_id, {"features": _list(features)})

    def remove(self, account_id: int) -> None:
        """Forget an account with its tokens, and the client id when nobody else uses it."""

        def work(tx: Tx) -> None:
            table.remove(tx, account_id)
            table.forget_clients(tx, self._clock.now() - LOCK_KEPT_S)

        self._writer.do(work).result()

    def silence(self, user_id: int) -> None:
        """The user is being erased: nothing more is asked in that name."""
        self._writer.do(lambda tx: table.silence(tx, user_id)).result()

    # ---- tokens ------------------------------------------------------------------------------------------

    def tokens(self, account_id: int) -> Tokens:
        """The tokens of an account. Raises NeedsReauth when it has none that can be used."""
        with self._engine.read() as tx:
            sealed = table.tokens(tx, account_id)
        return self._open(sealed)

    def keep_tokens(self, account_id: int, tokens: Tokens, before: Tokens) -> None:
        """Keep renewed tokens; on disk when this returns.

        Nothing happens when the account was disconnected or connected anew while `before` was being renewed.
        """
        sealed = self._seal(tokens)

        def work(tx: Tx) -> None:
            if self._holds(tx, account_id, before):
                table.change(tx, account_id, {"tokens": sealed, "scopes": _list(tokens.scopes)})

        self._writer.do(work).result()

    def ended(self, account_id: int, why: str, before: Tokens) -> None:
        """The consent behind `before` has ended: drop the tokens, and tell the user once."""

        def work(tx: Tx) -> None:
            row = table.get(tx, account_id)
            if row is None or not self._holds(tx, account_id, before):
                return
            account = _account(row)
            table.change(tx, account_id, {"state": "reauth", "error": why[:300], "tokens": ""})
            self._journal.add_in(tx, account.user_id, "spotify.reauth_required", {**_about(account), "reason": why})

        self._writer.do(work).result()

    def _holds(self, tx: Tx, account_id: int, tokens: Tokens) -> bool:
        """Whether these are still the account's tokens."""
        sealed = table.tokens(tx, account_id)
        return bool(sealed) and self._open(sealed).refresh == tokens.refresh

    def _open(self, sealed: str) -> Tokens:
        if not sealed:
            raise NeedsReauth(SERVICE, "connect the account again")
        try:
            return msgspec.json.decode(self._vault.open(sealed), type=Tokens)
        except CannotOpen as fault:
            raise NeedsReauth(SERVICE, "its tokens were sealed with another key; connect it again") from fault

    # ---- where the work stands ---------------------------------------------------------------------------

    def cursor(self, account_id: int, name: str) -> str:
        """What a piece of work kept about an account, "" at first. It survives a renewal, and goes with the account."""
        with self._engine.read() as tx:
            return table.cursor(tx, account_id, name)

    def set_cursor(self, account_id: int, name: str, value: str) -> None:
        """Keep it; on disk when this returns."""
        self._writer.do(lambda tx: table.set_cursor(tx, account_id, name, value)).result()

    def set_cursor_soon(self, account_id: int, name: str, value: str) -> None:
        """Keep it without waiting: for what the next look would find again."""
        self._writer.do(lambda tx: table.set_cursor(tx, account_id, name, value))

    # ---- what a client id may do, and how much -----------------------------------------------------------

    def keep_capabilities(self, client_id: str, found: Capabilities) -> None:
        """Keep what was found out about a client id."""
        text = msgspec.json.encode(found).decode()
        self._writer.do(lambda tx: table.set_capabilities(tx, client_id, text)).result()

    def quota(self, developer: str) -> str:
        """What is known of a developer's limits, "" at first."""
        with self._engine.read() as tx:
            return table.quota(tx, developer)

    def keep_quota(self, developer: str, text: str) -> None:
        """Keep it; on disk when this returns."""
        self._writer.do(lambda tx: table.keep_quota(tx, developer, text, self._clock.now())).result()

    def quota_locked(self, developer: str, text: str, family: str, until_ms: int) -> None:
        """Keep it, tell everybody whose accounts share it, and tell again when the lock ends."""
        until = -(-until_ms // 1000)
        said = {"family": family, "kind": "day", "until_ms": until_ms}

        def work(tx: Tx) -> None:
            table.keep_quota(tx, developer, text, self._clock.now())
            self._tell(tx, developer, "spotify.quota_locked", said)
            payload = {"developer": developer, "family": family}
            self._worker.enqueue(tx, RELEASE_JOB, payload, run_at=until, dedupe=f"{developer} {family} {until}")

        self._writer.do(work).result()

    def _release(self, payload: Mapping[str, Any]) -> None:
        developer, said = str(payload["developer"]), {"family": payload["family"], "kind": "day"}
        self._writer.do(lambda tx: self._tell(tx, developer, "spotify.quota_released", said)).result()

    def _tell(self, tx: Tx, developer: str, type_: str, data: Mapping[str, Any]) -> None:
        for user_id in table.users_of(tx, developer):
            self._journal.add_in(tx, user_id, type_, data)

    # ---- the end of a consent ----------------------------------------------------------------------------

    def _count_down(self, _: Mapping[str, Any]) -> None:
        self.count_down()

    def count_down(self) -> int:
        """Tell whose consent ends in 30, 7 or 1 days, each once; returns how many were told."""
        now = self._clock.now()
        due = [account for account in self.all() if account.state == "on" and _step(account, now)]
        for account in due:
            self._writer.do(self._warning(account, now)).result()
        self._writer.do(lambda tx: table.forget_clients(tx, now - LOCK_KEPT_S)).result()
        return len(due)

    def _warning(self, account: LinkedAccount, now: int) -> Callable[[Tx], None]:
        def work(tx: Tx) -> None:
            row = table.get(tx, account.account_id)
            step = _step(_account(row), now) if row else 0
            if step:
                table.change(tx, account.account_id, {"told_days": step})
                said = {**_about(account), "days_left": account.days_left(now), "expires_at": account.ends_at}
                self._journal.add_in(tx, account.user_id, "spotify.reconsent_due", said)

        return work

    def _change(self, account_id: int, values: Mapping[str, Any]) -> None:
        self._writer.do(lambda tx: table.change(tx, account_id, values)).result()

    def _seal(self, tokens: Tokens) -> str:
        return self._vault.seal(msgspec.json.encode(tokens).decode())


def _step(account: LinkedAccount, now: int) -> int:
    """The warning that is due and was not given, in days; 0 for none. Who was away for a while gets the latest."""
    left_s = account.ends_at - now
    passed = [days for days in WARN_DAYS if left_s <= days * 86_400]
    step = min(passed, default=0)
    return step if step and (not account.told_days or step < account.told_days) else 0


def _about(account: LinkedAccount) -> dict[str, Any]:
    return {"account": account.title, "account_id": account.account_id, "client_id": account.client_id}


def _list(names: Sequence[str]) -> str:
    return " ".join(names)


def _account(row: Row) -> LinkedAccount:
    (account_id, user_id, client_id, key, spotify_id, name, features, scopes, state, error) = row[:10]
    authorized_at, told_days, redirect_uri, created_at, developer, capabilities = row[10:]
    return LinkedAccount(
        account_id=account_id,
        user_id=user_id,
        client_id=client_id,
        developer=developer,
        spotify_key=key,
        spotify_id=spotify_id,
        name=name,
        features=tuple(features.split()),
        scopes=tuple(scopes.split()),
        state=state,
        error=error,
        authorized_at=authorized_at,
        told_days=told_days,
        redirect_uri=redirect_uri,
        created_at=created_at,
        capabilities=msgspec.json.decode(capabilities, type=Capabilities) if capabilities else Capabilities(),
    )
