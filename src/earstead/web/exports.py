"""Export: every format with a sentence, and the download."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, cast
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from earstead.core.errors import NotFound
from earstead.kit.http import blocking
from earstead.pagekit import page
from earstead.services.exports import Exports
from earstead.web.auth import services_of, signed_in, user_of

_CHUNK = 1 << 18
_MEANS = {
    "archive": "Everything, nothing derived: what was reported, your decisions, loves and settings. An empty "
    "earstead that imports it is the same as this one.",
    "listenbrainz": "The zip that ListenBrainz gives out and takes in; most scrobbling tools read it.",
    "csv": "One line a listen, with a head. For spreadsheets and statistics programs.",
    "jsonl": "One JSON object a listen, with everything that was said about it. For programs.",
    "parquet": "A columnar file for DuckDB, pandas and the like; small and fast to query.",
}
_KINDS = {"zip": "application/zip", "csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


@signed_in
async def _overview(request: Request) -> Response:
    services, user = services_of(request), user_of(request)
    count = await blocking(services.insights.count, user.user_id)
    formats = [(name, title, suffix, _MEANS.get(name, "")) for name, title, suffix in services.exports.formats()]
    return page(request, "export.html", formats=formats, count=count)


@signed_in
async def _download(request: Request) -> Response:
    services, user, wanted = services_of(request), user_of(request), request.path_params["format"]
    suffix = next((suffix for name, _, suffix in services.exports.formats() if name == wanted), None)
    if suffix is None:
        raise NotFound(f"There is no export format “{wanted[:40]}”.")
    # Written to disk first: a reader on a slow line must not hold the database open, and an export that fails
    # half-way must be an error page, not a file that looks complete.
    file = await blocking(_written, services.exports, user.user_id, wanted, services.data)
    today = datetime.fromtimestamp(services.clock.now(), UTC).date().isoformat()
    bare = suffix.lstrip(".")
    name = f"earstead-{user.name}-{today}.{bare}"
    return StreamingResponse(
        chunks(file),
        media_type=_KINDS.get(bare, "application/octet-stream"),
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "content-length": str(file.seek(0, 2)),
            "cache-control": "private, no-store",
            "x-content-type-options": "nosniff",
        },
    )


def _written(exports: Exports, user_id: int, wanted: str, folder: Path) -> BinaryIO:
    """The whole export in a nameless file that is gone when it is closed. Blocking."""
    file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed behind the last chunk
    try:
        exports.write(user_id, wanted, cast(BinaryIO, file))
    except BaseException:
        file.close()
        raise
    return cast(BinaryIO, file)


async def chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    """The bytes of a file from its beginning; it is closed behind the last, or when the reader goes away."""
    try:
        await blocking(file.seek, 0)
        while chunk := await blocking(file.read, _CHUNK):
            yield chunk
    finally:
        file.close()


routes = [
    Route("/export", _overview, methods=["GET"]),
    Route("/export/{format}", _download, methods=["GET"]),
]
