"""The control endpoints of a simulator, below `/sandbox`: what no real service has.

JSON in, JSON out; what cannot be done is a ValueError, answered as 400 with a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Said = Mapping[str, Any]
S = TypeVar("S")


class Controls(Generic[S]):
    """The controls of a simulator whose state is an S, by verb and name."""

    def __init__(self, table: Mapping[tuple[str, str], Callable[[S, Said], Any]]) -> None:
        self._table = table

    def do(self, service: S, method: str, name: str, said: Said) -> Any:
        """Do one control; None when there is no such one.

        Raises:
            ValueError: it cannot be done, and why. KeyError, TypeError, AttributeError: what was said is malformed.
        """
        found = self._table.get((method, name))
        return found(service, said) if found else None

    async def answer(self, service: S, request: Request) -> Response:
        """Do the control that a request names by the rest of its path."""
        name = name_in(request)
        return await controlled(request, lambda said: self.do(service, request.method, name, said))


def name_in(request: Request) -> str:
    """Which control a request to `/sandbox/{path:path}` names; "" for the root."""
    return str(request.path_params.get("path", "")).strip("/")


async def controlled(request: Request, do: Callable[[Said], Any]) -> Response:
    """Do something with the JSON object that was sent, the query beside it.

    Returns:
        What was done as JSON, 404 for None, 400 for what cannot be done.
    """
    raw = await request.body()
    try:
        said = json.loads(raw) if raw.strip() else {}
        if not isinstance(said, dict):
            raise ValueError("send a JSON object")
        answer = do({**said, **request.query_params})
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        text = f"missing: {problem.args[0]}" if isinstance(problem, KeyError) else str(problem)
        return JSONResponse({"error": text}, 400)
    return JSONResponse(answer) if answer is not None else JSONResponse({"error": "no such control"}, 404)
