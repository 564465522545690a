"""The documentation page, drawn from the OpenAPI document: plain HTML that loads nothing from anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files
from typing import Any

STYLE = (files(__package__) / "documentation.css").read_text("utf-8")
_METHODS_WITH_BODY = ("post", "put", "patch")
_CODE = re.compile(r"`([^`]+)`")


def page(document: Mapping[str, Any], root: str) -> str:
    """The whole page. `root` is the address under which the API was asked for, without a slash at the end."""
    info = document["info"]
    tags: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tags.setdefault(operation["tags"][0], []).append((method, path, operation))
    body = "".join(
        f"<h2>{escape(tag)}</h2>" + "".join(_operation(document, root, *found) for found in operations)
        for tag, operations in tags.items()
    )
    shapes = "".join(_shape(name, schema) for name, schema in sorted(document["components"]["schemas"].items()))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(info['title'])}</title><style>{STYLE}</style></head><body><main>"
        f"<h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1><p>{escape(info['description'])}</p>"
        f'<p>The same as a document for programs: <a href="{escape(root)}/openapi.json">openapi.json</a>. '
        f'All types of events: <a href="{escape(root)}/docs/events">events</a>.</p>'
        f"<p>Make a token, and try it:</p><pre>TOKEN=$(earstead token new NAME)\n"
        f'curl -H "Authorization: Bearer $TOKEN" {escape(root)}/me</pre>'
        f"{_contents(tags)}{body}<h2>Shapes</h2>{shapes}</main></body></html>"
    )


def _contents(tags: Mapping[str, list[tuple[str, str, Mapping[str, Any]]]]) -> str:
    items = "".join(
        f'<li><a href="#{escape(operation["operationId"])}"><code>{method.upper()} {escape(path)}</code></a></li>'
        for operations in tags.values()
        for method, path, operation in operations
    )
    return f"<nav aria-label='Addresses'><ul>{items}</ul></nav>"


def _operation(document: Mapping[str, Any], root: str, method: str, path: str, operation: Mapping[str, Any]) -> str:
    parameters = operation.get("parameters", ())
    rows = "".join(_parameter(parameter) for parameter in parameters)
    table = f"<table><tr><th>Name</th><th>In</th><th>What</th></tr>{rows}</table>" if rows else ""
    answers = ", ".join(_answer(status, said) for status, said in operation["responses"].items() if status < "300")
    return (
        f'<section id="{escape(operation["operationId"])}"><h3><b>{method.upper()}</b> <code>{escape(path)}</code></h3>'
        f"<p>{prose(operation.get('description', ''))}</p>{table}"
        f"<pre>{escape(_curl(document, root, method, path, operation))}</pre><p>Answers {answers}.</p></section>"
    )


def _parameter(parameter: Mapping[str, Any]) -> str:
    schema = parameter.get("schema", {})
    said = " ".join(filter(None, (parameter.get("description", ""), *_bounds(schema))))
    needed = " (needed)" if parameter.get("required") else ""
    return row(f"<code>{escape(parameter['name'])}</code>{needed}", escape(parameter["in"]), prose(said))


def row(*cells: str) -> str:
    """A row of a table; the cells are HTML already."""
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _bounds(schema: Mapping[str, Any]) -> Iterator[str]:
    if "enum" in schema:
        yield "One of " + ", ".join(f"`{one}`" for one in schema["enum"]) + "."
    if "minimum" in schema and "maximum" in schema:
        yield f"{schema['minimum']} to {schema['maximum']}."
    if schema.get("default") not in (None, ""):
        yield f"Otherwise `{json.dumps(schema['default'])}`."


def _answer(status: str, said: Mapping[str, Any]) -> str:
    schema: Mapping[str, Any] = next((media.get("schema", {}) for media in said.get("content", {}).values()), {})
    name = _reference(schema)
    return f'{status} with <a href="#{name}">{name}</a>' if name else status


def _reference(schema: Mapping[str, Any]) -> str:
    """The name of the shape a schema is or is a list of; "" where it has none."""
    found = schema.get("$ref") or schema.get("items", {}).get("$ref", "")
    return escape(found.rsplit("/", 1)[-1])


def _curl(document: Mapping[str, Any], root: str, method: str, path: str, operation: Mapping[str, Any]) -> str:
    words = ["curl"] if method == "get" else ["curl", "-X", method.upper()]
    words.append('-H "Authorization: Bearer $TOKEN"')
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        example = _example(document, content["application/json"]["schema"])
        words.append(f"-H 'Content-Type: application/json' \\\n  -d '{json.dumps(example)}'")
    elif content:
        words.append("-F file=@export.zip")
    return " ".join([*words, root + path])


def _example(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """The needed members of a shape, with a value of the right kind each."""
    if "$ref" in schema:
        return _example(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
    kind = schema.get("type")
    if kind == "object":
        needed = schema.get("required") or list(schema.get("properties", {}))[:1]
        return {name: _example(document, schema["properties"][name]) for name in needed if "properties" in schema}
    if kind == "array":
        return [_example(document, schema.get("items", {}))]
    if "enum" in schema:
        return schema["enum"][0]
    return {"integer": 1735689600, "boolean": True}.get(str(kind), "...")


def _shape(name: str, schema: Mapping[str, Any]) -> str:
    rows = "".join(
        row(f"<code>{escape(member)}</code>", _kind(said), prose(said.get("description", "")))
        for member, said in schema.get("properties", {}).items()
    )
    about = prose(schema.get("description", ""))
    return f'<section id="{escape(name)}"><h3>{escape(name)}</h3><p>{about}</p><table>{rows}</table></section>'


def _kind(schema: Mapping[str, Any]) -> str:
    if name := _reference(schema):
        return f'{"list of " if "items" in schema else ""}<a href="#{name}">{name}</a>'
    either = " or ".join(_kind(one) for one in schema.get("anyOf", ()))
    return either or escape(str(schema.get("type", "anything")))


def prose(text: str) -> str:
    """Text as HTML: `code` in backquotes, paragraphs divided by empty lines."""
    return _CODE.sub(r"<code>\1</code>", escape(text)).replace("\n\n", "</p><p>")
