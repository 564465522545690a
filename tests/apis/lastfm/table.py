"""The table of docs/lastfm.md: every method of the specification, what answers it, and the tests that say so.

Written by `.venv/bin/python -m tests.apis.lastfm.table`; a guard holds the page to what this gives.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from earstead.apis.lastfm.inventory import inventory, retired

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PAGE = ROOT / "docs" / "lastfm.md"
FORMATS = "test_inventory.py::test_the_three_formats_agree"
OLD = "test_inventory.py::test_methods_of_old_are_answered_with_their_number"
PLACES = ("tests/apis/lastfm/test_*.py", "tests/conformance/test_*.py")
MOST = 3
HEAD = """\
# The Last.fm API, method by method

Written by `.venv/bin/python -m tests.apis.lastfm.table`. Each method is asked in XML, JSON and XML-RPC by
`{formats}` (those of old by `{old}`), with its own name as the test's
parameter; the last column names tests that hold its content (the first {most} of them, of all that name the method).

What each method takes and gives stands at `/develop/lastfm` of a running server, with an answer of your own listens.
"""
KINDS = (
    ("current", "Current methods"),
    ("undocumented", "Undocumented methods"),
    ("retired", "Methods of old"),
)


def page() -> str:
    """The whole page."""
    names = json.loads((HERE / "data" / "inventory.json").read_text("utf-8"))
    held = tests_by_name()
    lines = [HEAD.format(formats=FORMATS, old=OLD, most=MOST)]
    for kind, title in KINDS:
        lines += [f"## {title} ({len(names[kind])})", "", "| method | XML, JSON, XML-RPC | held by |", "|---|---|---|"]
        lines += [_row(name, held.get(name.lower(), [])) for name in sorted(names[kind], key=str.lower)]
        lines.append("")
    return "\n".join(lines)


def _row(name: str, tests: list[str]) -> str:
    method = inventory().get(name.lower())
    answered = f"`{method.root}`" if method and method.root else "empty"
    if method is None:
        answered = f"error {retired()[name.lower()]}"
        tests = [f"{OLD}[{name}]"]
    return f"| {name} | {answered} | {'<br>'.join(f'`{test}`' for test in tests[:MOST])} |"


def tests_by_name() -> dict[str, list[str]]:
    """Lower-cased method name -> "file::test" of the tests whose text names it; the inventory's own left out."""
    found: dict[str, list[str]] = {}
    wanted = [*inventory(), *retired()]
    for path in sorted(path for place in PLACES for path in ROOT.glob(place)):
        if path.name == "test_inventory.py":
            continue
        for test, text in _tests(path):
            for name in wanted:
                # By its whole name, or as one verb of several packages: f"{package}.addTags".
                if f'"{name}"' in text or f'}}.{name.split(".")[1]}"' in text:
                    found.setdefault(name, []).append(f"{path.name}::{test}")
    return found


def _tests(path: Path) -> Iterator[tuple[str, str]]:
    """(name, lower-cased text) of each test of a file: its decorators, and the tables it goes through."""
    tables = {name: text for file in (path, *path.parent.glob("[a-s]*.py")) for name, text in _tables(file)}
    source = path.read_text("utf-8")
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
            words = {
                part.id
                for mark in (node, *node.decorator_list)
                for part in ast.walk(mark)
                if isinstance(part, ast.Name)
            }
            own = "\n".join(lines[first - 1 : node.end_lineno])
            yield node.name, "\n".join([own, *(tables[word] for word in sorted(words & set(tables)))]).lower()


def _tables(path: Path) -> Iterator[tuple[str, str]]:
    lines = path.read_text("utf-8").splitlines()
    for node in ast.parse("\n".join(lines)).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id.isupper():
            yield target.id, "\n".join(lines[node.lineno - 1 : node.end_lineno])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
