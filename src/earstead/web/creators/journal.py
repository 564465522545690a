"""The journal: everything that was written at Spotify, by whom, with before and after, and the way back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, NotFound
from earstead.kit.http import blocking, reaching_out
from earstead.pagekit import redirect
from earstead.services.creators import undoing
from earstead.services.creators.write_types import Change
from earstead.web.auth import signed_in, user_of
from earstead.web.creators.frame import Seat, creators_of, desk_page, path_id, seat, show_page
from earstead.web.creators.planned import SEND, failed_page, planned_page
from earstead.web.forms import query, read_form, whole

ACTORS = {"page": "by page", "cli": "by command line", "api": "by API", "server": "by the server"}


def _number(request: Request) -> int:
    return whole("page", query(request).text("page") or "1") or 1


@signed_in
async def _changes(request: Request) -> Response:
    at, number = await seat(request), _number(request)
    found = await blocking(at.creators.changes.of_show, at.user.user_id, at.show.show_id, number)
    return show_page(request, at, "changes.html", room="/changes", found=found, actors=ACTORS)


@signed_in
async def _all_changes(request: Request) -> Response:
    creators, user, number = creators_of(request), user_of(request), _number(request)
    found = await blocking(creators.changes.of_user, user.user_id, number)
    shows = {show.show_id: show for show in await blocking(creators.shows.of_user, user.user_id)}
    return desk_page(
        request, "all_changes.html", found=found, actors=ACTORS, zone=user.zone, shows=shows, base="/create"
    )


@signed_in
async def _undo(request: Request) -> Response:
    """Show what taking a change back would do; take it back when that page's button was pressed."""
    at, form = await seat(request), await read_form(request)
    change = await _change(request, at)
    back = f"{at.base}/changes"
    try:
        if form.text("step") != SEND:
            return planned_page(request, at, form, backwards(change), back=back, room="/changes")
        await reaching_out(at.creators.changes.undo, at.user.user_id, change.change_id)
    except AppError as fault:
        return failed_page(request, at, form, fault, back=back, room="/changes")
    return redirect(back, notice="Taken back. The journal shows both, the change and its undoing.")


async def _change(request: Request, at: Seat) -> Change:
    change_id = path_id(request, "change_id")
    found = await blocking(at.creators.changes.get, at.user.user_id, change_id)
    if found.show_id != at.show.show_id:
        raise NotFound("There is no such change of this show.")
    return found


def backwards(change: Change) -> Change:
    """What it would be to take a change back. Raises Conflict with the reason where that cannot be."""
    if change.state == "undone":
        raise Conflict("This change was taken back already.")
    if not change.undoable:
        raise Conflict(change.undo or "This change cannot be taken back.")
    return undoing.backwards(change)


_SHOW = "/create/{show_id:int}/changes"
routes: list[BaseRoute] = [
    Route("/create/changes", _all_changes, methods=["GET"]),
    Route(_SHOW, _changes, methods=["GET"]),
    Route(f"{_SHOW}/{{change_id:int}}/undo", _undo, methods=["POST"]),
]
