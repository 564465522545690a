"""The log: one line an event on stderr, and no secret in any of them."""

from __future__ import annotations

import logging
import re

# What secrets look like where they could slip into a message: named values, bearer headers, the owner link.
_SECRETS = re.compile(
    r"(?i)(\b(?:token|password|secret|api_sig|sk|link|key|authorization)[\"']?\s*[=:]\s*[\"']?(?:(?:bearer|token)\s+)?)"
    r"[^\s\"'&,;}]+"
    r"|(\b(?:bearer|token)\s+)[\w.~+/-]{16,}=*"
)
_ADDRESS_PASSWORD = re.compile(r"(?i)(\b[a-z][a-z0-9+]*://[^\s:/@]*:)[^\s/@]+(@)")


def without_secrets(text: str) -> str:
    """`text` with the values of tokens, passwords and keys blotted out."""
    text = _ADDRESS_PASSWORD.sub(r"\1***\2", text)
    return _SECRETS.sub(lambda m: f"{m[1] or m[2]}***", text)


class _Formatter(logging.Formatter):
    """Blots secrets out of the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def set_up(level: str = "info") -> None:
    """Send everything from `level` ("debug" ... "error") upwards to stderr. Call once, at start."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Their "info" tells every request and every connection: noise here, and addresses with tokens in them.
    for name in ("httpx2", "httpcore2", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
