"""Connect: one entry a client with its exact settings, and a light that turns on when its first play arrives.

The entries come from the manifests of the plugs; nothing here knows a client by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from earstead.core.errors import NotFound
from earstead.kit.http import blocking
from earstead.pagekit import page
from earstead.services.accounts import User
from earstead.services.container import Services
from earstead.services.registry import Api, ConnectCard, Source
from earstead.services.views import ListenRow
from earstead.web.auth import services_of, signed_in, user_of
from earstead.web.forms import query, read_form
from earstead.web.settings_frame import shown_once

Secret = Literal["token", "app password", ""]
# A client that plays is among the latest; looking further back would only cost.
_LOOK_BACK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A client as the page draws it: `settings` filled in, `heard_at` unix seconds of its latest play, 0 for none.

    `wants` names the secret that belongs into its settings, and `place` is the text that stands there until one is
    made.
    """

    key: str
    card: ConnectCard
    settings: tuple[tuple[str, str], ...]
    wants: Secret
    place: str
    heard_at: int


@signed_in
async def _connect(request: Request) -> Response:
    return await _page(request)


@signed_in
async def _new_token(request: Request) -> Response:
    """Make the token or app password of one client and show it in that client's settings, this once."""
    services, user = services_of(request), user_of(request)
    key = (await read_form(request)).text("client")
    card = dict(_cards(services)).get(key)
    if card is None:
        raise NotFound("There is no such client here.")
    accounts = services.accounts
    make = accounts.new_app_password if wanted(card) == "app password" else accounts.new_token
    token = await blocking(make, user.user_id, card.title[:100])
    return shown_once(await _page(request, opened=key, token=token))


async def _page(request: Request, *, opened: str = "", token: str = "") -> Response:
    services, user = services_of(request), user_of(request)
    latest = await blocking(services.insights.listens, user.user_id, limit=_LOOK_BACK)
    entries = [
        _entry(services, user, key, card, token if key == opened else "", latest.items)
        for key, card in _cards(services)
    ]
    return page(
        request,
        "connect.html",
        entries=entries,
        opened=opened or query(request).text("client"),
        token=token,
        welcome=query(request).text("welcome") == "1",
        newest=latest.items[0] if latest.items else None,
    )


def _cards(services: Services) -> Iterable[tuple[str, ConnectCard]]:
    plugs: tuple[Api | Source, ...] = (*services.apis, *services.sources)
    for plug in plugs:
        for number, card in enumerate(plug.connect, 1):
            yield f"{plug.name}-{number}", card


def _entry(
    services: Services, user: User, key: str, card: ConnectCard, token: str, latest: Iterable[ListenRow]
) -> Entry:
    wants = wanted(card)
    place = f"your {wants}"
    return Entry(
        key=key,
        card=card,
        settings=filled(card, services.public_url.rstrip("/"), user.name, token or place),
        wants=wants,
        place=place,
        heard_at=heard_at(card, latest),
    )


def wanted(card: ConnectCard) -> Secret:
    """Which secret a card has a place for."""
    values = " ".join(value for _, value in card.settings)
    return "token" if "{token}" in values else "app password" if "{password}" in values else ""


def filled(card: ConnectCard, root: str, user: str, secret: str) -> tuple[tuple[str, str], ...]:
    """The settings of a card with address, name and secret in their places.

    Nothing else is replaced: a setting may hold braces of its own (a template of the client's).
    """
    host = root.partition("://")[2]
    said = {"{root}": root, "{host}": host, "{user}": user, "{token}": secret, "{password}": secret}

    def fill(text: str) -> str:
        for place, value in said.items():
            text = text.replace(place, value)
        return text

    return tuple((label, fill(value)) for label, value in card.settings)


def heard_at(card: ConnectCard, latest: Iterable[ListenRow]) -> int:
    """When the client's newest play among `latest` (newest first) began, 0 when it has none there."""
    wanted = card.client.casefold()
    if not wanted:
        return 0
    return next((row.listened_at for row in latest if wanted in row.client.casefold()), 0)


routes = [
    Route("/connect", _connect, methods=["GET"]),
    Route("/connect/token", _new_token, methods=["POST"]),
]
