"""Pages of one artist, release, recording, show or episode: `/{user}/artist/{id}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from earstead.core.periods import period
from earstead.kit.http import blocking
from earstead.pagekit import not_modified, page
from earstead.services.views import EntityKind, EntityRef, ListenFilter
from earstead.web import habits, said, sentences, tagging
from earstead.web.auth import current_user
from earstead.web.charts_pages import fitting_unit
from earstead.web.forms import whole
from earstead.web.public_addresses import tag_address
from earstead.web.tagging import tags_of
from earstead.web.visit import Visit, visit

_LATEST = 20
_MUSICBRAINZ = {"artist": "artist", "release": "release", "recording": "recording"}


@dataclass(frozen=True, slots=True)
class Link:
    """Where else an entity is found. Followed only when it is clicked."""

    title: str
    url: str


KINDS: tuple[EntityKind, ...] = ("artist", "release", "recording", "show", "episode")
TITLES = {"artist": "Artist", "release": "Album", "recording": "Track", "show": "Show", "episode": "Episode"}


async def _entity(request: Request) -> Response:
    at = await visit(request)
    kind: EntityKind = next(k for k in KINDS if request.url.path.split("/")[-2] == k)
    entity_id = whole("id", request.path_params["id"])
    tags = await tags_of(at, kind, entity_id)
    words = await blocking(said.gather, at, current_user(request), kind, entity_id)
    loves = await blocking(at.services.feedback.mark, at.owner.user_id)
    etag = at.state(kind, entity_id, *tags, *words.state, loves)
    if (held := not_modified(request, etag)) is not None:
        return held
    context = await blocking(_gather, at, kind, entity_id)
    ref: EntityRef = context["detail"].entity
    if ref.entity_id != entity_id:
        # It was merged into another one: there is one address for one entity.
        return RedirectResponse(f"{at.home}/{kind}/{ref.entity_id}", 303)
    context.update(kind_title=TITLES[kind], said=words, tags=tags, tag_address=tag_address)
    context.update(leaving=habits.leaving, ends_sentence=habits.recording_sentence)
    return page(request, "entity.html", etag=etag, at=at, **context)


def _gather(at: Visit, kind: EntityKind, entity_id: int) -> dict[str, Any]:
    """All figures of the page; blocking. Raises NotFound."""
    insights, user_id = at.services.insights, at.owner.user_id
    detail = insights.entity(user_id, kind, entity_id)
    heard = [row.listened_at for row in (detail.first, detail.latest) if row] or [0]
    unit = fitting_unit(None, (heard[0], heard[-1]))
    recent = [
        (f"this {name}", insights.rank(user_id, kind, entity_id, period(name, at.owner.zone, at.now).span))
        for name in ("month", "year")
    ]
    latest = insights.listens(user_id, limit=_LATEST, filter=narrowed(kind, entity_id))
    return {
        "detail": detail,
        "sentence": sentences.entity_sentence(detail, at.owner.zone, recent),
        "silence": sentences.silence(detail.latest, at.now, at.owner.zone),
        "unit": unit,
        "history": insights.history(user_id, None, unit, kind=kind, entity_id=entity_id),
        "ranks": insights.rank_history(user_id, kind, entity_id),
        "heard_with": insights.heard_with(user_id, entity_id) if kind == "artist" else (),
        "latest": latest.items,
        "hearts": said.hearts(at, latest.items),
        "links": links(detail.entity),
        "ends": at.services.habits.recording(user_id, entity_id) if at.own and kind == "recording" else None,
    }


def narrowed(kind: EntityKind, entity_id: int) -> ListenFilter:
    """The filter of an entity's listens; shows stand in the artist's place, episodes in the recording's."""
    if kind in ("artist", "show"):
        return ListenFilter(artist_id=entity_id)
    return ListenFilter(release_id=entity_id) if kind == "release" else ListenFilter(recording_id=entity_id)


def links(ref: EntityRef) -> tuple[Link, ...]:
    """Pages of other sites about an entity, from the ids that sources gave."""
    found = []
    if ref.mbid and ref.kind in _MUSICBRAINZ:
        found.append(Link("MusicBrainz", f"https://musicbrainz.org/{_MUSICBRAINZ[ref.kind]}/{ref.mbid}"))
    parts = ref.spotify_uri.split(":")
    if len(parts) == 3 and parts[0] == "spotify" and parts[1].isalpha() and parts[2].isalnum():
        found.append(Link("Spotify", f"https://open.spotify.com/{parts[1]}/{parts[2]}"))
    return tuple(found)


routes = [*(Route(f"/{{user}}/{kind}/{{id}}", _entity, methods=["GET"]) for kind in KINDS), *tagging.routes]
