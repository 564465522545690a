"""Manifests by which plugs describe themselves, and the finder that collects them.

A plug is a package under `earstead.apis` or `earstead.sources` with a module-level `api = Api(...)` or
`source = Source(...)`, or another distribution's entry point in the group `earstead.apis` / `earstead.sources`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from earstead.core.listen import Submission
from earstead.services.documents import Documents

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


class ImportRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of an import: exactly one of `submission`, `feedback`, `skip` is set.

    Attributes:
        where: "file.json row 12", for the report; rows of a part are counted from 1.
        skip: the reason why the row cannot become a listen, a sentence for the user; "" otherwise.
        feedback: (submission-like names, score 1 love / -1 hate, unix seconds) of rows that only say so.
        excerpt: the row as it stood, shortened to 300 characters, without personal data; for skipped rows.
        received_at: when another server of ours first received it, unix seconds; 0 for all other rows.
    """

    where: str
    submission: Submission | None = None
    skip: str = ""
    feedback: tuple[Submission, int, int] | None = None
    excerpt: str = ""
    received_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One readable member of an upload: a loose file, or an entry of a zip.

    `path` is the file on disk, `member` the entry's name inside it ("" for loose files); `format` names the
    reader ("spotify-extended"); `options` are reader-specific (column mapping, time zone), JSON values.
    `ignored` tells why a member is not read at all ("not a listening history"); "" when it is read.
    """

    path: str
    member: str
    format: str
    title: str
    size: int
    options: dict[str, Any] = field(default_factory=dict)
    ignored: str = ""


class ExportReader(Protocol):
    """Reads the files other services give out. Implemented by `sources/exports`."""

    def detect(self, files: Sequence[Path], options: dict[str, Any] | None = None) -> list[Part]:
        """What the files hold, decided by content; never raises on bad content (see `Part.ignored`)."""

    def rows(self, part: Part) -> Iterator[ImportRow]:
        """The rows of a part in file order, in bounded memory; the same rows each time it is read."""


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


def find_apis() -> tuple[Api, ...]:
    """Every API plug, by name order; the registry is the only place that lists them."""
    return tuple(_found("earstead.apis", "api", "earstead.apis"))


def find_sources() -> tuple[Source, ...]:
    """Every source plug, by name order."""
    return tuple(_found("earstead.sources", "source", "earstead.sources"))
