"""Relays: to whom listens are passed on, what goes through, what waits, what failed and why, and back-fill."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, NotFound, Rejected
from earstead.core.listen import Kind
from earstead.core.periods import Span, period
from earstead.core.relaying import RelayFilter
from earstead.kit.http import blocking, reaching_out
from earstead.pagekit import redirect
from earstead.pagekit.words import plural
from earstead.services.relays.relays import KINDS, Given, Relays
from earstead.services.relays.types import BY_NAME
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.forms import Form, query, read_form, whole
from earstead.web.settings_frame import settings_page

_SHOWN = 20
_MOST_SHOWN = 10_000
KIND_WORDS = ((int(Kind.MUSIC), "Music"), (int(Kind.EPISODE), "Episodes"), (int(Kind.CHAPTER), "Audiobook chapters"))


def _relays(request: Request) -> Relays:
    return services_of(request).relays


def _relay_id(request: Request) -> int:
    return whole("relay", request.path_params["relay_id"])


# --- all of them, and a new one -----------------------------------------------------------------------------------


@signed_in
async def _list(request: Request) -> Response:
    rows = await blocking(_relays(request).of_user, user_of(request).user_id)
    return settings_page(request, "settings_relays.html", rows=rows, kinds=KINDS)


@signed_in
async def _new(request: Request) -> Response:
    return _connect_form(request, request.path_params["kind"], Form([]), None)


@signed_in
async def _add(request: Request) -> Response:
    kind = request.path_params["kind"]
    form = await read_form(request)
    try:
        relay = await reaching_out(_relays(request).add, user_of(request).user_id, kind, _given(form))
    except (Rejected, Conflict) as fault:
        return _connect_form(request, kind, form, fault)
    said = "Now say yes on the page of the service." if relay.state == "new" else "Connected. What you hear goes there."
    return redirect(f"/settings/relays/{relay.relay_id}", notice=said)


def _connect_form(request: Request, kind: str, form: Form, fault: AppError | None, relay_id: int = 0) -> Response:
    if kind not in BY_NAME:
        raise NotFound("There is no such kind of service.")
    # Keys, tokens and passwords are never written into a page again.
    values = {"url": form.text("url")[:500], "name": form.text("name")[:500]}
    return settings_page(
        request, "settings_relay_connect.html", kind=BY_NAME[kind], values=values, relay_id=relay_id, fault=fault
    )


def _given(form: Form) -> Given:
    return Given(
        url=form.text("url"),
        token=form.text("token"),
        api_key=form.text("api_key"),
        secret=form.text("secret"),
        name=form.text("name"),
        password=form.raw("password"),
    )


@signed_in
async def _reconnect_form(request: Request) -> Response:
    standing = await blocking(_relays(request).get, user_of(request).user_id, _relay_id(request))
    filled = Form([("url", standing.relay.url), ("name", standing.relay.account)])
    return _connect_form(request, standing.relay.kind.name, filled, None, standing.relay.relay_id)


@signed_in
async def _reconnect(request: Request) -> Response:
    relays, user_id, relay_id = _relays(request), user_of(request).user_id, _relay_id(request)
    form = await read_form(request)
    standing = await blocking(relays.get, user_id, relay_id)
    try:
        await reaching_out(relays.reconnect, user_id, relay_id, _given(form))
    except (Rejected, Conflict) as fault:
        return _connect_form(request, standing.relay.kind.name, form, fault, relay_id)
    return RedirectResponse(f"/settings/relays/{relay_id}", 303)


@signed_in
async def _finish(request: Request) -> Response:
    relays, user_id, relay_id = _relays(request), user_of(request).user_id, _relay_id(request)
    try:
        done = await reaching_out(relays.finish, user_id, relay_id)
    except Rejected as fault:
        return await _page(request, fault=fault)
    said = "Connected. What you hear goes there." if done else "The service says that you have not said yes there yet."
    return redirect(f"/settings/relays/{relay_id}", notice=said)


# --- one of them --------------------------------------------------------------------------------------------------


@signed_in
async def _show(request: Request) -> Response:
    # htmx asks again while something is on its way; it needs only the part that changes.
    return await _page(request, "relay_state.html" if request.headers.get("hx-request") else "settings_relay.html")


async def _page(
    request: Request,
    template: str = "settings_relay.html",
    *,
    fault: AppError | None = None,
    count: int = -1,
    span: tuple[str, str] = ("", ""),
) -> Response:
    """One relay; `count`: how many listens a back-fill of `span` (two dates) would send, -1 when not asked."""
    relays, user_id, relay_id = _relays(request), user_of(request).user_id, _relay_id(request)
    asked = query(request)
    skip = min(whole("skip", asked.text("skip") or "0"), _MOST_SHOWN)
    standing = await blocking(relays.get, user_id, relay_id)
    insights = services_of(request).insights
    return settings_page(
        request,
        template,
        standing=standing,
        relay=standing.relay,
        waiting=await blocking(relays.waiting, user_id, relay_id, limit=_SHOWN),
        failed=await blocking(relays.failed, user_id, relay_id, limit=_SHOWN + 1, offset=skip),
        skip=skip,
        shown=_SHOWN,
        approval=await blocking(relays.approval_page, user_id, relay_id),
        sources=[row.source for row in await blocking(insights.sources, user_id)],
        kind_words=[(number, word) for number, word in KIND_WORDS if number in standing.relay.kind.kinds],
        now=services_of(request).clock.now(),
        span=span,
        count=count,
        fault=fault,
    )


@signed_in
async def _edit(request: Request) -> Response:
    form = await read_form(request)
    try:
        chosen = RelayFilter(
            kinds=tuple(number for number, _ in KIND_WORDS if str(number) in form.all("kinds")),
            sources=form.all("sources"),
            min_played_s=whole("min_played_s", form.text("min_played_s") or "0"),
            excluded_artists=tuple(form.text("excluded_artists").splitlines()),
        )
        await blocking(
            _relays(request).edit,
            user_of(request).user_id,
            _relay_id(request),
            chosen,
            playing=form.text("playing") == "1",
        )
    except Rejected as fault:
        return await _page(request, fault=fault)
    return redirect(f"/settings/relays/{_relay_id(request)}", notice="Saved; it also holds for what waits already.")


@signed_in
async def _pause(request: Request) -> Response:
    await blocking(_relays(request).pause, user_of(request).user_id, _relay_id(request))
    return redirect(f"/settings/relays/{_relay_id(request)}", notice="Paused. What you hear waits.")


@signed_in
async def _resume(request: Request) -> Response:
    await blocking(_relays(request).resume, user_of(request).user_id, _relay_id(request))
    return redirect(f"/settings/relays/{_relay_id(request)}", notice="It goes on.")


@signed_in
async def _try_now(request: Request) -> Response:
    await blocking(_relays(request).try_now, user_of(request).user_id, _relay_id(request))
    return redirect(f"/settings/relays/{_relay_id(request)}", notice="It is tried now.")


@signed_in
async def _retry_failed(request: Request) -> Response:
    count = await blocking(_relays(request).retry_failed, user_of(request).user_id, _relay_id(request))
    return redirect(f"/settings/relays/{_relay_id(request)}", notice=f"{plural(count, 'listen')} will be tried again.")


@signed_in
async def _remove(request: Request) -> Response:
    await blocking(_relays(request).remove, user_of(request).user_id, _relay_id(request))
    return redirect("/settings/relays", notice="The relay is removed. What was sent there stays there.")


# --- back-fill ----------------------------------------------------------------------------------------------------


@signed_in
async def _preview_fill(request: Request) -> Response:
    asked = query(request)
    days = (asked.text("from"), asked.text("until"))
    try:
        span = _span(request, asked)
        count = await blocking(
            _relays(request).preview_fill, user_of(request).user_id, _relay_id(request), span.start, span.end
        )
    except Rejected as fault:
        return await _page(request, fault=Rejected("fill", fault.why), span=days)
    return await _page(request, count=count, span=days)


@signed_in
async def _fill(request: Request) -> Response:
    relays, user_id, relay_id = _relays(request), user_of(request).user_id, _relay_id(request)
    form = await read_form(request)
    days = (form.text("from"), form.text("until"))
    try:
        span = _span(request, form)
        fill = await blocking(relays.fill, user_id, relay_id, span.start, span.end)
    except Rejected as fault:
        return await _page(request, fault=Rejected("fill", fault.why), span=days)
    except Conflict as fault:
        return await _page(request, fault=Rejected("fill", str(fault)), span=days)
    return redirect(f"/settings/relays/{relay_id}", notice=f"{plural(fill.total, 'listen')} will be sent.")


def _span(request: Request, said: Form) -> Span:
    """From the first to the last day, both included, in the user's zone. Raises Rejected."""
    first, last = said.text("from"), said.text("until")
    if not first or not last:
        raise Rejected("fill", "choose the first and the last day")
    found = period(f"{first}..{last}", user_of(request).zone, services_of(request).clock.now()).span
    assert found is not None, "two dates are a span"
    return found


@signed_in
async def _stop_fill(request: Request) -> Response:
    await blocking(_relays(request).stop_fill, user_of(request).user_id, _relay_id(request))
    return redirect(f"/settings/relays/{_relay_id(request)}", notice="Stopped. What was sent by then stays there.")


_ONE = "/settings/relays/{relay_id}"
routes: list[BaseRoute] = [
    Route("/settings/relays", _list, methods=["GET"]),
    Route("/settings/relays/new/{kind}", _new, methods=["GET"]),
    Route("/settings/relays/new/{kind}", _add, methods=["POST"]),
    Route(_ONE, _show, methods=["GET"]),
    Route(f"{_ONE}/connect", _reconnect_form, methods=["GET"]),
    Route(f"{_ONE}/connect", _reconnect, methods=["POST"]),
    Route(f"{_ONE}/finish", _finish, methods=["POST"]),
    Route(f"{_ONE}/filter", _edit, methods=["POST"]),
    Route(f"{_ONE}/pause", _pause, methods=["POST"]),
    Route(f"{_ONE}/resume", _resume, methods=["POST"]),
    Route(f"{_ONE}/try", _try_now, methods=["POST"]),
    Route(f"{_ONE}/retry", _retry_failed, methods=["POST"]),
    Route(f"{_ONE}/remove", _remove, methods=["POST"]),
    Route(f"{_ONE}/fill", _preview_fill, methods=["GET"]),
    Route(f"{_ONE}/fill", _fill, methods=["POST"]),
    Route(f"{_ONE}/fill/stop", _stop_fill, methods=["POST"]),
]
