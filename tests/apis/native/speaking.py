"""What the tests of the own API speak with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

ROOT = "/api/v1"
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Listener:
    """A user and a client that speaks with a token of every scope."""

    user_id: int
    name: str
    client: TestClient

    def add(self, *plays: dict[str, Any]) -> list[int]:
        """Add plays; their listen ids."""
        answer = self.client.post("/listens", json={"listens": list(plays)})
        assert answer.status_code == 200, answer.text
        return [outcome["listen_id"] for outcome in answer.json()["outcomes"]]


def play(
    at: int = 1_700_000_000, artist: str = "Quiet Harbour", track: str = "Lanterns", **more: Any
) -> dict[str, Any]:
    """A play as a caller says it."""
    return {"artist_name": artist, "track_name": track, "listened_at": at, **more}


def client_with(app: Starlette, token: str) -> TestClient:
    """A client that sends this token."""
    return TestClient(app, base_url=f"http://testserver{ROOT}", headers={"Authorization": f"Bearer {token}"})
