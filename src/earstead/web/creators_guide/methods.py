"""The method of the client that makes each call. The pages may not reach the client, so its names stand in a file."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def _methods() -> dict[str, str]:
    # Written with the documentation by tests/creators/docs.py, which reads the client.
    found: dict[str, str] = json.loads((files(__package__ or "") / "methods.json").read_text("utf-8"))
    return found


def in_python(name: str) -> str:
    """How an endpoint (by its label) or an operation is called: `me` is the client, signed in."""
    return f"In Python: `{_methods()[name]}`."
