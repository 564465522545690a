"""The page of all types of events, drawn from their published schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from earstead.apis.native.documentation import STYLE, prose, row
from earstead.core.event_types import TYPES
from earstead.services.webhooks.schemas import schema

_HOW = """Every event is told by each of three ways, in the same words: webhooks (made under Settings or at `/webhooks`,
signed as Standard Webhooks 1.0 describes: `webhook-id`, `webhook-timestamp`, `webhook-signature`), server-sent events
(`/events`, resumed by `Last-Event-ID`) and a websocket (`/events/ws`, resumed by `?last_id=`).

Webhooks come at least once: know them again by `webhook-id`. Answer with 2xx within 15 seconds; anything else is tried
again for three days, at growing pauses, and 410 ends it. Redirects are not followed. Events are kept for 30 days.

Schemas are versioned: members may be added to version 1, none is removed and none changes its meaning."""


def events_page(root: str) -> str:
    """The whole page. `root` is the address of the API, without a slash at its end."""
    contents = "".join(f'<li><a href="#{name}"><code>{name}</code></a></li>' for name in TYPES)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Events of earstead</title><style>{STYLE}</style></head><body><main><h1>Events</h1>"
        f"<p>{prose(_HOW)}</p>"
        f'<pre>curl -N -H "Authorization: Bearer $TOKEN" {escape(root)}/events</pre>'
        f"<nav aria-label='Types'><ul>{contents}</ul></nav>"
        + "".join(_type(name, root) for name in TYPES)
        + "</main></body></html>"
    )


def _type(name: str, root: str) -> str:
    found = schema(name)
    data = found["properties"]["data"]
    example = {"id": 4711, "type": name, "timestamp": "2026-01-31T20:15:00.250Z", "data": _example(data)}
    return (
        f'<section id="{name}"><h3><code>{name}</code></h3><p>{prose(found["description"])} '
        f'<a href="{escape(root)}/schema/{name}.json">Schema</a></p>'
        f"<table><tr><th>Member of data</th><th>Type</th><th>What</th></tr>{_members(data, '')}</table>"
        f"<pre>{escape(json.dumps(example, indent=2, ensure_ascii=False))}</pre></section>"
    )


def _members(shape: Mapping[str, Any], before: str) -> str:
    """The rows of an object's members, those of objects within it below their own row."""
    rows = []
    for name, said in shape.get("properties", {}).items():
        inner = _object(said)
        optional = "" if name in shape.get("required", ()) else " (may be missing)"
        rows.append(row(f"<code>{before}{name}</code>", _kind(said) + optional, prose(said.get("description", ""))))
        if inner is not None:
            rows.append(_members(inner, f"{before}{name}."))
    return "".join(rows)


def _object(said: Mapping[str, Any]) -> Mapping[str, Any] | None:
    shapes = [said, *said.get("oneOf", ())]
    return next((one for one in shapes if "properties" in one), None)


def _kind(said: Mapping[str, Any]) -> str:
    if "enum" in said:
        return " or ".join(f"<code>{escape(json.dumps(one))}</code>" for one in said["enum"])
    if "oneOf" in said:
        return " or ".join(_kind(one) for one in said["oneOf"])
    if said.get("type") == "array":
        return f"list of {_kind(said['items'])}"
    found = said.get("type", "anything")
    return " or ".join(found) if isinstance(found, list) else str(found)


def _example(said: Mapping[str, Any]) -> Any:
    if "enum" in said:
        return said["enum"][0]
    if "oneOf" in said:
        return _example(said["oneOf"][0])
    kind = said.get("type")
    if kind == "object":
        return {name: _example(one) for name, one in said.get("properties", {}).items()}
    if kind == "array":
        return [_example(said["items"])]
    return {"integer": 1, "boolean": True, "string": "..."}.get(kind[0] if isinstance(kind, list) else str(kind))
