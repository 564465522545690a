"""Webhooks: to which addresses events are sent, which events, with which secret, and what became of each."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, Rejected
from earstead.core.event_types import GROUPS, TEST, TYPES
from earstead.kit.http import blocking, reaching_out
from earstead.pagekit import redirect
from earstead.pagekit.words import plural
from earstead.services.webhooks.schemas import descriptions
from earstead.services.webhooks.webhooks import Webhooks
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.forms import Form, query, read_form, whole
from earstead.web.settings_frame import settings_page, shown_once

_SHOWN = 20
_GROUP_WORDS = {
    "listen": "Listens",
    "playing_now": "What plays now",
    "player": "Players",
    "track": "Loves",
    "playlist": "Playlists",
    "import": "Imports",
    "decision": "Decisions",
    "spotify": "Spotify accounts and quotas",
    "creators": "Podcasts you make",
}


def _webhooks(request: Request) -> Webhooks:
    return services_of(request).webhooks


def _endpoint_id(request: Request) -> int:
    return whole("webhook", request.path_params["endpoint_id"])


def _choices() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(choice for the whole group, its name, (type, what it tells) of each) to be ticked."""
    told = {name: text.replace("`", "") for name, text in descriptions()}
    grouped = {group: [name for name in TYPES if name.startswith(f"{group}.") and name != TEST] for group in GROUPS}
    return [(f"{group}.*", _GROUP_WORDS[group], [(n, told[n]) for n in names]) for group, names in grouped.items()]


# --- all of them, and a new one -----------------------------------------------------------------------------------


@signed_in
async def _list(request: Request) -> Response:
    return await _list_page(request, Form([]), None)


@signed_in
async def _add(request: Request) -> Response:
    form = await read_form(request)
    try:
        endpoint, secret = await reaching_out(
            _webhooks(request).add,
            user_of(request).user_id,
            form.text("url"),
            label=form.text("label"),
            types=form.all("types"),
        )
    except (Rejected, Conflict) as fault:
        return await _list_page(request, form, fault)
    return shown_once(await _page(request, endpoint.endpoint_id, made=secret))


async def _list_page(request: Request, form: Form, fault: AppError | None) -> Response:
    values = {"url": form.text("url"), "label": form.text("label"), "types": form.all("types")}
    rows = await blocking(_webhooks(request).of_user, user_of(request).user_id)
    return settings_page(request, "settings_webhooks.html", rows=rows, values=values, choices=_choices(), fault=fault)


# --- one of them --------------------------------------------------------------------------------------------------


@signed_in
async def _show(request: Request) -> Response:
    # htmx asks again while something is on its way; it needs only the part that changes.
    part = "webhook_log.html" if request.headers.get("hx-request") else "settings_webhook.html"
    return await _page(request, _endpoint_id(request), part)


async def _page(
    request: Request,
    endpoint_id: int,
    template: str = "settings_webhook.html",
    *,
    made: str = "",
    fault: AppError | None = None,
) -> Response:
    hooks, user_id = _webhooks(request), user_of(request).user_id
    before = whole("before", query(request).text("before") or "0")
    hook, log, waiting = await blocking(hooks.look, user_id, endpoint_id, limit=_SHOWN + 1, before=before)
    return settings_page(
        request,
        template,
        hook=hook,
        waiting=waiting,
        log=log[:_SHOWN],
        older=log[_SHOWN - 1].delivery_id if len(log) > _SHOWN else 0,
        before=before,
        choices=_choices(),
        made=made,
        fault=fault,
    )


@signed_in
async def _edit(request: Request) -> Response:
    form, endpoint_id = await read_form(request), _endpoint_id(request)
    try:
        await reaching_out(
            _webhooks(request).change,
            user_of(request).user_id,
            endpoint_id,
            url=form.text("url"),
            label=form.text("label"),
            types=form.all("types"),
        )
    except Rejected as fault:
        return await _page(request, endpoint_id, fault=fault)
    return redirect(f"/settings/webhooks/{endpoint_id}", notice="Saved; what waits already goes to this address.")


@signed_in
async def _rotate(request: Request) -> Response:
    endpoint_id = _endpoint_id(request)
    secret = await blocking(_webhooks(request).rotate, user_of(request).user_id, endpoint_id)
    return shown_once(await _page(request, endpoint_id, made=secret))


@signed_in
async def _test(request: Request) -> Response:
    endpoint_id = _endpoint_id(request)
    try:
        await blocking(_webhooks(request).test, user_of(request).user_id, endpoint_id)
    except Conflict as fault:
        return await _page(request, endpoint_id, fault=Rejected("", str(fault)))
    return redirect(f"/settings/webhooks/{endpoint_id}", notice="A test event is on its way.")


@signed_in
async def _replay(request: Request) -> Response:
    endpoint_id = _endpoint_id(request)
    delivery_id = whole("delivery", request.path_params["delivery_id"])
    try:
        await blocking(_webhooks(request).replay, user_of(request).user_id, endpoint_id, delivery_id)
    except Conflict as fault:
        return await _page(request, endpoint_id, fault=Rejected("", str(fault)))
    return redirect(f"/settings/webhooks/{endpoint_id}", notice="The event is sent once more, under the id it had.")


@signed_in
async def _pause(request: Request) -> Response:
    await blocking(_webhooks(request).pause, user_of(request).user_id, _endpoint_id(request))
    return redirect(f"/settings/webhooks/{_endpoint_id(request)}", notice="Paused. Events of this time are not sent.")


@signed_in
async def _resume(request: Request) -> Response:
    try:
        await blocking(_webhooks(request).resume, user_of(request).user_id, _endpoint_id(request))
    except Conflict as fault:
        return await _page(request, _endpoint_id(request), fault=Rejected("", str(fault)))
    waiting = await blocking(_webhooks(request).waiting, user_of(request).user_id, _endpoint_id(request))
    said = f"It goes on, with {plural(waiting, 'delivery', 'deliveries')} that waited." if waiting else "It goes on."
    return redirect(f"/settings/webhooks/{_endpoint_id(request)}", notice=said)


@signed_in
async def _remove(request: Request) -> Response:
    await blocking(_webhooks(request).remove, user_of(request).user_id, _endpoint_id(request))
    return redirect("/settings/webhooks", notice="The webhook is removed.")


_ONE = "/settings/webhooks/{endpoint_id}"
routes: list[BaseRoute] = [
    Route("/settings/webhooks", _list, methods=["GET"]),
    Route("/settings/webhooks", _add, methods=["POST"]),
    Route(_ONE, _show, methods=["GET"]),
    Route(_ONE, _edit, methods=["POST"]),
    Route(f"{_ONE}/rotate", _rotate, methods=["POST"]),
    Route(f"{_ONE}/test", _test, methods=["POST"]),
    Route(f"{_ONE}/pause", _pause, methods=["POST"]),
    Route(f"{_ONE}/resume", _resume, methods=["POST"]),
    Route(f"{_ONE}/remove", _remove, methods=["POST"]),
    Route(f"{_ONE}/deliveries/{{delivery_id}}/replay", _replay, methods=["POST"]),
]
