"""Insights that are asked for, take a moment, and are rated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from earstead.sandbox.creators.world import iso

TAKES_MS: Final = 5000


@dataclass(slots=True, kw_only=True)
class Insight:
    """One that was asked for."""

    insight_id: str
    owner: str
    asked_ms: int

    def at(self, now_ms: int) -> dict[str, Any]:
        """As it stands: PENDING for five seconds, then COMPLETE with a text."""
        done = now_ms - self.asked_ms >= TAKES_MS
        return {
            "insightId": self.insight_id,
            "state": "COMPLETE" if done else "PENDING",
            "payload": "Most listeners who start an episode of this show on a weekday hear it to its end."
            if done
            else None,
            "generatedAt": iso(self.asked_ms + TAKES_MS) if done else None,
        }


@dataclass(slots=True)
class Insights:
    """All that were asked for, by id, and what was said of them."""

    made: dict[str, Insight] = field(default_factory=dict)
    feedback: list[str] = field(default_factory=list)

    def ask(self, insight_id: str, owner: str, now_ms: int) -> Insight:
        """A new one."""
        self.made[insight_id] = Insight(insight_id=insight_id, owner=owner, asked_ms=now_ms)
        return self.made[insight_id]

    def find(self, insight_id: str, owner: str) -> Insight | None:
        """One of an account's."""
        found = self.made.get(insight_id)
        return found if found and found.owner == owner else None
