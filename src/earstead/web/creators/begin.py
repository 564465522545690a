"""Where the desk begins: all shows, or how to connect an account; and what there is to say about each account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, NeedsReauth, Rejected, Upstream
from earstead.core.event_types import wants
from earstead.kit.http import blocking, reaching_out
from earstead.pagekit import redirect
from earstead.services.creators.office import CreatorServices
from earstead.services.creators.types import CreatorAccount, CreatorShow, ShowOverview
from earstead.services.creators.write_types import Health
from earstead.web.auth import current_user, services_of, signed_in, user_of
from earstead.web.creators.frame import creators_of, desk_page, path_id
from earstead.web.forms import Form, read_form
from earstead.web.settings_frame import shown_once

_MOST_CARDS = 12
"""Shows that are drawn with their figures; an account with more has a list below."""
ALERTS = (
    ("creators.comment_new", "a new comment"),
    ("creators.spike", "a day far above the usual"),
    ("creators.drop", "a day far below it"),
    ("creators.schedule_failed", "an episode that did not go public when it should"),
    ("creators.cookie_age", "cookies that are getting old"),
    ("creators.sync_finished", "a finished reading"),
    ("creators.sync_failed", "a reading that failed"),
)
"""What is told to webhooks."""


@dataclass(frozen=True, slots=True)
class _Card:
    """A show on the first page; `overview` is None where nothing was read yet."""

    show: CreatorShow
    overview: ShowOverview | None
    readable: bool
    """Whether comments can be read at all."""


async def _begin(request: Request) -> Response:
    user = current_user(request)
    if user is None:
        return desk_page(request, "begin.html", owner=None)
    creators = creators_of(request)

    def read() -> tuple[tuple[CreatorAccount, ...], list[_Card]]:
        shows = creators.shows.of_user(user.user_id)
        return creators.accounts.of_user(user.user_id), [_card(creators, s, n) for n, s in enumerate(shows)]

    accounts, cards = await blocking(read)
    if not accounts:
        return desk_page(request, "begin.html", owner=user, simulator=services_of(request).creators_url)
    simulator = services_of(request).creators_url
    return desk_page(request, "shows.html", owner=user, accounts=accounts, cards=cards, simulator=simulator)


def _card(creators: CreatorServices, show: CreatorShow, n: int) -> _Card:
    drawn = n < _MOST_CARDS and not show.gone_at
    overview = creators.figures.overview(show.show_id, "30d") if drawn else None
    return _Card(show, overview, not drawn or creators.comments.readable(show))


# --- connecting ---------------------------------------------------------------------------------------------------


@signed_in
async def _connect_form(request: Request) -> Response:
    return _connect_page(request, "")


@signed_in
async def _connect(request: Request) -> Response:
    form, user = await read_form(request), user_of(request)
    try:
        account = await reaching_out(
            creators_of(request).accounts.connect, user.user_id, *_cookies(form), form.text("label")
        )
    except (Rejected, Conflict, Upstream) as fault:
        # The cookies are not sent back into the form: a page that holds them would stay in the browser's history.
        return shown_once(_connect_page(request, form.text("label")[:80], fault))
    return redirect(f"/create/accounts/{account.account_id}", notice="Connected. Your shows are being read.")


def _connect_page(request: Request, label: str, fault: AppError | None = None) -> Response:
    simulator = services_of(request).creators_url
    return desk_page(request, "connect.html", fault=fault, values={"label": label}, simulator=simulator)


def _cookies(form: Form) -> tuple[str, str]:
    """The two cookies, without what is copied along by mistake: the name, quotes, a semicolon."""

    def bare(name: str) -> str:
        return form.text(name).removeprefix(f"{name}=").strip("\"'; ")

    return bare("sp_dc"), bare("sp_key")


# --- one account --------------------------------------------------------------------------------------------------


def _account_id(request: Request) -> int:
    return path_id(request, "account_id")


@signed_in
async def _account(request: Request) -> Response:
    # htmx asks again while the account is being read; it needs only the part that changes.
    part = "sync_state.html" if request.headers.get("hx-request") else "account.html"
    return await _account_page(request, part)


async def _account_page(
    request: Request, template: str = "account.html", fault: AppError | None = None, *, checked: Health | None = None
) -> Response:
    creators, user = creators_of(request), user_of(request)
    account_id = _account_id(request)

    def read() -> dict[str, Any]:
        account = creators.accounts.get(user.user_id, account_id)
        return {
            "account": account,
            "sync": creators.syncs.state(account_id),
            "history": creators.syncs.history(user.user_id, account_id, 8),
            "health": checked or creators.health.of_account(user.user_id, account_id),
            "shows": [s for s in creators.shows.of_user(user.user_id) if s.account_id == account_id],
            "hooks": _hooks(request),
            "simulator": services_of(request).creators_url,
        }

    found = await blocking(read)
    return desk_page(request, template, fault=fault, zone=user.zone, alerts=ALERTS, **found)


def _hooks(request: Request) -> list[tuple[str, str]]:
    """(webhook, which alerts it is told of) for each that is told of any."""
    rows = services_of(request).webhooks.of_user(user_of(request).user_id)
    told = [(hook.label or hook.url, [means for name, means in ALERTS if wants(hook.types, name)]) for hook, _ in rows]
    return [(name, "all of them" if len(means) == len(ALERTS) else ", ".join(means)) for name, means in told if means]


@signed_in
async def _sync(request: Request) -> Response:
    await blocking(creators_of(request).syncs.now, user_of(request).user_id, _account_id(request))
    return redirect(f"/create/accounts/{_account_id(request)}#reading", notice="The account is being read.")


@signed_in
async def _check(request: Request) -> Response:
    # What the doctor tried is shown and not kept, so this page is the answer itself.
    health = await reaching_out(creators_of(request).health.check, user_of(request).user_id, _account_id(request))
    return await _account_page(request, checked=health)


@signed_in
async def _new_cookies(request: Request) -> Response:
    form, user = await read_form(request), user_of(request)
    try:
        await reaching_out(
            creators_of(request).accounts.replace_cookies, user.user_id, _account_id(request), *_cookies(form)
        )
    except (Rejected, Conflict, NeedsReauth, Upstream) as fault:
        return shown_once(await _account_page(request, fault=fault))
    return redirect(f"/create/accounts/{_account_id(request)}", notice="The new cookies work.")


@signed_in
async def _rename(request: Request) -> Response:
    form, user = await read_form(request), user_of(request)
    try:
        await blocking(creators_of(request).accounts.rename, user.user_id, _account_id(request), form.text("label"))
    except Rejected as fault:
        return await _account_page(request, fault=fault)
    return redirect(f"/create/accounts/{_account_id(request)}", notice="Saved.")


@signed_in
async def _disconnect(request: Request) -> Response:
    form, user = await read_form(request), user_of(request)
    erase = form.text("figures") == "erase"
    accounts = creators_of(request).accounts
    await blocking(accounts.disconnect, user.user_id, _account_id(request), erase=erase)
    said = "Disconnected. Everything that was read is removed." if erase else "Disconnected. What was read stays."
    return redirect("/create", notice=said)


_ONE = "/create/accounts/{account_id:int}"
routes: list[BaseRoute] = [
    Route("/create", _begin, methods=["GET"]),
    Route("/create/connect", _connect_form, methods=["GET"]),
    Route("/create/connect", _connect, methods=["POST"]),
    Route(_ONE, _account, methods=["GET"]),
    Route(f"{_ONE}/sync", _sync, methods=["POST"]),
    Route(f"{_ONE}/check", _check, methods=["POST"]),
    Route(f"{_ONE}/cookies", _new_cookies, methods=["POST"]),
    Route(f"{_ONE}/rename", _rename, methods=["POST"]),
    Route(f"{_ONE}/disconnect", _disconnect, methods=["POST"]),
]
