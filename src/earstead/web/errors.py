"""Error pages: what happened, what was kept, what to do. Never a traceback.

The table `_PAGES` is the whole mapping from our errors and HTTP statuses to words.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from earstead.core.errors import AppError, Conflict, Forbidden, NotFound, Rejected, RetryLater, Unauthenticated
from earstead.pagekit import page
from earstead.web.forms import sentence

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    title: str
    happened: str
    kept: str = "Nothing was changed."
    todo: str


_OTHERWISE = _Words(
    title="That did not work",
    happened="The server could not answer this request.",
    todo="Go back and try it another way.",
)
_PAGES: Mapping[int, _Words] = {
    400: _Words(
        title="That could not be read",
        happened="Something in the address or the form is not as it should be.",
        todo="Go back, change it and send it again.",
    ),
    403: _Words(
        title="Not allowed",
        happened="You may not do that here.",
        todo="If you came from a page of another site, open this server's own page and try there.",
    ),
    404: _Words(
        title="Nothing here",
        happened="There is no page at this address, or it is private to somebody else.",
        todo="Check the address, or sign in if the page is yours.",
    ),
    405: _Words(
        title="Not this way",
        happened="This address does not take that kind of request.",
        todo="Open the page it belongs to and use the button there.",
    ),
    409: _Words(
        title="That contradicts what is there",
        happened="Something changed in the meantime, or the same thing exists already.",
        todo="Look at the page again, then decide.",
    ),
    413: _Words(
        title="Too large",
        happened="What was sent is larger than this server accepts.",
        todo="Send it in smaller parts; an export can be uploaded file by file.",
    ),
    429: _Words(
        title="Too many attempts",
        happened="This was tried too often in a short time.",
        todo="Try again in a while.",
    ),
    500: _Words(
        title="Our fault",
        happened="Something went wrong in the server. It was written to its log.",
        kept="Every listen that was answered with success is kept. What you just asked for may not have happened.",
        todo="Go back and try once more. If it happens again, ask the owner to run “earstead doctor”.",
    ),
    503: _Words(
        title="Not at this moment",
        happened="Another service did not answer in time.",
        todo="Try again in a while.",
    ),
}
_STATUS: tuple[tuple[type[AppError], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (Rejected, 400),
    (Conflict, 409),
    (RetryLater, 503),
    (AppError, 502),
)


def error_page(request: Request, status: int, said: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """The page for a status; `said` replaces the general sentence about what happened."""
    words = _PAGES.get(status, _OTHERWISE)
    wait_s = (headers or {}).get("Retry-After", "")
    response = page(
        request,
        "error.html",
        status=status,
        title=words.title,
        what=sentence(said) or words.happened,
        kept=words.kept,
        todo=f"Try again in {spoken_wait(int(wait_s))}." if wait_s.isdigit() else words.todo,
    )
    response.headers.update(headers or {})
    response.headers["Cache-Control"] = "no-store"
    return response


def spoken_wait(seconds: int) -> str:
    """A waiting time in words, rounded up: "20 seconds", "1 minute", "5 minutes"."""
    if seconds <= 50:
        return f"{max(seconds, 1)} second{'s' if seconds > 1 else ''}"
    minutes = -(-seconds // 60)
    return f"{minutes} minute{'s' if minutes > 1 else ''}"


async def _on_app_error(request: Request, fault: Exception) -> Response:
    if isinstance(fault, Unauthenticated):
        return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", 303)
    status = next(code for kind, code in _STATUS if isinstance(fault, kind))
    said = str(fault) if not isinstance(fault, NotFound) else ""
    headers = {"Retry-After": str(int(fault.after_s) + 1)} if isinstance(fault, RetryLater) else None
    return error_page(request, status, said, headers)


async def _on_http_error(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    if fault.status_code < 400:
        return Response(status_code=fault.status_code, headers=fault.headers)
    usual = fault.detail == HTTPStatus(fault.status_code).phrase
    return error_page(request, fault.status_code, "" if usual else fault.detail, fault.headers)


async def _on_fault(request: Request, fault: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=fault)
    return error_page(request, 500)


HANDLERS: Mapping[Any, Any] = {AppError: _on_app_error, HTTPException: _on_http_error, Exception: _on_fault}
"""For `Starlette(exception_handlers=...)` or ExceptionMiddleware: pages for everything that can go wrong."""
