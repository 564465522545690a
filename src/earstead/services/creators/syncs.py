"""When the accounts are read, and how far that is. The reading itself is done by `creators.keeping.sync`."""

from __future__ import annotations

from earstead.kit.clock import Clock
from earstead.services.creators.accounts import CreatorAccounts
from earstead.services.creators.types import SyncRun, SyncState
from earstead.services.worker import Worker
from earstead.storage.engine import Engine
from earstead.storage.writer import Writer


class CreatorSyncs:
    """See the module. Methods block."""

    def __init__(
        self, engine: Engine, writer: Writer, clock: Clock, worker: Worker, accounts: CreatorAccounts
    ) -> None: ...

    def state(self, account_id: int) -> SyncState:
        """Where the reading of an account stands."""
        raise NotImplementedError

    def now(self, user_id: int, account_id: int) -> SyncRun:
        """Have an account read, by the worker, at once; the one that waits or runs if there is one. NotFound."""
        raise NotImplementedError

    def history(self, user_id: int, account_id: int, limit: int = 50) -> tuple[SyncRun, ...]:
        """The syncs of an account, latest first."""
        raise NotImplementedError
