"""Files on their way in: streamed from the request to disk, however large, never held in memory."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

from earstead.core.errors import Rejected
from earstead.kit.http import blocking
from earstead.web.forms import MAX_FORM_BYTES, MAX_FORM_FIELDS, Form

MAX_FILES = 200
# Bytes gathered before a thread is asked to write them: fewer hops, and still little memory.
_BATCH = 1 << 20
_UNSAFE = re.compile(r"[^\w.\- ()]+")


class _Files:
    """The parts of one multipart body: files are written to a folder as they come, fields kept. Blocking."""

    def __init__(self, boundary: bytes, folder: Path) -> None:
        self.paths: list[Path] = []
        self.fields: list[tuple[str, str]] = []
        self._field: tuple[str, bytearray] | None = None
        self._field_bytes = 0
        self._folder = folder
        self._open: IO[bytes] | None = None
        self._header = (bytearray(), bytearray())
        self._disposition = b""
        self._complete = False
        callbacks: dict[str, Callable[..., None]] = {
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._begin,
            "on_part_data": self._data,
            "on_part_end": self._part_end,
            "on_end": self._finished,
        }
        self._parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]

    def write(self, data: bytes) -> None:
        """Take the next bytes of the body. Raises FormParserError, Rejected, OSError."""
        self._parser.write(data)

    def finish(self) -> None:
        """Raises FormParserError when the body broke off before its last boundary."""
        if not self._complete:
            raise FormParserError("the body ended early")

    def close(self) -> None:
        """Let go of the file being written."""
        if self._open:
            self._open.close()
            self._open = None

    def _header_end(self) -> None:
        name, value = (bytes(part) for part in self._header)
        self._header = (bytearray(), bytearray())
        if name.lower() == b"content-disposition":
            self._disposition = value

    def _begin(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._disposition = b""
        said = options.get(b"filename")
        if said is None:
            if len(self.fields) == MAX_FORM_FIELDS:
                raise Rejected("", "the form has too many fields")
            self._field = (options.get(b"name", b"").decode("utf-8", "replace"), bytearray())
        if not said:
            return  # a field, or a file input that was left empty
        if len(self.paths) == MAX_FILES:
            raise Rejected("files", f"at most {MAX_FILES} files at once")
        path = self._folder / safe_name(said.decode("utf-8", "replace"))
        if path in self.paths:
            path = path.with_name(f"{len(self.paths) + 1} {path.name}")
        self._open = path.open("xb")
        self.paths.append(path)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._open:
            self._open.write(data[start:end])
        elif self._field is not None:
            self._field_bytes += end - start
            if self._field_bytes > MAX_FORM_BYTES:
                raise Rejected("", f"the texts of the form are longer than {MAX_FORM_BYTES // 1024} kB")
            self._field[1].extend(data[start:end])

    def _part_end(self) -> None:
        self.close()
        if self._field is not None:
            name, value = self._field
            self.fields.append((name, value.decode("utf-8", "replace")))
            self._field = None

    def _finished(self) -> None:
        self._complete = True


async def receive_files(request: Request, folder: Path, max_bytes: int) -> list[Path]:
    """Write the files of a multipart form into `folder`, under names that are safe and tell what they were.

    Nothing is left behind when it fails. Raises Rejected for a body that is no such form, or is broken;
    HTTPException 413 past `max_bytes`.
    """
    return (await receive_form(request, folder, max_bytes))[1]


async def receive_form(request: Request, folder: Path, max_bytes: int) -> tuple[Form, list[Path]]:
    """Like `receive_files`, with the other fields of the form, `MAX_FORM_BYTES` of them in all."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise Rejected("files", "send files with the form of the page they belong to")
    files = _Files(boundary, folder)
    try:
        await _stream(request, files, max_bytes)
    except BaseException as fault:
        await blocking(_discard, files)
        if isinstance(fault, FormParserError):
            raise Rejected("files", "the upload broke off or is damaged; send it again") from fault
        raise
    return Form(files.fields), files.paths


async def _stream(request: Request, files: _Files, max_bytes: int) -> None:
    waiting, received = bytearray(), 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > max_bytes:
            raise HTTPException(413, f"This server takes at most {max_bytes >> 20:,} MB in one upload.")
        waiting += chunk
        if len(waiting) >= _BATCH:
            await blocking(files.write, bytes(waiting))
            waiting.clear()
    await blocking(files.write, bytes(waiting))
    await blocking(files.finish)


def _discard(files: _Files) -> None:
    files.close()
    for path in files.paths:
        path.unlink(missing_ok=True)


def safe_name(said: str) -> str:
    """A file name for what a browser called it: no folders, no control characters, at most 100 characters.

    "../../My Data.zip" becomes "My Data.zip".
    """
    base = said.replace("\\", "/").rsplit("/", 1)[-1]
    tidy = _UNSAFE.sub("_", base).strip(" .")[-100:]
    return tidy or "file"
