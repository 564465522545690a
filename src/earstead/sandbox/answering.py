"""What the simulators share in taking requests and giving answers: refusals, endpoints, forms, lost answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refusal(Exception):
    """A refusal as it is sent: status, body, headers."""

    def __init__(
        self, message: str, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = dict(body)
        self.headers = dict(headers or {})

    def answer(self, headers: Mapping[str, str] | None = None) -> Response:
        """The answer that says it, with more headers."""
        return JSONResponse(self.body, self.status, headers={**(headers or {}), **self.headers})


class Lost(Response):
    """Begins an answer that never ends: the client sees its connection break."""

    def __init__(self) -> None:
        super().__init__(b"", headers={"content-length": "1000"})


class Served(Protocol):
    """What a table holds: an endpoint with its verb and its path, with names in braces."""

    @property
    def method(self) -> str:
        """GET, POST and so on."""

    @property
    def path(self) -> str:
        """Such as /shows/{id}."""


E = TypeVar("E", bound=Served)


class Table(Generic[E]):
    """Endpoints by verb and path. A slash at the end may be left out or added: clients do both."""

    def __init__(self, endpoints: Sequence[E]) -> None:
        self._rows = [(endpoint, _pattern(endpoint.path)) for endpoint in endpoints]

    def find(self, method: str, path: str) -> tuple[E, Mapping[str, str]] | None:
        """The first endpoint that fits, with the parts of the path that have names."""
        for endpoint, pattern in self._rows:
            match = pattern.fullmatch(path) if endpoint.method == method else None
            if match is not None:
                return endpoint, match.groupdict()
        return None

    def knows(self, path: str) -> bool:
        """Whether the path is there for some verb."""
        return any(pattern.fullmatch(path) for _, pattern in self._rows)


def _pattern(path: str) -> re.Pattern[str]:
    escaped = re.escape(path.rstrip("/")).replace(r"\{", "{").replace(r"\}", "}")
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", escaped) + "/?")


def origin_of(request: Request) -> str:
    """Scheme and host at which the simulator was reached."""
    return f"{request.url.scheme}://{request.url.netloc}"


async def form(request: Request) -> dict[str, str]:
    """The fields of a form that was sent; of repeated names the last."""
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
