"""The tables of accounts: ids never come back, and the erasure knows every table."""

from __future__ import annotations

import re

from earstead.storage import accounts, copying, erasing
from earstead.storage.engine import Engine
from earstead.storage.writer import Writer

SHOW_BY_SHOW = {f"creator_{name}" for name in ("shows", "episodes", "comments", "feeds", "logs")}
"""Go by `creator_erasing.step_user`; tests/services/creators/test_guarding.py erases somebody who has rows in each."""


def test_ids_are_never_given_twice(engine: Engine) -> None:
    """The id of a row that was removed is not given to the next one."""
    writer = Writer(engine)
    try:

        def add(name: str) -> int:
            return writer.do(
                lambda tx: accounts.add_user(tx, name=name, name_key=name, role="user", password_hash="", now=1)
            ).result()

        first = add("anna")
        writer.do(lambda tx: erasing.hide(tx, first)).result()
        writer.do(lambda tx: erasing.finish(tx, first)).result()
        assert add("anna") == first + 1
    finally:
        writer.close()


def test_a_taken_name_changes_nothing(engine: Engine) -> None:
    """Adding a name that is taken answers 0 and uses no id up."""
    writer = Writer(engine)
    try:

        def add(name: str) -> int:
            return writer.do(
                lambda tx: accounts.add_user(tx, name=name, name_key=name, role="user", password_hash="", now=1)
            ).result()

        assert [add("anna"), add("anna"), add("ben")] == [1, 0, 2]
    finally:
        writer.close()


def test_the_erasure_names_every_table_of_a_user(engine: Engine) -> None:
    """Each table with a user_id is emptied by `erasing`: a new one must be added there."""
    texts = [*erasing._PIECES, *erasing._REST]
    named = {match[1] for text in texts if (match := re.match(r"\s*DELETE FROM (\w+)", text))}
    with engine.read() as tx:
        held = {table for table, columns in copying.tables(tx, engine.dialect).items() if "user_id" in columns}
    assert held - named - SHOW_BY_SHOW == {"track_map", "track_artist"}, "these two go name by name, in _forget_names"
