"""What the calls of all backends share: who calls, what was said, how answers and refusals look."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from earstead.sandbox.answering import Refusal
from earstead.sandbox.creators.world import Episode, Show, read_day

if TYPE_CHECKING:
    from earstead.sandbox.creators.accounts import Account
    from earstead.sandbox.creators.service import Service

Json = dict[str, Any]
UNKNOWN: Final = {"x-sim-shape": "unknown"}
"""Beside an answer of which nobody has published the shape; its body is then empty."""


class ApiError(Refusal):
    """A refusal: status and body."""

    def __init__(self, status: int, message: str, error: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message, status, {"error": error or _WORDS.get(status, "Error"), "message": message}, headers)


_WORDS: Final = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    409: "Conflict", 429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with status and headers; `lost` breaks the connection instead, after all was done."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    lost: bool = False


def unknown() -> Answer:
    """An empty body that says that its shape is not known."""
    return Answer({}, headers=UNKNOWN)


@dataclass(slots=True, kw_only=True)
class Call:
    """One call with everything a handler asks about.

    Attributes:
        names: the parts of the path, by the names of the template.
        query: of repeated names the last; `many` has them all.
        origin: scheme and host at which the simulator was reached.
    """

    service: Service
    account: Account
    names: Mapping[str, str]
    query: Mapping[str, str]
    many: Sequence[tuple[str, str]]
    body: Any
    origin: str

    @property
    def now_ms(self) -> int:
        """When it is answered."""
        return self.service.now_ms

    def said(self) -> Json:
        """The JSON object that was sent, {} without one.

        Raises:
            ApiError: it is something else.
        """
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise ApiError(400, "the body must be an object")
        return self.body

    def number(self, name: str, default: int, least: int = 1, most: int = 10_000) -> int:
        """A whole number from the query.

        Raises:
            ApiError: it is none, or out of range.
        """
        text = self.query.get(name, "")
        if not text:
            return default
        if not re.fullmatch(r"\d{1,11}", text) or not least <= int(text) <= most:
            raise ApiError(400, f"invalid {name}")
        return int(text)

    def day(self, name: str, default: int | None = None) -> int:
        """A date from the query, as a day.

        Raises:
            ApiError: it is missing, or no date.
        """
        text = self.query.get(name, "")
        if not text and default is not None:
            return default
        try:
            return read_day(text)
        except ValueError:
            raise ApiError(400, f"invalid {name}: {text}" if text else f"{name} is missing") from None

    def owned(self, show: Show | None, message: str = "not found") -> Show:
        """A show, if it is there and the caller's.

        Raises:
            ApiError: 404 or 403.
        """
        if show is None:
            raise ApiError(404, message)
        if show.owner != self.account.name:
            raise ApiError(403, "User does not own station")
        return show

    def station(self, name: str = "station") -> Show:
        """The caller's show of a station number in the path; of the form webStationId:x too, as the old proxy takes.

        Raises:
            ApiError: 404 or 403.
        """
        text = self.names[name]
        if text.startswith("webStationId:"):
            return self.owned(self.service.world.show(text.removeprefix("webStationId:")), "no such station")
        show = self.service.world.station(int(text)) if text.isdecimal() and len(text) < 12 else None
        if show is not None and not self.service.hosted(show):
            show = None
        return self.owned(show, "no such station")

    def episode(self, name: str = "episode") -> Episode:
        """The caller's episode of a number in the path.

        Raises:
            ApiError: 404 or 403.
        """
        text = self.names[name]
        found = self.service.world.episode(int(text)) if text.isdecimal() and len(text) < 12 else None
        if found is None or not self.service.hosted(found.show):
            raise ApiError(404, "no such episode")
        self.owned(found.show)
        return found


Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One line of a backend's table: its label in the specification, verb, path with names in braces, handler."""

    label: str
    method: str
    path: str
    handler: Handler
