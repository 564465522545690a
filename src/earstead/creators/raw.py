"""Any endpoint by its label and any operation by its name, for what has no better method; answers as they come.

What changes something is in the journal like everything else, as "endpoint.call" or "operation.call".
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from earstead.core.creators.endpoints import BY_LABEL, Endpoint
from earstead.creators.calling import Caller, document
from earstead.creators.errors import ValidationError
from earstead.creators.graph import Graph
from earstead.creators.rest_base import RestBase
from earstead.creators.transport import Request
from earstead.creators.urls import Urls

_UNDO: Final = "It was called by hand: nobody knows how to take it back."
_ELSEWHERE: Final[Mapping[str, str]] = {
    "storage": "its address comes with an answer, and is signed",
    "legacy": "it takes another cookie; see creators.legacy",
    "next": "its addresses are not known; see creators.next_data",
}


class Raw(RestBase):
    """See the module."""

    def __init__(self, caller: Caller, urls: Urls, graph: Callable[[], Graph]) -> None:
        super().__init__(caller, urls)
        self._pod = urls.pod
        self._graph = graph

    def endpoint(
        self,
        label: str,
        names: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """The JSON an endpoint answers; None where it answers none.

        Args:
            names: what stands in its path.
            body: of a POST or PUT; an empty object otherwise.

        Raises:
            ValidationError: no such label, a name of the path is missing, or another sign-in is needed.
            Planned: this is a dry run.
        """
        endpoint = known_endpoint(label)
        request = self._asked(endpoint, names or {}, tuple((query or {}).items()), body or {})
        if not endpoint.writes:
            return document(self._good(request, label))
        with self._journal.writing("endpoint.call", label, after=dict(body or {}), undo=_UNDO):
            return document(self._good(request, label))

    def operation(self, name: str, variables: Mapping[str, Any] | None = None) -> Any:
        """The whole answer of an operation of GraphQL. Raises as `Graph.call`."""
        graph = self._graph()
        if not graph.registry.get(name).is_write:
            return graph.call(name, variables).data
        graph.require(name)
        with self._journal.writing("operation.call", name, after=dict(variables or {}), undo=_UNDO):
            return graph.call(name, variables).data

    def _asked(
        self, endpoint: Endpoint, names: Mapping[str, str], query: tuple[tuple[str, str], ...], body: Mapping[str, Any]
    ) -> Request:
        needed = names_in(endpoint)
        missing = [name for name in needed if name not in names]
        if missing:
            raise ValidationError("path", f"{endpoint.label} needs {', '.join(missing)}")
        names = {name: names[name] for name in needed}
        if endpoint.backend == "rest":
            return self._request(endpoint.label, names, query, None if endpoint.method == "GET" else body)
        path = endpoint.path.format(**{name: quote(value, safe="") for name, value in names.items()})
        return Request(
            backend="pod",
            label=endpoint.label,
            method="GET",
            url=f"{self._pod}{path}",
            headers={"accept": "application/json"},
            query=query,
        )


def known_endpoint(label: str) -> Endpoint:
    """An endpoint that can be called with the bearer. Raises ValidationError."""
    endpoint = BY_LABEL.get(label)
    if endpoint is None:
        raise ValidationError("label", f"no endpoint is called {label[:40]}; the documentation lists them")
    if endpoint.backend in _ELSEWHERE:
        raise ValidationError("label", f"{label} cannot be called so: {_ELSEWHERE[endpoint.backend]}")
    return endpoint


def names_in(endpoint: Endpoint) -> tuple[str, ...]:
    """The names in the path of an endpoint, in their order."""
    return tuple(name for _, name, _, _ in string.Formatter().parse(endpoint.path) if name)
