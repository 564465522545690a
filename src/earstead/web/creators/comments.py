"""The inbox: every comment that wants something, worked through by keyboard or by buttons.

Each button first shows what would be sent, in place where scripts run and on a page of its own where they do not. What
this server cannot send yet, because no capture brought its hash, says so beside the button.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, NotFound
from earstead.kit.http import blocking
from earstead.services.creators.comments import Inbox
from earstead.services.creators.types import CreatorComment
from earstead.services.creators.write_types import REPLY_MOST, Change
from earstead.web.auth import signed_in
from earstead.web.creators.frame import Seat, path_id, seat, show_page
from earstead.web.creators.planned import Wish, ask_first
from earstead.web.forms import Form, query, read_form, whole

VIEWS = (("open", "To do"), ("review", "To approve"), ("answered", "Answered"), ("all", "All"))


def _address(at: Seat, state: str, page: int = 1, episode_id: int = 0) -> str:
    asked: dict[str, str | int] = {} if state == "open" else {"state": state}
    asked |= {"page": page} if page > 1 else {}
    asked |= {"episode": episode_id} if episode_id else {}
    return f"{at.base}/comments{f'?{urlencode(asked)}' if asked else ''}"


async def _inbox_page(
    request: Request, at: Seat, form: Form, fault: AppError | None = None, *, about: int = 0
) -> Response:
    """The inbox; after a refused answer with what was typed into the comment `about`."""
    state = form.text("state") or "open"
    page = whole("page", form.text("page") or "1") or 1
    episode_id = form.number("episode") if form.text("episode") else 0

    def read() -> dict[str, Any]:
        inbox = at.creators.comments.inbox(at.user.user_id, at.show.show_id, state, page, episode_id=episode_id)
        return {
            "found": inbox,
            "readable": at.creators.comments.readable(at.show),
            "episode": at.creators.shows.episode(at.user.user_id, episode_id) if episode_id else None,
        }

    said = await blocking(read)
    found: Inbox = said["found"]
    return show_page(
        request,
        at,
        "comments.html",
        room="/comments",
        fault=fault,
        views=[(name, label, _address(at, name, episode_id=episode_id)) for name, label in VIEWS],
        before=_address(at, state, page - 1, episode_id) if page > 1 else "",
        after=_address(at, state, page + 1, episode_id) if page < found.pages else "",
        most=REPLY_MOST,
        about=about,
        typed=form.text("text"),
        **said,
    )


@signed_in
async def _inbox(request: Request) -> Response:
    return await _inbox_page(request, await seat(request), query(request))


@signed_in
async def _act(request: Request) -> Response:
    at, form = await seat(request), await read_form(request)
    comment_id = path_id(request, "comment_id")
    comment = await blocking(at.creators.comments.get, at.user.user_id, comment_id)
    if comment.show_id != at.show.show_id:
        raise NotFound("There is no such comment on this show.")
    state, page = form.text("state") or "open", whole("page", form.text("page") or "1") or 1
    episode_id = form.number("episode") if form.text("episode") else 0

    async def refused(again: Form, fault: AppError) -> Response:
        return await _inbox_page(request, at, again, fault, about=comment_id)

    wish = wish_of(at, comment, request.path_params["action"], form)
    back = f"{_address(at, state, page, episode_id)}#c{comment_id}"
    return await ask_first(request, at, form, wish, back=back, refused=refused, room="/comments")


def wish_of(at: Seat, comment: CreatorComment, action: str, form: Form) -> Wish:
    """What a button of the inbox wishes. Raises NotFound for one that is none."""
    comments, user_id, one = at.creators.comments, at.user.user_id, comment.comment_id
    # Somebody who pressed the button on the page that shows what goes for good is sure.
    wishes: dict[str, Wish] = {
        "reply": lambda dry: comments.reply(user_id, one, form.text("text"), dry_run=dry),
        "approve": lambda dry: comments.approve(user_id, one, dry_run=dry),
        "delete": lambda dry: comments.delete(user_id, one, sure=True, dry_run=dry),
        "pin": lambda dry: comments.pin(user_id, one, dry_run=dry),
        "unpin": lambda dry: comments.unpin(user_id, one, dry_run=dry),
        "block": lambda dry: comments.block(user_id, one, sure=True, dry_run=dry),
        "read": lambda dry: comments.read(user_id, one, dry_run=dry),
    }
    if action not in wishes:
        raise NotFound("There is no such button.")
    return wishes[action]


@signed_in
async def _switch(request: Request) -> Response:
    at, form = await seat(request), await read_form(request)

    async def refused(again: Form, fault: AppError) -> Response:
        return await _inbox_page(request, at, again, fault)

    def wish(dry_run: bool) -> Change:
        enabled = form.text("enabled") == "yes"
        return at.creators.comments.switch(at.user.user_id, at.show.show_id, enabled, dry_run=dry_run)

    return await ask_first(request, at, form, wish, back=_address(at, "open"), refused=refused, room="/comments")


_SHOW = "/create/{show_id:int}/comments"
routes: list[BaseRoute] = [
    Route(_SHOW, _inbox, methods=["GET"]),
    Route(f"{_SHOW}/switch", _switch, methods=["POST"]),
    Route(f"{_SHOW}/{{comment_id:int}}/{{action}}", _act, methods=["POST"]),
]
