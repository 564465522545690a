"""JSON arrays come apart into the same items, however they are cut."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.sources.exports.decode import CHUNK, Broken, json_rows

SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"]))
ITEMS = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("ab}{],[", max_size=3), inner))


def rows(text: str) -> list[Any]:
    """What a document gives."""
    return list(json_rows(io.BytesIO(text.encode()), {}))


@given(items=st.lists(ITEMS), indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_an_array_gives_its_items(items: list[Any], indent: int | None, ascii_only: bool) -> None:
    """Braces in texts, nested values, an array without objects: all as the standard library reads them."""
    assert rows(json.dumps(items, indent=indent, ensure_ascii=ascii_only)) == items


@pytest.mark.parametrize("nested", [False, True])
def test_an_array_of_many_pieces_gives_its_items(nested: bool) -> None:
    """A document larger than what is decoded at once, cut anywhere."""
    item = {"name": "}, {é", "deep": {"a": [{}, {"b": "}"}]} if nested else 1}
    items = [{**item, "n": n} for n in range(4 * CHUNK // 40)]
    assert rows(json.dumps(items, ensure_ascii=False)) == items


@pytest.mark.parametrize("cut", [1, 2, 5, 9, 30])
def test_a_cut_file_gives_what_is_whole(cut: int) -> None:
    """Every row before the cut, then the reason."""
    items = [{"n": n} for n in range(20_000)]
    found = rows(json.dumps(items)[:-cut])
    assert isinstance(found[-1], Broken) and found[-1].reason
    assert found[:-1] == items[: len(found) - 1] and len(found) > len(items) - 5


@pytest.mark.parametrize("tail", ["x", ",", "{}", "]", '"a"]'])
def test_what_follows_an_array_is_not_passed_over(tail: str) -> None:
    """Garbage behind the last item is named, after the items."""
    found = rows('[{"a": 1}, {"a": 2}]' + tail)
    assert found[:2] == [{"a": 1}, {"a": 2}] and isinstance(found[2], Broken)


def test_a_comma_too_many_or_too_few_is_named() -> None:
    """What was read before it stays."""
    for text in ('[{"a": 1} {"a": 2}]', '[{"a": 1},, {"a": 2}]', '[{"a": 1},]'):
        found = rows(text)
        assert found[0] == {"a": 1} and isinstance(found[-1], Broken), text
