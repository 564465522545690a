"""Who calls and what they may: bearer tokens with scopes, or the signed-in browser for reading."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute, APIRouter
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from earstead import __version__
from earstead.apis.native.problems import Invalid, NotModified
from earstead.core.errors import Forbidden, Unauthenticated
from earstead.core.periods import day_and_hour
from earstead.kit.http import blocking
from earstead.services.accounts import User
from earstead.services.container import Services

LISTENS_READ = "listens:read"
LISTENS_WRITE = "listens:write"
DECISIONS_WRITE = "decisions:write"
WEBHOOKS = "webhooks:manage"
ACCOUNT_READ = "account:read"
ACCOUNT_ADMIN = "account:admin"
CREATORS_READ = "creators:read"
CREATORS_WRITE = "creators:write"
SCOPES = {
    LISTENS_READ: "read listens, statistics, imports, exports and events",
    LISTENS_WRITE: "add, edit, delete and restore listens; now playing; imports",
    DECISIONS_WRITE: "make and undo decisions",
    WEBHOOKS: "make, change and test webhooks, and read what was sent",
    ACCOUNT_READ: "list tokens; export the archive",
    ACCOUNT_ADMIN: "create and revoke tokens",
    CREATORS_READ: "read podcasts of Spotify for Creators: shows, episodes, figures, comments, changes",
    CREATORS_WRITE: "connect accounts of Spotify for Creators and change what is there",
}

COOKIE = "earstead_session"
"""The web pages' session; the name is part of their promise."""

_bearer = HTTPBearer(auto_error=False, description="A token made under Settings, or with `earstead token new NAME`.")


def services_of(request: Request) -> Services:
    """The services this application was built with."""
    found: Services = request.app.state.services
    return found


Held = Annotated[Services, Depends(services_of)]


class Caller:
    """The user a request speaks for, and the scopes it has."""

    __slots__ = ("scopes", "user")

    def __init__(self, user: User, scopes: frozenset[str]) -> None:
        self.user = user
        self.scopes = scopes

    @property
    def id(self) -> int:
        """The user's id."""
        return self.user.user_id


async def caller(
    request: Request, services: Held, token: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Who calls. Raises Unauthenticated: no token, a wrong one, or a browser that wants to write."""
    if token is not None or "authorization" in request.headers:
        grant = services.accounts.bearer(token.credentials) if token else None
        if grant is None:
            raise Unauthenticated("The token is not valid. Send one as 'Authorization: Bearer TOKEN'.")
        return Caller(grant.user, frozenset(grant.scopes))
    user = await _signed_in(request, services)
    if user is None:
        raise Unauthenticated("Send a token as 'Authorization: Bearer TOKEN'; it is made under Settings.")
    if request.method != "GET":
        raise Unauthenticated("A browser session may only read here; send a token to change something.")
    return Caller(user, frozenset(SCOPES))


async def _signed_in(request: Request, services: Services) -> User | None:
    session = request.cookies.get(COOKIE, "")
    # Believed only from our own pages: browsers say so themselves, and no page can forge it.
    if not session or request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return None
    return await blocking(services.accounts.session, session)


def needs(scope: str) -> Callable[..., Coroutine[Any, Any, Caller]]:
    """A dependency: the caller, who has this scope. Raises Forbidden naming the scope otherwise."""

    async def allowed(who: Annotated[Caller, Depends(caller)]) -> Caller:
        if scope not in who.scopes:
            raise Forbidden(f"The token lacks the scope {scope}.")
        return who

    return allowed


Anyone = Annotated[Caller, Depends(caller)]
Reader = Annotated[Caller, Depends(needs(LISTENS_READ))]
Writer = Annotated[Caller, Depends(needs(LISTENS_WRITE))]
Decider = Annotated[Caller, Depends(needs(DECISIONS_WRITE))]
HookMaker = Annotated[Caller, Depends(needs(WEBHOOKS))]
Holder = Annotated[Caller, Depends(needs(ACCOUNT_READ))]
Admin = Annotated[Caller, Depends(needs(ACCOUNT_ADMIN))]
CreatorReader = Annotated[Caller, Depends(needs(CREATORS_READ))]
CreatorWriter = Annotated[Caller, Depends(needs(CREATORS_WRITE))]


async def fresh(request: Request, response: Response, services: Held, who: Reader) -> Caller:
    """The reader of something that changes with the user's listens and days only; sets ETag, may answer 304.

    The local day belongs to the tag because "the last 30 days" moves on at midnight without any write.
    """
    version = await blocking(services.insights.version, who.id)
    day, _ = day_and_hour(services.clock.now(), who.user.zone)
    tag = f'W/"{__version__}-{who.id}-{version}-{day}-{who.user.zone}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
    held = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag.removeprefix("W/") in held:
        raise NotModified(headers)
    response.headers.update(headers)
    return who


Fresh = Annotated[Caller, Depends(fresh)]


async def known_query(request: Request) -> None:
    """Refuse query names the address does not know: a misspelt filter must not answer with everything."""
    route = request.scope.get("route")
    known = _query_names(route) if isinstance(route, APIRoute) else frozenset()
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise Invalid([(name[:100], "this address knows no such query name") for name in unknown])


_names: dict[Callable[..., Any], frozenset[str]] = {}


def _query_names(route: APIRoute) -> frozenset[str]:
    # Kept by handler: walking the dependencies of a route takes longer than most answers.
    if route.endpoint not in _names:
        _names[route.endpoint] = frozenset(param.alias for param in get_flat_params(route.dependant))
    return _names[route.endpoint]


def new_router(tag: str) -> APIRouter:
    """A router whose addresses refuse unknown query names."""
    return APIRouter(tags=[tag], dependencies=[Depends(known_query)])
