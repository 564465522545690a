"""Which file a request is for: addresses without the detours and marks that programs and services put into them.

Source: spec listenbrainz, 5.2.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from earstead.core.errors import Rejected

MOST_TARGET = 2_000
_MARKS = frozenset(
    """
    played_on source client_source referrer ref from src acid av lo consumer_key country fbclid rss_browser rn
    utm_source utm_medium utm_campaign utm_content utm_term
    """.split()
)
_PREFIXES = re.compile(
    r"^(?:[\w.-]+\.)?(?:"
    r"op3\.dev/e(?:,[^/]*)?"
    r"|dts\.podtrac\.com/redirect\.[a-z0-9]{3}|(?:www\.)?podtrac\.com/pts/redirect\.[a-z0-9]{3}"
    r"|chtbl\.com/track/[^/]+|chrt\.fm/track/[^/]+|pdst\.fm/e|pdcn\.co/e|prfx\.byspotify\.com/e"
    r"|mgln\.ai/(?:e/[^/]+|track)|claritaspod\.com/measure|arttrk\.com/p/[^/]+|verifi\.podscribe\.com/rss/p"
    r"|pscrb\.fm/rss/p|podscribe\.com/rss/p|tracking\.swap\.fm/track/[^/]+|pfx\.vpixl\.com/[^/]+"
    r"|blubrry\.com/[^/]+|media\.blubrry\.com/[^/]+|rss\.art19\.com/[^/]+/track"
    r")/",
    re.IGNORECASE,
)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")
_SCHEME = re.compile(r"^https?:/{1,2}", re.IGNORECASE)


def target_of(url: str) -> str:
    """A file as it is compared: host in lower case, path and query without prefixes and marks, no scheme.

    "" for what is no address of a file.
    """
    text = _SCHEME.sub("", url.strip()[:MOST_TARGET])
    for _ in range(8):
        shorter = _SCHEME.sub("", _PREFIXES.sub("", text, count=1))
        if shorter == text:
            break
        text = shorter
    try:
        parts = urlsplit(f"//{text}")
    except ValueError:  # brackets that hold no IPv6 address, characters that fall apart into others
        return ""
    host = parts.netloc.rpartition("@")[2].lower()
    if not host or not parts.path.strip("/"):
        return ""
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _mark(name, value)]
    query = f"?{urlencode(kept)}" if kept else ""
    return f"{host}{unquote(parts.path)}{query}"


def _mark(name: str, value: str) -> bool:
    return name.startswith(("_", "aw_")) or name in _MARKS or (name == "download" and value == "true")


def led_to(rest: str, query: str, *, own_hosts: frozenset[str]) -> tuple[str, dict[str, str]]:
    """Where a prefix redirect leads: the address, and the parameters that stand before it.

    Args:
        rest: the path behind "/e", still encoded: "/https://host/ep.mp3", ",pg=...,hls=0/host/ep.mp3".
        query: of the request, without its question mark.
        own_hosts: names under which this server is reached; it never leads to itself.

    Raises:
        Rejected: it leads nowhere that a file could be.
    """
    said, _, address = rest.partition("/")
    options = dict(part.partition("=")[::2] for part in said.split(",") if part)
    scheme = "https"
    if found := re.match(r"(https?):/{1,2}", address, re.IGNORECASE):
        scheme, address = found[1].lower(), address[found.end() :]
    host, _, path = address.partition("/")
    host = host.lower()
    name = host.rpartition(":")[0] or host
    if not path:
        raise Rejected("url", "there is no file behind the host")
    if _SCHEME.match(address) or not _HOST.fullmatch(host) or "." not in name or ".." in name:
        raise Rejected("url", "this is no address of a file")
    if name in own_hosts or host in own_hosts:
        raise Rejected("url", "this leads back to here")
    return f"{scheme}://{host}/{path}{f'?{query}' if query else ''}", options
