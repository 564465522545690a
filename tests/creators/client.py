"""The client at a simulator, as tests want it: no waiting, the simulator's clock, what was heard kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from earstead.creators import Creators, Credentials, MemoryLog, Pace, Urls
from earstead.creators.transport import Exchange
from tests.fakes.creators import Stage


@dataclass(slots=True)
class Ears:
    """Keeps every answer that a client got."""

    heard: list[Exchange] = field(default_factory=list)

    def __call__(self, exchange: Exchange) -> None:
        self.heard.append(exchange)

    def labels(self) -> list[str]:
        return [exchange.label for exchange in self.heard]


def client_at(stage: Stage, *, log: MemoryLog | None = None, **more: Any) -> Creators:
    """A client of the stage's account; `more` as `Creators` takes it."""
    settings: dict[str, Any] = {"pace": Pace.unhurried(), "clock": stage.clock, "urls": Urls.at(stage.url)} | more
    given = () if "bearer" in more else (Credentials(stage.sp_dc, stage.sp_key),)
    return Creators(*given, log=log, **settings)
