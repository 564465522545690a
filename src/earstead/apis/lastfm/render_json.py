"""The tree as JSON, in the shapes that are really sent (spec section 2.4), and JSONP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from earstead.apis.lastfm.tree import Many, Node, Payload, Text, Value

_LONE = re.compile("[\ud800-\udfff]")


def render(payload: Payload, *, callback: str = "") -> bytes:
    """A successful answer: the payload under its name, `{}` when there is none."""
    return _wrapped(document(payload), callback)


def render_fault(code: int, message: str, *, callback: str = "") -> bytes:
    """A failed answer; the number is a number."""
    return _wrapped({"error": code, "message": message}, callback)


def document(payload: Payload) -> dict[str, Any]:
    """What is encoded, as Python values."""
    return {} if payload is None else {payload.name: _value(payload)}


def _wrapped(value: dict[str, Any], callback: str) -> bytes:
    encoded = msgspec.json.encode(value)
    if not callback:
        return encoded
    # Old engines end a line of a script at two separators that JSON may hold as they are.
    encoded = encoded.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
    return callback.encode() + b"(" + encoded + b");"


def _value(node: Node) -> Any:
    if isinstance(node, Many):
        items = [_value(item) for item in node.items]
        return items[0] if node.one_as_object and len(items) == 1 else items
    attrs = _attributes(node.attrs)
    if isinstance(node, Text):
        value = _plain(node.value)
        return {**attrs, "#text": value} if attrs else value
    members: dict[str, Any] = {}
    for child in node.children:
        members[child.name] = _value(child)
    if attrs:
        members["@attr"] = attrs
    return members


def _attributes(attrs: Mapping[str, Value]) -> dict[str, Value]:
    return {name: _plain(value) for name, value in attrs.items() if not name.startswith("xmlns")}


def _plain(value: Value) -> Value:
    # A lone surrogate has no UTF-8; nothing that is stored holds one, an echoed parameter might.
    return _LONE.sub("", value) if isinstance(value, str) and not value.isascii() else value
