"""Signatures as Standard Webhooks 1.0 describes them: symmetric, HMAC-SHA256 ("v1"). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"


def headers(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that prove a delivery: one signature for each secret, so that a rotation breaks no receiver.

    Args:
        timestamp: unix seconds of this attempt; receivers refuse what is minutes old.
    """
    signatures = " ".join(sign(secret, message_id, timestamp, body) for secret in secrets)
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": signatures}


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature, "v1," and base64. What is signed is the id, the timestamp and the body, divided by full stops."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
