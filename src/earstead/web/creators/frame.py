"""What every page about a show begins with: who looks, at which show, through which account, over which days.

A show that is somebody else's does not exist here. Days are those of the service, in UTC; times are shown on the clock
of the one who looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from earstead.core.creators.metrics import BEGINNING
from earstead.core.errors import AppError, NotFound
from earstead.kit.http import blocking
from earstead.pagekit import page
from earstead.pagekit.words import local
from earstead.services.accounts import User
from earstead.services.creators.office import CreatorServices
from earstead.services.creators.types import CreatorAccount, CreatorShow
from earstead.web.auth import services_of, user_of
from earstead.web.creators import words
from earstead.web.forms import fault_of

ROOMS = (
    ("", "Overview"),
    ("/episodes", "Episodes"),
    ("/compare", "Compare"),
    ("/audience", "Audience"),
    ("/discovery", "Discovery"),
    ("/downloads", "Downloads"),
    ("/comments", "Comments"),
    ("/calendar", "Calendar"),
    ("/changes", "Changes"),
    ("/export", "Export"),
    ("/settings", "Settings"),
)
"""The pages of a show, in the order of their links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One look at a show. `now`: unix seconds."""

    creators: CreatorServices
    user: User
    show: CreatorShow
    account: CreatorAccount
    several: bool
    """Whether there are other shows to go to."""
    now: int

    @property
    def base(self) -> str:
        """The address of the show, without a slash at its end."""
        return f"/create/{self.show.show_id}"

    @property
    def today(self) -> date:
        """The day it is in UTC, by which the service counts."""
        return datetime.fromtimestamp(self.now, UTC).date()


def path_id(request: Request, name: str) -> int:
    """An id of the address, 0 where the address has none. Raises NotFound for one that no row can have."""
    found = int(request.path_params.get(name, 0))
    if found >= 1 << 63:
        raise NotFound("There is nothing of that number.")
    return found


def creators_of(request: Request) -> CreatorServices:
    """The services these pages stand on."""
    return services_of(request).creators


async def seat(request: Request) -> Seat:
    """Find the show of the address. Raises NotFound when the one who looks has none of that number."""
    creators, user = creators_of(request), user_of(request)
    show_id = path_id(request, "show_id")

    def find() -> tuple[CreatorShow, CreatorAccount, bool]:
        show = creators.shows.get(user.user_id, show_id)
        accounts = creators.accounts.of_user(user.user_id)
        account = next(one for one in accounts if one.account_id == show.account_id)
        return show, account, len(creators.shows.of_user(user.user_id)) > 1

    show, account, several = await blocking(find)
    now = services_of(request).clock.now()
    return Seat(creators=creators, user=user, show=show, account=account, several=several, now=now)


def show_page(
    request: Request, at: Seat, template: str, *, room: str, fault: AppError | None = None, **context: Any
) -> Response:
    """A page of a show; status 422 when a form on it was refused."""
    return page(
        request,
        f"creators/{template}",
        status=422 if fault else 200,
        section="create",
        at=at,
        show=at.show,
        account=at.account,
        base=at.base,
        zone=at.user.zone,
        now=at.now,
        rooms=ROOMS,
        room=room,
        fault=fault_of(fault),
        mend=words.mend_of(fault) if fault else "",
        w=words,
        **context,
    )


def desk_page(request: Request, template: str, *, fault: AppError | None = None, **context: Any) -> Response:
    """A page of the desk that belongs to no show."""
    return page(
        request,
        f"creators/{template}",
        status=422 if fault else 200,
        section="create",
        now=services_of(request).clock.now(),
        fault=fault_of(fault),
        mend=words.mend_of(fault) if fault else "",
        w=words,
        **context,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A stretch of days, both ends included, under the name it has in addresses.

    `previous_name` and `next_name` are the neighbours of a range, "" where there is none.
    """

    name: str
    label: str
    start: date
    end: date
    previous_name: str
    next_name: str

    @property
    def count(self) -> int:
        """How many days."""
        return (self.end - self.start).days + 1


async def chosen_days(request: Request, at: Seat, default: str = "30d") -> Days:
    """The days of the address: `period=90d`, or the two dates of the range form. Raises Rejected when they are none."""
    asked = request.query_params
    name = asked.get("period") or default
    if asked.get("from") and asked.get("to"):
        name = f"{asked['from']}..{asked['to']}"
    start, end, label = await blocking(at.creators.figures.days, at.show.show_id, name)
    before, after = "", ""
    if ".." in name:
        length, one = end - start, timedelta(days=1)
        before = f"{max(BEGINNING, start - length - one)}..{start - one}" if start > BEGINNING else ""
        after = f"{end + one}..{end + one + length}" if end < at.today else ""
    return Days(name=name, label=label, start=start, end=end, previous_name=before, next_name=after)


def local_day(at: int, zone: str) -> date:
    """The day a moment falls on, on the clock of a zone."""
    return local(at, zone).date()
