"""The simulated Spotify as a transport, without a socket; and clients of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2

from earstead.core.quota import Priority
from earstead.core.spotify import Capabilities, Tokens
from earstead.kit.outbound import Answer
from earstead.sandbox.spotify import Simulator
from earstead.sandbox.spotify.accounts import SCOPES
from earstead.sources.spotify import Governor, RefreshingToken, SpotifyClient
from tests.fakes.loops import run_apart

ROOT = "http://spotify.test"


class InProcess:
    """Carries requests to an ASGI app, and writes down what it carried."""

    def __init__(self, app: object) -> None:
        self._app = app
        self.sent: list[tuple[str, str]] = []

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        self.sent.append((method, url.removeprefix(ROOT)))
        return run_apart(lambda: self._send(method, url, dict(headers or {}), body))

    async def _send(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
        transport = httpx2.ASGITransport(app=self._app)  # type: ignore[arg-type]
        async with httpx2.AsyncClient(transport=transport) as client:
            got = await client.request(method, url, headers=headers, content=body)
            return Answer(got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.content)


@dataclass
class Purse:
    """Tokens in memory."""

    tokens: Tokens
    ended: list[str] = field(default_factory=list)

    def load(self) -> Tokens:
        return self.tokens

    def store(self, tokens: Tokens, before: Tokens) -> None:
        assert before == self.tokens
        self.tokens = tokens

    def dead(self, why: str, before: Tokens) -> None:
        self.ended.append(why)


def purse(simulator: Simulator, *scopes: str) -> Purse:
    """What a user's consent to the simulator's client id gives; to everything when no scopes are named."""
    grant = simulator.accounts.allow(
        simulator.client, simulator.user, frozenset(scopes) or SCOPES, simulator.now_ms, pkce=True
    )
    access = simulator.accounts.access(grant, simulator.now_ms)
    return Purse(Tokens(access=access, refresh=grant.refresh_token, expires_at=simulator.clock.now() + 3600))


def client_of(
    simulator: Simulator,
    held: Purse | None = None,
    *,
    transport: InProcess | None = None,
    governor: Governor | None = None,
    capabilities: Capabilities | None = None,
    priority: Priority = Priority.PLAYER,
) -> SpotifyClient:
    """A client in the name of the simulator's user."""
    carried = transport or InProcess(simulator.app)
    tokens = RefreshingToken(
        carried, held or purse(simulator), simulator.client.client_id, simulator.clock, accounts_url=ROOT
    )
    return SpotifyClient(
        carried,
        tokens,
        governor or Governor(simulator.clock),
        base_url=f"{ROOT}/v1",
        clock=simulator.clock,
        capabilities=capabilities,
        priority=priority,
    )
