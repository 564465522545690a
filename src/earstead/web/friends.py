"""Whom a user follows and who follows back: `/{user}/friends`, and the button for it on another user's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.kit.http import blocking
from earstead.pagekit import page, redirect
from earstead.services.users import User
from earstead.web.auth import current_user, services_of, signed_in, user_of
from earstead.web.visit import Visit, visit, whole_number

_PAGE = 50
_MOST_PAGES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Friend:
    """A row of the list. `plays_now` is "track, artist" or ""; `followed` by the one who looks."""

    user: User
    plays_now: str
    followed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two lists: a page of it, and how many there are for this viewer."""

    rows: tuple[Friend, ...]
    total: int
    newer: str
    older: str


async def followed(at: Visit, viewer: User | None) -> bool:
    """Whether the one who looks follows the one whose page it is."""
    if viewer is None or at.own:
        return False
    return await blocking(at.services.follows.follows, viewer.user_id, at.owner.name)


async def _friends(request: Request) -> Response:
    at, viewer = await visit(request), current_user(request)
    numbers = {name: whole_number(request, name, 1, most=_MOST_PAGES) for name in ("following", "followers")}
    return page(request, "friends.html", at=at, **await blocking(_gather, at, viewer, numbers))


def _gather(at: Visit, viewer: User | None, numbers: dict[str, int]) -> dict[str, Any]:
    """Both lists; blocking."""
    follows = at.services.follows
    ways = {"following": follows.following, "followers": follows.followers}
    sides = {}
    for name, ask in ways.items():
        people, total = ask(at.owner.user_id, viewer, _PAGE, (numbers[name] - 1) * _PAGE)
        last = -(-total // _PAGE)
        sides[name] = Side(
            rows=tuple(_friend(at, viewer, person) for person in people),
            total=total,
            newer=_to(at, {**numbers, name: numbers[name] - 1}) if numbers[name] > 1 else "",
            older=_to(at, {**numbers, name: numbers[name] + 1}) if numbers[name] < last else "",
        )
    return sides


def _to(at: Visit, numbers: dict[str, int]) -> str:
    return f"{at.home}/friends?following={numbers['following']}&followers={numbers['followers']}"


def _friend(at: Visit, viewer: User | None, person: User) -> Friend:
    now = at.services.showing.services(at.services, person, viewer).playing.get(person.user_id)
    return Friend(
        user=person,
        plays_now=f"{now.submission.track_name}, {now.submission.artist_name}" if now else "",
        followed=viewer is not None and at.services.follows.follows(viewer.user_id, person.name),
    )


@signed_in
async def _follow(request: Request) -> Response:
    at = await visit(request)
    await blocking(at.services.follows.follow, user_of(request).user_id, at.owner.name)
    return redirect(f"/{quote(at.owner.name)}", notice=f"You follow {_named(at.owner)}.")


@signed_in
async def _unfollow(request: Request) -> Response:
    # By the name alone: whoever became private, or is gone, can still be left.
    name = request.path_params["user"]
    services = services_of(request)
    await blocking(services.follows.unfollow, user_of(request).user_id, name)
    mine = f"/{quote(user_of(request).name)}/friends"
    return redirect(mine, notice=f"You do not follow {name} any more.")


def _named(user: User) -> str:
    return user.display_name or user.name


routes: list[BaseRoute] = [
    Route("/{user}/friends", _friends, methods=["GET"]),
    Route("/{user}/follow", _follow, methods=["POST"]),
    Route("/{user}/unfollow", _unfollow, methods=["POST"]),
]
