"""Descriptions as the service stores them: it rewrites some tags, so that what is read is not what was sent."""

from __future__ import annotations

import re
from html import unescape

_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_LINK = re.compile(r"<a\s[^>]*?href\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)[^>]*>", re.IGNORECASE)
_BETWEEN = re.compile(r">\s+<")


def normal(description: str) -> str:
    """A description as the service returns it after it was sent. What is normal already stays as it is."""
    text = _BREAK.sub("<br />", description)
    return _LINK.sub(lambda found: _link(found.group(1)), text)


def same(sent: str, found: str) -> bool:
    """Whether what was found is what was sent, apart from what the service and the encoding of characters change."""
    return _plain(sent) == _plain(found)


def _link(address: str) -> str:
    return f'<a href="{address.strip(chr(34) + chr(39))}" rel="ugc noopener noreferrer" target="_blank">'


def _plain(description: str) -> str:
    return unescape(_BETWEEN.sub("><", normal(description.replace("\r\n", "\n")))).strip()
