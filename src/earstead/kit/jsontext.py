"""JSON as text for database columns: fast where the text is sound, lossless where it is odd."""

from __future__ import annotations

import json
from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def dumps(value: Any) -> str:
    """JSON text of a value. Lone surrogates, which no database takes, are written as escapes."""
    if not value:
        return "{}" if isinstance(value, dict) else json.dumps(value)
    try:
        return _encode(value).decode()
    except (UnicodeEncodeError, TypeError, ValueError, OverflowError):
        return json.dumps(value, default=str)


def loads(text: str) -> Any:
    """The value of a JSON text written by `dumps`."""
    if text == "{}":
        return {}
    try:
        return _decode(text)
    except msgspec.DecodeError:
        return json.loads(text)
