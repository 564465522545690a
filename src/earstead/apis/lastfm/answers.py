"""An answer as bytes with its status and headers: XML, JSON, JSONP or XML-RPC, packed when asked."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

from earstead.apis.lastfm import render_json, render_xml, xmlrpc
from earstead.apis.lastfm.decode import Decoded
from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.tree import Payload

CORS: tuple[tuple[bytes, bytes], ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"POST, GET, OPTIONS"),
    (b"access-control-max-age", b"86400"),
    (b"access-control-allow-headers", b"Content-Type"),
)
WORTH_PACKING = 1_000
"""Bytes: what is smaller fits a packet as it is."""

_XML, _JSON, _SCRIPT = b"text/xml; charset=UTF-8", b"application/json", b"text/javascript; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent, but for the headers that all answers share."""

    status: int
    kind: bytes
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


def success(asked: Decoded, payload: Payload) -> Answer:
    """A payload in the form that was asked for."""
    if asked.format == "json":
        return Answer(200, _SCRIPT if asked.callback else _JSON, render_json.render(payload, callback=asked.callback))
    if asked.format == "xmlrpc":
        return Answer(200, _XML, xmlrpc.render(render_xml.element(payload)).encode())
    return Answer(200, _XML, render_xml.render(payload, bare=asked.bare).encode())


def failure(asked: Decoded, fault: Fault) -> Answer:
    """An error, its text and status filled in, in the form that was asked for."""
    if asked.format == "xmlrpc":
        return Answer(200, _XML, xmlrpc.render_fault(fault.code, fault.message).encode())
    if asked.format == "json":
        body = render_json.render_fault(fault.code, fault.message, callback=asked.callback)
        # A browser drops a script that comes with an error's status.
        return Answer(200, _SCRIPT, body) if asked.callback else Answer(fault.status, _JSON, body)
    return Answer(fault.status, _XML, render_xml.render_fault(fault.code, fault.message).encode())


def packed(answer: Answer) -> Answer:
    """The same answer, compressed."""
    body = gzip.compress(answer.body, 4, mtime=0)
    return Answer(answer.status, answer.kind, body, (*answer.headers, (b"content-encoding", b"gzip")))


def takes_gzip(accept_encoding: str) -> bool:
    """Whether a caller wants compressed answers."""
    for one in accept_encoding.lower().split(","):
        name, _, quality = one.partition(";")
        if name.strip() in ("gzip", "x-gzip"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
