"""Requests to services that speak Last.fm 2.0, and what their answers mean. Pure.

Numbers of errors as documented; what to do with them: 11, 16, 29 and faults of the server pass by themselves; those
that speak of the account or the key are for the user to settle, and nothing is lost meanwhile; the rest concerns what
was sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from earstead.core.errors import NeedsReauth, Refused, RetryLater
from earstead.core.listen import Submission
from earstead.core.relaying import context_of, marked, marks_in
from earstead.kit.texts import one_line
from earstead.services.relays.types import Account, Delivery, Secrets
from earstead.services.views import ListenRow

MOST = 50
UNAPPROVED = 14
RETRY_S = 30.0
LIMITED_S = 60.0
DAILY_LIMIT_S = 6 * 3600.0

_AGAIN = {8: RETRY_S, 11: RETRY_S, 16: RETRY_S, 29: LIMITED_S}
_ASK_USER = {4, 9, 10, 13, 14, 15, 17, 26}
_IGNORED = {
    1: "the artist is ignored there",
    2: "the title is ignored there",
    3: "the time is too long ago for this service",
    4: "the time lies in the future there",
}
_DAILY_LIMIT = 5
_DOUBLE = 91
"""GNU FM's word for a play it holds already: what we wanted."""


def signed(params: Mapping[str, str], secrets: Secrets) -> dict[str, str]:
    """The parameters with key, JSON as the format, and the signature over all of them but the format."""
    full = {**params, "api_key": secrets.api_key}
    text = "".join(name + full[name] for name in sorted(full)) + secrets.secret
    return {**full, "api_sig": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(), "format": "json"}


def scrobble(listens: Sequence[ListenRow], secrets: Secrets, mark: str = "") -> dict[str, str]:
    """`track.scrobble` of 1 to 50 listens; with a mark, those of each listen go along as its `context`."""
    params = {"method": "track.scrobble", "sk": secrets.session}
    for i, row in enumerate(listens):
        said = {
            "artist": row.artist_name,
            "track": row.track_name,
            "album": row.release_name,
            "timestamp": str(row.listened_at),
            "mbid": row.recording_mbid,
            "duration": str(row.duration_ms // 1000) if row.duration_ms > 0 else "",
            "context": context_of(marked(marks_in(row.extra), mark)) if mark else "",
        }
        params.update((f"{name}[{i}]", value) for name, value in said.items() if value)
    return signed(params, secrets)


def now_playing(submission: Submission, secrets: Secrets, mark: str = "") -> dict[str, str]:
    """`track.updateNowPlaying`."""
    s = submission
    said = {
        "artist": s.artist_name,
        "track": s.track_name,
        "album": s.release_name,
        "mbid": s.recording_mbid or "",
        "duration": str(s.duration_ms // 1000) if s.duration_ms else "",
        "context": context_of(marked(marks_in(s.extra), mark)) if mark else "",
    }
    given = {name: value for name, value in said.items() if value}
    return signed({"method": "track.updateNowPlaying", "sk": secrets.session, **given}, secrets)


def ask(secrets: Secrets) -> dict[str, str]:
    """`auth.getToken`."""
    return signed({"method": "auth.getToken"}, secrets)


def session(secrets: Secrets) -> dict[str, str]:
    """`auth.getSession` for the token that waits for approval."""
    return signed({"method": "auth.getSession", "token": secrets.pending}, secrets)


def mobile_session(secrets: Secrets, name: str, password: str) -> dict[str, str]:
    """`auth.getMobileSession`."""
    return signed({"method": "auth.getMobileSession", "username": name, "password": password}, secrets)


# --- answers ------------------------------------------------------------------------------------------------------


def read(service: str, status: int, body: bytes) -> dict[str, Any]:
    """The document of a good answer.

    Raises:
        RetryLater, NeedsReauth, Refused: as the error in it asks for, whatever the HTTP status.
    """
    document = _document(body)
    if document is not None and "error" in document:
        _raise(service, _number(document["error"]), document.get("message"))
    if status == 429:
        raise RetryLater(service, "too many requests", LIMITED_S)
    if status >= 500 or status == 408:
        raise RetryLater(service, f"answered {status}", RETRY_S)
    if status != 200 or document is None:
        # Not the API at all: a wrong address, a captive portal, a page of a proxy. Waiting does not mend it.
        raise NeedsReauth(service, f"does not answer like a Last.fm API (status {status}); look at its address")
    return document


def error_of(body: bytes) -> int:
    """The number of the error in an answer, 0 when there is none."""
    return _number((_document(body) or {}).get("error"))


def _document(body: bytes) -> dict[str, Any] | None:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _number(code: Any) -> int:
    text = str(code) if isinstance(code, int | str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _raise(service: str, number: int, message: Any) -> None:
    why = f"{one_line(message) or 'refused'} (error {number})"
    if number in _AGAIN:
        raise RetryLater(service, why, _AGAIN[number])
    if number in _ASK_USER:
        raise NeedsReauth(service, why)
    raise Refused(service, why)


def delivered(service: str, document: Mapping[str, Any], count: int) -> Delivery:
    """What became of the `count` listens of a `track.scrobble`, which answers in the order they were sent.

    Raises:
        RetryLater: the answer does not say; the same request is harmless.
    """
    part = document.get("scrobbles")
    entries = part.get("scrobble") if isinstance(part, dict) else None
    entries = [entries] if isinstance(entries, dict) else entries
    if not isinstance(entries, list) or len(entries) != count:
        raise RetryLater(service, "the answer does not tell what became of each play", RETRY_S)
    codes = [_ignored(entry) for entry in entries]
    again = tuple(code == _DAILY_LIMIT for code, _ in codes)
    return Delivery(
        refused=tuple(_reason(code, text) for code, text in codes),
        again=again,
        pause_s=DAILY_LIMIT_S if any(again) else 0.0,
    )


def _ignored(entry: Any) -> tuple[int, str]:
    message = entry.get("ignoredMessage") if isinstance(entry, dict) else None
    if not isinstance(message, dict):
        return 0, ""
    return _number(message.get("code")), one_line(message.get("#text"))


def _reason(code: int, text: str) -> str:
    if code in (0, _DOUBLE):
        return ""
    if code == _DAILY_LIMIT:
        return "the limit for the day is reached"
    return text or _IGNORED.get(code, f"ignored there (code {code})")


def token_of(service: str, document: Mapping[str, Any]) -> str:
    """The token of an `auth.getToken`. Raises Refused."""
    token = document.get("token")
    if not isinstance(token, str) or not 0 < len(token) <= 200 or not token.isprintable():
        raise Refused(service, "gave no token")
    return token


def account_of(service: str, document: Mapping[str, Any]) -> Account:
    """Name and session key of an `auth.getSession` or `auth.getMobileSession`. Raises Refused."""
    found = document.get("session")
    name, key = (found.get("name"), found.get("key")) if isinstance(found, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(key, str) or not 0 < len(key) <= 200:
        raise Refused(service, "gave no session")
    return Account(name=name[:200], session=key)
