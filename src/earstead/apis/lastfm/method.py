"""What a method of this API is, and what its code is given: the inventory, the documentation and the dispatcher
are drawn from these records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.tree import Payload
from earstead.services.container import Services
from earstead.services.users import User

Auth = Literal["key", "signed", "session"]
"""key: `api_key` alone. signed: with `api_sig`. session: with `api_sig` and `sk`, by POST."""

MISSING = "Invalid parameters - Your request is missing a required parameter"
LARGEST = 2**53
PAGE_BOUNDS = "page param out of bounds (1-1000000)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A parameter, for the documentation page and for the self-test."""

    name: str
    required: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, decoded and admitted. Names of parameters are looked up in any letter case.

    Attributes:
        given: parameters that came with a value, by lower-cased name; "artist[0]" stays as it is.
        viewer: whose rights the call has: the session's user, or the maker of the API account ("read as me");
            None for everybody's.
        session_user: the session's user alone; None without `sk`. Writes act for it.
        application_id: the API account that calls.
        root: public address of this server without a final slash.
        raw: every parameter as it came, for those who need to tell "empty" from "absent".
        verb: GET, HEAD or POST.
        strict: whether keys and signatures are handled strictly.
        keep: whether what is said is stored; False for a self-test that only looks.
        client: what the calling program is called, by its API account or by its User-Agent.
    """

    services: Services
    method: str
    given: Mapping[str, str]
    viewer: User | None = None
    session_user: User | None = None
    application_id: int = 0
    api_key: str = ""
    root: str = ""
    address: str = ""
    agent: str = ""
    now: int = 0
    raw: tuple[tuple[str, str], ...] = ()
    verb: str = "GET"
    strict: bool = False
    client: str = ""
    keep: bool = True

    def text(self, *names: str) -> str:
        """The first of these parameters that came with a value, trimmed; "" when none did."""
        for name in names:
            if value := self.given.get(name.lower(), "").strip():
                return value
        return ""

    def required(self, *names: str) -> str:
        """`text`, or error 6 when it is not given."""
        if value := self.text(*names):
            return value
        raise Fault(6, MISSING)

    def whole(self, name: str) -> int | None:
        """A whole number, or None when it is absent or is none; decimals are cut, and what no column holds."""
        try:
            return max(-LARGEST, min(int(float(self.text(name))), LARGEST))
        except (ValueError, OverflowError):
            return None

    def flag(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.text(name).lower() in ("1", "true", "yes")

    def limit(self, default: int = 50, most: int = 1000) -> int:
        """Items a page: nonsense and zero take the default, larger values the largest."""
        wanted = self.whole("limit")
        return min(wanted, most) if wanted and wanted > 0 else default

    def page(self) -> int:
        """The page asked for, from 1. Error 6 beyond 1..1000000."""
        if not self.text("page"):
            return 1
        page = self.whole("page")
        if page is None:
            return 1
        if not 1 <= page <= 1_000_000:
            raise Fault(6, PAGE_BOUNDS, 400)
        return page


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method. `run` blocks and is called in a thread, unless it is a coroutine function."""

    name: str
    """As documented: "user.getRecentTracks"; matched in any letter case."""
    auth: Auth
    run: Callable[[Call], Payload] | Callable[[Call], Awaitable[Payload]]
    summary: str
    params: tuple[Param, ...] = ()
    root: str = ""
    """Name of the payload element, for the documentation; "" when there is none."""
    posted: bool = field(default=False)
    """A write that must come by POST; session methods always are."""
