"""Reads recordings: HAR files of a browser, and what the console's script saved. Secrets go at once."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from earstead.creators.capture.redact import clean
from earstead.creators.errors import ValidationError

MOST_BYTES = 64 << 20
_MOST_ENTRIES = 20_000
_MOST_VALUES = 4_000_000
"""A value takes dozens of times its text in memory: 64 MB of empty lists would take gigabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One exchange of a recording, without secrets.

    Attributes:
        url: origin and path; `query` has the names of its query only.
        asked, answered: JSON values; None for none, or what is no JSON.
        at_ms: when, Unix milliseconds; 0 when the recording does not say.
    """

    method: str
    url: str
    query: tuple[str, ...] = ()
    client: str = ""
    status: int = 0
    asked: Any = None
    answered: Any = None
    at_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording: what kind of file it was, and its exchanges in order."""

    kind: Literal["har", "console"]
    seen: tuple[Seen, ...]


def read(data: bytes) -> Recording:
    """A recording from the bytes of its file.

    Raises:
        ValidationError: neither a HAR file nor one of the console's script.
    """
    if len(data) > MOST_BYTES:
        raise ValidationError("file", f"is larger than {MOST_BYTES >> 20} MB: record fewer clicks at once")
    if sum(map(data.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise ValidationError("file", "holds too many values: record fewer clicks at once")
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as cause:
        raise ValidationError("file", "is not JSON: give a HAR file, or what the console's script saved") from cause
    if isinstance(found, dict) and isinstance(found.get("log"), dict):
        return Recording(kind="har", seen=tuple(_of_har(found["log"])))
    if isinstance(found, dict) and "earstead_capture" in found and isinstance(found.get("entries"), list):
        return Recording(kind="console", seen=tuple(_of_console(found["entries"])))
    raise ValidationError("file", "is neither a HAR file nor what the console's script saved")


def _of_console(entries: list[Any]) -> Iterator[Seen]:
    for entry in _objects(entries):
        names = entry.get("query")
        yield Seen(
            method=_word(entry.get("method")),
            url=_plain(str(entry.get("url", ""))),
            query=tuple(str(name) for name in names) if isinstance(names, list) else (),
            client=_client(entry.get("client")),
            status=_number(entry.get("status")),
            asked=clean(entry.get("asked")),
            answered=clean(entry.get("answered")),
            at_ms=_number(entry.get("at_ms")),
        )


def _of_har(log: Mapping[str, Any]) -> Iterator[Seen]:
    entries = log.get("entries")
    for entry in _objects(entries if isinstance(entries, list) else []):
        request, response = entry.get("request"), entry.get("response")
        if not isinstance(request, dict) or not isinstance(response, dict):
            continue
        url = str(request.get("url", ""))
        yield Seen(
            method=_word(request.get("method")),
            url=_plain(url),
            query=tuple(dict.fromkeys(name for name, _ in parse_qsl(_query(url), keep_blank_values=True))),
            client=_client(_header(request.get("headers"), "x-creator-client")),
            status=_number(response.get("status")),
            asked=_json(_text(request.get("postData"))),
            answered=_json(_text(response.get("content"))),
            at_ms=_started(entry.get("startedDateTime")),
        )


def _objects(entries: list[Any]) -> Iterator[Mapping[str, Any]]:
    yield from (entry for entry in entries[:_MOST_ENTRIES] if isinstance(entry, dict))


def _header(headers: Any, name: str) -> str:
    listed = headers if isinstance(headers, list) else []
    found = (one.get("value") for one in listed if isinstance(one, dict) and str(one.get("name")).lower() == name)
    return str(next(found, ""))


def _text(content: Any) -> str:
    """The text of `postData` or `content`; base 64 is undone, as browsers save packed answers."""
    if not isinstance(content, dict) or not isinstance(content.get("text"), str):
        return ""
    text: str = content["text"]
    if content.get("encoding") != "base64":
        return text
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _json(text: str) -> Any:
    try:
        return clean(json.loads(text)) if text else None
    except (ValueError, RecursionError):
        return None


def _started(said: Any) -> int:
    try:
        return int(datetime.fromisoformat(str(said)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0


def _plain(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _query(url: str) -> str:
    return url.partition("?")[2].partition("#")[0]


def _word(said: Any) -> str:
    return said.upper()[:10] if isinstance(said, str) else ""


def _client(said: Any) -> str:
    """The name of a part of the dashboard; anything else that stands there is not kept."""
    return said if isinstance(said, str) and len(said) <= 60 and said.replace("-", "").isalnum() else ""


def _number(said: Any) -> int:
    return said if isinstance(said, int) and not isinstance(said, bool) else 0
