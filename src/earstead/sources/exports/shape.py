"""What the beginning of a text looks like: its JSON paths, its columns. Pure; nothing here raises on bad content."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ijson
import msgspec

DELIMITERS = (",", ";", "\t", "|")
_ROWS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Json:
    """`paths`: ijson prefixes of every value met ("item.ts"); `texts`: the first texts at each path."""

    paths: frozenset[str]
    texts: Mapping[str, list[str]]


def json_shape(head: bytes) -> Json:
    """The paths in the first bytes of a document, however it goes on."""
    paths: set[str] = set()
    texts: dict[str, list[str]] = {}
    try:
        for prefix, event, value in ijson.parse(head):
            if event in ("map_key", "end_map", "end_array"):
                continue
            paths.add(prefix)
            if event == "string" and len(texts.setdefault(prefix, [])) < 200:
                texts[prefix].append(value)
    except (ijson.JSONError, UnicodeError, ValueError):
        pass  # cut in the middle, or broken: what was met until there decides
    return Json(paths=frozenset(paths), texts=texts)


def first_objects(head: str) -> list[dict[str, Any]]:
    """The objects of the first lines, when each stands on a line of its own; [] for one document over many lines."""
    found = []
    for line in head.splitlines()[:_ROWS]:
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The first rows of a delimited text, split at the delimiter that fits best."""

    delimiter: str
    quoted: bool
    rows: tuple[tuple[str, ...], ...]


def table_shape(head: str, *, whole: bool) -> Table:
    """Columns of the first lines; `whole`: the text is not cut off, so that its last line is complete."""
    lines = head.splitlines(keepends=True)
    complete = lines if whole or len(lines) < 2 else lines[:-1]
    return max((_split(complete, delimiter) for delimiter in DELIMITERS), key=_fit)


def _split(lines: list[str], delimiter: str) -> Table:
    # Tools that write tabs write no quotes: there a quote is a letter of a title.
    quoted = delimiter != "\t" or any(line.startswith('"') for line in lines[:2])
    rows: list[tuple[str, ...]] = []
    reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    while len(rows) < _ROWS:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error:
            continue
        if any(row):
            rows.append(tuple(row))
    return Table(delimiter=delimiter, quoted=quoted, rows=tuple(rows))


def _fit(table: Table) -> tuple[int, int]:
    """Most rows of one width above 1, then the widest."""
    widths = Counter(len(row) for row in table.rows if len(row) > 1)
    width, rows = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
    return rows, width
