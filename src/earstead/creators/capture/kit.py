"""From a recording to what is learned of it.

    found = read_capture(path.read_bytes(), Registry.pinned(), now_ms=clock.now_ms())
    store(folder, found)                      # operations.json, types/, fixtures/, CHANGES.md
    registry = Registry.pinned().with_file(folder / "operations.json")

Nothing but hashes, names, types and dates is kept. A request that was refused teaches nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from earstead.core.creators.registry import (
    Hash,
    Kind,
    Operation,
    Place,
    Registry,
    RegistryDiff,
    Variable,
    diff,
    is_hash,
    may_write,
)
from earstead.creators.capture import report
from earstead.creators.capture.fixtures import fixture
from earstead.creators.capture.reading import Seen, read
from earstead.creators.capture.shapes import Shape
from earstead.creators.errors import ValidationError

OVERLAY: Final = "operations.json"
CHANGES: Final = "CHANGES.md"
_GRAPH: Final = re.compile(r"/graph-pq/?$")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_READS: Final = re.compile(r"(?:get|has|is|list|search|WebGet|Get)(?=[A-Z_]|$)")
_ID: Final = re.compile(r"(?<=/)(?:[^/]*\d[^/]*|[0-9A-Za-z]{22})(?=/|$)")
_VERSION: Final = re.compile(r"v\d+")
_PREFIX: Final = re.compile(r"^/_(?:rest|pod|next|gql|web)(?=/)")
_MOST_PLACES: Final = 60
_TYPES: Final[Mapping[str, str]] = {
    "int": "Int",
    "float": "Float",
    "bool": "Boolean",
    "uri:show": "ShowUri",
    "uri:episode": "EpisodeUri",
}


@dataclass(slots=True)
class _Learned:
    """What is known of one operation while reading."""

    kind: Kind
    hashes: dict[str, Hash] = field(default_factory=dict)
    asked: Shape = field(default_factory=Shape)
    answered: Shape = field(default_factory=Shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What a recording teaches.

    Attributes:
        kind: "har" or "console".
        registry: the operations that were seen and answered, and nothing else: an overlay.
        diff: against what was known; nothing is ever "gone" because a recording did not show it.
        asked, answered: types of variables and answers, by operation.
        other: types of answers of requests that are no GraphQL, by "GET /v3/stations/{}".
        passed_over: operations that were refused while recording.
        report: the changelog entry, Markdown.
    """

    kind: str
    registry: Registry
    diff: RegistryDiff
    asked: Mapping[str, Shape]
    answered: Mapping[str, Shape]
    other: Mapping[str, Shape]
    passed_over: tuple[str, ...]
    report: str

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of the operations that were learned."""
        return tuple(one.name for one in self.registry)

    def fixtures(self) -> Mapping[str, Mapping[str, Any]]:
        """By operation, how it is called and answered, with made-up values."""
        return {one.name: fixture(one, self.asked[one.name], self.answered[one.name]) for one in self.registry}


def read_capture(data: bytes, known: Registry, *, now_ms: int) -> Captured:
    """Read a HAR file or what the console's script saved.

    Args:
        known: what the difference is told against, and what says whether an operation writes.
        now_ms: for recordings that do not say when they were made.

    Raises:
        ValidationError: no recording, or one in which the dashboard asked for nothing.
    """
    recording = read(data)
    learned: dict[str, _Learned] = {}
    other: dict[str, Shape] = {}
    passed_over: list[str] = []
    for seen in recording.seen:
        if _GRAPH.search(seen.url):
            passed_over += _learn(seen, learned, known)
        elif seen.answered is not None and 200 <= seen.status < 300 and _is_service(seen.url):
            other.setdefault(_template(seen), Shape()).learn(seen.answered)
    if not learned and not other and not passed_over:
        raise ValidationError("file", "holds no request of the dashboard to its services: record while clicking in it")
    at_ms = max((seen.at_ms for seen in recording.seen), default=0) or now_ms
    registry = Registry(
        operations={name: _operation(name, one) for name, one in sorted(learned.items())}, as_of=_month(at_ms)
    )
    found = replace(diff(known, registry), gone=())
    answered = {name: one.answered for name, one in learned.items()}
    kind = "a HAR file" if recording.kind == "har" else "a recording from the console"
    return Captured(
        kind=recording.kind,
        registry=registry,
        diff=found,
        asked={name: one.asked for name, one in learned.items()},
        answered=answered,
        other=other,
        passed_over=tuple(sorted(set(passed_over) - set(learned))),
        report=report.entry(
            at_ms=at_ms,
            kind=kind,
            registry=registry,
            diff=found,
            answers=answered,
            other=other,
            passed_over=sorted(set(passed_over) - set(learned)),
        ),
    )


def store(folder: Path, captured: Captured) -> Path:
    """Write what was learned into a folder, beside what is there; the overlay file's path.

    `operations.json` is laid over the one of before, types and fixtures are one file an operation, and the changelog
    entry goes to the top of `CHANGES.md`.

    Raises:
        Rejected: the overlay of before cannot be read.
    """
    for name in ("types", "fixtures"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    overlay = folder / OVERLAY
    before = Registry.read(overlay.read_text("utf-8")) if overlay.exists() else Registry()
    overlay.write_text(before.merged(captured.registry).as_json(), encoding="utf-8")
    for name, shape in captured.answered.items():
        _write(
            folder / "types" / f"{name}.json", {"variables": captured.asked[name].as_json(), "data": shape.as_json()}
        )
    for name, made in captured.fixtures().items():
        _write(folder / "fixtures" / f"{name}.json", made)
    changes = folder / CHANGES
    older = changes.read_text("utf-8").removeprefix("# Changes\n\n") if changes.exists() else ""
    changes.write_text(f"# Changes\n\n{captured.report}{chr(10) if older else ''}{older}", encoding="utf-8")
    return overlay


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _learn(seen: Seen, learned: dict[str, _Learned], known: Registry) -> list[str]:
    """Learn from one GraphQL request, which may hold several; the operations that were refused."""
    refused = []
    asked, answered = _several(seen.asked), _several(seen.answered)
    for position, said in enumerate(asked):
        name = said.get("operationName")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            continue
        answer = answered[position] if position < len(answered) else {}
        if not _answered(seen, answer):
            refused.append(name)
            continue
        one = learned.setdefault(name, _Learned(kind=_kind(name, said, known)))
        digest = _digest(said)
        if digest:
            one.hashes[digest] = Hash(sha256=digest, client=seen.client)
        one.asked.learn(said.get("variables") if isinstance(said.get("variables"), dict) else {})
        one.answered.learn(answer.get("data"))
    return refused


def _several(value: Any) -> list[Mapping[str, Any]]:
    """One request or a batch of them."""
    listed = value if isinstance(value, list) else [value]
    return [one if isinstance(one, dict) else {} for one in listed]


def _answered(seen: Seen, answer: Mapping[str, Any]) -> bool:
    """Whether it was understood: errors beside data are no refusal, a mutation may answer an empty object."""
    return seen.status == 200 and isinstance(answer.get("data"), dict)


def _digest(said: Mapping[str, Any]) -> str:
    more = said.get("extensions")
    persisted = more.get("persistedQuery") if isinstance(more, dict) else None
    digest = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    return digest if isinstance(digest, str) and is_hash(digest) else ""


def _kind(name: str, said: Mapping[str, Any], known: Registry) -> Kind:
    """Query or mutation: as its text says, as is known, else by its name; in doubt it writes."""
    text = said.get("query")
    if isinstance(text, str) and text.strip():
        return "mutation" if may_write(text) else "query"
    if name in known.operations:
        return known.operations[name].kind
    return "query" if _READS.match(name) else "mutation"


def _operation(name: str, one: _Learned) -> Operation:
    places = tuple(Place(path=path, type=kind) for path, kind in one.answered.leaves())[:_MOST_PLACES]
    root = next(iter(one.answered.fields), "")
    return Operation(
        name=name,
        kind=one.kind,
        # Seen, but nobody can say that this was all there is.
        shape="P" if places else "U",
        variables=tuple(_variable(key, inner, one.asked.seen) for key, inner in one.asked.fields.items()),
        hashes=tuple(one.hashes.values()),
        marks=("capture",),
        root=root if one.kind == "query" and root != "*" else "",
        answer=places,
    )


def _variable(name: str, shape: Shape, asked: int) -> Variable:
    required = shape.seen == asked and "null" not in shape.kinds
    return Variable(name=name, type=f"{_type(shape)}{'!' if required else ''}", required=required)


def _type(shape: Shape) -> str:
    """The type of a variable as near as examples tell it; objects as an input without a name."""
    if "object" in shape.kinds:
        return f"{{{', '.join(shape.fields)}}}"
    if shape.item is not None:
        return f"[{_type(shape.item)}!]"
    kinds = shape.kinds - {"null"}
    return _TYPES.get(next(iter(kinds)), "String") if len(kinds) == 1 else "String"


def _is_service(url: str) -> bool:
    """Whether a request that is no GraphQL goes to one of the backends."""
    parts = urlsplit(url)
    return (parts.hostname or "") == "api-v5.anchor.fm" or any(
        part in parts.path for part in ("/podcasters/v0/", "/_next/data/", "/_rest/")
    )


def _template(seen: Seen) -> str:
    """`GET /v3/episodes/{}/overview?userId` of a request: no id stays in it."""
    path = _PREFIX.sub("", urlsplit(seen.url).path)
    path = _ID.sub(lambda found: found.group() if _VERSION.fullmatch(found.group()) else "{}", path)
    return f"{seen.method} {path}{'?' + '&'.join(sorted(seen.query)) if seen.query else ''}"


def _month(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m")
