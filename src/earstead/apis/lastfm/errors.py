"""The list of errors: what each number says, and the HTTP status it travels with.

Callers look for words in the texts ("Invalid session key", "temporarily unavailable") and decide by them whether
to try again, to ask the user, or to give up; the texts are therefore part of the protocol.
Source: spec section 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from earstead.apis.lastfm.faults import Fault
from earstead.core.errors import AppError, Conflict, Forbidden, NotFound, Rejected, RetryLater, Unauthenticated

INVALID_SERVICE, INVALID_METHOD, AUTHENTICATION_FAILED, INVALID_FORMAT = 2, 3, 4, 5
INVALID_PARAMETERS, INVALID_RESOURCE, OPERATION_FAILED, INVALID_SESSION = 6, 7, 8, 9
INVALID_KEY, OFFLINE, INVALID_SIGNATURE, TOKEN_WAITING = 10, 11, 13, 14
TOKEN_EXPIRED, UNAVAILABLE, LOGIN_REQUIRED = 15, 16, 17
KEY_SUSPENDED, DEPRECATED, TOO_MANY = 26, 27, 29

MUST_POST = "Authentication Failed - You must use POST to call this method"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list."""

    text: str
    status: int


ERRORS: Mapping[int, Entry] = {
    2: Entry("Invalid service - This service does not exist", 400),
    3: Entry("Invalid Method - No method with that name in this package", 400),
    4: Entry("Authentication Failed - You do not have permissions to access the service", 403),
    5: Entry("Invalid format - This service doesn't exist in that format", 400),
    6: Entry("Invalid parameters - Your request is missing a required parameter", 400),
    7: Entry("Invalid resource specified", 400),
    8: Entry("Operation failed - Something else went wrong", 500),
    9: Entry("Invalid session key - Please re-authenticate", 403),
    10: Entry("Invalid API key - You must be granted a valid key by last.fm", 403),
    11: Entry("Service Offline - This service is temporarily offline. Try again later.", 503),
    12: Entry("Subscribers Only - This station is only available to paid last.fm subscribers", 403),
    13: Entry("Invalid method signature supplied", 403),
    14: Entry("Unauthorized Token - This token has not been authorized", 403),
    15: Entry("This token has expired", 403),
    16: Entry("The service is temporarily unavailable, please try again.", 503),
    17: Entry("Login: User required to be logged in", 403),
    18: Entry("Trial Expired - This user has no free radio plays left. Subscription required.", 403),
    20: Entry("Not Enough Content - There is not enough content to play this station", 400),
    21: Entry("Not Enough Members - This group does not have enough members for radio", 400),
    22: Entry("Not Enough Fans - This artist does not have enough fans for radio", 400),
    23: Entry("Not Enough Neighbours - There are not enough neighbours for radio", 400),
    24: Entry("No Peak Radio - This user is not allowed to listen to radio during peak usage", 403),
    25: Entry("Radio Not Found - Radio station not found", 404),
    26: Entry("API Key Suspended - This application is not allowed to make requests to the web services", 403),
    27: Entry("Deprecated - This type of request is no longer supported", 410),
    29: Entry("Rate limit exceeded - Your IP has made too many requests in a short period", 429),
}
"""1, 19 and 28 carry no meaning and are never sent."""

_OURS: tuple[tuple[type[AppError], int], ...] = (
    (Rejected, INVALID_PARAMETERS),
    (NotFound, INVALID_PARAMETERS),
    (Unauthenticated, AUTHENTICATION_FAILED),
    (Forbidden, AUTHENTICATION_FAILED),
    (Conflict, INVALID_RESOURCE),
    (RetryLater, UNAVAILABLE),
)


def filled(fault: Fault) -> Fault:
    """The same fault with the text and status of its number where it has none of its own."""
    entry = ERRORS[fault.code]
    return Fault(fault.code, fault.message or entry.text, fault.status or entry.status)


def fault_of(error: Exception) -> Fault:
    """Any exception as an error of this API.

    What the product can explain keeps its sentence, behind the words that callers look for. A database that is
    busy or gone is 16, which keeps a scrobble in its caller's queue; everything else is a fault of ours, 8.
    """
    if isinstance(error, Fault):
        return filled(error)
    for kind, code in _OURS:
        if isinstance(error, kind):
            return filled(Fault(code, f"{ERRORS[code].text.partition(' - ')[0]} - {error}" if str(error) else ""))
    return filled(Fault(UNAVAILABLE if is_passing(error) else OPERATION_FAILED))


def is_passing(error: BaseException) -> bool:
    """Whether trying again later can help: the database is locked, full or away, or the server is stopping.

    Both drivers call such a trouble OperationalError; the name is asked for, as an API does not know the drivers.
    SQLite calls a faulty statement so as well, which no waiting mends.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    if "OperationalError" in names:
        return getattr(error, "sqlite_errorname", "") != "SQLITE_ERROR"
    return isinstance(error, TimeoutError) or str(error) == "the writer is closed"
