"""From a request to named texts, by the rules that keep real callers working (spec section 2.1). Pure.

Two views come out of it: `raw`, every name and value exactly as sent, which signatures are computed over, and
`given`, what methods read: names in lower case, empty values left out, no character that XML cannot carry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote_to_bytes

from earstead.apis.lastfm import xmlrpc
from earstead.apis.lastfm.errors import INVALID_FORMAT, INVALID_PARAMETERS
from earstead.apis.lastfm.faults import Fault
from earstead.core.names import clean

Format = Literal["xml", "json", "xmlrpc"]
Pair = tuple[str, str]

MAX_BODY_BYTES = 2 * 1024 * 1024
"""Fifty scrobbles of eleven parameters need less than half of it."""
MAX_PARAMETERS = 5_000

NOT_UTF8 = "Invalid parameters - The request is not valid UTF-8"
TOO_MANY = f"Invalid parameters - More than {MAX_PARAMETERS} parameters"
BAD_CALLBACK = "Invalid parameters - callback is not a name of a function"

_CALLBACK = re.compile(r"[A-Za-z_$][\w$.]{0,127}", re.ASCII)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A request's parameters and the shape its answer must have.

    Attributes:
        raw: every parameter as sent; those of the body stand before those of the query, which they overrule.
        given: parameters that came with a value, by lower-cased name.
        callback: name of the JSONP function, "" for none.
        bare: XML without its `lfm` element.
        fault: what is wrong with the request as a whole; to be answered in `format`.
    """

    raw: tuple[Pair, ...]
    given: Mapping[str, str]
    format: Format = "xml"
    callback: str = ""
    bare: bool = False
    fault: Fault | None = field(default=None)

    @property
    def method(self) -> str:
        """Name of the method in lower case; "" when none was named."""
        return self.given.get("method", "").strip().lower()


def decode(
    query: bytes,
    body: bytes,
    *,
    content_type: str = "",
    accept: str = "",
    form: Iterable[Pair] = (),
    fault: Fault | None = None,
) -> Decoded:
    """Read a request.

    Args:
        query: query string as it came over the wire.
        body: body as it came.
        content_type: header of that name; "" when missing.
        accept: header of that name; asked only when `format` is absent.
        form: parameters of a multipart body, which is read elsewhere.
        fault: what went wrong there.
    """
    called = is_call(body)
    try:
        sent = list(xmlrpc.parse(body)) if called else list(form)
    except Fault as unreadable:
        sent, fault = [], unreadable
    if not called and body and _is_form(content_type):
        sent += pairs(body)
    raw = (*sent, *pairs(query))
    if len(raw) > MAX_PARAMETERS:
        raw, fault = raw[:MAX_PARAMETERS], Fault(INVALID_PARAMETERS, TOO_MANY)
    if not _is_utf8(raw):
        fault = fault or Fault(INVALID_PARAMETERS, NOT_UTF8)
    given = _given(raw)
    return _shaped(raw, given, called=called, accept=accept, fault=fault)


def is_call(body: bytes) -> bool:
    """Whether a body is an XML-RPC document."""
    head = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith((b"<?xml", b"<methodCall"))


def pairs(text: bytes) -> list[Pair]:
    """Names and values of a form or a query; "+" and "%20" are blanks.

    Bytes that are not UTF-8 become lone surrogates, so that they can be told and refused.
    """
    found = []
    for part in text.split(b"&", MAX_PARAMETERS + 1):
        if part:
            name, _, value = part.partition(b"=")
            found.append((_text(name), _text(value)))
    return found


def _text(part: bytes) -> str:
    part = part.replace(b"+", b" ")
    if b"%" in part:
        part = unquote_to_bytes(part)
    return part.decode("utf-8", "surrogateescape")


def _is_utf8(raw: Iterable[Pair]) -> bool:
    try:
        "".join(text for pair in raw for text in pair).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_form(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind in ("", _FORM, "text/plain")


def _given(raw: Iterable[Pair]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in raw:
        if not value.isprintable():
            # What no name could be made of is not given either: methods need not ask twice.
            value = _NOT_XML.sub("", value) if clean(value) else ""
        if value:
            given.setdefault(name.lower(), value)
    return given


def _shaped(
    raw: tuple[Pair, ...], given: Mapping[str, str], *, called: bool, accept: str, fault: Fault | None
) -> Decoded:
    said = given.get("format", "").strip().lower()
    wanted: Format
    if said == "json" or (not said and not called and _wants_json(accept)):
        wanted = "json"
    elif called and not said:
        wanted = "xmlrpc"
    else:
        wanted = "xml"
        if said not in ("", "xml"):
            fault = Fault(INVALID_FORMAT)
    callback = given.get("callback", "") if wanted == "json" else ""
    if callback and not _CALLBACK.fullmatch(callback):
        callback, fault = "", fault or Fault(INVALID_PARAMETERS, BAD_CALLBACK)
    bare = wanted == "xml" and given.get("raw", "").lower() == "true"
    return Decoded(raw=raw, given=given, format=wanted, callback=callback, bare=bare, fault=fault)


def _wants_json(accept: str) -> bool:
    """One player tells by Accept alone that it reads JSON."""
    return "json" in accept and "xml" not in accept and "*/*" not in accept
