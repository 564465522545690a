"""Every endpoint but GraphQL's as data: what is asked, with which fields, and what of the answer is known.

The client's methods, the sandbox, the documentation and the guards of the tests read it; what is not known is not in
it. GraphQL's operations are in `registry`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from earstead.core.creators.endpoint import MARKS, MEANING, Endpoint, Field
from earstead.core.creators.endpoints_other import LEGACY, NEXT, POD
from earstead.core.creators.endpoints_rest import COMMON, REST

__all__ = [
    "BY_LABEL",
    "COMMON",
    "ENDPOINTS",
    "LEGACY",
    "MARKS",
    "MEANING",
    "NEXT",
    "POD",
    "REST",
    "Endpoint",
    "Field",
    "templates",
]


def by_label(endpoints: Iterable[Endpoint]) -> Mapping[str, Endpoint]:
    """Endpoints by their labels.

    Raises:
        ValueError: a label stands twice.
    """
    found: dict[str, Endpoint] = {}
    for endpoint in endpoints:
        if endpoint.label in found:
            raise ValueError(f"{endpoint.label} stands twice")
        found[endpoint.label] = endpoint
    return found


def templates(endpoints: Iterable[Endpoint]) -> frozenset[tuple[str, str, str]]:
    """The distinct (backend, method, path) of endpoints, without storage."""
    return frozenset((e.backend, e.method, e.path) for e in endpoints if e.backend != "storage")


ENDPOINTS: Final[tuple[Endpoint, ...]] = (*REST, *POD, *LEGACY, *NEXT)
BY_LABEL: Final = by_label(ENDPOINTS)
