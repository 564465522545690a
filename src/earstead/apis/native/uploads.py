"""Uploads: written to disk as they arrive, under names of our own making."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request

from earstead.apis.native.problems import Invalid

_MOST_FILES = 200
_CHUNK = 1 << 20
_UNSAFE = re.compile(r"[^\w.\- ]+")


async def received(request: Request, folder: Path, name: str) -> list[Path]:
    """The uploaded files, in `folder`. Raises Invalid where there is none."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        files = await _from_form(request, folder)
    else:
        files = await _from_body(request, folder, name)
    if not files:
        raise Invalid([("body", "there is no file in it")])
    return files


def safe_name(name: str, number: int) -> str:
    """A name that stays in its folder and is unlike every other: the number, then what is harmless of the name."""
    harmless = _UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")[-100:]
    return f"{number:03}-{harmless or 'upload'}"


async def _from_body(request: Request, folder: Path, name: str) -> list[Path]:
    path = folder / safe_name(name, 0)
    size = 0
    with path.open("wb") as out:
        async for chunk in request.stream():
            size += len(chunk)
            await run_in_threadpool(out.write, chunk)
    return [path] if size else []


async def _from_form(request: Request, folder: Path) -> list[Path]:
    files: list[Path] = []
    async with request.form(max_files=_MOST_FILES, max_fields=10) as form:
        for _, part in form.multi_items():
            if isinstance(part, UploadFile) and part.size:
                path = folder / safe_name(part.filename or "", len(files))
                await run_in_threadpool(_copy, part.file, path)
                files.append(path)
    return files


def _copy(source: BinaryIO, target: Path) -> None:
    source.seek(0)
    with target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            out.write(chunk)
