"""The rows behind uploads, what was told, health, captures and the inbox, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import pytest

from earstead.storage import creator_comments as comments
from earstead.storage import creator_writes as table
from earstead.storage import creators
from earstead.storage.engine import Engine, Tx
from earstead.storage.writer import Writer

ADA, BEA = 1, 2
T = TypeVar("T")


class Book:
    """Runs storage functions on one database."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer

    def write(self, work: Callable[[Tx], T]) -> T:
        """In a transaction of its own."""
        return self._writer.do(work).result()

    def read(self, ask: Callable[[Tx], T]) -> T:
        """On a snapshot."""
        with self._engine.read() as tx:
            return ask(tx)


@pytest.fixture
def book(engine: Engine) -> Iterator[Book]:
    """A database, open for writing."""
    writer = Writer(engine)
    yield Book(engine, writer)
    writer.close()


def upload(**more: Any) -> dict[str, Any]:
    """A new upload of Ada's."""
    words = {"user_id": ADA, "account_id": 7, "show_id": 3, "episode_id": 0, "anchor_id": 0, "kind": "audio"}
    return words | {"filename": "a.mp3", "path": "/x/a.mp3", "size": 9, "wanted": "{}", "actor": "cli", "now": 5} | more


def test_uploads_are_counted_on_until_they_end(book: Book) -> None:
    """Those that wait or run are found after a restart; cancelling takes one person's."""
    first = book.write(lambda tx: table.add_upload(tx, upload()))
    second = book.write(lambda tx: table.add_upload(tx, upload(user_id=BEA, path="/x/b.mp3")))
    third = book.write(lambda tx: table.add_upload(tx, upload()))
    book.write(lambda tx: table.set_upload(tx, first, {"state": "running", "sent": 4}))
    book.write(lambda tx: table.set_upload(tx, third, {"state": "done"}))
    assert book.read(lambda tx: table.unfinished_uploads(tx, 10)) == [first, second]
    book.write(lambda tx: table.cancel_uploads(tx, ADA, 6))
    assert book.read(lambda tx: table.unfinished_uploads(tx, 10)) == [second]
    assert book.read(lambda tx: table.upload_paths(tx, BEA)) == ["/x/b.mp3"]
    assert [row[0] for row in book.read(lambda tx: table.uploads_of_show(tx, ADA, 3, 10))] == [third, first]
    with pytest.raises(ValueError, match="path"):
        book.write(lambda tx: table.set_upload(tx, first, {"path": "/etc/passwd"}))


def test_what_was_told_only_goes_forward(book: Book) -> None:
    """The same step or an older one is not told again; others' and other subjects' stand apart."""
    tell = [(ADA, "x", 5), (ADA, "x", 5), (ADA, "x", 4), (ADA, "x", 6), (ADA, "y", 1), (BEA, "x", 1)]
    said = [
        book.write(partial(table.tell, user_id=user, kind="day", subject=subject, value=value, now=9))
        for user, subject, value in tell
    ]
    assert said == [True, False, False, True, True, True]
    assert book.read(lambda tx: table.told(tx, ADA, "day", "x")) == 6
    assert book.read(lambda tx: table.told(tx, ADA, "comment", "x")) == 0


def test_the_last_good_answer_is_kept_over_bad_ones(book: Book) -> None:
    """A failure changes what is said, and not when all was well."""
    good = {"account_id": 7, "user_id": ADA, "state": "ok", "cause": "", "words": "w", "mend": "", "ok_at": 50}
    book.write(lambda tx: table.keep_health(tx, {**good, "checked_at": 50}))
    bad = {**good, "state": "broken", "cause": "cookie", "ok_at": 0, "checked_at": 60}
    book.write(lambda tx: table.keep_health(tx, bad))
    assert book.read(lambda tx: table.health(tx, 7)) == ("broken", "cookie", "w", "", 50, 60)
    book.write(lambda tx: table.forget_account(tx, 7))
    assert book.read(lambda tx: table.health(tx, 7)) is None


def test_captures_come_into_force_in_their_order(book: Book) -> None:
    """Of two that are live the later adopted one is laid over the other, whatever their ids."""
    given = {"user_id": ADA, "name": "n", "kind": "har", "at": 1, "found": "{}", "report": ""}
    one = book.write(lambda tx: table.add_capture(tx, {**given, "registry": "one"}))
    two = book.write(lambda tx: table.add_capture(tx, {**given, "registry": "two"}))
    assert book.read(table.live_registries) == []
    book.write(lambda tx: table.set_live(tx, two, True, 10))
    book.write(lambda tx: table.set_live(tx, one, True, 20))
    assert book.read(table.live_registries) == ["two", "one"]
    book.write(lambda tx: table.set_live(tx, two, False, 30))
    row = book.read(lambda tx: table.capture(tx, two))
    assert row is not None and row[-2:] == (10, 0)
    book.write(lambda tx: table.remove_capture(tx, two))
    assert [row[0] for row in book.read(lambda tx: table.captures_of_user(tx, ADA, 9))] == [one]


def test_steps_of_a_change_stand_one_a_line(book: Book) -> None:
    """Each request is added behind those before it."""
    values = {"user_id": ADA, "account_id": 7, "show_id": 3, "episode_id": 0, "at_ms": 1, "actor": "cli"}
    more = {"action": "a", "target": "t", "title": "", "before": "{}", "after": "{}", "state": "sent", "undo": ""}
    rest = {"undoable": 0, "undoes": 0, "holder": "h"}
    change_id = book.write(lambda tx: table.add_change(tx, values | more | rest))
    for step in ("POST a", "PUT b"):
        book.write(partial(table.add_step, change_id=change_id, step=step))
    row = book.read(lambda tx: table.change(tx, change_id))
    assert row is not None and row[13] == "POST a\nPUT b"
    assert [one[0] for one in book.read(lambda tx: table.changes_of_target(tx, 7, "t", 5))] == [change_id]
    assert book.read(lambda tx: table.changes_of_target(tx, 8, "t", 5)) == []


def test_the_inbox_counts_and_turns_pages(book: Book) -> None:
    """Answers stand below their comment, deleted ones nowhere; blocking marks all that somebody wrote."""

    def row(number: int, **more: Any) -> dict[str, Any]:
        words = {"comment_id": number, "show_id": 3, "user_id": ADA, "episode_id": 4, "comment_uri": f"c{number}"}
        texts = {"parent_uri": "", "text": "t", "state": "published", "author_id": "u", "author_name": "U"}
        rest = {"author_cover": "", "by_show": 0, "language": "", "answered": 0, "pinned": 0, "liked": 0}
        ends = {"flagged": 0, "replies": 0, "created_ms": number, "first_seen_at": 1, "read_at": 1}
        return words | texts | rest | ends | more

    rows = [
        row(1),
        row(2, answered=1),
        row(3, state="review"),
        row(4, parent_uri="c1"),
        row(5, parent_uri="c1", state="deleted"),
        row(6, by_show=1),
        row(7, state="deleted"),
    ]
    book.write(lambda tx: creators.put_comments(tx, rows))
    count = {view: book.read(partial(comments.count, user_id=ADA, show_id=3, view=view)) for view in comments.VIEWS}
    assert count == {"open": 2, "answered": 1, "review": 1, "all": 3}
    assert [one[0] for one in book.read(lambda tx: comments.page(tx, ADA, 3, "all", 1, 2))] == [2, 1]
    assert book.read(lambda tx: comments.page(tx, BEA, 3, "all", 0, 9)) == []
    assert [one[0] for one in book.read(lambda tx: comments.replies(tx, 3, ["c1", "c2"]))] == [4]
    assert [one[0] for one in book.read(lambda tx: comments.news(tx, 3, 1, 9))] == [2, 3, 4]
    book.write(lambda tx: comments.block_author(tx, 3, "u"))
    book.write(lambda tx: comments.change(tx, 1, {"pinned": 1}))
    assert book.read(lambda tx: comments.pinned(tx, 4)) == [1]
    found = book.read(lambda tx: comments.get(tx, 7))
    assert found is not None and found[16] == 1 and found[-1] == ADA
    with pytest.raises(ValueError, match="text"):
        book.write(lambda tx: comments.change(tx, 1, {"text": "other words"}))
