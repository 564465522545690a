"""What a user calls an artist, album or track: shown on its page, added and taken off there by the user alone."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import Rejected
from earstead.kit.http import blocking
from earstead.pagekit import page, redirect
from earstead.services.tags import KINDS, Kind
from earstead.services.views import EntityKind
from earstead.web.auth import safe_next
from earstead.web.forms import Form, query, read_form, whole
from earstead.web.public_addresses import tag_address
from earstead.web.visit import Visit, own_visit


async def tags_of(at: Visit, kind: EntityKind, entity_id: int) -> tuple[str, ...]:
    """The tags that the one whose page it is gave; () for what cannot be tagged."""
    known = next((one for one in KINDS if one == kind), None)
    return await blocking(at.services.tags.of, at.owner.user_id, known, entity_id) if known else ()


async def _add(request: Request) -> Response:
    at, kind, entity_id, form = await _asked(request)
    names = [name for part in form.text("tags").split(",") if (name := part.strip())]
    if not names:
        raise Rejected("", "write at least one tag")
    await blocking(at.services.tags.add, at.owner.user_id, kind, entity_id, names)
    return await _answer(request, at, kind, entity_id, "Tagged." if len(names) == 1 else f"{len(names)} tags given.")


async def _remove(request: Request) -> Response:
    at, kind, entity_id, form = await _asked(request)
    name = form.text("tag")
    await blocking(at.services.tags.remove, at.owner.user_id, kind, entity_id, name)
    return await _answer(request, at, kind, entity_id, f"The tag {name} is taken off.")


async def _answer(request: Request, at: Visit, kind: Kind, entity_id: int, notice: str) -> Response:
    """The tags anew for htmx; a redirect to where the form stood for everybody else."""
    if request.headers.get("hx-request") == "true":
        ref = (await blocking(at.services.insights.entity, at.owner.user_id, kind, entity_id)).entity
        tags = await tags_of(at, kind, entity_id)
        return page(request, "entity_tags.html", at=at, ref=ref, tags=tags, tag_address=tag_address)
    back = safe_next(query(request).text("next"))
    return redirect(back if back != "/" else f"{at.home}/{kind}/{entity_id}", notice=notice)


async def _asked(request: Request) -> tuple[Visit, Kind, int, Form]:
    """Whose, what, and the form. Raises Forbidden for anybody but the user."""
    at = await own_visit(request)
    kind: Kind = next(one for one in KINDS if f"/{one}/" in request.url.path)
    return at, kind, whole("id", request.path_params["id"]), await read_form(request)


routes: list[BaseRoute] = [
    Route(f"/{{user}}/{kind}/{{id}}/tags{action}", handler, methods=["POST"])
    for kind in KINDS
    for action, handler in (("", _add), ("/remove", _remove))
]
