"""Refuses what another site makes a signed-in browser send.

A browser attaches our cookie to requests that other sites cause. It also says, in headers no page can forge,
where a request came from: `Sec-Fetch-Site`, or at least `Origin`. Believing those needs no token in any form,
so a form that was open overnight still works. Requests without a cookie carry no authority and pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def is_foreign(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request changes something in the name of a cookie, from a page that is not ours.

    Args:
        method: of the request, upper case.
        headers: with lower-case names.
    """
    if method in _SAFE or "cookie" not in headers:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        # "none" is the user's own doing (a bookmark, a typed address). "same-site" is a neighbour under the
        # same registered domain, which may be somebody else's: not ours.
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    # Neither header: no browser of the last years, so a program that was given the cookie on purpose.
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


class SameOriginOnly:
    """ASGI middleware that answers 403 to foreign requests (see `is_foreign`)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or raise HTTPException 403 for the error pages to draw."""
        if scope["type"] == "http" and is_foreign(scope["method"], Headers(scope=scope)):
            raise HTTPException(403, "This request was sent by a page of another site, so it was not carried out.")
        await self.app(scope, receive, send)
