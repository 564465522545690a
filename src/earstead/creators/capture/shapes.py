"""The type of an answer, learned from examples: which fields, of which kind, and none of the values.

Only words that belong to the interface are kept: names of types (`__typename`) and of enumerations (UPPER_CASE with
an underscore). Fields whose name is a value itself, as an id or a date, are gathered under "*".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")
_DATA_FIELD = re.compile(r"[0-9A-Za-z]{22}|.*\d{5,}.*")
_ENUM = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_TYPENAME = re.compile(r"[A-Za-z_]\w{0,80}")
_URI = re.compile(r"spotify:(show|episode|comment|user|poll)\b")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT.*")
_DEEPEST, _MOST_WORDS = 40, 40


@dataclass(slots=True)
class Shape:
    """What was seen at one place.

    Attributes:
        kinds: of object, list, string, int, float, bool, null, date, moment, url, uri:show and so on.
        words: names of types and enumerations seen here.
        seen: how often anything stood here; a field seen less often than its object is optional.
    """

    kinds: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    fields: dict[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    seen: int = 0

    def learn(self, value: Any, name: str = "", depth: int = 0) -> Shape:
        """Take one more example into account; the shape itself."""
        self.seen += 1
        if depth > _DEEPEST:
            self.kinds.add("any")
        elif isinstance(value, dict):
            self.kinds.add("object")
            for key, inner in value.items():
                known = key if _FIELD.fullmatch(key) and not _DATA_FIELD.fullmatch(key) else "*"
                self.fields.setdefault(known, Shape()).learn(inner, known, depth + 1)
        elif isinstance(value, list):
            self.kinds.add("list")
            self.item = self.item or Shape()
            for inner in value:
                self.item.learn(inner, "", depth + 1)
        else:
            self._scalar(value, name)
        return self

    def _scalar(self, value: Any, name: str) -> None:
        kind = kind_of(value)
        named = name == "__typename" and isinstance(value, str) and _TYPENAME.fullmatch(value)
        if (named or kind == "enum") and len(self.words) < _MOST_WORDS:
            self.words.add(value)
        self.kinds.add("enum" if named else kind)

    @property
    def leaf(self) -> bool:
        """Whether nothing is below it."""
        return not self.fields and self.item is None

    def words_of_type(self) -> str:
        """Its own kinds in one text: `int | null`, `A_B | C_D`."""
        kinds = self.kinds - {"object", "list", "enum"}
        parts = sorted(self.words) + sorted(kinds - {"null"}) + (["null"] if "null" in kinds else [])
        return " | ".join(parts)

    def text(self, indent: int = 0) -> str:
        """The type as text, in the manner of TypeScript."""
        pad = "  " * (indent + 1)
        parts = []
        if "object" in self.kinds:
            objects = max((inner.seen for inner in self.fields.values()), default=0)
            rows = [
                f"{pad}{name}{'?' if inner.seen < objects else ''}: {inner.text(indent + 1)}"
                for name, inner in self.fields.items()
            ]
            parts.append("{\n" + "\n".join(rows) + f"\n{'  ' * indent}}}" if rows else "{}")
        if self.item is not None:
            parts.append(f"Array<{self.item.text(indent)}>" if self.item.seen else "[]")
        own = self.words_of_type()
        return " | ".join([*parts, *([own] if own else [])]) or "unknown"

    def as_json(self) -> Any:
        """The type as JSON: objects and lists as such, everything else as a text."""
        own = self.words_of_type()
        if "object" in self.kinds:
            plain: Any = {name: inner.as_json() for name, inner in self.fields.items()}
        elif self.item is not None:
            plain = [self.item.as_json()] if self.item.seen else []
        else:
            return own or "unknown"
        return {"": own, "of": plain} if own else plain

    def leaves(self, path: str = "") -> Iterator[tuple[str, str]]:
        """(path, type) of everything that holds no further thing; `[]` for each item of a list."""
        for name, inner in self.fields.items():
            yield from inner.leaves(f"{path}.{name}" if path else name)
        if self.item is not None:
            yield from self.item.leaves(f"{path}[]")
        own = self.words_of_type()
        if path and self.leaf and own and not path.endswith("__typename"):
            yield path, own

    def stand_in(self) -> Any:
        """An example of this type that was never seen anywhere: for fixtures."""
        if "object" in self.kinds:
            return {name: inner.stand_in() for name, inner in self.fields.items() if name != "*"}
        if self.item is not None:
            return [self.item.stand_in()] if self.item.seen else []
        if self.words:
            return min(self.words)
        kind = min(self.kinds - {"null"}, default="null")
        return f"spotify:{kind[4:]}:{'0' * 22}" if kind.startswith("uri:") else _STAND_INS.get(kind)


_STAND_INS: dict[str, Any] = {
    "string": "text",
    "int": 1,
    "float": 0.5,
    "bool": True,
    "null": None,
    "date": "2026-01-01",
    "moment": "2026-01-01T00:00:00Z",
    "url": "https://example.com/",
    "enum": "VALUE",
    "any": None,
}


def kind_of(value: Any) -> str:
    """The kind of a value that is neither object nor list."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float"
    text = str(value)
    uri = _URI.match(text)
    if uri:
        return f"uri:{uri.group(1)}"
    if text.startswith(("http://", "https://")):
        return "url"
    if _ENUM.fullmatch(text):
        return "enum"
    if _DATE.fullmatch(text):
        return "date"
    return "moment" if _MOMENT.fullmatch(text) else "string"
