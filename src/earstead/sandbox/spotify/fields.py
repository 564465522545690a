"""The `fields` filter of playlist reads: `items(added_at,item(name,!album)),next`."""

from __future__ import annotations

from typing import Any

Tree = dict[str, "Tree | None"]
"""Names to keep, each with what to keep inside it (None for all); a name with `!` before it is to be left out."""


def read(text: str) -> Tree:
    """The filter as a tree.

    Raises:
        ValueError: brackets do not match.
    """
    tree, rest = _names(text)
    if rest:
        raise ValueError("Invalid fields")
    return tree


def _names(text: str) -> tuple[Tree, str]:
    tree: Tree = {}
    while text and text[0] != ")":
        end = next((at for at, letter in enumerate(text) if letter in ",()"), len(text))
        path, text = text[:end].strip(), text[end:]
        inner: Tree | None = None
        if text.startswith("("):
            inner, text = _names(text[1:])
            if not text.startswith(")"):
                raise ValueError("Invalid fields")
            text = text[1:]
        text = text.removeprefix(",")
        _put(tree, path.split("."), inner)
    return tree, text


def _put(tree: Tree, path: list[str], inner: Tree | None) -> None:
    for name in path[:-1]:
        below = tree.get(name)
        if below is None:
            below = tree[name] = {}
        tree = below
    if path[-1]:
        tree[path[-1]] = inner


def keep(value: Any, tree: Tree) -> Any:
    """What the filter leaves of a JSON value."""
    if isinstance(value, list):
        return [keep(part, tree) for part in value]
    if not isinstance(value, dict):
        return value
    out = {name[1:] for name in tree if name.startswith("!")}
    wanted = [name for name in value if name not in out] if out and len(out) == len(tree) else list(tree)
    kept = {}
    for name in wanted:
        if name in value and name not in out:
            below = tree.get(name)
            kept[name] = value[name] if below is None else keep(value[name], below)
    return kept
