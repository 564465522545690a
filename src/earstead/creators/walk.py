"""Steps through answers whose shape moves: nothing here raises, whatever the service sends.

Integers come as numbers or as texts, any node may be null, a value may sit in one or two boxes called
`analyticsValue`, and the members of a union carry their number under one of several aliases.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

_NUMBER_KEYS = ("value", "longValue", "countValue", "floatValue", "ratioValue")
_HUNTED = ("value", "total", "count", "streamsAndDownloadsTotal", *_NUMBER_KEYS[1:])
_DEEPEST = 24


def at(node: Any, *path: str) -> Any:
    """What stands at the end of a path of keys; None where the path breaks off."""
    for name in path:
        if not isinstance(node, Mapping):
            return None
        node = node.get(name)
    return node


def table(node: Any) -> Mapping[str, Any]:
    """The node if it is an object, else an empty one."""
    return node if isinstance(node, Mapping) else {}


def rows(node: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of a list; nothing else in it."""
    if isinstance(node, list):
        yield from (row for row in node if isinstance(row, Mapping))


def text(node: Any) -> str:
    """A text; numbers as they read, everything else as ""."""
    if isinstance(node, str):
        return node
    return str(node) if isinstance(node, int | float) and not isinstance(node, bool) else ""


def integer(node: Any) -> int | None:
    """A whole number, also from text ("158") or a float without a fraction."""
    found = number(node)
    return int(found) if found is not None and found == int(found) else None


def number(node: Any) -> float | None:
    """A finite number, also from text."""
    if isinstance(node, bool) or node is None:
        return None
    if isinstance(node, int):
        return node
    if isinstance(node, str):
        try:
            node = int(node) if node.strip().lstrip("-").isdigit() else float(node)
        except ValueError:
            return None
    return node if isinstance(node, int | float) and math.isfinite(node) else None


def truth(node: Any) -> bool:
    """True for true and nothing else."""
    return node is True


def inner(node: Any) -> Mapping[str, Any]:
    """The member of the union inside the boxes called `analyticsValue`; {} when there is none."""
    for _ in range(3):
        if isinstance(node, Mapping) and "analyticsValue" in node:
            node = node["analyticsValue"]
    return table(node)


def outer(node: Any) -> Mapping[str, Any]:
    """The outer box, which carries the comparison with the period before."""
    box = at(node, "analyticsValue")
    return box if isinstance(box, Mapping) and "analyticsValue" in box else table(node)


def measured(node: Any) -> float | None:
    """The number of a value: plain, boxed, or under one of the aliases of the union's members."""
    for _ in range(4):
        if not isinstance(node, Mapping):
            return number(node)
        node = inner(node)
        node = next((node[name] for name in _NUMBER_KEYS if node.get(name) is not None), None)
    return None


def counted(node: Any) -> int | None:
    """`measured` as a whole number."""
    return integer(measured(node))


def hunted(node: Any, depth: int = 0) -> int | None:
    """The first whole number under a key that sounds like a total, depth first; for answers of unknown keys."""
    if depth > _DEEPEST or not isinstance(node, Mapping | list):
        return None
    for name, value in _entries(node):
        if name in _HUNTED and not isinstance(value, Mapping | list):
            found = integer(value)
            if found is not None:
                return found
        deeper = hunted(value, depth + 1)
        if deeper is not None:
            return deeper
    return None


def sought(node: Any, key: str, depth: int = 0) -> Any:
    """The first value that any object below holds under this key; None when none does."""
    if depth > _DEEPEST or not isinstance(node, Mapping | list):
        return None
    if isinstance(node, Mapping) and node.get(key) is not None:
        return node[key]
    for _, value in _entries(node):
        found = sought(value, key, depth + 1)
        if found is not None:
            return found
    return None


def holders(node: Any, key: str, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Every object below that has this key, in order; not looking inside of those."""
    if depth > _DEEPEST:
        return
    if isinstance(node, Mapping) and key in node:
        yield node
        return
    for _, value in _entries(node):
        yield from holders(value, key, depth + 1)


def only_other(node: Any, *besides: str) -> Any:
    """The value of the one key besides `uri`, `__typename` and those named; the first that is not null."""
    known = {"uri", "__typename", *besides}
    return next((value for name, value in table(node).items() if name not in known and value is not None), None)


def _entries(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        yield from node.items()
    elif isinstance(node, list):
        yield from (("", value) for value in node)
