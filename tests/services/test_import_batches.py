"""Batches with a cursor, and the small set that a look remembers rows in."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from earstead.core.ids import UnixSeconds
from earstead.core.listen import Submission
from earstead.kit.seen import SeenKeys
from earstead.services.import_types import ImportRow, Part
from earstead.services.imports.batches import batches
from earstead.services.ingest import CHUNK


def parts(sizes: list[int]) -> list[Part]:
    return [
        Part(path="", member=str(i), format="f", title="", size=size, ignored="" if size else "empty")
        for i, size in enumerate(sizes)
    ]


def read(part: Part) -> Iterator[ImportRow]:
    for i in range(part.size):
        said = Submission(source="s", artist_name="a", track_name="t", listened_at=UnixSeconds(i + 1))
        yield ImportRow(where=f"{part.member}:{i}", submission=said)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=2 * CHUNK + 1), max_size=4), st.integers(min_value=0))
def test_going_on_from_any_cursor_gives_exactly_the_rest(sizes: list[int], stop: int) -> None:
    """Stopped behind any batch, the rows before and after the cursor are all rows, each once, in order."""
    everything = [row.where for part in parts(sizes) for row in read(part)]
    got: list[str] = []
    cursor = (0, 0)
    for number, batch in enumerate(batches(parts(sizes), read)):
        if number == stop % 5:
            break
        assert 0 < len(batch.rows) <= CHUNK
        got += [row.where for row in batch.rows]
        cursor = (batch.part_index, batch.row_index)
    for batch in batches(parts(sizes), read, part_index=cursor[0], row_index=cursor[1]):
        got += [row.where for row in batch.rows]
    assert got == everything


@given(st.lists(st.integers(min_value=1, max_value=50) | st.integers(min_value=1, max_value=2**63 - 1)))
def test_the_small_set_answers_like_a_set(keys: list[int]) -> None:
    """A key is new exactly once."""
    small, plain = SeenKeys(), set()
    for key in keys:
        assert small.add(key) == (key not in plain)
        plain.add(key)


def test_the_small_set_grows_and_ends_at_its_bound() -> None:
    """It is exact through many doublings; when full it forgets the newcomers and keeps the old ones."""
    small = SeenKeys(most=10_000)
    assert all(small.add(key * 7919) for key in range(1, 10_001))
    assert not any(small.add(key * 7919) for key in range(1, 10_001))
    assert small.add(5)
    assert small.add(5)
