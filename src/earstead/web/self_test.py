"""The self-test of players: throwaway access, and every call it made with what is to be said about it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earstead.kit.http import blocking
from earstead.pagekit import page, redirect
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.forms import read_form

HERE = "/develop/self-test"
_ACTIONS = ("start", "stop", "keep", "discard", "clear")
_SAID = {
    "start": "The self-test runs.",
    "stop": "The self-test is over; its access is taken back.",
    "keep": "Plays are kept in your history from now on.",
    "discard": "Plays are looked at from now on, and not kept.",
    "clear": "The list is empty.",
}


@signed_in
async def _show(request: Request) -> Response:
    """The page; for htmx the calls alone."""
    services, user = services_of(request), user_of(request)
    trial = services.selftest.of_user(user.user_id)
    calls = services.selftest.calls(user.user_id) if trial else ()
    part = "self_test_calls.html" if request.headers.get("hx-request") == "true" else "self_test.html"
    root = services.public_url.rstrip("/")
    return page(request, part, section="develop", trial=trial, calls=calls, root=root, zone=user.zone)


@signed_in
async def _act(request: Request) -> Response:
    selftest, user_id = services_of(request).selftest, user_of(request).user_id
    action = (await read_form(request)).choice("action", _ACTIONS)
    if action == "start":
        await blocking(selftest.open, user_id)
    elif action == "stop":
        await blocking(selftest.close, user_id)
    elif action == "clear":
        selftest.clear(user_id)
    elif trial := selftest.of_user(user_id):
        trial.keep = action == "keep"
    return redirect(HERE, notice=_SAID[action])


routes = [Route(HERE, _show, methods=["GET"]), Route(HERE, _act, methods=["POST"])]
