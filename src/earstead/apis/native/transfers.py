"""Imports and exports: everything comes in, everything goes out."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import Annotated, Any, BinaryIO
from urllib.parse import quote

import msgspec
from fastapi import Path as InPath
from fastapi import Query, Request, Response
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import StreamingResponse

from earstead.apis.native import answers
from earstead.apis.native.callers import ACCOUNT_READ, Held, Reader, Writer, new_router
from earstead.apis.native.shapes import IdPath
from earstead.apis.native.uploads import received
from earstead.core.errors import Forbidden, NotFound
from earstead.kit.http import blocking

router = new_router("imports and exports")

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM = {"schema": {"type": "object", "properties": {"file": {"type": "array", "items": _BINARY["schema"]}}}}
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": _FORM, "application/octet-stream": _BINARY},
    }
}
_CHUNK = 64 * 1024


@router.post("/imports", response_model=answers.ImportJob, status_code=201, openapi_extra=_UPLOAD)
async def upload(
    request: Request,
    who: Writer,
    services: Held,
    name: Annotated[str, Query(max_length=255, description="The file's name, for a body that is the file.")] = "upload",
) -> Any:
    """Upload an export, as a form with one or more files or as the body itself; answers with a preview's beginnings.

    What it is, is told by its content. Read the import until its state is no longer `preview`'s beginning
    (`progress` 1), then run it.
    """
    folder = await blocking(services.imports.upload_dir, who.id)
    files = await received(request, folder, name)
    return await blocking(services.imports.preview, who.id, files)


@router.get("/imports", response_model=tuple[answers.ImportJob, ...])
async def list_imports(who: Reader, services: Held) -> Any:
    """Your imports, newest first."""
    return await blocking(services.imports.list, who.id)


@router.get("/imports/{import_id}", response_model=answers.ImportJob)
async def read_import(who: Reader, services: Held, import_id: IdPath) -> Any:
    """How far an import is, and what it does."""
    return await blocking(services.imports.get, who.id, import_id)


@router.post("/imports/{import_id}/run", response_model=answers.ImportJob, status_code=202)
async def run_import(who: Writer, services: Held, import_id: IdPath) -> Any:
    """Let a previewed import write. Running it again changes nothing."""
    return await blocking(services.imports.run, who.id, import_id)


@router.post("/imports/{import_id}/cancel", response_model=answers.ImportJob)
async def cancel_import(who: Writer, services: Held, import_id: IdPath) -> Any:
    """Stop an import; what it has written stays."""
    await blocking(services.imports.cancel, who.id, import_id)
    return await blocking(services.imports.get, who.id, import_id)


@router.get(
    "/imports/{import_id}/report",
    response_class=Response,
    responses={200: {"content": {"application/jsonl": {}}, "description": "One skipped row a line."}},
)
async def report(who: Reader, services: Held, import_id: IdPath) -> Response:
    """Every skipped row with its reason, one JSON object a line."""
    await blocking(services.imports.get, who.id, import_id)
    lines = (msgspec.json.encode(row) + b"\n" for row in services.imports.report(who.id, import_id))
    return StreamingResponse(iterate_in_threadpool(lines), media_type="application/jsonl")


@router.get("/exports", response_model=tuple[answers.ExportFormat, ...])
async def formats(who: Reader, services: Held) -> Any:
    """The forms in which everything goes out."""
    return [
        answers.ExportFormat(name=name, title=title, suffix=suffix)
        for name, title, suffix in services.exports.formats()
    ]


@router.get(
    "/exports/{format}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file."}},
)
async def export(who: Reader, services: Held, format: Annotated[str, InPath(max_length=40)]) -> Response:  # noqa: A002
    """Download everything in one of the forms; the archive also needs the scope account:read."""
    suffixes = {name: suffix for name, _, suffix in services.exports.formats()}
    if format not in suffixes:
        raise NotFound(f"There is no export format of this name; there are {', '.join(suffixes)}.")
    if format == "archive" and ACCOUNT_READ not in who.scopes:
        raise Forbidden(f"The archive holds settings and decisions: the token lacks the scope {ACCOUNT_READ}.")
    name = quote(f"earstead-{who.user.name}-{format}.{suffixes[format].lstrip('.')}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    chunks = iterate_in_threadpool(piped(format, lambda out: services.exports.write(who.id, format, out)))
    return StreamingResponse(chunks, headers=headers, media_type="application/octet-stream")


def piped(name: str, export: Callable[[BinaryIO], object]) -> Iterator[bytes]:
    """What an exporter writes, as it writes it: a pipe holds it back when the reader is slow."""
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def write() -> None:
        out: BinaryIO
        try:
            with os.fdopen(writing, "wb") as out:
                export(out)
        except BrokenPipeError:
            pass  # the reader went away: there is nobody to tell
        except Exception as error:  # told to the reader, whose answer must break off, not end well
            failed.append(error)

    thread = threading.Thread(target=write, name=f"export-{name}", daemon=True)
    thread.start()
    with os.fdopen(reading, "rb", buffering=0) as source:
        while chunk := source.read(_CHUNK):
            yield chunk
    thread.join()
    if failed:
        raise failed[0]
