"""Pages of creators say when a simulator stands in for Spotify, so that nobody takes one for the other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.fakes.creators_desk import desk
from tests.fakes.servers import serving

from earstead.app import around


@pytest.mark.parametrize("url", ["http://127.0.0.1:3399", ""])
def test_pages_say_that_a_simulator_stands_in(tmp_path: Path, url: str) -> None:
    """The first page, the account's and that of connecting name the simulator's address; without one they are still."""
    with desk(tmp_path) as made:
        app = around(replace(made.services, creators_url=url))
        with serving(app, lifespan="off") as root, made.visitor(root) as ada:
            for path in ("/create", f"/create/accounts/{made.account.account_id}", "/create/connect"):
                answer = ada.get(path)
                assert answer.status_code == 200
                assert (f"A simulator stands in for Spotify: {url}" in answer.text) is bool(url), path
