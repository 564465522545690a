"""The publishing calendar: a month of what went public and what will, and the drafts that wait for a date."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import Rejected
from earstead.core.periods import add_months
from earstead.kit.http import blocking
from earstead.pagekit.words import MONTHS, WEEKDAYS
from earstead.services.creators.types import CreatorEpisode
from earstead.web.auth import signed_in
from earstead.web.creators.frame import Seat, local_day, seat, show_page

_SIZE = 100
_MOST_PAGES = 60
_RHYTHM = 12
"""Episodes from which the usual rhythm is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A field of the calendar. `inside`: whether it is of the month shown."""

    date: date
    inside: bool
    today: bool
    episodes: tuple[CreatorEpisode, ...]


@signed_in
async def _calendar(request: Request) -> Response:
    at = await seat(request)
    today = local_day(at.now, at.user.zone)
    first = _month(request.query_params.get("month", ""), today)
    dated = await blocking(_dated, at, first)
    drafts = await blocking(
        at.creators.shows.episodes, at.user.user_id, at.show.show_id, state="draft", sort="newest", size=_SIZE
    )
    return show_page(
        request,
        at,
        "calendar.html",
        room="/calendar",
        weeks=weeks(first, today, dated, at.user.zone),
        title=f"{MONTHS[first.month - 1]} {first.year}",
        before=f"{add_months(first, -1):%Y-%m}",
        after=f"{add_months(first, 1):%Y-%m}",
        weekdays=WEEKDAYS,
        drafts=drafts,
        next_up=min((e for e in dated if e.state == "scheduled"), key=lambda e: e.published_at, default=None),
        usual=rhythm([e for e in dated if e.state == "published"], at.user.zone),
    )


def _month(text: str, today: date) -> date:
    """The first of the month of the address, "2026-03"; of the current one for "". Raises Rejected."""
    if not text:
        return today.replace(day=1)
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError as fault:
        raise Rejected("month", "is no month; write it as 2026-03") from fault
    if not 2000 <= found.year <= 2100:
        raise Rejected("month", "lies too far away")
    return found


def _dated(at: Seat, first: date) -> list[CreatorEpisode]:
    """Episodes that have a date, newest first, back to the month before the one shown; a few at least."""
    found: list[CreatorEpisode] = []
    for state in ("scheduled", "published"):
        for page in range(1, _MOST_PAGES):
            read = at.creators.shows.episodes(
                at.user.user_id, at.show.show_id, state=state, sort="newest", page=page, size=_SIZE
            )
            found.extend(one for one in read.items if one.published_at)
            last = read.items[-1].published_on if read.items else None
            if page >= read.pages or last is None or last < first - timedelta(days=8):
                break
    return found


def weeks(first: date, today: date, dated: Sequence[CreatorEpisode], zone: str) -> list[list[Day]]:
    """The month in weeks from Monday on, with the days beside it that fill them."""
    by_day: dict[date, list[CreatorEpisode]] = defaultdict(list)
    for episode in dated:
        by_day[local_day(episode.published_at, zone)].append(episode)
    monday = first - timedelta(days=first.weekday())
    found = []
    while monday < add_months(first, 1):
        found.append([_day(monday + timedelta(days=n), first, today, by_day) for n in range(7)])
        monday += timedelta(days=7)
    return found


def _day(day: date, first: date, today: date, by_day: dict[date, list[CreatorEpisode]]) -> Day:
    episodes = sorted(by_day.get(day, ()), key=lambda one: one.published_at)
    return Day(date=day, inside=day.month == first.month, today=day == today, episodes=tuple(episodes))


def rhythm(published: Sequence[CreatorEpisode], zone: str) -> str:
    """How often episodes come, from the latest of them, as a sentence; "" where there are too few to say."""
    latest = sorted((one.published_at for one in published), reverse=True)[:_RHYTHM]
    if len(latest) < 4:
        return ""
    gaps = [(a - b) / 86_400 for a, b in pairwise(latest)]
    apart = round(median(gaps))
    weekday, times = Counter(local_day(at, zone).weekday() for at in latest).most_common(1)[0]
    usual = f", mostly on {WEEKDAYS[weekday]}s" if times * 2 > len(latest) else ""
    return f"Usually {'every day' if apart <= 1 else f'{apart} days apart'}{usual}."


routes: list[BaseRoute] = [Route("/create/{show_id:int}/calendar", _calendar, methods=["GET"])]
