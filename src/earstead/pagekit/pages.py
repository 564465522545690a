"""A template and its context become an HTML answer with the headers every page has.

No page holds an inline script, style or handler, so the content security policy needs no nonce and allows none:
a nonce would also break cached pages, whose stored body would meet the newer header of a 304.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from earstead.pagekit import charts, covers, words
from earstead.pagekit.static import static

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "private, no-cache",
    "vary": "Cookie, HX-Request",
}
_NOTICE = "earstead_notice"
_THEME = "earstead_theme"
_MAX_NOTICE = 2000


@cache
def _environment() -> Environment:
    # The packages are named, not imported: pagekit does not stand on web, a template only happens to live there.
    loader = ChoiceLoader([PackageLoader("earstead.web"), PackageLoader("earstead.pagekit")])
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.lstrip_blocks = True
    environment.filters.update(words.FILTERS)
    environment.globals.update(static=static, charts=charts, cover_art=covers.cover)
    return environment


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    etag: str = "",
    frames: tuple[str, ...] = (),
    **context: Any,
) -> HTMLResponse:
    """Draw a template.

    The context gets, besides what is given: `request`, `path`, `user` (the one signed in, from
    `request.state.user`, or None), `theme` ("light", "dark" or ""), `notice` (what `redirect` left to be said
    once, or None), `static(name)`, `charts` and `cover_art(ref)`.

    `etag` is what `not_modified` was asked with; "" for a page that is not to be cached.
    `frames` are the origins ("https://open.spotify.com") that this one page may show in a frame once the user asks
    for it; all others show none.
    """
    notice = _read_notice(request)
    theme = request.cookies.get(_THEME, "")
    base = {
        "request": request,
        "path": request.url.path,
        "user": getattr(request.state, "user", None),
        "theme": theme if theme in ("light", "dark") else "",
        "notice": notice,
        "section": "listen",
    }
    html = _environment().get_template(template).render({**base, **context})
    response = HTMLResponse(html, status_code=status, headers=_HEADERS)
    if frames:
        response.headers["content-security-policy"] = f"{_POLICY}; frame-src {' '.join(frames)}"
    if notice:
        response.delete_cookie(_NOTICE, path="/")
    elif etag:
        response.headers["etag"] = _tag(request, etag)
    return response


def redirect(url: str, *, notice: str = "", undo: int = 0) -> RedirectResponse:
    """Answer a form: go to `url` (a path of ours) and say `notice` there once.

    `undo` is the id of the decision that the notice offers to take back; 0 for none.
    """
    response = RedirectResponse(url, status_code=303)
    if notice:
        packed = base64.urlsafe_b64encode(json.dumps([notice[:400], undo]).encode()).decode()
        response.set_cookie(_NOTICE, packed, max_age=60, path="/", httponly=True, samesite="lax")
    return response


def not_modified(request: Request, etag: str) -> Response | None:
    """A 304 when the reader already holds this state of the page; None when it must be drawn.

    The 304 carries no policy: the browser goes on with the headers it stored with the body.
    """
    if _NOTICE in request.cookies:
        return None
    tag = _tag(request, etag)
    held = {t.strip() for t in request.headers.get("if-none-match", "").split(",")}
    return Response(status_code=304, headers={"etag": tag, "vary": _HEADERS["vary"]}) if tag in held else None


def _tag(request: Request, etag: str) -> str:
    """The page as this reader sees it: state of the data, who looks, theme, whole page or fragment."""
    user = getattr(request.state, "user", None)
    seen_by = f"{user.user_id}.{user.zone}.{user.display_name}" if user else ""
    parts = (etag, seen_by, request.cookies.get(_THEME, ""), request.headers.get("hx-request", ""), static("app.js"))
    return 'W/"' + quote("~".join(parts), safe="~.-") + '"'


def _read_notice(request: Request) -> dict[str, Any] | None:
    packed = request.cookies.get(_NOTICE, "")
    if not packed or len(packed) > _MAX_NOTICE:
        return None
    try:
        text, undo = json.loads(base64.urlsafe_b64decode(packed))
    except (ValueError, TypeError):
        # Whatever somebody put into the cookie by hand: it was to be said once, so it is simply not said.
        return None
    return {"text": str(text), "undo": undo if isinstance(undo, int) else 0}
