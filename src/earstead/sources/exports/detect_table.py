"""Which table a delimited text is. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from earstead.sources.exports import wire_table
from earstead.sources.exports.findings import Finding, ignored, mapping_fault, mapping_of, unknown_table
from earstead.sources.exports.shape import Table, table_shape
from earstead.sources.exports.times import seconds_of

_LOG = "#AUDIOSCROBBLER/"
_APPLE_TIME = ("Event End Timestamp", "Event Start Timestamp")
_APPLE_NAMES = ("Song Name", "Content Name")
_PANO = {"timeMs", "artist", "track"}
_BY_SOURCE = {wire_table.LASTFM: "lastfm-csv", wire_table.LIBREFM: "librefm"}


def table_part(said: str, encoding: str, options: Mapping[str, Any], *, whole: bool) -> Finding:
    """The finding for a text; `whole`: `said` is all of it."""
    if said.startswith(_LOG):
        return _log(said, encoding)
    shape = table_shape(said, whole=whole)
    if not shape.rows or max(map(len, shape.rows)) < 2:
        return ignored("neither JSON, XML nor a table; no listening history is written like this")
    common = {"encoding": encoding, "delimiter": shape.delimiter, "quoted": shape.quoted}
    return _mapped(shape, common, options) or _headed(shape, common) or _bare(shape, common) or _unknown(shape, options)


def _log(said: str, encoding: str) -> Finding:
    """The comment lines of a .scrobbler.log are a preamble of rows that start with "#"."""
    preamble = [line for line in said.splitlines() if line.startswith("#")]
    zone = next((line[4:].strip().upper() for line in preamble if line.startswith("#TZ/")), "UNKNOWN")
    client = next((line[8:].strip() for line in preamble if line.startswith("#CLIENT/")), "")
    found: dict[str, Any] = {"encoding": encoding, "delimiter": "\t", "quoted": False, "skip_rows": len(preamble)}
    return Finding(format="scrobbler-log", options={**found, "local": zone != "UTC", "client": client})


def _mapped(shape: Table, common: Mapping[str, Any], options: Mapping[str, Any]) -> Finding | None:
    """As the user says. Columns are named by the first row, or by their number when the mapping says numbers."""
    mapping = mapping_of(options)
    if not mapping:
        return None
    header = [column.strip() for column in shape.rows[0]]
    numbers = all(column.isdecimal() for column in mapping.values())
    bare = numbers and not set(mapping.values()) <= set(header)
    columns = [str(number) for number in range(1, len(header) + 1)] if bare else header
    if mapping_fault(mapping, columns):
        return None
    roles = {role: columns.index(column) for role, column in mapping.items()}
    return Finding(format="table", options={**common, "roles": roles, "skip_rows": 0 if bare else 1})


def _headed(shape: Table, common: Mapping[str, Any]) -> Finding | None:
    """A table whose header says what it is; some tools write a line or two above it."""
    for number, row in enumerate(shape.rows[:5], 1):
        columns = [column.strip() for column in row]
        found = {**common, "skip_rows": number, "columns": columns}
        if any(name in columns for name in _APPLE_TIME) and any(name in columns for name in _APPLE_NAMES):
            return Finding(format="apple-music", options=found)
        if set(columns) >= _PANO:
            return Finding(format="pano-scrobbler-csv", options=found)
        if roles := wire_table.roles_of(columns):
            return _recognised(columns, roles, {**common, "skip_rows": number})
    return None


def _recognised(columns: Sequence[str], roles: Mapping[str, str], common: Mapping[str, Any]) -> Finding:
    source = wire_table.source_of(columns)
    places = {role: columns.index(column) for role, column in roles.items()}
    options = {**common, "roles": places, "source": source}
    return Finding(format=_BY_SOURCE.get(source, "table"), options=options)


def _bare(shape: Table, common: Mapping[str, Any]) -> Finding | None:
    """Two tools that write no header: told by the place and kind of their times."""
    rows = shape.rows[:5]
    if all(len(row) == 4 and re.search(r"[A-Za-z]{3} \d{4}", row[3]) and seconds_of(row[3]) for row in rows):
        return _placed("lastfm-csv", wire_table.LASTFM, wire_table.LASTFM_TO_CSV, common)
    if all(3 <= len(row) <= 7 and re.fullmatch(r"\d{9,10}", row[0]) for row in rows):
        return _placed("librefm", wire_table.LIBREFM, wire_table.LASTEXPORT, common)
    return None


def _placed(form: str, source: str, order: Sequence[str], common: Mapping[str, Any]) -> Finding:
    roles = {role: place for place, role in enumerate(order)}
    return Finding(format=form, options={**common, "roles": roles, "source": source, "skip_rows": 0})


def _unknown(shape: Table, options: Mapping[str, Any]) -> Finding:
    mapping = mapping_of(options)
    columns = [column.strip() for column in shape.rows[0]]
    return ignored(mapping_fault(mapping, columns) if mapping else unknown_table(columns))
