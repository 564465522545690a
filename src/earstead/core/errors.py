"""The error tree: an error says what the caller must do.

AppError
  Rejected(field, why)       the sender must change the request
  NotFound  Conflict  Forbidden  Unauthenticated
  Upstream(service)
    RetryLater(after_s)      limit, timeout, 5xx: keep the cursor, come back
    NeedsReauth              the user must connect again
    Refused                  permanent: record and go on
"""

from __future__ import annotations


class AppError(Exception):
    """Anything the product can explain to the person or program that caused it."""


class Rejected(AppError):
    """The request cannot be taken as it stands; `field` and `why` say what to change."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}" if field else why)
        self.field = field
        self.why = why


class NotFound(AppError):
    """What was asked for does not exist, or may not be seen by the one who asks."""


class Conflict(AppError):
    """The request contradicts what is already there."""


class Forbidden(AppError):
    """Known, but not allowed."""


class Unauthenticated(AppError):
    """Not known: sign in, or send a valid token."""


class Upstream(AppError):
    """Another service did not do what was asked."""

    def __init__(self, service: str, why: str) -> None:
        super().__init__(f"{service}: {why}")
        self.service = service
        self.why = why


class RetryLater(Upstream):
    """A limit, a timeout or a server fault: keep the cursor, come back after `after_s` seconds."""

    def __init__(self, service: str, why: str, after_s: float) -> None:
        super().__init__(service, why)
        self.after_s = after_s


class NeedsReauth(Upstream):
    """The user must connect the account again."""


class Refused(Upstream):
    """Permanent: record it and go on."""
