"""Signatures: md5 over the sorted parameters and the application's secret (spec section 4.2). Pure.

MD5 is what the protocol has; it proves that a caller knows the secret, to the extent that MD5 can.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable

from earstead.kit.secrets import md5_hex

_HEX = re.compile(r"[0-9a-fA-F]{32}")
_UNSIGNED = ("api_sig", "format", "callback")
# Callers that sign what the protocol leaves out, by mistake or by an old reading of it.
_TOLERATED: tuple[tuple[str, ...], ...] = (_UNSIGNED, ("api_sig", "callback"), ("api_sig", "format"), ("api_sig",))


def signature(parameters: Iterable[tuple[str, str]], secret: str, *, without: tuple[str, ...] = _UNSIGNED) -> str:
    """The signature of parameters, lower-case hex. Of a repeated name the first value counts.

    Names and values are the decoded texts as sent, empty ones and array names ("artist[10]" stands before
    "artist[1]") included.
    """
    return md5_hex(base_string(parameters, without=without) + secret)


def base_string(parameters: Iterable[tuple[str, str]], *, without: tuple[str, ...] = _UNSIGNED) -> str:
    """What is signed, without the secret at its end: names and values joined in order of the names."""
    first: dict[str, str] = {}
    for name, value in parameters:
        first.setdefault(name, value)
    return "".join(name + first[name] for name in sorted(first) if name not in without)


def signatures_in(parameters: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Every `api_sig` that looks like one; Navidrome sends two."""
    return tuple(value for name, value in parameters if name == "api_sig" and _HEX.fullmatch(value))


def verifies(parameters: tuple[tuple[str, str], ...], secret: str, *, strict: bool = False) -> bool:
    """Whether the parameters carry a signature made with this secret.

    Args:
        strict: accept the documented set alone, not the variants that are known to be sent.
    """
    sent = signatures_in(parameters)
    variants = _TOLERATED[:1] if strict else _TOLERATED
    return any(
        hmac.compare_digest(one.lower(), signature(parameters, secret, without=without))
        for without in variants
        for one in sent
    )
