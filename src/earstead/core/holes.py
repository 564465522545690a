"""Times in which nobody looked at a player, and why: other witnesses know what happened then, or nobody does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

Why = Literal["outage", "quota", "consent", "refused", "stopped"]
MOST = 200
"""Holes that are remembered of an account, the latest."""
WORDS: dict[Why, str] = {
    "outage": "Spotify did not answer",
    "quota": "the day's requests were used up; only the last plays were asked for",
    "consent": "the consent had ended",
    "refused": "Spotify refused to show the player",
    "stopped": "the server was not running",
}


class Hole(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Nobody looked between these two moments, unix milliseconds."""

    from_ms: int
    to_ms: int
    why: Why


def add(holes: Sequence[Hole], hole: Hole) -> tuple[Hole, ...]:
    """The holes with one more behind them; the oldest are forgotten."""
    return (*holes, hole)[-MOST:]


def read(text: str) -> tuple[Hole, ...]:
    """Holes as `write` wrote them; none for text that is not of its making."""
    try:
        return msgspec.json.decode(text, type=tuple[Hole, ...]) if text else ()
    except msgspec.DecodeError:
        return ()


def write(holes: Sequence[Hole]) -> str:
    """Holes as JSON text."""
    return msgspec.json.encode(list(holes)).decode()
