"""The tree as XML, to the byte (spec section 2.3): compact, no attribute on `lfm` but `status`, no namespaces
but those a node brings itself."""

from __future__ import annotations

import re
from collections.abc import Mapping

from earstead.apis.lastfm.tree import Many, Node, Payload, Text, Value

PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(payload: Payload, *, bare: bool = False) -> str:
    """A successful answer; `bare` leaves the `lfm` element out."""
    inside = element(payload)
    # mpdas searches for the literal text of the opening tag: it is never closed in itself.
    return f"{PROLOGUE}{inside}" if bare else f'{PROLOGUE}<lfm status="ok">{inside}</lfm>'


def render_fault(code: int, message: str) -> str:
    """A failed answer."""
    return f'{PROLOGUE}<lfm status="failed"><error code="{code}">{escaped(message)}</error></lfm>'


def element(node: Node | None) -> str:
    """One node, without prologue; "" for None."""
    parts: list[str] = []
    if node is not None:
        _write(node, parts)
    return "".join(parts)


def _write(node: Node, parts: list[str]) -> None:
    if isinstance(node, Many):
        for item in node.items:
            _write(item, parts)
        return
    parts.append(f"<{node.name}{_attributes(node.attrs)}>" if node.attrs else f"<{node.name}>")
    if isinstance(node, Text):
        parts.append(escaped(node.value))
    else:
        for child in node.children:
            _write(child, parts)
    parts.append(f"</{node.name}>")


def _attributes(attrs: Mapping[str, Value]) -> str:
    return "".join(f' {name}="{escaped(value)}"' for name, value in attrs.items())


def escaped(value: Value) -> str:
    """Text for an element or an attribute; characters that XML 1.0 cannot carry are left out."""
    text = str(value)
    if not text.isprintable():
        # Readers turn a bare carriage return into a line feed.
        text = _NOT_XML.sub("", text).replace("\r", "\n")
    if "&" in text or "<" in text or ">" in text or '"' in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text
