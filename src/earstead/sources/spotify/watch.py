"""Follows all linked accounts: a few threads, a queue of accounts by when they are due, each in one hand at a time.

Whoever is due longest goes first, so that no account starves beside a busy one; what one may ask is decided by the
governor of its developer, so that no account spends another's quota. Without linked accounts no thread runs. All time
comes from the clock that is given: with one that stands still, `run_due` does the work of the threads.
"""

from __future__ import annotations

import heapq
import logging
import threading
from collections.abc import Collection, Iterator
from functools import partial
from typing import Protocol

from earstead.core.player import PlayerState
from earstead.services.spotify.types import LinkedAccount
from earstead.sources.spotify.following import Around, Following
from earstead.sources.spotify.soloist import ADDRESS, SOURCE, Soloist, check_address

log = logging.getLogger(__name__)

ACCOUNTS_A_THREAD = 100
MOST_THREADS = 8
"""A look takes a tenth of a second, almost all of it waiting: eight threads look eighty times a second."""
REST_S = 30.0
STOP_S = 1.5


class Linked(Protocol):
    """Who is linked: `services.spotify_accounts.SpotifyAccounts`."""

    def all(self) -> Iterator[LinkedAccount]:
        """Everybody's accounts, whatever their state."""

    def set_cursor(self, account_id: int, name: str, value: str) -> None:
        """Keep something about an account."""


class Watcher:
    """See the module. For several threads."""

    def __init__(self, linked: Linked, around: Around) -> None:
        self._linked = linked
        self._around = around
        self._wake = threading.Condition()
        self._following: dict[int, Following] = {}
        self._busy: set[int] = set()
        self._queue: list[tuple[int, int]] = []
        self._threads: list[threading.Thread] = []
        self._soloists: dict[int, Soloist] = {}
        self._running = False
        self._stopping = False

    # ---- beginning and ending ----------------------------------------------------------------------------

    def start(self) -> None:
        """Begin. Without linked accounts nothing runs until `refresh` finds some."""
        self._running = True
        self.refresh()

    def refresh(self) -> None:
        """Take up accounts that were linked or renewed, and drop those that are gone or must be agreed to again."""
        found = {account.account_id: account for account in self._linked.all() if account.state == "on"}
        with self._wake:
            gone = set(self._following) - set(found)
            for account_id in gone:
                del self._following[account_id]
            for account_id, account in found.items():
                held = self._following.get(account_id)
                if held is None or (held.stopped and account.authorized_at > held.account.authorized_at):
                    self._following[account_id] = Following(account, self._around)
                    self._put(account_id)
                else:
                    held.account = account
            self._grow()
            self._wake.notify_all()
            self._wake.wait_for(lambda: not gone & self._busy, STOP_S)
        if self._running:
            self._listen(found)

    def listen_to(self, account: LinkedAccount, address: str) -> None:
        """Let the Soloist at an address of this machine tell the account's changes; "" ends that. Raises Rejected."""
        self._linked.set_cursor(account.account_id, ADDRESS, check_address(address))
        self.refresh()

    def _listen(self, accounts: Collection[int]) -> None:
        wanted = {one: self._around.cursors.cursor(one, ADDRESS) for one in accounts}
        for account_id, held in list(self._soloists.items()):
            if wanted.get(account_id, "") != held.address:
                self._soloists.pop(account_id).stop()
        for account_id, address in wanted.items():
            if address and account_id not in self._soloists and not self._stopping:
                told = partial(self.pushed, account_id, source=SOURCE)
                held = self._soloists[account_id] = Soloist(address, told, self._around.clock)
                held.start()

    def forget(self, account: LinkedAccount) -> None:
        """An account is about to be given up: nothing more is asked in its name."""
        with self._wake:
            self._following.pop(account.account_id, None)
            self._wake.wait_for(lambda: account.account_id not in self._busy, STOP_S)

    def stop(self) -> None:
        """End, and keep what was seen. A request that is under way is not waited for longer than a moment."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        for soloist in self._soloists.values():
            soloist.stop()
        until = self._around.clock.monotonic() + STOP_S
        for thread in self._threads:
            thread.join(max(0.0, until - self._around.clock.monotonic()))
        with self._wake:
            idle = [held for account_id, held in self._following.items() if account_id not in self._busy]
        for held in idle:
            held.flush()

    def _grow(self) -> None:
        wanted = min(MOST_THREADS, -(-len(self._following) // ACCOUNTS_A_THREAD))
        while self._running and not self._stopping and len(self._threads) < wanted:
            thread = threading.Thread(target=self._main, name=f"spotify-watch-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    # ---- working -----------------------------------------------------------------------------------------

    def next_ms(self) -> int | None:
        """When something is due next, unix milliseconds; None when nobody is followed."""
        with self._wake:
            self._tidy()
            return self._queue[0][0] if self._queue else None

    def run_due(self) -> int:
        """Do everything that is due now, in this thread; returns how many pieces of work were tried."""
        done = 0
        while (account_id := self._take()) is not None:
            self._do(account_id)
            done += 1
        return done

    def pushed(self, account_id: int, state: PlayerState, source: str) -> None:
        """A device of an account told its state by itself. Dropped for an account that is not followed."""
        with self._wake:
            if not self._wake.wait_for(lambda: account_id not in self._busy or self._stopping, REST_S):
                return
            held = self._following.get(account_id)
            if held is None or held.stopped or self._stopping:
                return
            self._busy.add(account_id)
        try:
            held.pushed(state, source)
        finally:
            self._give_back(account_id, held)

    def _main(self) -> None:
        while True:
            with self._wake:
                if self._stopping:
                    return
                account_id = self._take()
                if account_id is None:
                    self._wake.wait(self._rest_s())
                    continue
            self._do(account_id)

    def _rest_s(self) -> float:
        if not self._queue:
            return REST_S
        # A clock may be set while we rest: never rest long.
        return min(REST_S, max(0.0, (self._queue[0][0] - self._around.clock.now_ms()) / 1000))

    def _take(self) -> int | None:
        """The account that is due longest, put into the caller's hands; None when none is due."""
        now = self._around.clock.now_ms()
        with self._wake:
            self._tidy()
            if self._stopping or not self._queue or self._queue[0][0] > now:
                return None
            _, account_id = heapq.heappop(self._queue)
            self._busy.add(account_id)
            return account_id

    def _tidy(self) -> None:
        """Drop what is not true any more from the front of the queue."""
        while self._queue:
            at, account_id = self._queue[0]
            held = self._following.get(account_id)
            if held is not None and not held.stopped and account_id not in self._busy and held.next_ms() == at:
                return
            heapq.heappop(self._queue)

    def _do(self, account_id: int) -> None:
        held = self._following.get(account_id)
        try:
            if held is not None:
                held.do_due()
        except Exception as fault:
            if self._stopping:  # the server is closing under a request that took long
                log.info("a look came too late to be kept: %s", fault)
            else:
                log.exception("an account of Spotify could not be followed")
            if held is not None:
                held.postpone()
        finally:
            self._give_back(account_id, held)

    def _give_back(self, account_id: int, held: Following | None) -> None:
        with self._wake:
            self._busy.discard(account_id)
            if held is not None and self._following.get(account_id) is held:
                self._put(account_id)
            self._wake.notify_all()

    def _put(self, account_id: int) -> None:
        held = self._following[account_id]
        if not held.stopped:
            heapq.heappush(self._queue, (held.next_ms(), account_id))
