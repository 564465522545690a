"""Nothing is sent unseen: a form is answered with the exact change, and only a second yes sends it.

The first answer is a dry run: no request leaves. The page that shows it repeats the form in hidden fields, so it works
without script, and can be left without a trace.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from earstead.core.errors import AppError, Rejected
from earstead.kit.http import blocking, reaching_out
from earstead.pagekit import redirect
from earstead.services.creators.write_types import Change
from earstead.web.creators.frame import Seat, show_page
from earstead.web.creators.words import action_words
from earstead.web.forms import Form

Wish = Callable[[bool], Change]
"""Makes a change; with True it only says what it would be."""
Refusal = Callable[[Form, AppError], Awaitable[Response]]
"""Draws the form again with what is wrong with it."""
_STEP = "step"
SEND = "send"


async def ask_first(
    request: Request, at: Seat, form: Form, wish: Wish, *, back: str, refused: Refusal, room: str, done: str = ""
) -> Response:
    """Show what a form would change; send it when that page's button was pressed.

    Args:
        back: where "Cancel" leads.
        done: where to go once it is sent; `back` when it is "".
        refused: for what the form itself must be asked again about.
    """
    try:
        if form.text(_STEP) != SEND:
            change = await blocking(wish, True)
            return planned_page(request, at, form, change, back=back, room=room)
        change = await reaching_out(wish, False)
    except Rejected as fault:
        return await refused(form, fault)
    except AppError as fault:
        return failed_page(request, at, form, fault, back=back, room=room)
    return redirect(done or back, notice=done_words(change))


def planned_page(
    request: Request, at: Seat, form: Form, change: Change, *, back: str, room: str, cancel: str = ""
) -> Response:
    """The change that would be made, with the button that makes it. htmx gets the part of it that goes into a list.

    `cancel`: address that a form posts to instead of going `back`, where something was put aside for the change.
    """
    template = "planned_part.html" if request.headers.get("hx-request") else "planned.html"
    return show_page(
        request,
        at,
        template,
        room=room,
        change=change,
        repeated=[(name, value) for name, value in form.pairs() if name != _STEP],
        back=back,
        cancel=cancel,
        action=request.url.path,
    )


def failed_page(request: Request, at: Seat, form: Form, fault: AppError, *, back: str, room: str) -> Response:
    """What happened, what was kept, what to do, and the same button again."""
    return show_page(
        request,
        at,
        "failed.html",
        room=room,
        fault=fault,
        repeated=[(name, value) for name, value in form.pairs() if name != _STEP],
        back=back,
        action=request.url.path,
        again=form.text(_STEP) == SEND,
    )


def done_words(change: Change) -> str:
    """What is said once after a change."""
    ended = {
        "confirmed": "done. The journal has it.",
        "sent": "sent.",
        "ambiguous": "sent, but the answer was lost; what became of it is looked for.",
    }
    return f"{action_words(change.action)}: {ended.get(change.state, change.state)}"
