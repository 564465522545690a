"""What a player did wrong: each call it makes is judged by the rules of scrobbling, and by the calls before it. Pure.

Source: Last.fm, Scrobbling 2.0, and Submissions 1.2.1 (longer than 30 s, half heard or four minutes, now playing at
the start).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from earstead.core.names import name_key

What = Literal["scrobble", "playing", "other"]
Code = Literal[
    "good",
    "refused",
    "wrong signature",
    "no timestamp",
    "in the future",
    "track too short",
    "double",
    "too early",
    "now playing missing",
    "ignored",
]

SHORTEST_S = 30
ENOUGH_S = 240
SLACK_S = 5
"""A call takes its time, and clocks of players round."""
FUTURE_SLACK_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One call, or one entry of a batch.

    Attributes:
        at: when it arrived, unix seconds.
        door: the protocol, "2.0" or "1.2".
        name: of the method, or of the address.
        timestamp: as sent; "" for none.
        duration_s: as sent; 0 for none.
        fault: what the server answered; "" for a success.
        unsigned: what is wrong with the signature; "" when it is right or none is needed.
        ignored: why the server leaves this entry out though the call succeeds; "" when it does not.
    """

    at: int
    door: str
    what: What
    name: str
    artist: str = ""
    track: str = ""
    timestamp: str = ""
    duration_s: int = 0
    fault: str = ""
    unsigned: str = ""
    ignored: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`code` is "good" or what is wrong; `why` a sentence that says what to change."""

    code: Code
    why: str


def judge(call: Arrival, before: Sequence[Arrival]) -> Verdict:
    """What is to be said about a call, given those that came before it (oldest first)."""
    if call.unsigned:
        return Verdict("wrong signature", call.unsigned)
    if call.fault:
        return Verdict("refused", f"The server answered: {call.fault}")
    if call.what == "scrobble":
        return _scrobble(call, [one for one in before if not (one.fault or one.unsigned)])
    if call.what == "playing" and not call.duration_s:
        return Verdict("good", "It says no length; with one, the page knows when the track is over.")
    return Verdict("good", "")


def _scrobble(call: Arrival, before: Sequence[Arrival]) -> Verdict:
    start = _seconds(call.timestamp)
    if start is None:
        return Verdict("no timestamp", "Send the start of the play as unix seconds in UTC.")
    if start > call.at + FUTURE_SLACK_S:
        return Verdict("in the future", f"It says a start {start - call.at} s ahead: seconds in UTC, not milliseconds.")
    if call.ignored:
        return Verdict("ignored", f"The server leaves it out: {call.ignored}.")
    same = [one for one in before if _same(one, call)]
    playing = [one for one in same if one.what == "playing" and start - 60 <= one.at]
    duration = call.duration_s or max((one.duration_s for one in playing), default=0)
    if 0 < duration <= SHORTEST_S:
        return Verdict("track too short", f"It is {duration} s long; only tracks longer than {SHORTEST_S} s are sent.")
    if again := _double(start, duration, same):
        return Verdict("double", again)
    needed = min(duration // 2, ENOUGH_S) if duration else SHORTEST_S
    if call.at - start < needed - SLACK_S:
        return Verdict(
            "too early",
            f"It came {max(0, call.at - start)} s after the start it names, and {needed} s have to be heard first. "
            "Is the timestamp the start of the play, and not its end?",
        )
    if not playing and call.at - start < max(duration, ENOUGH_S) * 2:
        return Verdict("now playing missing", "The play is right; say at its start that it is playing now.")
    return Verdict("good", "")


def _double(start: int, duration: int, same: Sequence[Arrival]) -> str:
    for one in same:
        other = _seconds(one.timestamp) if one.what == "scrobble" else None
        if other == start:
            return "The same play came before. After an error it may be sent again, after a success it must not."
        if other is not None and abs(other - start) < max(duration, SHORTEST_S) // 2:
            return f"The same track came before with a start {abs(other - start)} s away: one play is sent once."
    return ""


def _same(one: Arrival, other: Arrival) -> bool:
    return (name_key(one.artist), name_key(one.track)) == (name_key(other.artist), name_key(other.track))


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 16 and int(text) else None
