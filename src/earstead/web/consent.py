"""The consent page: may this application act for you? `/api/auth`, where Last.fm programs send a browser.

Two ways lead here. With a `token`, a program on the desktop waits and asks again and again whether the token was
allowed; nothing is sent anywhere. Without one, the browser is sent back with a fresh token: to the address
that the application gave (`cb`), or else to the one it registered.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, NotFound, Rejected
from earstead.kit.http import blocking
from earstead.pagekit import page
from earstead.services.applications.records import Application
from earstead.services.container import Services
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.callbacks import callback_fault, destination, location, scheme_of, with_token
from earstead.web.forms import Form, query, read_form

_PATHS = ("/api/auth", "/api/auth/")
_MAX_KEY = 128
_MAX_TOKEN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What an application asks for, found to be in order. `token` or `callback` is set, never both."""

    application: Application
    token: str = ""
    callback: str = ""

    @property
    def leads_to(self) -> str:
        """Where the browser goes afterwards, for people; "" when it stays."""
        return destination(self.callback) if self.callback else ""

    @property
    def leads_astray(self) -> bool:
        """Whether that is somewhere else than the application said when it was registered."""
        registered = self.application.callback
        return bool(self.callback and registered and destination(registered) != self.leads_to)

    @property
    def fields(self) -> dict[str, str]:
        """The request as it came, to be sent along with the answer."""
        sent = {"api_key": self.application.api_key, "token": self.token, "cb": self.callback}
        return {name: value for name, value in sent.items() if value}


class CannotAsk(AppError):
    """The request is not one that can be allowed: a title, and what the person at the browser can do."""

    def __init__(self, title: str, todo: str, *, status: int = 400) -> None:
        super().__init__(title)
        self.title = title
        self.todo = todo
        self.status = status


async def _ask(request: Request) -> Response:
    sent = query(request)
    if not sent.text("api_key"):
        # Said to everybody: signing in first would help nobody here.
        return _refusal(request, _no_key())
    return await _ask_signed_in(request)


@signed_in
async def _ask_signed_in(request: Request) -> Response:
    try:
        ask = await blocking(understood, services_of(request), query(request), user_of(request).user_id)
    except CannotAsk as fault:
        return _refusal(request, fault)
    answer = page(request, "consent.html", ask=ask, application=ask.application)
    return _may_lead_to(answer, ask.callback)


@signed_in
async def _decide(request: Request) -> Response:
    services, user, form = services_of(request), user_of(request), await read_form(request)
    try:
        ask = await blocking(understood, services, form, user.user_id)
        if form.choice("decision", ("allow", "deny")) == "deny":
            return page(request, "consent_done.html", application=ask.application, allowed=False)
        if ask.callback:
            token = await blocking(services.applications.approved_token, ask.application.application_id, user.user_id)
            # The address is the application's: nothing in it may be encoded anew, as an ordinary redirect would.
            return Response(status_code=303, headers={"location": location(with_token(ask.callback, token))})
        await blocking(services.applications.approve, ask.token, user.user_id)
    except CannotAsk as fault:
        return _refusal(request, fault)
    except (Conflict, NotFound, Rejected) as fault:
        return _refusal(request, CannotAsk("This request cannot be allowed", str(fault)))
    return page(request, "consent_done.html", application=ask.application, allowed=True)


def understood(services: Services, sent: Form, user_id: int) -> Ask:
    """The request that a query or the page's own form holds; blocking.

    Raises:
        CannotAsk: it is incomplete, nobody's, suspended, or its token is not waiting.
    """
    key, token, asked = sent.text("api_key"), sent.text("token"), sent.raw("cb").strip()
    if not key:
        raise _no_key()
    application = _application(services, key, asked)
    if token:
        _check_token(services, application, token, user_id)
        return Ask(application=application, token=token)
    callback = asked or application.callback
    if not callback:
        raise CannotAsk(
            "The application did not say where to go on",
            "It has to send a token (programs on the desktop) or an address to return to, cb (web pages). "
            "Start again from the application; if it stays like this, tell its makers.",
        )
    if why := callback_fault(callback, application.callback):
        raise CannotAsk(
            "This application wants you sent to an address that is not taken", f"The address it gave {why}."
        )
    return Ask(application=application, callback=callback)


def _application(services: Services, key: str, asked: str) -> Application:
    """The application of a key, made known where the server's policy lets unknown ones in."""
    unknown = CannotAsk(
        "This application is not known here",
        "Its API key was not registered on this server. Check that the application is set to this server's address, "
        "or register it at /api/account/create.",
    )
    if len(key) > _MAX_KEY or not key.isprintable():
        raise unknown
    # The browser's own name says nothing about the application; where it wants to return to does.
    named = destination(asked) if asked and not callback_fault(asked) else ""
    application = services.applications.admit(key, named)
    if application is None:
        raise unknown
    if application.suspended:
        raise CannotAsk(
            "This application is suspended on this server",
            f"The owner's reason: {application.suspended}",
            status=403,
        )
    return application


def _check_token(services: Services, application: Application, token: str, user_id: int) -> None:
    """Raises CannotAsk unless the token is this application's and waits for an answer."""
    of, state, approved_by = services.applications.token_state(token[:_MAX_TOKEN])
    again = "Start again from the application: it will ask for a new one."
    if not state or of != application.application_id:
        raise CannotAsk("This request is not known", f"Its token was never given out to this application. {again}")
    if state == "expired":
        raise CannotAsk("This request is too old", f"A token is good for an hour. {again}")
    if state == "approved" and approved_by == user_id:
        raise CannotAsk(
            "You have allowed this already",
            f"Go back to {application.name}; it goes on by itself, or after you confirm there.",
            status=200,
        )
    if state != "issued":
        raise CannotAsk("This request was used already", f"A token is good for one answer. {again}")


def _no_key() -> CannotAsk:
    return CannotAsk(
        "Which application?",
        "This is where an application sends you to ask for access. It has to name itself with api_key; "
        "start from the application, or see how it is done under Develop.",
    )


def _refusal(request: Request, fault: CannotAsk) -> Response:
    return page(request, "consent_refused.html", status=fault.status, title=fault.title, todo=fault.todo)


def _may_lead_to(answer: Response, callback: str) -> Response:
    """Let this page's form end at the application's address: browsers hold redirects to the form's policy too."""
    if callback:
        policy = answer.headers["content-security-policy"]
        allowed = f"form-action 'self' {scheme_of(callback)}:"
        answer.headers["content-security-policy"] = policy.replace("form-action 'self'", allowed)
    return answer


routes: list[BaseRoute] = [
    *(Route(path, _ask, methods=["GET"]) for path in _PATHS),
    *(Route(path, _decide, methods=["POST"]) for path in _PATHS),
]
