"""The lists of a linked account on their pages: what is held, and what came and went."""

from __future__ import annotations

import html
import re
from pathlib import Path

from starlette.testclient import TestClient

from earstead.app import around
from earstead.web.auth import COOKIE
from tests.fakes.shuffling import evening

PASSWORD = "a long and quiet evening"


def test_lists_and_their_changes_are_shown_to_their_user_alone(tmp_path: Path) -> None:
    """Each list leads to what came and went since it was first read; others find nothing there."""
    with evening(tmp_path / "data") as home:
        home.rounds(2)
        playlist = home.playlist("Sunday")
        new = home.simulator.store.tracks()[900]
        playlist.add([new.uri], 0, "ada", home.simulator.now_ms)
        home.rounds(1)
        app, accounts = around(home.services), home.services.accounts
        base = f"/settings/spotify/{home.account.account_id}/lists"
        held = next(one for one in home.services.mirrors.lists(home.user_id) if one.name == "Sunday")
        quiet = next(one for one in home.services.mirrors.lists(home.user_id) if one.name == "Long road")
        ada = TestClient(app, cookies={COOKIE: accounts.sign_in("ada", PASSWORD)})
        overview = ada.get(base).text
        for words in (
            "Liked songs",
            "Followed artists",
            "Sunday",
            f'href="{base}/{held.list_id}"',
            "only its owner may",
        ):
            assert words in overview, words
        shown = ada.get(f"{base}/{held.list_id}").text
        assert shown.count(new.name) == 2 and "came" in shown and "Nothing changed" not in shown
        rows = [home.simulator.store.items[row.uri].name for row in playlist.rows]
        assert re.findall(r"<li><strong><bdi>([^<]*)</bdi>", shown) == [html.escape(name, quote=False) for name in rows]
        assert "<li>" not in ada.get(f"{base}/{held.list_id}?skip=100").text.split('id="items"')[1]
        assert "Nothing changed since it was first read." in ada.get(f"{base}/{quiet.list_id}").text
        assert f'href="{base}"' in ada.get(f"/settings/spotify/{home.account.account_id}").text
        accounts.add_user("bea", PASSWORD)
        bea = TestClient(app, cookies={COOKIE: accounts.sign_in("bea", PASSWORD)})
        assert {bea.get(path).status_code for path in (base, f"{base}/{held.list_id}")} == {404}
