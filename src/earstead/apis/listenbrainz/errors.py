"""Our errors as ListenBrainz says them: `{"code": <HTTP status>, "error": <text>}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earstead.core.errors import AppError, Conflict, Forbidden, NotFound, Rejected, RetryLater, Unauthenticated

NO_HEADER = "You need to provide an Authorization header."
NO_TOKEN = "You need to provide an Authorization token."
BAD_HEADER = "Provided Authorization header is invalid."
BAD_TOKEN = "Invalid authorization token."
NO_SCOPE = "Insufficient scope."
TOO_MANY_REQUESTS = (
    "You have exceeded your rate limit. See the X-RateLimit-* response headers for more information "
    "on your current rate limit."
)
UNKNOWN_PATH = "The requested path is not part of this API."
WRONG_METHOD = "The method is not allowed for the requested path."
FAULT = "An unknown error occurred."

_STATUS: tuple[tuple[type[AppError], int], ...] = (
    (Rejected, 400),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 400),
    (RetryLater, 503),
)


class InvalidListen(Rejected):
    """A listen that breaks a rule of the protocol; `listen` is repeated in the answer."""

    def __init__(self, why: str, listen: Any) -> None:
        super().__init__("", why)
        self.listen: Mapping[str, Any] = listen if isinstance(listen, dict) else {}


def status_of(error: AppError) -> int:
    """The HTTP status of one of our errors; what is not in the table is a fault of ours, 500."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def body_of(error: AppError) -> dict[str, Any]:
    """The error object. A rejected listen's own keys are merged in, as the reference server does."""
    listen = error.listen if isinstance(error, InvalidListen) else {}
    why = error.why if isinstance(error, Rejected) else str(error)
    return {**listen, "code": status_of(error), "error": why or FAULT}
