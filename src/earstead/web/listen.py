"""One listen: "why is this here?", its witnesses, and what one may decide about it: `/{user}/listen/{id}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from earstead.core.errors import Rejected
from earstead.core.periods import zone_info
from earstead.kit.http import blocking
from earstead.pagekit import not_modified, page, redirect
from earstead.pagekit.words import local
from earstead.services.views import Explanation, ListenRow, Witness
from earstead.web import said
from earstead.web.auth import current_user
from earstead.web.forms import Form, read_form, whole
from earstead.web.public_addresses import tag_address
from earstead.web.tagging import tags_of
from earstead.web.visit import Visit, own_visit, visit

_ACTIONS = ("delete", "restore", "edit", "keep_apart")
_NAMES = ("track_name", "artist_name", "release_name")
_MAX_NAME = 1000
_SAID = {
    "delete": "Deleted the listen.",
    "restore": "Restored the listen.",
    "edit": "Changed the listen.",
    "keep_apart": "They are two listens from now on.",
}


async def _show(request: Request) -> Response:
    at = await visit(request)
    listen_id = whole("id", request.path_params["id"])
    found = await blocking(at.services.insights.explain, at.owner.user_id, listen_id)
    if found.listen.listen_id != listen_id:
        # It was absorbed by another one: there is one address for one listen.
        return RedirectResponse(f"{at.home}/listen/{found.listen.listen_id}", 303)
    ref = found.listen.recording
    # A deleted listen may have been the last one of its recording: then there is nothing to say about that.
    words = await blocking(said.gather_known, at, current_user(request), ref.kind, ref.entity_id)
    tags = await tags_of(at, ref.kind, ref.entity_id)
    etag = at.state(listen_id, *tags, *(words.state if words else ()))
    if (held := not_modified(request, etag)) is not None:
        return held
    shown = _shown(found, at.owner.zone) | {"said": words, "ref": ref, "tags": tags, "tag_address": tag_address}
    return page(request, "listen.html", etag=etag, at=at, **shown)


def _shown(found: Explanation, zone: str) -> dict[str, Any]:
    return {
        "found": found,
        "row": found.listen,
        "details": [(w, witness_details(w)) for w in found.witnesses],
        "editable_time": local(found.listen.listened_at, zone).strftime("%Y-%m-%dT%H:%M:%S"),
    }


def witness_details(witness: Witness) -> list[tuple[str, str]]:
    """Everything else a source said, as names and values to read; nested values as they came."""
    return [(key.replace("_", " "), str(value)) for key, value in sorted(witness.extra.items())]


async def _decide(request: Request) -> Response:
    at = await own_visit(request)
    listen_id = whole("id", request.path_params["id"])
    form = await read_form(request)
    action = form.choice("action", _ACTIONS)
    row = await blocking(at.services.insights.listen, at.owner.user_id, listen_id)
    subject = _subject(action, row, form, at)
    here = f"{at.home}/listen/{row.listen_id}"
    if action == "edit" and len(subject) == 1:
        return redirect(here, notice="Nothing was changed.")
    made = await blocking(at.services.decisions.make, at.owner.user_id, action, subject)
    return redirect(here, notice=_SAID[action], undo=made.decision_id)


def _subject(action: str, row: ListenRow, form: Form, at: Visit) -> Mapping[str, Any]:
    if action == "keep_apart":
        return {"listen_id": row.listen_id, "seq": form.number("seq")}
    if action == "edit":
        return {"listen_id": row.listen_id, **edited(row, form, at.owner.zone)}
    return {"listen_ids": [row.listen_id]}


def edited(row: ListenRow, form: Form, zone: str) -> dict[str, Any]:
    """The fields that differ from what the listen says now.

    Raises:
        Rejected: an empty or far too long name, or a time that is none.
    """
    changes: dict[str, Any] = {}
    for name in _NAMES:
        value = form.text(name)
        if len(value) > _MAX_NAME:
            raise Rejected(name, f"at most {_MAX_NAME} characters")
        if not value and name != "release_name":
            raise Rejected(name, "this cannot be empty")
        if value != getattr(row, name):
            changes[name] = value
    listened_at = _moment(form.text("listened_at"), zone)
    if listened_at != row.listened_at:
        changes["listened_at"] = listened_at
    return changes


def _moment(text: str, zone: str) -> int:
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=zone_info(zone)).timestamp())
    except (ValueError, OverflowError) as error:
        raise Rejected("listened_at", "a date with a time was expected") from error


routes = [
    Route("/{user}/listen/{id}", _show, methods=["GET"]),
    Route("/{user}/listen/{id}", _decide, methods=["POST"]),
]
