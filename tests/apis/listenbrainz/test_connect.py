"""The cards that tell how clients are pointed here."""

from __future__ import annotations

import re

import pytest

from earstead.apis.listenbrainz import api
from earstead.services.registry import ConnectCard


@pytest.mark.parametrize("card", api.connect, ids=lambda card: card.title)
def test_every_card_gives_address_and_token(card: ConnectCard) -> None:
    """Nobody is left to guess a value, and no card holds a place that is not filled in when drawn."""
    values = " ".join(value for _, value in card.settings)
    assert "{root}" in values
    assert "{token}" in values
    assert set(re.findall(r"\{.*?\}", values)) <= {"{root}", "{user}", "{token}"}


def test_the_known_clients_have_cards() -> None:
    """Each client that is promised to work is on the connect page, once."""
    titles = " ".join(card.title for card in api.connect)
    known = [
        "Web Scrobbler",
        "Pano Scrobbler",
        "Navidrome",
        "Jellyfin",
        "rescrobbled",
        "listenbrainz-mpd",
        "Strawberry",
    ]
    known += ["multi-scrobbler", "liblistenbrainz", "pylistenbrainz"]
    assert [name for name in known if name not in titles] == []
    assert len({card.client for card in api.connect}) == len(api.connect)
