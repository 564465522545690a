"""Following: whose listening a user wants to see. One follows by name; nobody is asked, privacy is obeyed."""

from __future__ import annotations

from earstead.core.errors import Conflict, Rejected
from earstead.core.names import clean, name_key
from earstead.kit.clock import Clock
from earstead.services.accounts import Accounts
from earstead.services.users import User, user_from
from earstead.storage import follows as table
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

MOST_FOLLOWED = 5000
MOST_PAGE = 1000


class Follows:
    """Sets and reads who follows whom.

    A list shows public people, the viewer, and to its owner also those who are unlisted; private people are in no
    list but their own.
    """

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, accounts: Accounts) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._accounts = accounts

    def follow(self, user_id: int, name: str) -> None:
        """Follow somebody; harmless when one does. Raises NotFound (as private people are), Rejected, Conflict."""
        found = self._accounts.find(name, self._accounts.user(user_id))
        if found.user_id == user_id:
            raise Rejected("name", "that is you")
        row = {"user_id": user_id, "name_key": name_key(found.name), "name": found.name, "at": self._clock.now()}

        def work(tx: Tx) -> None:
            if table.count(tx, user_id) >= MOST_FOLLOWED and not table.follows(tx, user_id, str(row["name_key"])):
                raise Conflict(f"You follow {MOST_FOLLOWED} people; leave some first.")
            table.put(tx, [row])

        self._writer.do(work).result()

    def unfollow(self, user_id: int, name: str) -> None:
        """Stop following a name; harmless when one does not, or when nobody has it any more."""
        self._writer.do(lambda tx: table.take(tx, user_id, name_key(clean(name)))).result()

    def follows(self, user_id: int, name: str) -> bool:
        """Whether a user follows somebody."""
        with self._engine.read() as tx:
            return table.follows(tx, user_id, name_key(clean(name)))

    def following(
        self, user_id: int, viewer: User | None, limit: int = 50, offset: int = 0
    ) -> tuple[tuple[User, ...], int]:
        """A page of those whom a user follows, latest first, and how many there are for this viewer."""
        viewer_id = viewer.user_id if viewer else 0
        with self._engine.read() as tx:
            rows = table.following(tx, user_id, viewer_id, limit=min(limit, MOST_PAGE), offset=max(offset, 0))
            return tuple(map(user_from, rows)), table.count_following(tx, user_id, viewer_id)

    def followers(
        self, user_id: int, viewer: User | None, limit: int = 50, offset: int = 0
    ) -> tuple[tuple[User, ...], int]:
        """A page of those who follow a user, latest first, and how many there are for this viewer. Raises NotFound."""
        viewer_id, key = viewer.user_id if viewer else 0, name_key(self._accounts.user(user_id).name)
        with self._engine.read() as tx:
            rows = table.followers(tx, user_id, key, viewer_id, limit=min(limit, MOST_PAGE), offset=max(offset, 0))
            return tuple(map(user_from, rows)), table.count_followers(tx, user_id, key, viewer_id)
