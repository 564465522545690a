"""Every error as an RFC 9457 problem document: the one table from our errors to HTTP, and the handlers that use it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from earstead.apis.native.guards import BodyTooLarge
from earstead.core.errors import (
    AppError,
    Conflict,
    Forbidden,
    NotFound,
    Rejected,
    RetryLater,
    Unauthenticated,
    Upstream,
)

_STATUS: tuple[tuple[type[AppError], int], ...] = (
    (Rejected, 422),
    (NotFound, 404),
    (Conflict, 409),
    (Forbidden, 403),
    (Unauthenticated, 401),
    (RetryLater, 503),
    (Upstream, 502),
    (AppError, 400),
)
_MOST_ERRORS = 20


class Invalid(Exception):
    """Several faults of one request at once: pairs of (field, why)."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {why}" for field, why in errors))
        self.errors = errors


class NotModified(Exception):
    """The caller already holds the current answer."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__("not modified")
        self.headers = dict(headers)


def problem(
    status: int,
    detail: str,
    *,
    errors: Iterable[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document. `errors` are (field, why) pairs, the first twenty of which are told."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if told := [{"field": field, "why": why} for field, why in errors][:_MOST_ERRORS]:
        body["errors"] = told
    # ASCII only: what is quoted from the request may hold lone surrogates, which have no UTF-8.
    text = json.dumps(body, ensure_ascii=True)
    return Response(text, status, dict(headers or {}), media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Make every error of the application a problem document."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(Invalid, _invalid)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(BodyTooLarge, _too_large)
    app.add_exception_handler(NotModified, _not_modified)


async def _app_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    status = next(number for kind, number in _STATUS if isinstance(error, kind))
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="earstead"'
    if isinstance(error, RetryLater):
        headers["Retry-After"] = str(max(1, round(error.after_s)))
    if isinstance(error, Rejected) and error.field:
        return problem(status, _said(error), errors=[(error.field, error.why)], headers=headers)
    return problem(status, _said(error) or HTTPStatus(status).description, headers=headers)


def _said(error: AppError) -> str:
    """What an error says, and how to mend it where its client knows."""
    said, mend = str(error), str(getattr(error, "mend", ""))
    return f"{said.rstrip('.')}. {mend}" if mend and mend not in said else said


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, Invalid)
    return problem(422, _summary(len(error.errors)), errors=error.errors)


async def _validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [(_place(fault["loc"]), str(fault["msg"])) for fault in error.errors()]
    if any(fault["type"] == "json_invalid" for fault in error.errors()):
        return problem(400, "The body is not valid JSON.", errors=faults)
    return problem(422, _summary(len(faults)), errors=faults)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, BodyTooLarge):
        # The framework takes every failure to read a body for a fault of the sender's connection.
        return problem(413, str(error.__cause__))
    headers = dict(error.headers or {})
    if error.status_code == 404 and error.detail == "Not Found":
        return problem(404, "There is nothing at this address; /api/v1/docs lists what there is.", headers=headers)
    if error.status_code == 405:
        headers = {"Allow": ", ".join(_allowed(request))}
        return problem(405, f"This address does not take {request.method}.", headers=headers)
    return problem(error.status_code, str(error.detail), headers=headers)


async def _too_large(_: Request, error: Exception) -> Response:
    return problem(413, str(error))


async def _not_modified(_: Request, error: Exception) -> Response:
    assert isinstance(error, NotModified)
    return Response(status_code=304, headers=error.headers)


def _allowed(request: Request) -> list[str]:
    """All methods of an address: the framework names those of the first route alone."""
    methods: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= set(getattr(route, "methods", None) or ())
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def _summary(faults: int) -> str:
    return "The request has a fault." if faults == 1 else f"The request has {faults} faults."


def _place(location: Sequence[Any]) -> str:
    """("body", "listens", 3, "track_name") as "listens.3.track_name"."""
    where, *names = location
    return ".".join(str(name)[:100] for name in names) or str(where)
