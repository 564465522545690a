"""No secret in anything that is shown, logged or kept: cookies, bearers, codes, signed addresses, e-mail addresses."""

from __future__ import annotations

import logging
import re

# These take one look at each character, whatever the text: it is a stranger's.
_ADDRESS = re.compile(rb"https?://[^\s\"'<>\\]+", re.IGNORECASE)
# A signed address is told by one of these in its query; the path says enough.
_SIGNED = re.compile(
    rb"\b(?:X-Goog-|X-Amz-|AWSAccessKeyId|GoogleAccessId|Signature|Expires|Policy|Key-Pair-Id|sig|token|hdnea|verify)"
    rb"[\w-]{0,64}=",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rb"(?i)(\b(?:sp_dc|sp_key|anchorpw_s|access_token|refresh_token|code_verifier|code_challenge|code|state|_csrf|csrfToken|"
    rb"password|bearer)\b[\"']?\s*[=:]\s*[\"']?)[\w.~+/%=-]{6,}"
)
_BEARER = re.compile(rb"(?i)(\bbearer\s+)[\w.~+/=-]{8,}")
_EMAIL = re.compile(rb"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")


def unsigned(body: bytes) -> bytes:
    """A body without the queries of signed addresses in it; everything else as it came."""
    return _ADDRESS.sub(_bare, body)


def _bare(found: re.Match[bytes]) -> bytes:
    path, _, query = found.group().partition(b"?")
    return path if _SIGNED.search(query) else found.group()


def blot(text: str) -> str:
    """A text with secrets and e-mail addresses blotted out, for messages and logs."""
    body = unsigned(text.encode("utf-8", "replace"))
    for pattern, instead in ((_NAMED, rb"\1***"), (_BEARER, rb"\1***"), (_EMAIL, rb"***@***")):
        body = pattern.sub(instead, body)
    return body.decode("utf-8", "replace")


def plain_url(url: str) -> str:
    """An address without its query: for storage the query is the signature, and nothing else needs it in a log."""
    return url.partition("?")[0]


class _Blotting(logging.Filter):
    """Lets every record pass, without its secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        blotted = blot(text)
        if blotted != text:
            record.msg, record.args = blotted, ()
        return True


_BLOTTING = _Blotting()


def quieten_logs() -> None:
    """Have the HTTP library log addresses without signatures: at its level INFO it logs them whole, and a script that
    sets up logging for itself would write them down. Harmless when called again."""
    for name in ("httpx2", "httpcore2.http11", "httpcore2.http2", "httpcore2.connection", "httpcore2.proxy"):
        logging.getLogger(name).addFilter(_BLOTTING)
