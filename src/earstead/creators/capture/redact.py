"""Takes secrets out of a recording the moment it is read, before anything else sees it."""

from __future__ import annotations

import re
from typing import Any

from earstead.creators.redact import blot

_SECRET_NAME = re.compile(
    r"(?:.*token|.*secret|.*password|authorization|cookies?|code|state|signature|sp_dc|sp_key|anchorpw_s|_?csrf.*|e-?mail.*)",
    re.IGNORECASE,
)
# Paging works without them, and what is long and dense may be a key to something.
_DENSE = re.compile(r"[A-Za-z0-9_+/=.-]{48,}")
_URL = re.compile(r"https?://[^\s\"'<>]+")
_WORD = re.compile(r"[A-Z_]+")
_HASH = re.compile(r"[0-9a-fA-F]{64}")
BLOTTED = "***"
_DEEPEST = 64


def clean(value: Any, depth: int = 0) -> Any:
    """A JSON value without secrets: fields that are called so are blotted out, texts lose what looks like one."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(name): _field(str(name), inner, depth + 1) for name, inner in value.items()}
    return value


def _field(name: str, value: Any, depth: int) -> Any:
    if isinstance(value, str) and name == "sha256Hash" and _HASH.fullmatch(value):
        return value.lower()
    if not _SECRET_NAME.fullmatch(name) or value is None or isinstance(value, bool):
        return clean(value, depth)
    # The state of an insight is a word such as COMPLETE; every other "state" is one of a sign-in.
    if name == "state" and (isinstance(value, dict | list) or (isinstance(value, str) and _WORD.fullmatch(value))):
        return clean(value, depth)
    return BLOTTED


def clean_text(text: str) -> str:
    """A text without queries of addresses, e-mail addresses, bearers and whatever is long and dense."""
    return _DENSE.sub(BLOTTED, blot(_URL.sub(lambda found: found.group().partition("?")[0], text)))
