"""People and what is around them (access of programs, tags, follows) on a database of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.kit.clock import FixedClock
from earstead.kit.secrets import Vault, load_vault
from earstead.services.accounts import Accounts
from earstead.services.applications.applications import Applications
from earstead.services.decisions import Decisions
from earstead.services.events import Hub
from earstead.services.follows import Follows
from earstead.services.ingest import Ingest
from earstead.services.insights.insights import Insights
from earstead.services.tags import Tags
from earstead.services.users import User
from earstead.storage import accounts as users
from earstead.storage.engine import Engine, Row, Tx
from earstead.storage.writer import Writer


@dataclass(frozen=True)
class People:
    """Services as `app` would build them; time stands until it is moved."""

    engine: Engine
    writer: Writer
    clock: FixedClock
    vault: Vault
    ingest: Ingest
    accounts: Accounts
    applications: Applications
    decisions: Decisions
    tags: Tags
    follows: Follows

    def add(self, name: str, visibility: str = "private") -> User:
        """Somebody with an account, without the price of a password."""

        def work(tx: Tx) -> int:
            user_id = users.add_user(
                tx, name=name, name_key=name.casefold(), role="user", password_hash="", now=self.clock.now()
            )
            users.update(tx, user_id, zone="UTC", visibility=visibility, display_name="")
            return user_id

        return self.accounts.user(self.writer.do(work).result())

    def heard(self, user: User, artist: str, title: str = "Song") -> Submission:
        """A play, stored."""
        said = Submission(source="t", artist_name=artist, track_name=title, listened_at=UnixSeconds(self.clock.now()))
        self.ingest.add_now(user.user_id, [said])
        return said

    def again(self) -> Applications:
        """The same database as another start of the server sees it."""
        return Applications(self.engine, self.writer, self.clock, self.accounts, self.vault)

    def rows(self, sql: str) -> list[Row]:
        """What is stored."""
        with self.engine.read() as tx:
            return tx.all(sql)


@contextmanager
def gather(engine: Engine, clock: FixedClock, data: Path) -> Iterator[People]:
    """People on a migrated engine; the writer is closed afterwards."""
    writer, vault = Writer(engine), load_vault(data)
    hub = Hub()
    ingest = Ingest(engine, writer, clock, hub)
    accounts = Accounts(engine, writer, clock, vault, ingest)
    try:
        yield People(
            engine,
            writer,
            clock,
            vault,
            ingest,
            accounts,
            Applications(engine, writer, clock, accounts, vault),
            Decisions(engine, writer, ingest, Insights(engine, ingest), clock, hub),
            Tags(engine, writer, clock, ingest),
            Follows(engine, writer, clock, accounts),
        )
    finally:
        writer.close()
