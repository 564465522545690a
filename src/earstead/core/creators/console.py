"""The script that records the dashboard in the browser's console."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def console_script() -> str:
    """The JavaScript to paste: it records what the page asks its services for, and saves it without secrets."""
    return files(__package__ or "").joinpath("console.js").read_text("utf-8")
