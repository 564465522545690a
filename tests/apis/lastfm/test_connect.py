"""The cards that tell how clients are pointed here."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient
from tests.apis.lastfm.conftest import ROOT

from earstead.apis.lastfm import api
from earstead.services.container import Services
from earstead.services.registry import ConnectCard
from earstead.services.users import User

NAMES = ("ws.audioscrobbler.com", "post.audioscrobbler.com")


@pytest.mark.parametrize("card", api.connect, ids=lambda card: card.title)
def test_every_card_says_how_this_server_is_reached(card: ConnectCard) -> None:
    """By an address to enter, or by the names to lead here; no card holds a place that is not filled in when drawn."""
    values = " ".join(value for _, value in card.settings)
    assert "{root}" in values or "{host}" in values or any(name in values for name in NAMES)
    assert set(re.findall(r"\{[a-z]+\}", values)) <= {"{root}", "{host}", "{user}", "{password}"}
    assert all(step.endswith((".", "init")) for step in card.steps)


def test_the_known_clients_have_cards() -> None:
    """Each client that is promised to work is on the connect page, once."""
    titles = " ".join(card.title for card in api.connect)
    known = "mpdscribble|mpdas|VLC|Quod Libet|Strawberry|Rhythmbox|Mopidy|Navidrome|Jellyfin|Web Scrobbler"
    known += "|Pano Scrobbler|foobar2000|cmusfm|rescrobbled|pylast"
    assert [name for name in known.split("|") if name not in titles] == []
    assert len({card.client for card in api.connect}) == len(api.connect)


def test_an_app_password_is_made_where_a_card_has_a_place_for_it(
    client: TestClient, services: Services, ada: User
) -> None:
    """The connect page makes an app password for a client of this API, and shows it in its settings."""
    client.cookies.set("earstead_session", services.accounts.sign_in("ada", "correct horse battery staple"))
    number = next(i for i, card in enumerate(api.connect, 1) if card.client == "VLC")
    before = client.get("/connect", params={"client": f"lastfm-{number}"})
    assert "your app password" in before.text and "Make an app password for it" in before.text
    assert ">music.example<" in before.text
    made = client.post("/connect/token", data={"client": f"lastfm-{number}"}, headers={"Origin": ROOT})
    found = re.search(r"[a-z2-7]{6}(-[a-z2-7]{6}){3}", made.text)
    assert found is not None
    assert services.accounts.check_app_password("ada", found[0]).user_id == ada.user_id
