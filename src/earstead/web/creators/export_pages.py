"""Export: all episodes, or the show, by any figures and any days, as a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from earstead.core.creators.metrics import BEGINNING
from earstead.core.errors import AppError, Rejected
from earstead.kit.http import blocking
from earstead.web.auth import services_of, signed_in
from earstead.web.creators.frame import Seat, seat, show_page
from earstead.web.exports import chunks
from earstead.web.forms import Form, query

_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


async def _form_page(request: Request, at: Seat, form: Form, fault: AppError | None) -> Response:
    offers = await blocking(at.creators.figures.metrics, at.show.show_id)
    first = min((one.first for one in offers), default=at.today)
    return show_page(
        request,
        at,
        "export.html",
        room="/export",
        fault=fault,
        offers=offers,
        formats=at.creators.exporting.formats(),
        chosen=form.all("metric"),
        start=form.text("from") or str(first),
        end=form.text("to") or str(at.today),
        by=form.text("by") or "episode",
        format=form.text("format") or "csv",
    )


@signed_in
async def _form(request: Request) -> Response:
    return await _form_page(request, await seat(request), Form([]), None)


@signed_in
async def _download(request: Request) -> Response:
    at, asked = await seat(request), query(request)
    try:
        start, end = _day("from", asked.text("from")), _day("to", asked.text("to"))
        name = asked.choice("format", tuple(one for one, _, _ in at.creators.exporting.formats()))
        by = asked.choice("by", ("episode", "show"))
        file = await blocking(_written, at, services_of(request).data, name, asked.all("metric"), start, end, by)
    except Rejected as fault:
        return await _form_page(request, at, asked, fault)
    suffix = next(suffix for one, _, suffix in at.creators.exporting.formats() if one == name)
    called = f"{at.show.name or 'show'}-{start}-{end}{suffix}".replace("/", "_")
    return StreamingResponse(
        chunks(file),
        media_type=_TYPES.get(name, "application/octet-stream"),
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(called)}",
            "content-length": str(file.seek(0, 2)),
            "cache-control": "private, no-store",
            "x-content-type-options": "nosniff",
        },
    )


def _day(field: str, text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as fault:
        raise Rejected(field, "is no date; write it as 2026-03-01") from fault
    return max(found, BEGINNING)


def _written(at: Seat, folder: Path, name: str, metrics: tuple[str, ...], start: date, end: date, by: str) -> BinaryIO:
    """The whole export in a nameless file, so that what fails half-way is a page and not half a file. Blocking."""
    file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed behind the last chunk
    try:
        at.creators.exporting.write(
            at.user.user_id,
            at.show.show_id,
            name,
            cast(BinaryIO, file),
            metrics=metrics,
            start=start,
            end=end,
            by=by,
        )
    except BaseException:
        file.close()
        raise
    return cast(BinaryIO, file)


_SHOW = "/create/{show_id:int}/export"
routes: list[BaseRoute] = [
    Route(_SHOW, _form, methods=["GET"]),
    Route(f"{_SHOW}/file", _download, methods=["GET"]),
]
