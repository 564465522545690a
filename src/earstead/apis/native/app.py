"""The FastAPI application: routers, errors, the OpenAPI document and its page. Imported at the first request only."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from earstead import __version__
from earstead.apis.native import (
    account,
    creators,
    creators_figures,
    creators_writing,
    decisions,
    habits,
    hooks,
    listens,
    problems,
    shuffles,
    spotify,
    statistics,
    streams,
    transfers,
)
from earstead.apis.native.documentation import page
from earstead.apis.native.event_pages import events_page
from earstead.services.container import Services

_ABOUT = (
    "Everything earstead can do. Times are unix seconds UTC and the start of a play; lengths are milliseconds; "
    "hash ids are decimal text. Errors are problem documents (RFC 9457). Answers about listens carry an ETag."
)
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "An error (RFC 9457): what is wrong, and what to change.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "why"],
                "properties": {"field": {"type": "string"}, "why": {"type": "string"}},
            },
        },
    },
}
_ERRORS = {
    "400": "The body cannot be read.",
    "401": "There is no valid token.",
    "403": "The token lacks a scope.",
    "404": "There is no such thing, or it is not yours.",
    "409": "It contradicts what is there.",
    "413": "The body is too large.",
    "422": "Something in the request must be changed.",
    "429": "There were too many requests; Retry-After says how long to wait.",
    "502": "Another service did not do what was asked of it; the detail says what to do.",
    "503": "Another service cannot be reached or wants a rest; Retry-After says how long.",
}


def build(services: Services) -> FastAPI:
    """The application over these services."""
    app = FastAPI(
        title="earstead API", version=__version__, description=_ABOUT, openapi_url=None, docs_url=None, redoc_url=None
    )
    app.state.services = services
    problems.install(app)
    for part in (
        *(listens, statistics, decisions, transfers, account, streams, hooks, habits, shuffles, spotify),
        *(creators, creators_figures, creators_writing),
    ):
        app.router.routes.extend(part.router.routes)
    app.router.routes.extend(streams.sockets.routes)
    document: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not document:
            document.update(_document(app))
        return document

    app.openapi = openapi  # type: ignore[method-assign]
    _add_documents(app)
    return app


def _add_documents(app: FastAPI) -> None:
    @app.get("/openapi.json", include_in_schema=False)
    async def openapi_json(request: Request) -> dict[str, Any]:
        return {**app.openapi(), "servers": [{"url": request.scope.get("root_path", "") or "/"}]}

    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"}

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        root = str(request.url.replace(query="")).removesuffix("/docs")
        return HTMLResponse(page(app.openapi(), root), headers=headers)

    @app.get("/docs/events", include_in_schema=False)
    async def docs_of_events(request: Request) -> Response:
        root = str(request.url.replace(query="")).removesuffix("/docs/events")
        return HTMLResponse(events_page(root), headers=headers)


def _document(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document with our errors in the place of its own."""
    made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = made["components"]["schemas"]
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = _PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in made["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            answers.pop("422", None)
            answers.update({status: {"description": why, "content": content} for status, why in _ERRORS.items()})
            if "If-None-Match" not in str(operation) and "200" in answers:
                answers["304"] = {"description": "You hold the current answer."}
    return made
