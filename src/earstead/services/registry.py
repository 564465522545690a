"""Manifests by which plugs describe themselves, and the finder that collects them.

A plug is a package under `earstead.apis` or `earstead.sources` with a module-level `api = Api(...)` or
`source = Source(...)`, or another distribution's entry point in the group `earstead.apis` / `earstead.sources`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from earstead.services.documents import Documents
from earstead.services.import_types import ExportReader

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from earstead.services.container import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectCard:
    """How one known client is pointed here: drawn on the connect page, in the CLI and in the docs.

    `settings` are (label, value) pairs to copy; values may hold `{root}` (the server's public address),
    `{host}` (the same without its scheme), `{user}` and one of `{token}` and `{password}` (an app password), filled in
    when drawn. `client` is matched against what arrives, to turn a light on.
    """

    client: str
    title: str
    settings: tuple[tuple[str, str], ...]
    steps: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What we speak. `routes` builds the Starlette routes with full paths ("/1/submit-listens")."""

    name: str
    title: str
    prefixes: tuple[str, ...]
    routes: Callable[[Services], Sequence[BaseRoute]]
    connect: tuple[ConnectCard, ...] = ()
    summary: str = ""
    docs: str = ""
    """Address of its documentation on this server; "" when it has none."""
    documents: Documents | None = None
    """Its methods, for pages under `/develop/<name>`; None when it documents itself, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where we fetch. `reader` is set for sources that read files."""

    name: str
    title: str
    connect: tuple[ConnectCard, ...] = ()
    reader: ExportReader | None = None
    formats: tuple[tuple[str, str], ...] = ()
    """(format name, title) pairs for the import page."""
    summary: str = ""


def _found(package: str, attribute: str, group: str) -> Iterator[Any]:
    home = importlib.import_module(package)
    for module in sorted(pkgutil.iter_modules(home.__path__), key=lambda m: m.name):
        if module.ispkg:
            yield getattr(importlib.import_module(f"{package}.{module.name}"), attribute)
    for entry in entry_points(group=group):
        yield entry.load()


@cache
def find_apis() -> tuple[Api, ...]:
    """Every API plug, by name order; the registry is the only place that lists them."""
    return tuple(_found("earstead.apis", "api", "earstead.apis"))


def find_sources() -> tuple[Source, ...]:
    """Every source plug, by name order."""
    return tuple(_found("earstead.sources", "source", "earstead.sources"))
