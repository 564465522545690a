"""Import: upload, see what it would do, let it run, read why rows were left out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from earstead.core.errors import AppError, Rejected
from earstead.kit.http import blocking
from earstead.pagekit import page, redirect
from earstead.pagekit.words import moment
from earstead.services.views import ImportJob
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.column_mapping import FIELDS, unread_reasons, wanted_options
from earstead.web.forms import fault_of, query, read_form, whole, zones
from earstead.web.import_bars import import_bars, year_rows
from earstead.web.uploads import receive_files

_REPORT_PAGE = 100
# A report's page is found by counting rows from its start; past this the download is the better way.
_MAX_REPORT_PAGES = 1000


@signed_in
async def _overview(request: Request) -> Response:
    return await _overview_page(request)


async def _overview_page(request: Request, fault: AppError | None = None) -> Response:
    services, user = services_of(request), user_of(request)
    earlier = await blocking(services.imports.list, user.user_id)
    formats = sorted({title for source in services.sources for _, title in source.formats}, key=str.casefold)
    return page(
        request,
        "import.html",
        status=422 if fault else 200,
        earlier=earlier,
        formats=formats,
        max_mib=services.limits.upload_mib,
        fault=fault_of(fault),
    )


@signed_in
async def _upload(request: Request) -> Response:
    services, user = services_of(request), user_of(request)
    folder = await blocking(services.imports.upload_dir, user.user_id)
    try:
        files = await receive_files(request, folder, services.limits.upload_bytes)
        if not files:
            raise Rejected("files", "choose at least one file first")
        job = await blocking(services.imports.preview, user.user_id, files)
    except Rejected as fault:
        return await _overview_page(request, fault)
    return RedirectResponse(f"/import/{job.import_id}", 303)


@signed_in
async def _job(request: Request) -> Response:
    job = await _asked_for(request)
    # htmx asks again and again while the import works; it needs only the part that changes.
    template = "import_state.html" if request.headers.get("hx-request") else "import_job.html"
    return page(request, template, **_drawn(job, user_of(request).zone))


def _drawn(job: ImportJob, zone: str) -> dict[str, Any]:
    """An import as its templates draw it."""
    return {
        "job": job,
        "busy": is_busy(job),
        "bars": import_bars(job.years),
        "year_rows": year_rows(job.years),
        "reasons": [(number, why) for why, number in sorted(job.reasons.items(), key=lambda r: (-r[1], r[0]))],
        "file_rows": [(part["member"] or _loose(job), _what(part)) for part in job.parts],
        "sample_rows": [_sample_row(row, zone) for row in job.sample],
        "unread": unread_reasons(job),
        "fields": FIELDS,
        "zones": zones(),
    }


def _loose(job: ImportJob) -> str:
    return job.files[0] if len(job.files) == 1 else "a file by itself"


def _what(part: Mapping[str, Any]) -> str:
    return f"not read: {part['ignored']}" if part["ignored"] else str(part["title"])


_OUTCOMES = {"new": "new", "merged": "merged", "known": "already here"}


def _sample_row(row: Mapping[str, Any], zone: str) -> tuple[str, ...]:
    outcome = _OUTCOMES.get(row["status"], row["status"])
    return (moment(row["listened_at"], zone), row["track_name"], row["artist_name"], outcome)


def is_busy(job: ImportJob) -> bool:
    """Whether the page should ask again: the preview is still being made, or the import runs."""
    return job.state == "running" or (job.state == "preview" and job.progress < 1)


@signed_in
async def _run(request: Request) -> Response:
    job = await _asked_for(request)
    await blocking(services_of(request).imports.run, job.user_id, job.import_id)
    return RedirectResponse(f"/import/{job.import_id}", 303)


@signed_in
async def _cancel(request: Request) -> Response:
    job = await _asked_for(request)
    await blocking(services_of(request).imports.cancel, job.user_id, job.import_id)
    if job.state == "running":
        return redirect(f"/import/{job.import_id}", notice="The import is stopped.")
    return redirect("/import", notice="Nothing was imported. The uploaded files are removed.")


@signed_in
async def _map_columns(request: Request) -> Response:
    job = await _asked_for(request)
    options = wanted_options(await read_form(request))
    again = await blocking(services_of(request).imports.look_again, job.user_id, job.import_id, options)
    return RedirectResponse(f"/import/{again.import_id}", 303)


@signed_in
async def _report(request: Request) -> Response:
    job = await _asked_for(request)
    number = min(whole("page", query(request).text("page") or "1") or 1, _MAX_REPORT_PAGES)
    rows = await blocking(_page_of, services_of(request).imports.report(job.user_id, job.import_id), number)
    return page(
        request,
        "import_report.html",
        job=job,
        rows=rows[:_REPORT_PAGE],
        number=number,
        more=len(rows) > _REPORT_PAGE,
        first=(number - 1) * _REPORT_PAGE + 1,
    )


def _page_of(rows: Iterable[Mapping[str, str]], number: int) -> list[Mapping[str, str]]:
    """The rows of a page and one more, which tells whether there is a next one."""
    start = (number - 1) * _REPORT_PAGE
    return list(islice(rows, start, start + _REPORT_PAGE + 1))


@signed_in
async def _report_file(request: Request) -> Response:
    job = await _asked_for(request)
    suffix = request.path_params["suffix"]
    rows = services_of(request).imports.report(job.user_id, job.import_id)
    lines, kind = (csv_lines(rows), "text/csv") if suffix == "csv" else (jsonl_lines(rows), "application/jsonl")
    name = f"import-{job.import_id}-skipped.{suffix}"
    return StreamingResponse(
        lines, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"', **_DOWNLOAD}
    )


_DOWNLOAD = {"cache-control": "private, no-store", "x-content-type-options": "nosniff"}


def csv_lines(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """A report as CSV with a head. Cells that a spreadsheet would run as a formula get an apostrophe before them."""
    yield _csv_line(("where", "reason", "excerpt"))
    for row in rows:
        yield _csv_line(tuple(_harmless(row[key]) for key in ("where", "reason", "excerpt")))


def _csv_line(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def jsonl_lines(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """A report with one JSON object a line."""
    return (json.dumps(dict(row), ensure_ascii=False) + "\n" for row in rows)


async def _asked_for(request: Request) -> ImportJob:
    """The import of the address. Raises NotFound, also for another user's."""
    import_id = whole("import", request.path_params["import_id"])
    return await blocking(services_of(request).imports.get, user_of(request).user_id, import_id)


routes = [
    Route("/import", _overview, methods=["GET"]),
    Route("/import", _upload, methods=["POST"]),
    Route("/import/{import_id}", _job, methods=["GET"]),
    Route("/import/{import_id}/run", _run, methods=["POST"]),
    Route("/import/{import_id}/cancel", _cancel, methods=["POST"]),
    Route("/import/{import_id}/columns", _map_columns, methods=["POST"]),
    Route("/import/{import_id}/report", _report, methods=["GET"]),
    Route("/import/{import_id}/report.{suffix}", _report_file, methods=["GET"]),
]
