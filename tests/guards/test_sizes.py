"""Sizes are a question, not a rule: what has grown large is listed among the warnings, and nothing fails for it."""

from __future__ import annotations

import ast
import warnings

from tests.guards.sources import modules

LINES_OF_A_MODULE = 500
LINES_OF_A_FUNCTION = 50


class LargePieceWarning(UserWarning):
    """Which two ideas are in here?"""


def test_large_pieces_are_listed() -> None:
    """Every module and function is measured; those past the size at which one asks are named in a warning."""
    measured, large = 0, []
    for module in modules("src"):
        measured += 1
        if module.lines > LINES_OF_A_MODULE:
            large.append(f"{module.path}: {module.lines} lines")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > LINES_OF_A_FUNCTION:
                    large.append(f"{module.place(node)} {node.name}: {size} lines")
    if large:
        warnings.warn("; ".join(large), LargePieceWarning, stacklevel=1)
    assert measured > 50
