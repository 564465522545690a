"""The registry of the named operations the dashboard sends to its GraphQL service, as data.

`operations.json` beside this module holds what is publicly known of all 116: kind, variables, hashes by
client, how much of the answer is known, and where in the answer things lie. A registry is a value: a
harvested or captured one is merged over the pinned one, and two of them can be compared.

Shapes: K, path and leaves are known; P, a part is known; U, nothing is known but the name.
Paths: `.AV` stands for `.analyticsValue.analyticsValue`, `[]` for every item, `*` for a key nobody recorded.
Hashes are SHA-256 in 64 lower-case hex digits; an operation without any can only be called after a harvest
or a capture. An overlay file has the form of `as_json()`; operations in it may be partial.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from earstead.core.errors import Rejected

Kind = Literal["query", "mutation", "subscription"]
Shape = Literal["K", "P", "U"]
Series = Literal["", "daily", "weekly", "asked", "running", "share"]
"""How numbers at a path relate: for each day or week, by the asked aggregation, running totals, shares of one."""

GROUPS: Mapping[str, str] = {
    "A": "Account and shows",
    "B": "Show information",
    "C": "Show analytics",
    "D": "Episodes",
    "E": "Episode analytics",
    "F": "Comments and polls",
    "": "Seen in a bundle or a capture, described by no public source",
}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_MUTATION = re.compile(r"\bmutation\b")


def may_write(document: str) -> bool:
    """Whether a document of GraphQL may change something; remarks, fragments and other operations can stand before it.

    One that only talks of mutations passes for one that writes: that costs a record, and nothing is sent twice.
    """
    return _MUTATION.search(document) is not None


def is_hash(text: str) -> bool:
    """Whether a text is a whole SHA-256: a cut one is answered with empty data instead of an error."""
    return _SHA256.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable of an operation; `type` in the notation of GraphQL, `guess` when no source showed it sent."""

    name: str
    type: str = ""
    required: bool = False
    guess: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hash:
    """A persisted document: its digest, the client that sends it ("" = not recorded), and how it stands.

    `needs` names variables this document wants although the current one does not.
    """

    sha256: str
    client: str = ""
    note: str = ""
    state: Literal["current", "older", "retired"] = "current"
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something lies in an answer, below `data`."""

    path: str
    type: str
    series: Series = ""
    guess: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One named operation.

    `variables` is None when nothing is known of them, () when there are none. `windows` are the windows
    worth trying, best first; with `only_windows` the service refuses all others. `hosted_only` operations
    fail or are empty for shows that are hosted elsewhere.
    """

    name: str
    kind: Kind = "query"
    group: str = ""
    shape: Shape = "U"
    variables: tuple[Variable, ...] | None = None
    hashes: tuple[Hash, ...] = ()
    marks: tuple[str, ...] = ()
    about: str = ""
    root: str = ""
    answer: tuple[Place, ...] = ()
    windows: tuple[str, ...] = ()
    only_windows: tuple[str, ...] = ()
    hosted_only: bool = False

    @property
    def is_write(self) -> bool:
        """Whether calling it changes something."""
        return self.kind == "mutation"

    @property
    def callable(self) -> bool:
        """Whether a hash is known that is not retired."""
        return any(known.state != "retired" for known in self.hashes)

    @property
    def running(self) -> tuple[str, ...]:
        """The keys whose series are running totals and must never be mixed with daily ones."""
        return tuple(place.path.split(".")[1] for place in self.answer if place.series == "running")

    def takes(self, variable: str) -> bool:
        """Whether a variable of this name is known."""
        return any(known.name == variable for known in self.variables or ())

    def usable(self, given: Iterable[str] = (), client: str = "") -> tuple[Hash, ...]:
        """The hashes worth sending with these variables, best first: of the client, current, older, retired."""
        names = set(given)
        rank = {"current": 0, "older": 1, "retired": 2}
        fitting = [known for known in self.hashes if set(known.needs) <= names]
        return tuple(sorted(fitting, key=lambda known: (bool(client) and known.client != client, rank[known.state])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What became of one operation: its hashes and the names of its variables, before and after."""

    name: str
    kind: Kind
    before: tuple[Hash, ...] = ()
    after: tuple[Hash, ...] = ()
    variables_before: tuple[str, ...] | None = None
    variables_after: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryDiff:
    """`added`: unknown before. `changed`: another hash, a first hash, other variables. `gone`: no longer there."""

    added: tuple[Delta, ...] = ()
    changed: tuple[Delta, ...] = ()
    gone: tuple[Delta, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """All operations that are known, by name."""

    operations: Mapping[str, Operation] = field(default_factory=dict)
    endpoint: str = ""
    as_of: str = ""

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations.values())

    def __len__(self) -> int:
        return len(self.operations)

    def get(self, name: str) -> Operation:
        """The operation of this name.

        Raises:
            Rejected: nobody has seen an operation of this name.
        """
        found = self.operations.get(name)
        if found is None:
            raise Rejected("operation", f"no operation is called {name}; names are told apart by upper and lower case")
        return found

    @staticmethod
    def pinned() -> Registry:
        """What this release knows."""
        return _pinned()

    @staticmethod
    def read(text: str) -> Registry:
        """A registry from JSON: the form of `as_json`, or operations as an object by name.

        Raises:
            Rejected: not JSON, not a registry, a name or a hash that is none.
        """
        try:
            found = json.loads(text)
        except ValueError as cause:
            raise Rejected("registry", f"is not JSON: {cause}") from cause
        return _registry(found)

    def with_file(self, path: Path) -> Registry:
        """This registry with the file of a harvest or a capture laid over it.

        Raises:
            Rejected: the file cannot be read or is no registry.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as cause:
            raise Rejected("registry", f"the file {path.name} cannot be read: {cause}") from cause
        return self.merged(Registry.read(text))

    def merged(self, other: Registry) -> Registry:
        """Both, the other first: its hashes are tried before ours, which stay as a way back."""
        operations = dict(self.operations)
        for theirs in other:
            ours = operations.get(theirs.name)
            operations[theirs.name] = theirs if ours is None else _over(ours, theirs)
        return replace(self, operations=operations, as_of=max(self.as_of, other.as_of))

    def as_json(self) -> str:
        """One operation a line, without what is empty; what `read` takes."""
        head = f'{{"endpoint": {json.dumps(self.endpoint)}, "as_of": {json.dumps(self.as_of)}, "operations": [\n'
        rows = (json.dumps(_plain(known), ensure_ascii=False) for known in self)
        return head + ",\n".join(rows) + "\n]}\n"


def diff(old: Registry, new: Registry) -> RegistryDiff:
    """What a newer registry says otherwise than an older one.

    Only operations that had a hash can be gone: the rest were never seen in a bundle.
    """
    added, changed = [], []
    for after in new:
        before = old.operations.get(after.name)
        if before is None:
            added.append(_delta(None, after))
        elif _news(before, after):
            changed.append(_delta(before, after))
    gone = [_delta(before, None) for before in old if before.callable and before.name not in new.operations]
    return RegistryDiff(added=tuple(added), changed=tuple(changed), gone=tuple(gone))


def _news(before: Operation, after: Operation) -> bool:
    known = {known.sha256 for known in before.hashes if known.state != "retired"}
    if any(found.sha256 not in known for found in after.hashes if found.state != "retired"):
        return True
    names_before, names_after = _names(before), _names(after)
    return names_after is not None and names_before is not None and not set(names_after) <= set(names_before)


def _names(known: Operation | None) -> tuple[str, ...] | None:
    return None if known is None or known.variables is None else tuple(each.name for each in known.variables)


def _delta(before: Operation | None, after: Operation | None) -> Delta:
    either = after or before
    assert either is not None
    return Delta(
        name=either.name,
        kind=either.kind,
        before=before.hashes if before else (),
        after=after.hashes if after else (),
        variables_before=_names(before),
        variables_after=_names(after),
    )


def _over(ours: Operation, theirs: Operation) -> Operation:
    fresh = {known.sha256 for known in theirs.hashes}
    newly = {known.client for known in theirs.hashes if known.state == "current"}
    kept = tuple(
        # What the same client sent before is the older document of that client from now on.
        replace(known, state="older") if known.state == "current" and known.client in newly else known
        for known in ours.hashes
        if known.sha256 not in fresh
    )
    known_names = {each.name: each for each in ours.variables or ()}
    # A document that names no variables may be one whose variables were not seen: unknown stays unknown.
    variables = ours.variables
    if theirs.variables:
        seen = tuple(_variable_over(known_names.pop(each.name, None), each) for each in theirs.variables)
        # A capture shows what one click sent; what it did not send stays known, and was evidently not required.
        variables = seen + tuple(replace(each, required=False) for each in known_names.values())
    return replace(
        ours,
        # Who does not know may leave the kind out; a write that passed for a read would be sent without a record.
        kind=theirs.kind if theirs.hashes and not ours.is_write else ours.kind,
        hashes=theirs.hashes + kept,
        variables=variables,
        answer=ours.answer or theirs.answer,
        root=ours.root or theirs.root,
        shape=ours.shape if ours.answer or not theirs.answer else theirs.shape,
        about=ours.about or theirs.about,
        marks=tuple(dict.fromkeys((*ours.marks, *theirs.marks))),
    )


def _variable_over(ours: Variable | None, theirs: Variable) -> Variable:
    if ours is None:
        return theirs
    return replace(ours, guess=False, type=ours.type or theirs.type)


@cache
def _pinned() -> Registry:
    return Registry.read(files(__package__ or "").joinpath("operations.json").read_text("utf-8"))


def _registry(found: Any) -> Registry:
    listed = found.get("operations") if isinstance(found, dict) else None
    if isinstance(listed, dict):
        listed = [{"name": name, **row} for name, row in listed.items() if isinstance(row, dict)]
    if not isinstance(listed, list):
        raise Rejected("registry", "has no list of operations")
    rows = [_operation(row) for row in listed]
    return Registry(
        operations={row.name: row for row in rows},
        endpoint=str(found.get("endpoint", "")),
        as_of=str(found.get("as_of", "")),
    )


def _operation(row: Any) -> Operation:
    name = row.get("name") if isinstance(row, dict) else None
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise Rejected("registry", f"an operation has no usable name: {str(name)[:60]!r}")
    variables = row.get("variables", row.get("vars"))
    try:
        return Operation(
            name=name,
            kind=_one_of(row.get("kind", row.get("type", "query")), ("query", "mutation", "subscription")),
            group=str(row.get("group", "")),
            shape=_one_of(row.get("shape", "U"), ("K", "P", "U")),
            variables=None if variables is None else tuple(_variable(each) for each in variables),
            hashes=tuple(_hash(name, each) for each in row.get("hashes", ())),
            marks=tuple(str(each) for each in row.get("marks", ())),
            about=str(row.get("about", "")),
            root=str(row.get("root", "")),
            answer=tuple(_place(each) for each in row.get("answer", ())),
            windows=tuple(str(each) for each in row.get("windows", ())),
            only_windows=tuple(str(each) for each in row.get("only_windows", ())),
            hosted_only=bool(row.get("hosted_only", False)),
        )
    except (TypeError, AttributeError, KeyError, ValueError) as cause:
        raise Rejected("registry", f"the operation {name} cannot be read: {cause}") from cause


def _one_of(value: Any, allowed: tuple[str, ...]) -> Any:
    if value not in allowed:
        raise ValueError(f"{str(value)[:40]!r} is none of {', '.join(allowed)}")
    return value


def _variable(row: Any) -> Variable:
    if isinstance(row, str):
        return Variable(name=row.rstrip("?"), required=not row.endswith("?"))
    return Variable(
        name=str(row["name"]),
        type=str(row.get("type", "")),
        required=bool(row.get("required", False)),
        guess=bool(row.get("guess", False)),
    )


def _hash(name: str, row: Any) -> Hash:
    digest = str(row["sha256"]).lower()
    if not is_hash(digest):
        raise Rejected("registry", f"a hash of {name} is not 64 hex digits; a cut one would be answered with nothing")
    return Hash(
        sha256=digest,
        client=str(row.get("client", "")),
        note=str(row.get("note", "")),
        state=_one_of(row.get("state", "current"), ("current", "older", "retired")),
        needs=tuple(str(each) for each in row.get("needs", ())),
    )


def _place(row: Any) -> Place:
    return Place(
        path=str(row["path"]),
        type=str(row["type"]),
        series=_one_of(row.get("series", ""), ("", "daily", "weekly", "asked", "running", "share")),
        guess=bool(row.get("guess", False)),
    )


def _plain(known: Operation) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": known.name,
        "kind": known.kind,
        "group": known.group,
        "shape": known.shape,
        "marks": list(known.marks),
        "about": known.about,
        "variables": None if known.variables is None else [_full(each) for each in known.variables],
        "root": known.root,
        "answer": [_full(each) for each in known.answer],
        "hashes": [_full(each) for each in known.hashes],
    }
    row.update({name: list(getattr(known, name)) for name in ("windows", "only_windows") if getattr(known, name)})
    return {**row, "hosted_only": True} if known.hosted_only else row


def _full(part: Variable | Hash | Place) -> dict[str, Any]:
    """A part without the fields that say nothing."""
    values = {name: getattr(part, name) for name in part.__dataclass_fields__}
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    plain = {"state": "current"}
    return {name: value for name, value in values.items() if value and plain.get(name) != value}
