"""What really happened at a listener's player: every play with the ranges heard, and every change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Device:
    """A device that plays.

    Attributes:
        restricted: it plays, but takes no commands from the Web API and has no id there.
        always_on: it is listed even when it was not used for hours.
        late_ms: how long it waits before it reports a play.
        used_ms: when it last played, unix milliseconds; 0 for never.
    """

    device_id: str
    name: str
    type: str
    volume: int = 60
    supports_volume: bool = True
    restricted: bool = False
    always_on: bool = False
    late_ms: int = 0
    used_ms: int = 0


@dataclass(slots=True, kw_only=True)
class Play:
    """One item from the moment the player began with it to the moment it moved on. Times are unix milliseconds.

    Attributes:
        ranges: (time, from position, to position) of each stretch heard without a pause or a seek.
        ended_ms: when the last stretch ended; 0 while it goes on.
        moved_ms: when the player went on to something else or gave up waiting; 0 before.
        known_ms: when the service learned of it; 0 when it has not yet.
    """

    number: int
    uri: str
    kind: str
    name: str
    duration_ms: int
    started_ms: int
    reason_start: str
    context_uri: str
    device: str
    device_type: str
    shuffle: bool
    private: bool
    offline: bool
    reason_end: str = ""
    ended_ms: int = 0
    moved_ms: int = 0
    known_ms: int = 0
    ranges: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def heard_ms(self) -> int:
        """Time heard, pauses left out; parts heard twice count twice."""
        return sum(end - begin for _, begin, end in self.ranges)

    @property
    def skipped(self) -> bool:
        """Whether the listener moved on before the end."""
        return self.reason_end in ("fwdbtn", "backbtn", "clickrow", "playbtn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One change. `type` is that of a `player.*` event without its prefix, or one of ad, offline, online, private."""

    at_ms: int
    type: str
    uri: str
    position_ms: int
    detail: dict[str, Any] = field(default_factory=dict)
