"""Writes docs/creators: what is known of the interfaces behind Spotify for Creators, a file for each page of the site.

Written by `.venv/bin/python -m tests.creators.docs`; a guard holds the files to what this gives.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from earstead.core.creators.registry import Registry
from earstead.web.creators_guide.blocks import Page, markdown
from earstead.web.creators_guide.pages import pages

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "creators"
METHODS = ROOT / "src/earstead/web/creators_guide/methods.json"
CLIENT = ROOT / "src/earstead/creators"
FOOT = "\n<!-- Written by `.venv/bin/python -m tests.creators.docs`. -->\n"


def files() -> dict[str, str]:
    """Name of each file and its text."""
    return {_name(page): markdown(page) + FOOT for page in pages()}


def _name(page: Page) -> str:
    # A folder's README is what forges show first.
    return "README.md" if page.slug == "index" else f"{page.slug}.md"


def methods() -> dict[str, str]:
    """Label of each endpoint and name of each operation -> the method, as it is called: `me.rest.overview(...)`."""
    found = dict(_endpoints("rest_*.py", "me.rest")) | dict(_endpoints("pod.py", "me.pod"))
    found |= dict(_endpoints("legacy.py", "Legacy(...)")) | dict(_endpoints("next_data.py", "me.next"))
    return dict(sorted((found | dict(_operations())).items()))


def _endpoints(files: str, member: str) -> Iterator[tuple[str, str]]:
    # Each of these methods begins its docstring with the label of its endpoint, or with several.
    for node in _functions(files):
        for label in re.findall(r"\b(?:\d-[A-Z](?:-[0-9a-z]+)*|E-\d|P\d+|L-\d+|N-\d)\b", _labels(node)):
            yield label, f"{member}.{node.name}({_arguments(node)})"


def _labels(node: ast.FunctionDef) -> str:
    first = (ast.get_docstring(node) or "").partition("\n")[0]
    return first.partition(":")[0] if ":" in first else ""


def _operations() -> Iterator[tuple[str, str]]:
    known = set(Registry.pinned().operations)
    for node in _functions("operations/*.py"):
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and part.value in known:
                yield str(part.value), f"me.operations.{node.name}({_arguments(node)})"


def _functions(files: str) -> Iterator[ast.FunctionDef]:
    for path in sorted(CLIENT.glob(files)):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield node


def _arguments(node: ast.FunctionDef) -> str:
    """The names that must be given, and dots where there is more."""
    args = node.args
    plain = [arg.arg for arg in args.args if arg.arg != "self"]
    needed = plain[: len(plain) - len(args.defaults)]
    needed += [f"{arg.arg}=" for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default is None]
    more = len(args.defaults) + sum(default is not None for default in args.kw_defaults)
    return ", ".join([*needed, *(["..."] if more else [])])


def main() -> None:
    """Write what changed, and remove what no page has any more."""
    METHODS.write_text(json.dumps(methods(), indent=1) + "\n", "utf-8")
    pages.cache_clear()
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = files()
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
