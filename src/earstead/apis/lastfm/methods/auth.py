"""Getting access: tokens, sessions (spec sections 4.3 to 4.5, 7.3)."""

from __future__ import annotations

from earstead.apis.lastfm import errors
from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.method import Call, Method, Param
from earstead.apis.lastfm.tree import Box, Node, Text
from earstead.core.errors import NotFound, Unauthenticated
from earstead.services.applications.applications import AppSession, TokenFault
from earstead.services.users import User

NOT_ISSUED = "Unauthorized Token - This token has not been issued"
WRONG_LOGIN = "Authentication Failed - This user name and app password do not belong together"
USE_POST = "Authentication Failed - You must use POST for this method"


def get_token(call: Call) -> Text:
    """A token for the user to approve in a browser."""
    return Text("token", call.services.applications.new_token(call.application_id))


def get_session(call: Call) -> Box:
    """A session key for an approved token."""
    token = call.required("token")
    try:
        return _session(call.services.applications.redeem(call.application_id, token))
    except TokenFault as fault:
        raise _explained(fault) from fault
    except NotFound:  # the user went in between
        raise Fault(errors.AUTHENTICATION_FAILED, NOT_ISSUED) from None


def _explained(fault: TokenFault) -> Fault:
    if fault.state == "waiting":
        return Fault(errors.TOKEN_WAITING)
    if fault.state == "expired":
        return Fault(errors.TOKEN_EXPIRED)
    # A token makes one session; used up, it is as good as one that was never there.
    return Fault(errors.AUTHENTICATION_FAILED, NOT_ISSUED)


def get_mobile_session(call: Call) -> Box:
    """A session key for a user name and an app password, in clear or hashed with the name."""
    if call.strict and call.verb != "POST":
        raise Fault(errors.AUTHENTICATION_FAILED, USE_POST)
    user = _by_login(call, call.required("username"))
    return _session(call.services.applications.new_session(user.user_id, call.application_id))


def _by_login(call: Call, name: str) -> User:
    accounts = call.services.accounts
    hashed, password = call.text("authtoken"), call.given.get("password", "")
    if not hashed and not password:
        raise Fault(errors.INVALID_PARAMETERS)
    try:
        # mpdas sends both, and in `password` the md5 of it: the hash decides where there is one.
        if not hashed:
            return accounts.check_app_password(name, password)
        user = accounts.named(name)
        if call.services.applications.auth_token_matches(user.user_id, hashed):
            return user
    except (Unauthenticated, NotFound):
        pass
    raise Fault(errors.AUTHENTICATION_FAILED, WRONG_LOGIN)


def get_session_info(call: Call) -> Box:
    """Whose session this is; asked by programs that want to know whether their key still holds."""
    if call.session_user is None:
        raise Fault(errors.INVALID_PARAMETERS)
    country = call.services.accounts.setting(call.session_user.user_id, "profile", {}).get("country", "")
    session = _session(AppSession(call.text("sk"), call.session_user), Text("country", country))
    return Box("application", (session,))


def _session(session: AppSession, *more: Node) -> Box:
    return Box("session", (Text("name", session.user.name), Text("key", session.key), Text("subscriber", 0), *more))


_TOKEN = Param(name="token", required=True, about="from auth.getToken, approved by the user")

METHODS = (
    Method(name="auth.getToken", auth="signed", run=get_token, summary="A token to be approved.", root="token"),
    Method(
        name="auth.getSession",
        auth="signed",
        run=get_session,
        summary="A session key for an approved token.",
        params=(_TOKEN,),
        root="session",
    ),
    Method(
        name="auth.getMobileSession",
        auth="signed",
        run=get_mobile_session,
        summary="A session key for a user name and an app password.",
        params=(
            Param(name="username", required=True),
            Param(name="password", about="the app password; needed where there is no authToken"),
            Param(name="authToken", about="md5(lower-case user name + md5(app password)), of programs of old"),
        ),
        root="session",
        posted=True,
    ),
    Method(
        name="auth.getSessionInfo",
        auth="key",
        run=get_session_info,
        summary="Whose session a key is.",
        params=(Param(name="sk", required=True),),
        root="application",
    ),
)
