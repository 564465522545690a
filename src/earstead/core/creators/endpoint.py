"""How an endpoint is described as data; `endpoints` has them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypedDict, Unpack

Backend = Literal["rest", "pod", "legacy", "next", "storage"]
Known = Literal["yes", "mostly", "partly", "example", "no"]

MEANING: Final[Mapping[str, str]] = {
    "yes": "all fields known",
    "mostly": "the fields that matter known, there may be more",
    "partly": "some fields known",
    "example": "one example known, presumed by its source",
    "no": "not known; kept as it comes",
}
MARKS: Final[Mapping[str, str]] = {
    "doc": "stated in the public documentation project",
    "code": "seen in public client code or its recorded answers",
    "issue": "from a public issue thread",
    "guess": "inferred; nobody has shown it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a query, a body or an answer.

    Attributes:
        name: with dots for what lies inside, `[]` for each of several.
        type: int, str, bool, iso (a UTC time with milliseconds and Z), unix (whole seconds), ms, html, object, array.
        required: it must be sent; of an answer: it is always there.
    """

    name: str
    type: str
    required: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint.

    Attributes:
        label: its name in the public notes: "1-A" to "1-Z", "6-A" to "6-D", "E-1" to "E-4"; "P1" to "P17" for
            podcasters/v0; "L-1" onwards for the legacy proxy; "N-1", "N-2" for the data route.
        path: behind the base address, with {names} in braces; "" for storage, whose address is told in an answer.
        answer: its fields as far as known.
        known: how far that is.
        marks: where it is known from.
        same_as: the label whose method and path it shares, "" if it has its own.
        unused: why the client does not use it by itself, "" if it does.
    """

    label: str
    backend: Backend
    method: Literal["GET", "POST", "PUT"]
    path: str
    about: str
    query: tuple[Field, ...] = ()
    body: tuple[Field, ...] = ()
    answer: tuple[Field, ...] = ()
    known: Known = "no"
    marks: tuple[str, ...] = ("doc",)
    note: str = ""
    same_as: str = ""
    unused: str = ""

    @property
    def writes(self) -> bool:
        """Whether it changes something that people see. Two POSTs only ask."""
        return self.method != "GET" and self.label not in _ASKING


_ASKING: Final = frozenset({"1-F", "1-I", "1-M", "1-R"})
"""POSTs that read, or make the service look at its own state again; nothing of the creator's changes."""


def fields(*lines: str) -> tuple[Field, ...]:
    """Fields from lines of the form `name type note`; a "?" behind the type says that it may be missing."""
    found = []
    for line in lines:
        name, kind, note = [*line.split(" ", 2), ""][:3]
        found.append(Field(name=name, type=kind.rstrip("?"), required=not kind.endswith("?"), note=note))
    return tuple(found)


class More(TypedDict, total=False):
    """What an endpoint may say besides; see `Endpoint`."""

    query: tuple[Field, ...]
    body: tuple[Field, ...]
    answer: tuple[Field, ...]
    known: Known
    marks: tuple[str, ...]
    note: str
    same_as: str
    unused: str


def get(label: str, path: str, about: str, **more: Unpack[More]) -> Endpoint:
    """A GET of the REST backend."""
    return Endpoint(label=label, backend="rest", method="GET", path=path, about=about, **more)


def post(label: str, path: str, about: str, **more: Unpack[More]) -> Endpoint:
    """A POST of the REST backend."""
    return Endpoint(label=label, backend="rest", method="POST", path=path, about=about, **more)


EMPTY_IN: Final = "Its body is not known; an empty object is sent."
