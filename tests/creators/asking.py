"""A client of the simulator, as quick as its machine."""

from __future__ import annotations

from typing import Any

from earstead.creators import Creators, Pace, Urls
from tests.fakes.creators import Stage

QUICK = Pace(first_s={"": 0.01}, most_s=0.02, deadline_s=10.0, attempts=3)


def client(stage: Stage, **more: Any) -> Creators:
    """Signed in; the simulator's own clock, so that "today" is its today."""
    settings = {"pace": QUICK, "clock": stage.clock, "sleep": lambda seconds: None} | more
    return Creators.sign_in(sp_dc=stage.sp_dc, sp_key=stage.sp_key, urls=Urls.at(stage.url), **settings)


def uri(stage: Stage, number: int = 0) -> str:
    """The URI of a published episode, the oldest first."""
    return f"spotify:episode:{stage.episodes()[number].id}"


def calls(stage: Stage, backend: str) -> int:
    """How often a backend was asked so far: ACC, GQL, POD, REST, WEB."""
    return sum(count for name, count in stage.simulator.calls.items() if name.startswith(backend))
