"""What a show says of itself at Spotify: name, description, author; and its address there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError
from earstead.kit.http import blocking
from earstead.services.creators.write_types import SHOW_LIMITS, Change, ShowEdit
from earstead.web.auth import signed_in
from earstead.web.creators.frame import Seat, seat, show_page
from earstead.web.creators.planned import ask_first
from earstead.web.forms import Form, read_form

_TEXTS = ("name", "description", "author", "category", "language")


async def _page(request: Request, at: Seat, form: Form, fault: AppError | None) -> Response:
    values = {name: getattr(at.show, name) for name in _TEXTS} | {"explicit": "", "slug": "", "confirm": ""}
    return show_page(
        request,
        at,
        "settings.html",
        room="/settings",
        fault=fault,
        values=values | form.values(),
        limits=SHOW_LIMITS,
        # Spotify does not tell it; where it was written from here, the journal knows.
        known=await blocking(at.creators.changes.written, at.account.account_id, at.show.uri),
    )


@signed_in
async def _settings(request: Request) -> Response:
    return await _page(request, await seat(request), Form([]), None)


@signed_in
async def _change(request: Request) -> Response:
    at, form = await seat(request), await read_form(request)

    async def refused(again: Form, fault: AppError) -> Response:
        return await _page(request, at, again, fault)

    def wish(dry_run: bool) -> Change:
        return at.creators.studio.show_settings(at.user.user_id, at.show.show_id, edit_of(form, at), dry_run=dry_run)

    back = f"{at.base}/settings"
    return await ask_first(request, at, form, wish, back=back, refused=refused, room="/settings")


def edit_of(form: Form, at: Seat) -> ShowEdit:
    """What a form changes of a show: only the fields that differ from what is known."""
    said = {name: form.raw(name).replace("\r\n", "\n").strip() for name in _TEXTS}
    changed = {name: text for name, text in said.items() if text != getattr(at.show, name)}
    return ShowEdit(**changed, explicit={"yes": True, "no": False}.get(form.text("explicit")))


@signed_in
async def _slug(request: Request) -> Response:
    at, form = await seat(request), await read_form(request)

    async def refused(again: Form, fault: AppError) -> Response:
        return await _page(request, at, again, fault)

    def wish(dry_run: bool) -> Change:
        return at.creators.studio.slug(
            at.user.user_id, at.show.show_id, form.text("slug"), confirm=form.text("confirm"), dry_run=dry_run
        )

    back = f"{at.base}/settings"
    return await ask_first(request, at, form, wish, back=back, refused=refused, room="/settings")


_SHOW = "/create/{show_id:int}/settings"
routes: list[BaseRoute] = [
    Route(_SHOW, _settings, methods=["GET"]),
    Route(_SHOW, _change, methods=["POST"]),
    Route(f"{_SHOW}/slug", _slug, methods=["POST"]),
]
