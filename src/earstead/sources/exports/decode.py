"""From bytes to decoded rows, one container a function, in bounded memory.

Each yields rows in file order; what cannot be decoded comes as `Broken` in its place, so that row numbers hold.
A file that ends in the middle gives every row before the cut, and one `Broken`.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

import ijson
import msgspec

from earstead.sources.exports.said import excerpt

CHUNK = 1 << 16
PIECE = 1 << 18
"""Bytes of JSON that are decoded at once."""
TRIES = 3
MAX_LINE = 4 * 2**20
MAX_FIELD = 131_072
"""Characters of one CSV field, the standard library's own limit: an unclosed quote must not swallow the file."""

_decode_piece = msgspec.json.Decoder().decode

CUT_OFF = "the file ends in the middle of this row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A place where no row could be decoded; `reason` is a sentence without full stop."""

    reason: str
    excerpt: str = ""


class CleanUtf8(io.RawIOBase):
    """A stream of bytes that is always valid UTF-8 without byte-order mark, whatever the file was encoded in.

    One wrong byte would otherwise end the whole document for a JSON parser; here it becomes U+FFFD.
    """

    def __init__(self, raw: IO[bytes], encoding: str) -> None:
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._left = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill some of the buffer; 0 at the end of the file."""
        while not self._left and not self._ended:
            data = self._raw.read(CHUNK)
            self._ended = not data
            self._left = memoryview(self._decoder.decode(data, final=self._ended).encode("utf-8", "replace"))
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


def encoding_of(head: bytes) -> str:
    """The encoding that the first bytes of a text speak for; a cut character at their end does not count."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return name
    if head[1:2] == b"\0" and head[:1] != b"\0":
        return "utf-16-le"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252" if not any(byte in head for byte in b"\x81\x8d\x8f\x90\x9d") else "latin-1"
    return "utf-8-sig"


def json_rows(file: IO[bytes], options: Mapping[str, Any]) -> Iterator[Any]:
    """The values at `options["at"]` (ijson prefix, "item" for a top-level array) of one JSON document."""
    clean: io.RawIOBase = CleanUtf8(file, str(options.get("encoding", "utf-8-sig")))
    at = str(options.get("at", "item"))
    if at == "item":
        left, skip = yield from _items(clean)
        if left is None:
            return
        clean = _Joined(left, clean)
    else:
        skip = 0
    yield from islice(_streamed(clean, at), skip, None)


def _items(clean: io.RawIOBase) -> Generator[Any, None, tuple[bytes | None, int]]:
    """The items of a top-level array, decoded a piece at a time: three times as fast as value by value.

    A piece is cut behind a closing brace. JSON reads from left to right in one way only, so where "[", the piece and
    "]" are valid together, the cut lay between two items. What does not come apart like that (nested
    items, a text that is damaged or ends too early) is left to the streaming parser, which says what is wrong.

    Returns:
        None and 0 when the array was read to its end; else what the streaming parser has to be given in front of
        the rest of the file, and how many items of it were given already.
    """
    held = clean.read(PIECE) or b""
    start = held.lstrip()
    if start[:1] != b"[":
        return held, 0
    held, begun = start[1:], False
    while True:
        body = held.lstrip()
        if body[:1] == b"]":
            return (None, 0) if not (body[1:].strip() or (clean.read(PIECE) or b"").strip()) else _resumed(held, begun)
        if begun and body:
            if body[:1] != b",":
                return _resumed(held, begun)
            body = body[1:]
        items, cut = _whole_items(body)
        if items is None:
            more = clean.read(PIECE)
            if not more or len(held) > 4 * PIECE:
                return _resumed(held + (more or b""), begun)
            held += more
            continue
        yield from items
        held, begun = body[cut:] or (clean.read(PIECE) or b""), True


def _resumed(held: bytes, begun: bool) -> tuple[bytes, int]:
    return (b"[0" if begun else b"[") + held, int(begun)


def _whole_items(body: bytes) -> tuple[list[Any] | None, int]:
    """The items in front of one of the last closing braces, and where they end; None where there are none."""
    cut = len(body)
    for _ in range(TRIES):
        cut = body.rfind(b"}", 0, cut)
        if cut < 0:
            break
        try:
            items: list[Any] = _decode_piece(b"[%b]" % body[: cut + 1])
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            continue
        return items, cut + 1
    return None, 0


class _Joined(io.RawIOBase):
    """Bytes in front of a stream."""

    def __init__(self, first: bytes, then: io.RawIOBase) -> None:
        self._first = memoryview(first)
        self._then = then

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill some of the buffer; 0 at the end."""
        if not self._first:
            return self._then.readinto(buffer) or 0
        size = min(len(buffer), len(self._first))
        buffer[:size], self._first = self._first[:size], self._first[size:]
        return size


def _streamed(clean: io.RawIOBase, at: str) -> Iterator[Any]:
    try:
        yield from ijson.items(clean, at, use_float=True)
    except ijson.IncompleteJSONError as error:
        # A file cut inside of `true` or `null` ends for yajl in a wrong word, not too early.
        cut = "premature EOF" in str(error) or ("invalid string" in str(error) and not clean.read(1))
        yield Broken(reason=CUT_OFF if cut else "not valid JSON from here on; nothing after this place was read")
    except (ijson.JSONError, UnicodeError):
        yield Broken(reason="not valid JSON from here on; nothing after this place was read")


def json_lines(file: IO[bytes], options: Mapping[str, Any]) -> Iterator[Any]:
    """One JSON value a line; blank lines are no rows."""
    clean = io.BufferedReader(CleanUtf8(file, str(options.get("encoding", "utf-8-sig"))), CHUNK)
    decode = msgspec.json.Decoder().decode
    while line := clean.readline(MAX_LINE):
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            while (rest := clean.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            yield Broken(reason=f"the line is longer than {MAX_LINE // 2**20} MiB")
            continue
        if not line.strip():
            continue
        try:
            yield decode(line)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            yield _broken_line(line, ended=line.endswith(b"\n"))


def _broken_line(line: bytes, *, ended: bool) -> Broken:
    shown = excerpt(line[:1200].decode("utf-8", "replace").strip())
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return Broken(reason="the line is not valid JSON" if ended else CUT_OFF, excerpt=shown)
    # The standard library takes what JSON for interchange forbids: half characters, NaN.
    return Broken(reason="the line holds half of a character or a number that is none", excerpt=shown)


def table_rows(file: IO[bytes], options: Mapping[str, Any]) -> Iterator[Any]:
    """The rows of a delimited text as lists of str, after `options["skip_rows"]` rows of preamble and header.

    `options`: "encoding", "delimiter", "quoted" (False for tab-separated logs, where a quote is a letter).
    """
    encoding = str(options.get("encoding", "utf-8-sig"))
    wrapped = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    quoted = options.get("quoted", True)
    try:
        reader = csv.reader(
            _lines(wrapped),
            delimiter=str(options.get("delimiter", ",")),
            quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        )
        yield from _table(reader, int(options.get("skip_rows", 0)))
    finally:
        wrapped.detach()


def _table(reader: Any, skip: int) -> Iterator[Any]:
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Broken(reason=f"the row cannot be told apart from its neighbours ({error})")
            continue
        if not any(row):
            continue
        if skip:
            skip -= 1
            continue
        yield row


def _lines(wrapped: io.TextIOWrapper) -> Iterator[str]:
    while line := wrapped.readline(MAX_FIELD):
        yield line


def named_rows(file: IO[bytes], options: Mapping[str, Any]) -> Iterator[Any]:
    """As `table_rows`, each row as a dict by the column names `options["columns"]`."""
    columns = [str(name) for name in options.get("columns", ())]
    for row in table_rows(file, options):
        yield row if isinstance(row, Broken) else dict(zip(columns, row, strict=False))
