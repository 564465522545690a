"""What a person may be called, and the names that are taken by addresses of the product itself.

Pages of a user live under `/{name}/...`, so no user may be called like a first segment that means something
else. Compare case-folded. Names are never taken off this list: a bookmark must not turn into a person.
"""

from __future__ import annotations

import unicodedata

from earstead.core.names import name_key

RESERVED = frozenset(
    """
    1 2 2.0 about account accounts admin api apis app apple-touch-icon-precomposed.png apple-touch-icon.png apps assets
    auth callback card cards chart charts connect
    create decisions develop dl docs export exports favicon.ico feed feeds health healthz help home hooks i import
    imports insights internal listen listens login logout manifest.json manifest.webmanifest match me metrics music
    nowplaying oauth oauth2 openapi.json owner ping playing podcast podcasts privacy public redoc robots.txt root
    sandbox search service-worker.js settings share shuffle shuffles sign-in sign-out sign-up signin signout signup
    sitemap.xml sources spotify static stats status submissions sw.js system tag tags terms token tokens user users v1
    webhook webhooks welcome ws xmlrpc
    """.split()
)

MAX_LENGTH = 40
MAX_BYTES = 120
"""A name stands in addresses and file names; scripts of three bytes a character get all 40."""

MIN_PASSWORD = 8
MAX_PASSWORD = 1024


def name_fault(name: str) -> str:
    """Why nobody can be called so, as the end of a sentence "name: ..."; "" when it is a good name.

    Letters and digits of any script, with `.`, `_` and `-` between them: what an address, a file and a
    client's settings can all hold. The key is judged as well, because compatibility characters unfold into others.
    """
    if not name:
        return "must not be empty"
    if len(name) > MAX_LENGTH or len(name.encode("utf-8", "replace")) > MAX_BYTES:
        return f"must have at most {MAX_LENGTH} characters"
    key = name_key(name)
    if not (_is_plain(name) and _is_plain(key)):
        return "must be made of letters and digits, with . _ - allowed between them"
    if key in RESERVED:
        return f"“{name}” is kept for an address of the server; choose another"
    return ""


def password_fault(password: str) -> str:
    """Why a password is not accepted; "" when it is. Length is all that is asked for."""
    if len(password) < MIN_PASSWORD:
        return f"must have at least {MIN_PASSWORD} characters"
    if len(password) > MAX_PASSWORD:
        return f"must have at most {MAX_PASSWORD} characters"
    if not password.isascii() and any("\ud800" <= c <= "\udfff" for c in password):
        return "holds something that is not a character"
    return ""


def _is_plain(name: str) -> bool:
    ends_well = _is_letter(name[:1]) and (_is_letter(name[-1:]) or unicodedata.category(name[-1:]) in ("Mn", "Mc"))
    return ends_well and all(c in "._-" or _is_letter(c) or unicodedata.category(c) in ("Mn", "Mc") for c in name)


def _is_letter(character: str) -> bool:
    # "_" may stand first and last: names like "_anna_" are common and harmless.
    return character == "_" or unicodedata.category(character)[0] == "L" or character.isdecimal()
