"""Last.fm's public addresses, which the answers of the API hold: `/user/...`, `/music/...`, `/tag/...`.

Who looks and has heard the thing is led to the own page of it; everybody else sees what this server knows from
those whose listening is public. A name is written as in a form (blanks as "+"), so that a slash in it is "%2F".
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from earstead.core.names import clean
from earstead.kit.http import blocking
from earstead.pagekit import page
from earstead.services.container import Services
from earstead.services.tags import Kind
from earstead.services.users import User
from earstead.services.views import EntityRef
from earstead.web.auth import current_user, services_of

_TOP = 10
_MAX_NAME = 1000
_TITLES: tuple[tuple[Kind, str], ...] = (("artist", "Artists"), ("release", "Albums"), ("recording", "Tracks"))
# Pages of Last.fm below a user, and ours that show the same.
_BELOW_USER = {
    "library": "listens",
    "library/artists": "artists",
    "library/albums": "releases",
    "library/tracks": "recordings",
    "following": "friends",
    "followers": "friends",
    "friends": "friends",
}


def music_address(ref: EntityRef) -> str:
    """The public address of an artist, release or recording on this server."""
    if ref.kind == "artist":
        return f"/music/{_written(ref.name)}"
    between = "" if ref.kind == "release" else "_/"
    return f"/music/{_written(ref.credit)}/{between}{_written(ref.name)}"


def tag_address(name: str) -> str:
    """The public address of a tag on this server."""
    return f"/tag/{_written(name)}"


def _written(name: str) -> str:
    return quote_plus(name.encode("utf-8", "replace"), safe="(),:&")


def segments(request: Request, prefix: str) -> list[str]:
    """The names that follow `prefix` in the address as it was sent, so that a slash inside of a name is kept.

    What begins with a plain "+" is a page below a thing ("+similar"): it and what follows is left out.
    """
    raw = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    names: list[str] = []
    for part in raw.decode("latin-1").removeprefix(prefix).strip("/").split("/"):
        if part.startswith("+"):
            break
        names.append(clean(unquote_plus(part))[:_MAX_NAME])
    return [name for name in names if name]


async def _user(request: Request) -> Response:
    names = segments(request, "/user/")
    services, viewer = services_of(request), current_user(request)
    found = await blocking(services.accounts.find, names[0] if names else "", viewer)
    below = _BELOW_USER.get("/".join(names[1:]), "")
    return RedirectResponse(f"/{quote(found.name)}" + (f"/{below}" if below else ""), 303)


async def _music(request: Request) -> Response:
    names = segments(request, "/music/")
    services, viewer = services_of(request), current_user(request)
    kind, artist, name = understood(names)
    found = await blocking(_found, services, viewer, kind, artist, name)
    if found is None:
        return page(request, "commons_unknown.html", status=404, kind=kind, artist=artist, name=name)
    if viewer is not None and await blocking(_heard, services, viewer, found):
        return RedirectResponse(f"/{quote(viewer.name)}/{kind}/{found.entity_id}", 303)
    context = await blocking(_gather, services, viewer, found)
    return page(request, "commons.html", ref=found, music_address=music_address, tag_address=tag_address, **context)


def understood(names: list[str]) -> tuple[Kind, str, str]:
    """(kind, artist, name) of the names in an address: ARTIST, ARTIST/ALBUM, ARTIST/_/TRACK, ARTIST/ALBUM/TRACK."""
    artist = names[0] if names else ""
    if len(names) > 2:
        return "recording", artist, names[2]
    if len(names) == 2 and names[1] != "_":
        return "release", artist, names[1]
    return "artist", artist, artist


def _found(services: Services, viewer: User | None, kind: Kind, artist: str, name: str) -> EntityRef | None:
    if not name:
        return None
    return services.commons.named(viewer, kind, name, artist="" if kind == "artist" else artist)


def _heard(services: Services, viewer: User, ref: EntityRef) -> bool:
    return services.commons.stats(ref.kind, ref.entity_id, viewer).viewer_plays > 0


def _gather(services: Services, viewer: User | None, ref: EntityRef) -> dict[str, Any]:
    """What this server knows of a thing; blocking."""
    commons, entity_id = services.commons, ref.entity_id
    kind: Kind = "artist" if ref.kind == "artist" else "release" if ref.kind == "release" else "recording"
    context: dict[str, Any] = {
        "stats": commons.stats(kind, entity_id, viewer),
        "tags": services.tags.top(kind, entity_id, viewer, _TOP),
        "albums": (),
        "tracks": (),
        "listed": (),
        "similar": (),
        "album": None,
        "by": commons.refs([ref.credit_id], viewer).get(ref.credit_id) if ref.credit_id else None,
    }
    if kind == "artist":
        context["albums"] = commons.top_of_artist(entity_id, "release", _TOP, 0, viewer)[0]
        context["tracks"] = commons.top_of_artist(entity_id, "recording", _TOP, 0, viewer)[0]
        context["similar"] = commons.similar_artists(entity_id, _TOP, viewer)
    elif kind == "release":
        context["listed"] = commons.tracklist(entity_id, viewer)
    else:
        context["album"] = commons.album_of(entity_id, viewer)[0]
        context["similar"] = commons.similar_recordings(entity_id, _TOP, viewer)
    return context


async def _tag(request: Request) -> Response:
    names = segments(request, "/tag/")
    services, viewer, name = services_of(request), current_user(request), names[0] if names else ""
    context = await blocking(_tagged, services, viewer, name)
    known = context["taggings"] > 0
    return page(
        request,
        "commons_tag.html",
        status=200 if known else 404,
        name=name,
        music_address=music_address,
        tag_address=tag_address,
        **context,
    )


def _tagged(services: Services, viewer: User | None, name: str) -> dict[str, Any]:
    """What carries a tag; blocking."""
    tags = services.tags
    taggings, reach = tags.info(name, viewer)
    return {
        "taggings": taggings,
        "reach": reach,
        "groups": [_group(services, viewer, name, *group) for group in _TITLES] if taggings else [],
        "similar": tags.similar(name, _TOP, viewer) if taggings else (),
    }


def _group(
    services: Services, viewer: User | None, name: str, kind: Kind, title: str
) -> tuple[str, tuple[EntityRef, ...], int]:
    """What of a kind carries a tag, as those write it who may be seen: (title, the first of it, how much)."""
    found, total = services.tags.tagged(name, kind, _TOP, 0, viewer)
    heard = services.commons.refs([ref.entity_id for ref in found], viewer)
    return title, tuple(heard.get(ref.entity_id, ref) for ref in found), total


routes: list[BaseRoute] = [
    Route("/user/{rest:path}", _user, methods=["GET"]),
    Route("/music/{rest:path}", _music, methods=["GET"]),
    Route("/tag/{rest:path}", _tag, methods=["GET"]),
]
