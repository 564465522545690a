"""When the accounts are read, and how far that is. The reading itself is done by `creators.keeping.sync`.

Every account is read once a day, and when somebody asks. A sync is one row and one job of the worker, in the account's
own lane; the job works for a minute at a time and queues itself again, so that a restart, a limit or an update of the
server costs at most the question in hand. Where it goes on follows from what is stored, never from the job.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from earstead.core.errors import AppError, Conflict, NeedsReauth, Rejected, RetryLater
from earstead.kit import jsontext
from earstead.kit.clock import Clock
from earstead.kit.texts import fault_words, storable
from earstead.services.creators.accounts import CreatorAccounts
from earstead.services.creators.rows import sync_from
from earstead.services.creators.types import CreatorAccount, SyncRun, SyncState
from earstead.services.worker import Worker
from earstead.storage import creator_reads as reads
from earstead.storage import creators as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

log = logging.getLogger(__name__)

LOOK_JOB = "creators.look"
SYNC_JOB = "creators.sync"
LOOK_EVERY_S = 900
SYNC_EVERY_S = 86_400
TRY_AGAIN_S = 3_600
"""After a sync that failed."""
KEPT_SYNCS = 100
MOST_NOTES = 100
LACK = "Not read, because no public source has their hashes: "
LACK_MEND = (
    ". Look for them in the dashboard's own scripts (the page Captures, or earstead creators ops refresh --adopt), or "
    "capture them, and put in force what was found."
)
LIVE = ("waiting", "running", "stopped")


@dataclass(slots=True)
class Progress:
    """What a sync has done so far; the syncer counts it up, `told` writes it down."""

    done: int = 0
    planned: int = 0
    requests: int = 0
    rows: int = 0
    doing: str = ""
    notes: tuple[str, ...] = ()
    stopping: bool = False
    """The server stops: the slice is to end at the next question."""

    def note(self, words: str) -> None:
        """Tell something, once."""
        plain = storable(words)[:300]
        if plain not in self.notes and len(self.notes) < MOST_NOTES:
            self.notes = (*self.notes, plain)

    def lack(self, operation: str) -> None:
        """Tell that an operation cannot be asked for; all of them in one note."""
        said = next((one for one in self.notes if one.startswith(LACK)), LACK + LACK_MEND)
        names = [one for one in said.removeprefix(LACK).removesuffix(LACK_MEND).split(", ") if one]
        if operation not in names:
            self.notes = (
                *(one for one in self.notes if one != said),
                f"{LACK}{', '.join([*names, operation])}{LACK_MEND}",
            )


class Syncer(Protocol):
    """Reads the service into the memory."""

    def sync(self, account: CreatorAccount, progress: Progress, since: int, told: Callable[[], None]) -> bool:
        """Go on with the reading of an account, for a minute at most; True when everything is read.

        Args:
            since: when this sync began, unix seconds: what was read after it is not asked again.
            told: to be called whenever something worth showing has changed; it raises Conflict when the sync is over.

        Raises NeedsReauth when the cookies are no longer taken, RetryLater when the service wants a pause; single parts
        that fail are noted, and raise nothing.
        """


Follower = Callable[[Tx, CreatorAccount, SyncRun], None]
"""Called within the transaction in which a sync ended, done or failed."""


class CreatorSyncs:
    """See the module. Methods block."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, worker: Worker, accounts: CreatorAccounts) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._worker = worker
        self._accounts = accounts
        self._syncer: Syncer | None = None
        self._followers: list[Follower] = []
        self._at_work: dict[int, Progress] = {}
        worker.every(LOOK_JOB, LOOK_EVERY_S, self._look)
        worker.handle(SYNC_JOB, self._work, lane=lambda payload: str(payload["account_id"]))
        accounts.after_connecting(lambda account: self._begin(account, "connected"))
        accounts.before_leaving(lambda account: self._stop(account.account_id))

    def served_by(self, syncer: Syncer) -> None:
        """Who reads. Given once, by `app`."""
        self._syncer = syncer

    def followed_by(self, follower: Follower) -> None:
        """Have the end of syncs followed by more."""
        self._followers.append(follower)

    def close(self) -> None:
        """Have the slices in hand end soon; their syncs go on at the next start."""
        for progress in list(self._at_work.values()):
            progress.stopping = True

    # ---- asking ------------------------------------------------------------------------------------------

    def state(self, account_id: int) -> SyncState:
        """Where the reading of an account stands."""
        account = self._accounts.find(account_id)
        with self._engine.read() as tx:
            runs = [sync_from(row) for row in reads.syncs_of(tx, account_id, 1)]
        run = runs[0] if runs else None
        running = run is not None and run.state in LIVE
        reading = account is not None and account.state == "on"
        return SyncState(
            account_id=account_id,
            run=run,
            last_done_at=account.synced_at if account else 0,
            next_at=self._due_at(account, run) if account and reading and not running else 0,
            every_s=SYNC_EVERY_S,
            running=running,
        )

    def now(self, user_id: int, account_id: int) -> SyncRun:
        """Have an account read, by the worker, at once; the one that waits or runs if there is one.

        Raises NotFound, and Rejected for an account that has no cookies.
        """
        account = self._accounts.get(user_id, account_id)
        if account.state == "off":
            raise Rejected("", f"{account.label} is disconnected; connect it again first")
        return self._begin(account, "asked")

    def history(self, user_id: int, account_id: int, limit: int = 50) -> tuple[SyncRun, ...]:
        """The syncs of an account, latest first. Raises NotFound."""
        self._accounts.get(user_id, account_id)
        with self._engine.read() as tx:
            return tuple(sync_from(row) for row in reads.syncs_of(tx, account_id, limit))

    def run(self, user_id: int, sync_id: int) -> SyncRun | None:
        """A user's sync, None when there is none."""
        with self._engine.read() as tx:
            row = reads.sync(tx, sync_id)
        return sync_from(row) if row and row[2] == user_id else None

    # ---- the work ----------------------------------------------------------------------------------------

    def _look(self, _: Mapping[str, Any]) -> None:
        """Begin what is due, and take up again what has no job any more."""
        for account in self._accounts.all():
            state = self.state(account.account_id)
            if account.state == "on" and (state.running or state.next_at <= self._clock.now()):
                self._begin(account, "daily")

    def _due_at(self, account: CreatorAccount, run: SyncRun | None) -> int:
        if run is not None and run.state == "failed":
            return run.ended_at + TRY_AGAIN_S
        return account.synced_at + SYNC_EVERY_S

    def _begin(self, account: CreatorAccount, reason: str) -> SyncRun:
        def work(tx: Tx) -> int:
            last = reads.syncs_of(tx, account.account_id, 1)
            if last and last[0][3] in LIVE:
                sync_id = int(last[0][0])
            else:
                sync_id = reads.add_sync(tx, account.account_id, account.user_id, reason, self._clock.now())
                reads.trim_syncs(tx, account.account_id, KEPT_SYNCS)
            self._queue(tx, account.account_id, sync_id, 0)
            return sync_id

        sync_id = self._writer.do(work).result()
        with self._engine.read() as tx:
            row = reads.sync(tx, sync_id)
        assert row is not None, "it was just stored"
        return sync_from(row)

    def _queue(self, tx: Tx, account_id: int, sync_id: int, run_at: int) -> None:
        payload = {"account_id": account_id, "sync_id": sync_id}
        self._worker.enqueue(tx, SYNC_JOB, payload, run_at=run_at, dedupe=str(account_id))

    def _work(self, payload: Mapping[str, Any]) -> None:
        account = self._accounts.find(int(payload["account_id"]))
        with self._engine.read() as tx:
            row = reads.sync(tx, int(payload["sync_id"]))
        if account is None or row is None or row[3] not in LIVE or account.state == "off" or self._syncer is None:
            return
        run = sync_from(row)
        progress = Progress(done=run.done, planned=run.planned, requests=run.requests, rows=run.rows, notes=run.notes)
        tell = self._teller(run.sync_id, progress)
        self._at_work[run.sync_id] = progress
        try:
            tell()
            finished = self._syncer.sync(account, progress, run.started_at, tell)
        except NeedsReauth as fault:
            mend = str(getattr(fault, "mend", "")) or "Give the account new cookies."
            self._accounts.ended(account.account_id, fault.why, mend)
            self._end(account, run, progress, "failed", fault)
        except RetryLater as fault:
            progress.note(f"It wanted a pause: {fault.why}.")
            self._go_on(run, progress, self._clock.now() + max(1, round(fault.after_s)))
        except AppError as fault:
            self._end(account, run, progress, "failed", fault)
        except Exception as fault:
            log.exception("the sync of account %d broke off", account.account_id)
            self._end(account, run, progress, "failed", fault)
        else:
            if finished:
                self._end(account, run, progress, "done", None)
            else:
                self._go_on(run, progress, 0)
        finally:
            del self._at_work[run.sync_id]

    def _teller(self, sync_id: int, progress: Progress) -> Callable[[], None]:
        def tell() -> None:
            values = {**_columns(progress), "state": "running"}
            if not self._writer.do(lambda tx: reads.tell_sync(tx, sync_id, values)).result():
                raise Conflict("The account was disconnected.")

        return tell

    def _go_on(self, run: SyncRun, progress: Progress, at: int) -> None:
        def work(tx: Tx) -> None:
            if reads.tell_sync(tx, run.sync_id, {**_columns(progress), "state": "stopped" if at else "running"}):
                self._queue(tx, run.account_id, run.sync_id, at)

        self._writer.do(work).result()

    def _end(
        self, account: CreatorAccount, run: SyncRun, progress: Progress, state: str, fault: Exception | None
    ) -> None:
        now = self._clock.now()
        said = {"error": storable(fault_words(fault)), "mend": str(getattr(fault, "mend", ""))} if fault else {}

        def work(tx: Tx) -> None:
            told = {**_columns(progress), **said, "state": state, "ended_at": now, "doing": ""}
            if not reads.tell_sync(tx, run.sync_id, told):
                return
            if state == "done":
                table.change_account(tx, account.account_id, {"synced_at": now, "last_ok_at": now})
            row = reads.sync(tx, run.sync_id)
            if row is not None:
                for follow in self._followers:
                    follow(tx, account, sync_from(row))

        self._writer.do(work).result()

    def _stop(self, account_id: int) -> None:
        """The account goes: its sync ends here."""
        now = self._clock.now()

        def work(tx: Tx) -> None:
            for row in reads.syncs_of(tx, account_id, 1):
                if row[3] in LIVE:
                    told = {"state": "failed", "ended_at": now, "error": "the account was disconnected", "doing": ""}
                    reads.change_sync(tx, row[0], told)

        self._writer.do(work).result()


def _columns(progress: Progress) -> dict[str, Any]:
    notes: Sequence[str] = progress.notes
    return {
        "done": progress.done,
        "planned": progress.planned,
        "requests": progress.requests,
        "changed": progress.rows,
        "doing": progress.doing[:200],
        "notes": jsontext.dumps(list(notes)),
    }
