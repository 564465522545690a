"""What the guards look at: the modules, pages and documents of this repository, as syntax trees and texts."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/earstead"


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file and its tree."""

    path: str
    """Relative to the repository, with slashes."""
    lines: int
    tree: ast.Module

    def place(self, node: ast.stmt | ast.expr) -> str:
        """ "path:line" of a node, as editors open it."""
        return f"{self.path}:{node.lineno}"


@cache
def modules(folder: str) -> tuple[Module, ...]:
    """Every Python file under a folder of the repository."""
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        text = path.read_text("utf-8")
        found.append(Module(path.relative_to(ROOT).as_posix(), text.count("\n"), ast.parse(text)))
    return tuple(found)


def texts(module: Module) -> Iterator[tuple[str, ast.Constant]]:
    """Every string of a module that is not a docstring; of an f-string its literal pieces."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value, node


def tracked(*suffixes: str) -> tuple[Path, ...]:
    """Files of the repository by suffix, those not yet committed included, those that git ignores not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode:
        # An unpacked sdist has no history; what it holds is what is tracked.
        return tuple(p for p in ROOT.rglob("*") if p.suffix in suffixes and ".venv" not in p.parts)
    paths = (ROOT / line for line in listed.stdout.splitlines())
    return tuple(path for path in paths if (not suffixes or path.suffix in suffixes) and path.is_file())
