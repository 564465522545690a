"""Texts of somebody else's, made fit for a database, a line or a pattern."""

from __future__ import annotations

from typing import Any


def storable(text: str) -> str:
    """A text as every database can hold it: no lone surrogates, no U+0000."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def one_line(value: Any) -> str:
    """A text from a foreign answer as one printable line of at most 200 characters; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    plain = value.encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())[:200]


def fault_words(fault: Exception) -> str:
    """What an error says, or its name where it says nothing; at most 200 characters."""
    text = str(fault).strip() or type(fault).__name__
    return text.encode("utf-8", "replace").decode("utf-8")[:200]


def like(text: str) -> str:
    """A text as part of a LIKE pattern that escapes with a backslash."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
