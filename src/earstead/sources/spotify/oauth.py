"""Authorization code with PKCE, as steps over values: no socket, no clock, no storage.

    address = begin(client_id, redirect_uri, scopes, state, verifier)   -> the user's browser goes there
    returned = read_return(address the browser came back with)          -> code and state, or a refusal
    form = exchange(...)                                                -> POST it to /api/token

A code is worth nothing without the verifier, which never leaves the server: that is why a box without a certificate may
let the browser land on a dead page of its own machine and have the whole address pasted (`Way.PASTE`).
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlencode, urlsplit

from earstead.core.errors import Rejected
from earstead.services.spotify.types import Returned, Way

LOOPBACK = "127.0.0.1"
USUAL_PORT = 3277
_MOST = 4_000
_CLIENT_ID = re.compile(r"[A-Za-z0-9]{16,64}")


def check_client_id(text: str) -> str:
    """A client id as typed. Raises Rejected."""
    text = text.strip()
    if not _CLIENT_ID.fullmatch(text):
        raise Rejected("client_id", "a client id is 32 letters and digits; copy it from the app's settings there")
    return text


def challenge_of(verifier: str) -> str:
    """S256 of a verifier, without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def begin(
    accounts_url: str,
    *,
    client_id: str,
    redirect_uri: str,
    scopes: Sequence[str],
    state: str,
    verifier: str,
    again: bool = False,
) -> str:
    """Where the browser goes. `again`: ask even when all was granted before, as a renewal must. Raises Rejected."""
    if fault := redirect_fault(redirect_uri):
        raise Rejected("redirect_uri", fault)
    asked = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes),
        "state": state,
        "code_challenge_method": "S256",
        "code_challenge": challenge_of(verifier),
    }
    if again:
        asked["show_dialog"] = "true"
    return f"{accounts_url}/authorize?{urlencode(asked)}"


def read_return(text: str) -> Returned:
    """What the browser came back with: the whole address, or what stands behind its "?".

    Raises:
        Rejected: it is no such address, or Spotify did not give a code; the words are for the user.
    """
    text = text.strip()
    if len(text) > _MOST or not text.isprintable():
        raise Rejected("address", "this is not the address that Spotify sent you to")
    asked = parse_qs(text.partition("?")[2].partition("#")[0] or text, keep_blank_values=True)
    found = {name: asked.get(name, [""])[0] for name in ("code", "state", "error")}
    if not found["state"]:
        raise Rejected("address", "paste the whole address, with everything behind the question mark")
    if found["error"] == "access_denied":
        raise Rejected("address", "you said no on Spotify's page; nothing was connected")
    if found["error"]:
        raise Rejected("address", f"Spotify says “{found['error'][:60]}”")
    if not found["code"]:
        raise Rejected("address", "there is no code in this address; paste all of it")
    return Returned(code=found["code"], state=found["state"])


def exchange(*, client_id: str, redirect_uri: str, code: str, verifier: str) -> bytes:
    """The form that turns a code into tokens."""
    return urlencode(
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": client_id,
            "code_verifier": verifier,
        }
    ).encode()


# --- where the browser may come back to (rules of 2025) -----------------------------------------------------------


def redirect_fault(uri: str) -> str:
    """Why Spotify refuses an address to come back to, "" when it takes it: https, or this machine by its number."""
    parts = urlsplit(uri)
    host = parts.hostname or ""
    if parts.fragment or parts.username is not None or not host:
        return "this is no address to come back to"
    if parts.scheme == "https":
        return "Spotify refuses “localhost”; use a name or 127.0.0.1" if host == "localhost" else ""
    if parts.scheme == "http" and _is_loopback(host):
        return ""
    return "Spotify sends browsers back to https addresses only, or to 127.0.0.1"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def ways(path: str, *, told_url: str, seen_url: str) -> tuple[Way, ...]:
    """How the browser can come back, the best first.

    Args:
        path: of the callback page.
        told_url: the root under which the owner says this server is reached; "" when nothing was said.
        seen_url: the root under which the browser reaches it now.
    """
    found: list[Way] = []
    for root in (told_url, seen_url):
        if root and not redirect_fault(root + path) and not any(way.redirect_uri == root + path for way in found):
            found.append(Way(name="back", redirect_uri=root + path))
    port = urlsplit(seen_url).port if urlsplit(seen_url).scheme == "http" else None
    found.append(Way(name="paste", redirect_uri=f"http://{LOOPBACK}:{port or USUAL_PORT}{path}"))
    # One address is enough to be registered: the first that comes back by itself, and the one to paste.
    return (*[way for way in found if way.name == "back"][:1], found[-1])
