"""The one door from Spotify's answers to errors of ours: what a status means, by what was asked and what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from earstead.core.errors import AppError, NeedsReauth, NotFound, Refused, Rejected, RetryLater, Upstream
from earstead.core.spotify import SERVICE, CapabilityAbsent, NoDevice, NotAllowListed, PremiumNeeded, ScopeMissing
from earstead.kit.outbound import Answer
from earstead.sources.spotify.wire.said import mapping, text

QUOTA = "QUOTA_EXCEEDED"
LONG_S = 300
"""A pause longer than this is a lock of the day, whatever the body says (or a proxy made of it)."""
UNSAID_S = 5
"""Where a 429 names no pause."""
FAULT_S = 30
_MOST_PAUSE_S = 7 * 86_400
_GONE = frozenset({403, 404, 405, 410})
_ALLOW_LIST = ("not registered", "may not be registered", "developer dashboard", "allowlist", "not allow-listed")


class Transport(Protocol):
    """What carries requests: `kit.outbound.Outbound`, or a stand-in. Raises RetryLater when there is no answer."""

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Send, and read the answer. Blocks."""


def carry(transport: Transport, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    """Send a request, and read the answer.

    Raises:
        RetryLater: there is no answer, or it is not Spotify that answers. A portal of a hotel that leads elsewhere, or
            a filter that gives a private address for the name, has nothing to say about a consent.
    """
    try:
        return transport.send(method, url, headers=headers, body=body)
    except RetryLater:
        raise
    except Upstream as fault:
        raise RetryLater(SERVICE, f"it cannot be reached: {fault.why}", FAULT_S) from fault


def document(answer: Answer) -> Any:
    """The JSON document of an answer; None for an empty body, and for what is no JSON."""
    try:
        return json.loads(answer.body) if answer.body.strip() else None
    except (ValueError, RecursionError):
        return None


def told(answer: Answer, *, reading: bool) -> Any:
    """What a successful answer says; None for 204, and for writes that are answered without words.

    Raises:
        RetryLater: words were due, and what came is none or no JSON: a broken answer must not read as "nothing plays".
    """
    found = document(answer)
    if found is None and ((reading and answer.status != 204) or answer.body.strip()):
        raise RetryLater(SERVICE, "its answer cannot be read", FAULT_S)
    return found


def error_of(answer: Answer) -> Mapping[str, Any]:
    """The error object of an answer of the API, an empty one where there is none."""
    said = mapping(document(answer)).get("error")
    return {"message": said} if isinstance(said, str) else mapping(said)


def pause_s(answer: Answer) -> int:
    """The pause that a 429 asks for, in seconds, 1 to a week."""
    said = answer.headers.get("retry-after", "").strip()
    return min(max(int(said), 1), _MOST_PAUSE_S) if said.isascii() and said.isdigit() and len(said) < 10 else UNSAID_S


def is_quota(answer: Answer) -> bool:
    """Whether a 429 is the quota of the day, and not the limit of the half minute."""
    return text(error_of(answer).get("reason")) == QUOTA or pause_s(answer) > LONG_S


def is_nonsense(answer: Answer) -> bool:
    """Whether an answer is of those that came for valid requests in past incidents: to be asked once more."""
    message = text(error_of(answer).get("message")).lower()
    if answer.status == 401:
        return "token missing" in message or "no token provided" in message
    return answer.status == 403 and "premium" in message


def refused(answer: Answer, capability: str = "") -> AppError:
    """What an answer that is no success, no 401 and no 429 means.

    Args:
        capability: what the endpoint is for, when some client ids do not have it; "" for those that all have.
    """
    error = error_of(answer)
    message, reason = text(error.get("message")), text(error.get("reason"))
    if answer.status >= 500 or answer.status in (408, 425):
        return RetryLater(SERVICE, f"it is out of order ({answer.status})", FAULT_S)
    if answer.status == 403:
        return _forbidden(message, reason, capability)
    if capability and answer.status in _GONE:
        return CapabilityAbsent(capability)
    if answer.status in (404, 410):
        return NoDevice(SERVICE, "no player is active") if reason == "NO_ACTIVE_DEVICE" else NotFound("Not on Spotify.")
    if answer.status == 400:
        return Rejected("", message or "Spotify does not understand the request")
    return Refused(SERVICE, f"{answer.status} {message}".strip())


def _forbidden(message: str, reason: str, capability: str) -> AppError:
    lower = message.lower()
    if "scope" in lower:
        return ScopeMissing(SERVICE, "you did not agree to this yet; connect again with this feature switched on")
    if reason == "PREMIUM_REQUIRED" or "premium" in lower:
        return PremiumNeeded(SERVICE, message or "a Premium subscription is needed")
    if any(words in lower for words in _ALLOW_LIST):
        return NotAllowListed(SERVICE, "the account is not on the list of users of the client id")
    if capability:
        return CapabilityAbsent(capability)
    return Refused(SERVICE, message or "it does not allow that")


def token_fault(answer: Answer) -> AppError:
    """What a refusal of the token endpoint means. Only what is final asks the user to connect again."""
    said = mapping(document(answer))
    error, why = text(said.get("error")), text(said.get("error_description"))
    if answer.status in (400, 401) and error in ("invalid_grant", "invalid_client", "unauthorized_client"):
        return NeedsReauth(SERVICE, why or error)
    if answer.status == 429:
        return RetryLater(SERVICE, "too many sign-ins in a short time", pause_s(answer))
    if answer.status == 400 and error in ("invalid_request", "invalid_scope", "unsupported_grant_type"):
        return Rejected("", why or error)
    return RetryLater(SERVICE, f"it renews no tokens now ({answer.status})", FAULT_S)
