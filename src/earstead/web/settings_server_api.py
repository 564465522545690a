"""The owner's switches for programs that call: which keys are let in, how fast, and who is shut out and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, NotFound, Rejected
from earstead.kit.http import blocking
from earstead.pagekit import redirect
from earstead.services.container import Services
from earstead.web.auth import owner_only, services_of
from earstead.web.forms import query, read_form, whole
from earstead.web.settings_frame import settings_page

_HERE = "/settings/server/api"
_PAGE = 50
MOST_A_SECOND = 1000
MOST_AT_ONCE = 10_000
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Policy:
    """A way to treat keys, with what follows from it."""

    value: str
    title: str
    means: str
    when: str


POLICIES = (
    Policy(
        "strict",
        "Strict",
        "Only applications registered at /api/account/create, and every signature must be right.",
        "Players that bring a key of their own are turned away with error 10, most of them for good.",
    ),
    Policy(
        "known",
        "Known",
        "Any key is let in and noted below as not verified, under the name the program gave. Signatures are checked "
        "for applications registered here; others only have to send one.",
        "The usual choice: unmodified players work, and each can be suspended by itself. Acting for somebody always "
        "takes that person's consent or app password.",
    ),
    Policy(
        "open",
        "Open",
        "Any key is let in, and signatures are not looked at.",
        "For a trusted network, or to find out whether a player that fails signs wrongly.",
    ),
)


@owner_only
async def _show(request: Request) -> Response:
    return await _page(request)


async def _page(request: Request, *, fault: AppError | None = None, values: dict[str, str] | None = None) -> Response:
    shown = query(request).text("page") or "1"
    number = whole("page", shown) if len(shown) < 8 else 1
    context = await blocking(_gather, services_of(request), max(number, 1))
    return settings_page(
        request, "settings_server_api.html", policies=POLICIES, values=values or {}, fault=fault, **context
    )


def _gather(services: Services, number: int) -> dict[str, Any]:
    """Everything the page shows; blocking."""
    applications = services.applications
    rows, total = applications.all(_PAGE, (number - 1) * _PAGE)
    per_second, burst = applications.limits()
    return {
        "policy": applications.policy(),
        "per_second": per_second,
        "burst": burst,
        "rows": rows,
        "total": total,
        "newer": f"{_HERE}?page={number - 1}#applications" if number > 1 else "",
        "older": f"{_HERE}?page={number + 1}#applications" if total > number * _PAGE else "",
        "addresses": applications.addresses(),
        "names": {user.user_id: user.name for user in services.accounts.users()},
    }


@owner_only
async def _set_policy(request: Request) -> Response:
    policy = (await read_form(request)).choice("policy", tuple(policy.value for policy in POLICIES))
    await blocking(services_of(request).applications.set_policy, policy)
    return redirect(_HERE, notice="The policy is in force.")


@owner_only
async def _set_limits(request: Request) -> Response:
    form = await read_form(request)
    try:
        per_second, burst = form.number("per_second"), form.number("burst")
        if not 1 <= per_second <= MOST_A_SECOND:
            raise Rejected("per_second", f"1 to {MOST_A_SECOND:,}")
        if not per_second <= burst <= MOST_AT_ONCE:
            raise Rejected("burst", f"at least as many as a second, at most {MOST_AT_ONCE:,}")
        await blocking(services_of(request).applications.set_limits, per_second, burst)
    except Rejected as fault:
        return await _page(request, fault=fault, values=form.values())
    return redirect(_HERE, notice="The limits are in force.")


@owner_only
async def _suspend(request: Request) -> Response:
    application_id = whole("application", request.path_params["application_id"])
    reason = (await read_form(request)).text("reason")
    try:
        await blocking(services_of(request).applications.suspend, application_id, reason)
    except Rejected as fault:
        return await _page(request, fault=Rejected(f"reason-{application_id}", fault.why))
    return redirect(f"{_HERE}#applications", notice="The key is suspended. Whoever calls with it reads the reason.")


@owner_only
async def _unsuspend(request: Request) -> Response:
    application_id = whole("application", request.path_params["application_id"])
    await blocking(services_of(request).applications.unsuspend, application_id)
    return redirect(f"{_HERE}#applications", notice="The key works again.")


@owner_only
async def _block(request: Request) -> Response:
    services, form = services_of(request), await read_form(request)
    try:
        days = form.number("days") if form.text("days") else 0
        until = services.clock.now() + min(days, 36_500) * _DAY_S if days else 0
        await blocking(services.applications.block_address, form.text("address"), form.text("reason"), until=until)
    except (Rejected, Conflict) as fault:
        return await _page(request, fault=fault, values=form.values())
    return redirect(f"{_HERE}#addresses", notice="The address is blocked. Whoever calls from it reads the reason.")


@owner_only
async def _unblock(request: Request) -> Response:
    address = (await read_form(request)).text("address")
    try:
        await blocking(services_of(request).applications.unblock, address)
    except NotFound:
        return redirect(f"{_HERE}#addresses", notice="That address was not blocked any more.")
    return redirect(f"{_HERE}#addresses", notice="The address may call again.")


routes: list[BaseRoute] = [
    Route(_HERE, _show, methods=["GET"]),
    Route(f"{_HERE}/policy", _set_policy, methods=["POST"]),
    Route(f"{_HERE}/limits", _set_limits, methods=["POST"]),
    Route(f"{_HERE}/applications/{{application_id}}/suspend", _suspend, methods=["POST"]),
    Route(f"{_HERE}/applications/{{application_id}}/unsuspend", _unsuspend, methods=["POST"]),
    Route(f"{_HERE}/addresses", _block, methods=["POST"]),
    Route(f"{_HERE}/addresses/unblock", _unblock, methods=["POST"]),
]
