"""Spotify: the lists of an account as they are held here: songs, albums, artists, playlists; and what changed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from earstead.kit.http import blocking
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.forms import query, whole
from earstead.web.settings_frame import settings_page

MOST_CHANGES = 200
_SHOWN = 100
KINDS = {"liked": "Liked songs", "albums": "Saved albums", "artists": "Followed artists", "playlist": "Playlist"}


@signed_in
async def _lists(request: Request) -> Response:
    services, user = services_of(request), user_of(request)
    account_id = whole("account", request.path_params["account_id"])
    account = await blocking(services.spotify.get, user.user_id, account_id)
    lists = await blocking(services.mirrors.lists, user.user_id)
    mine = [one for one in lists if one.account_id == account_id]
    mine.sort(key=lambda one: (one.kind == "playlist", one.name.casefold()))
    return settings_page(request, "settings_spotify_lists.html", account=account, lists=mine, kinds=KINDS)


@signed_in
async def _changes(request: Request) -> Response:
    services, user = services_of(request), user_of(request)
    account_id = whole("account", request.path_params["account_id"])
    account = await blocking(services.spotify.get, user.user_id, account_id)
    held = await blocking(services.mirrors.get, user.user_id, whole("list", request.path_params["list_id"]))
    changes = await blocking(services.mirrors.changes, user.user_id, held.list_id, MOST_CHANGES)
    skip = min(whole("skip", query(request).text("skip") or "0"), 1_000_000)
    items = await blocking(services.mirrors.items, user.user_id, held.list_id)
    return settings_page(
        request,
        "settings_spotify_list.html",
        account=account,
        held=held,
        changes=changes,
        count=len(items),
        shown=items[skip : skip + _SHOWN],
        skip=skip,
        page_size=_SHOWN,
        most=MOST_CHANGES,
        kinds=KINDS,
    )


routes: list[BaseRoute] = [
    Route("/settings/spotify/{account_id}/lists", _lists, methods=["GET"]),
    Route("/settings/spotify/{account_id}/lists/{list_id}", _changes, methods=["GET"]),
]
