"""A creator whose account was read from the simulator, and the whole application around it, in process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from tests.apis.native.speaking import PASSWORD, client_with
from tests.fakes.creators import Stage, staged

from earstead.apis.native.callers import SCOPES
from earstead.app import around, open_services
from earstead.services.container import Services
from earstead.settings import read_settings


@dataclass
class Desk:
    """The simulator, the services, and clients of two users: `client` of the creator, `other` of somebody else."""

    stage: Stage
    services: Services
    user_id: int
    account_id: int
    show_id: int
    client: TestClient
    other: TestClient

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of an answer that must be good."""
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def episodes(self, **query: Any) -> list[dict[str, Any]]:
        """Episodes of the first show."""
        found: list[dict[str, Any]] = self.get(f"/creators/shows/{self.show_id}/episodes", **query)["items"]
        return found

    def scoped(self, *scopes: str) -> TestClient:
        """A client of the creator whose token has these scopes."""
        return client_with(self.client.app, self.services.accounts.new_token(self.user_id, "some", scopes))  # type: ignore[arg-type]

    def read(self) -> None:
        """Have the account read, here and now."""
        answer = self.client.post(f"/creators/accounts/{self.account_id}/syncs")
        assert answer.status_code == 202, answer.text
        self.services.worker.run_due()


@contextmanager
def furnished(folder: Path) -> Iterator[Desk]:
    """A desk whose account is connected, with the hashes that a harvest brings, and read."""
    with staged(episodes=6, days=40) as stage:
        settings = read_settings({"EARSTEAD_CREATORS_URL": stage.url}, data=str(folder))
        services = open_services(settings, clock=stage.clock)
        try:
            yield _furnish(stage, services)
        finally:
            services.close()


def _furnish(stage: Stage, services: Services) -> Desk:
    app = around(services)
    ada = services.accounts.add_user("ada", PASSWORD, role="owner")
    bob = services.accounts.add_user("bob", PASSWORD)
    ours, theirs = (
        client_with(app, services.accounts.new_token(user.user_id, "all", tuple(SCOPES))) for user in (ada, bob)
    )
    cookies = {"sp_dc": stage.sp_dc, "sp_key": stage.sp_key, "label": "mine"}
    made = ours.post("/creators/accounts", json=cookies)
    assert made.status_code == 201, made.text
    account_id = made.json()["account_id"]
    brought = services.creators.captures.harvest(ada.user_id, account_id)
    services.creators.captures.adopt(ada.user_id, brought.capture_id)
    shows = ours.get("/creators/shows").json()
    show_id = next(one["show_id"] for one in shows if one["spotify_id"] == stage.show_id)
    desk = Desk(stage, services, ada.user_id, account_id, show_id, ours, theirs)
    desk.read()
    return desk
