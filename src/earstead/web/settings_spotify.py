"""Spotify: connecting with a client id of one's own, features and their rights, the end of consent, limits, leaving."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from earstead.core.errors import AppError, Conflict, NotFound, Rejected, Upstream
from earstead.core.spotify_scopes import FEATURES, LISTEN
from earstead.kit.http import blocking, reaching_out
from earstead.pagekit import redirect
from earstead.pagekit.words import plural
from earstead.services.spotify.linking import CALLBACK, Begun, SpotifyLinking
from earstead.services.spotify.types import LinkedAccount, Way
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.forms import Form, query, read_form, whole
from earstead.web.settings_frame import settings_page, shown_once

FAMILY_WORDS = {
    "player": "Looks at the player",
    "recent": "Recently played",
    "metadata": "Names and lengths",
    "search": "Searches",
    "library": "Library",
    "playlists": "Playlists",
    "writes": "Changes and control",
}


def _linking(request: Request) -> SpotifyLinking:
    return services_of(request).spotify_links


def _account_id(request: Request) -> int:
    return whole("account", request.path_params["account_id"])


def _ways(request: Request) -> tuple[Way, ...]:
    seen = f"{request.url.scheme}://{request.url.netloc}"
    return _linking(request).ways(told_url=services_of(request).told_url, seen_url=seen)


def _way(request: Request, name: str, *, before: str = "") -> Way:
    """The way that was chosen; otherwise the one that was taken last, else the best."""
    ways = _ways(request)
    chosen = [way for way in ways if way.name == name] or [way for way in ways if way.redirect_uri == before]
    return (chosen or list(ways))[0]


# --- all of them, and a new one -----------------------------------------------------------------------------------


@signed_in
async def _list(request: Request) -> Response:
    return await _list_page(request)


async def _list_page(request: Request, fault: AppError | None = None) -> Response:
    rows = await blocking(services_of(request).spotify.of_user, user_of(request).user_id)
    return settings_page(request, "settings_spotify.html", rows=rows, now=services_of(request).clock.now(), fault=fault)


@signed_in
async def _new(request: Request) -> Response:
    return await _connect_form(request, Form([("features", LISTEN)]), None)


@signed_in
async def _begin(request: Request) -> Response:
    form = await read_form(request)
    try:
        begun = await blocking(
            _linking(request).begin,
            user_of(request).user_id,
            client_id=form.text("client_id"),
            features=form.all("features"),
            way=_way(request, form.text("way")),
            developer=form.text("developer"),
        )
    except (Rejected, Conflict) as fault:
        return await _connect_form(request, form, fault)
    return _go(request, begun)


async def _connect_form(request: Request, form: Form, fault: AppError | None) -> Response:
    rows = await blocking(services_of(request).spotify.of_user, user_of(request).user_id)
    ways = _ways(request)
    return settings_page(
        request,
        "settings_spotify_connect.html",
        ways=ways,
        chosen_way=form.text("way") or ways[0].name,
        features=FEATURES,
        chosen=form.all("features"),
        client_id=form.text("client_id")[:100],
        developers=sorted({(row.developer, row.client_id) for row in rows}),
        developer=form.text("developer"),
        fault=fault,
    )


def _go(request: Request, begun: Begun, fault: AppError | None = None) -> Response:
    """Where the user goes on to Spotify: by a link, because a form may not lead to another site."""
    return shown_once(settings_page(request, "settings_spotify_go.html", begun=begun, callback=CALLBACK, fault=fault))


# --- coming back --------------------------------------------------------------------------------------------------


@signed_in
async def _came_back(request: Request) -> Response:
    return await _finish(request, f"?{request.url.query}")


@signed_in
async def _pasted(request: Request) -> Response:
    return await _finish(request, (await read_form(request)).text("address"))


async def _finish(request: Request, address: str) -> Response:
    try:
        account = await reaching_out(_linking(request).finish, user_of(request).user_id, address)
    except (Rejected, Conflict, NotFound, Upstream) as fault:
        return await _list_page(request, Rejected("address", _why(fault)))
    said = f"{account.title} is connected. What you play is followed from now on."
    return shown_once(redirect(f"/settings/spotify/{account.account_id}", notice=said))


def _why(fault: AppError) -> str:
    return fault.why if isinstance(fault, Rejected | Upstream) else str(fault)


# --- one of them --------------------------------------------------------------------------------------------------


@signed_in
async def _show(request: Request) -> Response:
    return await _page(request)


async def _page(request: Request, fault: AppError | None = None) -> Response:
    services, user_id = services_of(request), user_of(request).user_id
    account = await blocking(services.spotify.get, user_id, _account_id(request))
    window, standings = await blocking(services.spotify_links.ledger, account.developer)
    now = services.clock.now()
    return settings_page(
        request,
        "settings_spotify_account.html",
        account=account,
        now=now,
        days_left=account.days_left(now),
        window=window,
        standings=standings,
        family_words=FAMILY_WORDS,
        features=FEATURES,
        found=_capability_rows(account),
        fault=fault,
    )


def _capability_rows(account: LinkedAccount) -> tuple[tuple[str, str], ...]:
    """(what, what was found) in words; "not tried yet" where nothing was."""
    known = account.capabilities

    def said(value: bool | None) -> str:
        return "not tried yet" if value is None else "yes" if value else "no"

    route = {None: "not tried yet", "items": "by today's route", "tracks": "by the former route"}
    return (
        ("Items of your playlists", route[known.playlist_route]),
        ("Saving and asking by address", said(known.library)),
        ("Several objects in one request", said(known.batch)),
        ("Results of one search", str(known.search_max) if known.search_max else "not tried yet"),
        ("Fields removed in 2026", said(known.legacy_fields)),
        ("Related artists", said(known.related_artists)),
        ("Audio features", said(known.audio_features)),
    )


@signed_in
async def _renew(request: Request) -> Response:
    """One click: straight to Spotify, where the browser comes back by itself."""
    account = await blocking(services_of(request).spotify.get, user_of(request).user_id, _account_id(request))
    way = _way(request, query(request).text("way"), before=account.redirect_uri)
    begun = await blocking(_linking(request).renew, user_of(request).user_id, account.account_id, way)
    return _go(request, begun) if begun.paste else RedirectResponse(begun.address, 303)


@signed_in
async def _features(request: Request) -> Response:
    form, user_id = await read_form(request), user_of(request).user_id
    account = await blocking(services_of(request).spotify.get, user_id, _account_id(request))
    way = _way(request, "", before=account.redirect_uri)
    try:
        begun = await blocking(_linking(request).set_features, user_id, account.account_id, form.all("features"), way)
    except Rejected as fault:
        return await _page(request, fault)
    if begun is not None:
        return _go(request, begun)
    return redirect(f"/settings/spotify/{account.account_id}", notice="Saved.")


@signed_in
async def _probe(request: Request) -> Response:
    account = await blocking(services_of(request).spotify.get, user_of(request).user_id, _account_id(request))
    await blocking(_linking(request).probe_soon, account)
    return redirect(f"/settings/spotify/{account.account_id}", notice="What is not known yet is tried out now.")


@signed_in
async def _capabilities(request: Request) -> Response:
    account = await blocking(services_of(request).spotify.get, user_of(request).user_id, _account_id(request))
    said: dict[str, Any] = {"client_id": account.client_id, **msgspec.to_builtins(account.capabilities)}
    name = f'attachment; filename="spotify-{account.client_id[:8]}.json"'
    return Response(msgspec.json.encode(said), media_type="application/json", headers={"content-disposition": name})


@signed_in
async def _disconnect(request: Request) -> Response:
    form = await read_form(request)
    erase = form.text("plays") == "erase"
    gone = await blocking(_linking(request).disconnect, user_of(request).user_id, _account_id(request), erase=erase)
    said = f"Disconnected; {plural(gone, 'report')} of plays removed." if erase else "Disconnected. Your plays stay."
    return redirect("/settings/spotify", notice=said)


_ONE = "/settings/spotify/{account_id}"
routes: list[BaseRoute] = [
    Route("/settings/spotify", _list, methods=["GET"]),
    Route("/settings/spotify/new", _new, methods=["GET"]),
    Route("/settings/spotify/new", _begin, methods=["POST"]),
    Route(CALLBACK, _came_back, methods=["GET"]),
    Route(CALLBACK, _pasted, methods=["POST"]),
    Route(_ONE, _show, methods=["GET"]),
    Route(f"{_ONE}/renew", _renew, methods=["GET"]),
    Route(f"{_ONE}/features", _features, methods=["POST"]),
    Route(f"{_ONE}/probe", _probe, methods=["POST"]),
    Route(f"{_ONE}/capabilities.json", _capabilities, methods=["GET"]),
    Route(f"{_ONE}/disconnect", _disconnect, methods=["POST"]),
]
