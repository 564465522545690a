"""What every page of a user begins with: whose page it is, who looks, at which period, in which state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from earstead.core.errors import Forbidden, Rejected
from earstead.core.periods import Period, Span, date_of, day_and_hour, midnight, period
from earstead.kit.http import blocking
from earstead.services.accounts import User
from earstead.services.container import Services
from earstead.web.auth import current_user, services_of


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at a user's pages. `today` is the local day number in the zone of `owner`."""

    services: Services
    owner: User
    own: bool
    now: int
    today: int
    version: int

    @property
    def home(self) -> str:
        """Address of the owner's home, without a slash at its end."""
        return f"/{self.owner.name}"

    def state(self, *parts: object) -> str:
        """What an ETag must change with: the data, the day, how the owner is named and reads time, and `parts`."""
        owner = self.owner
        return "~".join(map(str, (owner.user_id, self.version, self.today, owner.zone, owner.display_name, *parts)))


async def visit(request: Request) -> Visit:
    """Find the user named in the address.

    Raises:
        NotFound: there is none, or it is private and somebody else looks.
    """
    services = services_of(request)
    viewer = current_user(request)

    def find() -> tuple[User, int]:
        owner = services.accounts.find(request.path_params["user"], viewer)
        return owner, services.insights.version(owner.user_id)

    owner, version = await blocking(find)
    now = services.clock.now()
    own = viewer is not None and viewer.user_id == owner.user_id
    shown = services if own else await blocking(services.showing.services, services, owner, viewer)
    if shown.insights is not services.insights:
        version = -1 - version  # what others see differs at the same version
    return Visit(shown, owner, own, now, day_and_hour(now, owner.zone)[0], version)


async def own_visit(request: Request) -> Visit:
    """Like `visit`, for what only the user may do. Raises Forbidden for others."""
    found = await visit(request)
    if not found.own:
        raise Forbidden("Only the one whose listens these are may change them.")
    return found


def chosen_period(request: Request, at: Visit, default: str) -> Period:
    """The period in the address, `period=2025-03`, or the two dates of the range form, `from=` and `to=`.

    Raises:
        Rejected: it is no period.
    """
    asked = request.query_params
    if asked.get("from") and asked.get("to"):
        return period(f"{asked['from']}..{asked['to']}", at.owner.zone, at.now)
    return period(asked.get("period") or default, at.owner.zone, at.now)


def fair_before(at: Visit, shown: Period) -> tuple[Span | None, bool]:
    """The span that a period is compared with, and whether it was cut.

    A month that is still running is compared with as many days of the month before, or every month would look
    poor until its last evening.
    """
    if shown.span is None or shown.previous is None:
        return None, False
    tomorrow = midnight(at.today + 1, at.owner.zone)
    if shown.span.end <= tomorrow:
        return shown.previous, False
    end = min(shown.previous.end, shown.previous.start + tomorrow - shown.span.start)
    return Span(shown.previous.start, max(shown.previous.start, end)), end < shown.previous.end


def first_day(span: Span, zone: str) -> date:
    """The local date a span begins with."""
    return date_of(day_and_hour(span.start, zone)[0])


def whole_number(request: Request, name: str, default: int, *, most: int) -> int:
    """A number of the query between 1 and `most`; Rejected for anything else."""
    text = request.query_params.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) <= most):
        raise Rejected(name, f"a number from 1 to {most:,} was expected")
    return int(text)
