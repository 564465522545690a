"""Where a browser may be sent after an application was allowed, and how the token is handed over there. Pure.

An application asks with an address of its own (`cb`), or with the one that was registered for its key. Web
addresses are taken from everybody, since self-hosted programs call back to any host; another scheme opens a
program on the visitor's machine, and only the one that the application registered is opened.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

MAX_CALLBACK = 2000
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)
_WEB = ("http", "https")
# Schemes that browsers act upon themselves: none of them opens another program.
_NEVER = frozenset(
    "about blob chrome data file filesystem ftp javascript mailto resource vbscript view-source ws wss".split()
)


def scheme_of(address: str) -> str:
    """The scheme of an address in lower case, "" when it has none."""
    scheme, colon, _ = address.partition(":")
    return scheme.lower() if colon and _SCHEME.fullmatch(scheme) else ""


def callback_fault(address: str, registered: str = "") -> str:
    """Why nobody is sent to `address`, the end of a sentence; "" when it is fine.

    Args:
        registered: the callback registered for the application, "" for none. To judge an address that is about
            to be registered, give it twice.
    """
    if len(address) > MAX_CALLBACK:
        return f"is longer than {MAX_CALLBACK} characters"
    # Browsers drop tabs and line ends and read "\\" as "/", so the host they go to would not be the one shown.
    if not address.isprintable() or " " in address or "\\" in address:
        return "holds a character that no address has"
    scheme = scheme_of(address)
    if scheme in _WEB:
        return "" if _host(address) else "names no server"
    if not scheme or scheme in _NEVER or scheme != scheme_of(registered):
        return "begins neither with http:// or https:// nor with a scheme that was registered for the application"
    return ""


def with_token(address: str, token: str) -> str:
    """The callback with the token appended; everything before it stays as the application wrote it."""
    return f"{address}{'&' if '?' in address else '?'}token={token}"


def location(address: str) -> str:
    """An address as a header carries it: what is not ASCII percent-encoded, all else untouched."""
    return quote(address, safe="".join(map(chr, range(33, 127))))


def destination(address: str) -> str:
    """Where a callback leads, as a person can judge it: "localhost:9078", or the scheme that opens a program."""
    return _host(address) if scheme_of(address) in _WEB else f"{scheme_of(address)}:"


def _host(address: str) -> str:
    """Host and port as written, without a user name that could pose as the host; "" when there is none."""
    try:
        parts = urlsplit(address)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not name or not address.lower().startswith(("http://", "https://")):
        return ""
    host = f"[{name}]" if ":" in name else name
    return f"{host}:{port}" if port else host
