"""What every call of the Web API shares: who calls, what was said, how errors and pages look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from earstead.sandbox.answering import Refusal
from earstead.sandbox.spotify.accounts import ClientApp, Grant
from earstead.sandbox.spotify.service import Person, Service
from earstead.sandbox.spotify.shapes import Json, Shapes

T = TypeVar("T")


class ApiError(Refusal):
    """A refusal: its status, message and, for the player and quotas, reason."""

    def __init__(self, status: int, message: str, reason: str = "", headers: Mapping[str, str] | None = None) -> None:
        error: Json = {"status": status, "message": message}
        super().__init__(message, status, {"error": error | ({"reason": reason} if reason else {})}, headers)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body; None sends none."""

    body: Any = None
    status: int = 200


@dataclass(slots=True, kw_only=True)
class Call:
    """One call with everything a handler asks about."""

    service: Service
    client: ClientApp
    grant: Grant
    shapes: Shapes
    path: str
    query: Mapping[str, str]
    body: Any = None
    raw: bytes = b""
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def now_ms(self) -> int:
        """When it is answered."""
        return self.service.now_ms

    @property
    def new(self) -> bool:
        """Whether the caller's client id is of the restricted kind."""
        return self.client.mode == "new-dev"

    @property
    def both(self) -> bool:
        """Whether playlists carry the old names beside the new ones."""
        return not self.new or self.shapes.fill

    @property
    def person(self) -> Person:
        """The user it is made for.

        Raises:
            ApiError: the token is an app's own.
        """
        if not self.grant.user:
            raise ApiError(401, "Valid user authentication required")
        return self.service.person(self.grant.user)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number from the query.

        Raises:
            ApiError: it is none, or out of range.
        """
        said = self.query.get(name, "")
        if not said:
            return default
        try:
            number = int(said)
        except ValueError:
            raise ApiError(400, f"Invalid {name}") from None
        if not least <= number <= most:
            raise ApiError(400, f"Invalid {name}")
        return number

    def said(self, name: str) -> Any:
        """A member of the JSON body, None without it."""
        return self.body.get(name) if isinstance(self.body, dict) else None

    def link(self, **query: object) -> str:
        """The address of this call with other values in the query."""
        mixed = {**self.query, **{name: str(value) for name, value in query.items()}}
        return f"{self.shapes.base}{self.path}?{urlencode(mixed)}"

    def page(self, rows: Sequence[T], draw: Callable[[T], Any], *, most: int = 50, usual: int = 20) -> Json:
        """A page by offset.

        Raises:
            ApiError: limit or offset are out of range.
        """
        limit, offset = self.number("limit", min(usual, most), 1, most), self.number("offset", 0, 0, 100_000)
        after, before = offset + limit, max(0, offset - limit)
        return {
            "href": self.link(offset=offset, limit=limit),
            "items": [draw(row) for row in rows[offset:after]],
            "limit": limit,
            "next": self.link(offset=after, limit=limit) if after < len(rows) else None,
            "offset": offset,
            "previous": self.link(offset=before, limit=limit) if offset else None,
            "total": len(rows),
        }


Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One line of the catalogue.

    Attributes:
        path: with names in braces.
        family: which daily quota it counts against.
        scopes: of which the caller needs one; none needs none.
        gone: for whom it does not exist: "" nobody, "2026" new development-mode clients, "2024" those and old ones.
        gone_status: how its absence is said.
    """

    method: str
    path: str
    handler: Handler
    family: str
    scopes: tuple[str, ...] = ()
    gone: str = ""
    gone_status: int = 403

    def open_to(self, mode: str) -> bool:
        """Whether clients of a mode may call it."""
        return mode == "extended" or not (self.gone == "2024" or (self.gone == "2026" and mode == "new-dev"))


def uri_list(call: Call, name: str, most: int, *, body_names: tuple[str, ...] = ()) -> list[str]:
    """URIs or ids from the query, else from the body.

    Raises:
        ApiError: there are none, or too many.
    """
    said: Any = [part.strip() for part in call.query.get(name, "").split(",") if part.strip()]
    if not said:
        said = next((call.said(other) for other in body_names if call.said(other) is not None), None)
        said = call.body if said is None and isinstance(call.body, list) and name in body_names else said
    if not isinstance(said, list) or not all(isinstance(uri, str) for uri in said):
        raise ApiError(400, f"Missing required field: {name}")
    if len(said) > most:
        raise ApiError(400, f"Too many {name} requested")
    return said
