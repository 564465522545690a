"""Lines of a web server's log as requests: the combined format, and JSON lines as Caddy, nginx and others write them.

A line says who asked (address and User-Agent), when, for what, what was answered and how much was sent; which bytes,
only where the log was told to keep the Range header. Addresses leave this module as they came: whoever stores a
request makes a number of them first (`reader`).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from earstead.core.creators.downloads import UNKNOWN

_COMBINED = re.compile(
    r'(?P<host>\S+) \S+ \S+ \[(?P<time>[^\]]{20,40})\] "(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<sent>\d+|-)'
    r'(?: "(?P<referer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)"(?: "(?P<range>bytes=[^"]*)")?)?.*'
)
_VIRTUAL = re.compile(r"[\w.-]+(?::\d+)? (?=\S+ \S+ \S+ \[)")
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})$")
_MONTHS = {name: number for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_TIME = re.compile(r"(\d{2})/(\w{3})/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})")
MOST_LINE = 32_768
_MOST_NUMBER = 10**18


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One request as a log tells it. `address`: of whoever asked; `host`: "" where the log does not name it."""

    at: int
    address: str
    method: str
    url: str
    status: int
    host: str = ""
    sent: int = UNKNOWN
    referer: str = ""
    agent: str = ""
    first: int = UNKNOWN
    last: int = UNKNOWN


def read_line(text: str) -> Line | str:
    """A line as a request, or the reason why it is none, as a sentence without its words."""
    text = text.strip()
    if len(text) > MOST_LINE:
        return f"longer than {MOST_LINE:,} characters"
    if text.startswith("{"):
        try:
            found = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return "starts like JSON and is none"
        return _from_json(found) if isinstance(found, dict) else "not an object"
    named = _VIRTUAL.match(text)
    host = named[0].strip() if named else ""
    combined = _COMBINED.fullmatch(text[named.end() if named else 0 :])
    return _from_combined(combined, host) if combined else "neither the combined format nor JSON"


def _from_combined(found: re.Match[str], host: str) -> Line | str:
    at = _clock(found["time"])
    if at is None:
        return "its time cannot be read"
    parts = found["request"].split(" ")
    if len(parts) < 2:
        return "it names no request"
    first, last = span_of(found["range"] or "")
    return Line(
        at=at,
        address=found["host"],
        method=parts[0],
        url=parts[1],
        status=int(found["status"]),
        host=host,
        sent=_count(found["sent"]),
        referer=_said(found["referer"]),
        agent=_said(found["agent"]),
        first=first,
        last=last,
    )


def _said(text: str | None) -> str:
    return "" if text in (None, "-") else re.sub(r"\\(.)", r"\1", str(text))


def _clock(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    if found is None or found[2] not in _MONTHS:
        return None
    day, _, year, hour, minute, second = (found[i] for i in range(1, 7))
    try:
        moment = datetime(int(year), _MONTHS[found[2]], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError:
        return None
    offset = (int(found[8]) * 60 + int(found[9])) * (1 if found[7] == "+" else -1)
    return int(moment.timestamp()) - offset * 60


def span_of(text: str) -> tuple[int, int]:
    """(first, last) of a Range header with one range, UNKNOWN for what it leaves open or does not say."""
    found = _RANGE.match(text.strip())
    if found is None:
        return UNKNOWN, UNKNOWN
    return int(found[1]), int(found[2]) if found[2] else UNKNOWN


_JSON = {
    "address": ("remote_addr", "remote_ip", "client_ip", "clientip", "ip", "c-ip", "ClientHost"),
    "time": ("ts", "time_iso8601", "time", "timestamp", "@timestamp", "msec", "time_local", "StartUTC"),
    "method": ("request_method", "method", "RequestMethod"),
    "url": ("request_uri", "uri", "url", "path", "RequestPath"),
    "status": ("status", "status_code", "DownstreamStatus"),
    "sent": ("body_bytes_sent", "bytes_sent", "size", "bytes", "DownstreamContentSize"),
    "referer": ("http_referer", "referer", "referrer", "request_Referer"),
    "agent": ("http_user_agent", "user_agent", "useragent", "agent", "request_User-Agent"),
    "range": ("http_range", "range", "request_Range"),
    "host": ("host", "http_host", "server_name", "RequestHost"),
}


def _from_json(said: Mapping[str, Any]) -> Line | str:
    request = said.get("request")
    inner = request if isinstance(request, Mapping) else {}
    headers = inner.get("headers") if isinstance(inner.get("headers"), Mapping) else {}

    def pick(name: str) -> Any:
        for where in (said, inner):
            for key in _JSON[name]:
                if where.get(key) not in (None, "", "-"):
                    return where[key]
        for key, value in (headers or {}).items():
            if key.lower() == {"agent": "user-agent", "referer": "referer", "range": "range"}.get(name):
                return value[0] if isinstance(value, list) and value else value
        return None

    at, url, status = _moment(pick("time")), pick("url"), _whole(pick("status"))
    method = pick("method")
    if isinstance(request, str) and (parts := request.split(" ")) and len(parts) > 1:
        method, url = method or parts[0], url or parts[1]
    if at is None:
        return "its time cannot be read"
    if not isinstance(url, str) or status is None or pick("address") is None:
        return "it does not say who asked for what, and what was answered"
    first, last = span_of(str(pick("range") or ""))
    return Line(
        at=at,
        address=str(pick("address")),
        method=str(method or "GET").upper(),
        url=url,
        status=status,
        host=str(pick("host") or ""),
        sent=_count(pick("sent")),
        referer=str(pick("referer") or ""),
        agent=str(pick("agent") or ""),
        first=first,
        last=last,
    )


def _moment(value: Any) -> int | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
        return int(number / 1000 if number > 1e11 else number) if 0 <= number < 1e14 else None
    text = str(value or "")
    if re.fullmatch(r"\d{1,14}(\.\d+)?", text):
        return _moment(float(text))
    if (found := _clock(text)) is not None:
        return found
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int(moment.timestamp()) if moment.tzinfo else None


def _whole(value: Any) -> int | None:
    """A number as a log may hold it; None for none, and for one that no column holds."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) <= _MOST_NUMBER else None


def _count(value: Any) -> int:
    """How much was sent; UNKNOWN where that is not said, or cannot be."""
    number = _whole(value)
    return UNKNOWN if number is None or number < 0 else number


def network(address: str) -> str:
    """What stands for an address: an IPv4 address itself, the /64 of an IPv6 one; the text for anything else."""
    text = address.strip()
    bare = text[1:].partition("]")[0] if text.startswith("[") else text.partition("%")[0]
    if bare.count(":") == 1:  # an IPv4 address with a port
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return text
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)
