"""When to look at a player next: seldom while nothing plays, surely around the end of an item, soon after a change.

Pure: the plan follows from the last look, what it brought, and how much of the day's budget is used.
(spotify-web-api.md 11.1)
"""

from __future__ import annotations

import msgspec

from earstead.core.player import PlayerState, Tracker

END_SLACK_MS = 1_500
"""Looked at this long after an item should have ended, a player shows the next one."""
CONFIRM_MS = 3_000
IDLE_MS = (60_000, 120_000, 330_000)
"""With the history asked every other hour, at most twelve requests an hour."""
PAUSED_MS = (30_000, 60_000, 120_000)
COARSE_MS = 1_200_000
"""With the budget used up, only the history is asked, this often."""


class Pace(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How closely a player is followed. `middle_ms`: at most this long between two looks while it plays."""

    middle_ms: int = 60_000
    confirm: bool = True
    """Look once more right after a change: where a listener skips, more skips follow."""


PER_HOUR_60 = Pace(middle_ms=120_000, confirm=False)
"""The end of each item, and a look or two on its way."""
PER_HOUR_150 = Pace(middle_ms=25_000, confirm=True)


def pace_for(used_share: float) -> Pace | None:
    """The pace that a budget allows; None when only the history may be asked.

    Args:
        used_share: how much of the rolling day's looks is used, 0 to 1.
    """
    if used_share >= 0.9:
        return None
    return PER_HOUR_60 if used_share >= 0.7 else PER_HOUR_150


def next_look_ms(tracker: Tracker, *, changed: bool, quiet_looks: int, pace: Pace = PER_HOUR_150) -> int:
    """How many milliseconds from the last look the next one is due.

    Args:
        changed: the last look brought an event about the item or whether it runs.
        quiet_looks: looks in a row that found nothing playing.
    """
    state = tracker.last
    if state is None:
        return 0
    if state.item is None:
        return IDLE_MS[min(max(quiet_looks - 1, 0), len(IDLE_MS) - 1)]
    if not state.is_playing or tracker.frozen:
        return PAUSED_MS[min(max(quiet_looks - 1, 0), len(PAUSED_MS) - 1)]
    # In equal steps, so that the last of them is the one behind the end.
    left = _left_ms(state)
    wait = left // -(-left // pace.middle_ms)
    return min(wait, CONFIRM_MS) if changed and pace.confirm else wait


def _left_ms(state: PlayerState) -> int:
    duration = state.item.duration_ms if state.item else 0
    if not duration:
        return 30_000
    return max(duration - state.progress_ms, 0) + END_SLACK_MS
