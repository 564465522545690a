"""What the self-test says of calls."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.playtest import Arrival, judge

START = 1_750_000_000
PLAYING = Arrival(
    at=START + 1,
    door="2.0",
    what="playing",
    name="track.updatenowplaying",
    artist="Björk",
    track="Jóga",
    duration_s=300,
)
GOOD = Arrival(
    at=START + 151,
    door="2.0",
    what="scrobble",
    name="track.scrobble",
    artist="Björk",
    track="Jóga",
    timestamp=str(START),
    duration_s=300,
)


def test_a_play_done_right_is_good() -> None:
    """Now playing at the start, the play after half of it; the length may have been said by the first alone."""
    assert judge(PLAYING, []).code == "good"
    assert judge(GOOD, [PLAYING]).code == "good"
    assert judge(replace(GOOD, duration_s=0), [PLAYING]).code == "good"
    assert "length" in judge(replace(PLAYING, duration_s=0), []).why


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"unsigned": "The call carries no api_sig.", "fault": "error 13"}, "wrong signature", "no api_sig"),
        ({"fault": "error 9, Invalid session key"}, "refused", "error 9"),
        ({"timestamp": ""}, "no timestamp", "unix seconds"),
        ({"timestamp": "yesterday"}, "no timestamp", "unix seconds"),
        ({"timestamp": "0"}, "no timestamp", "unix seconds"),
        ({"timestamp": f"{START}000"}, "in the future", "milliseconds"),
        ({"ignored": "Artist was ignored"}, "ignored", "Artist was ignored"),
        ({"duration_s": 30}, "track too short", "30 s"),
        ({"at": START + 20}, "too early", "150 s"),
        ({"timestamp": str(START + 151)}, "too early", "not its end"),
        ({"duration_s": 3_000, "at": START + 200}, "too early", "240 s"),
    ],
)
def test_what_is_wrong_with_one_call(change: dict[str, object], code: str, words: str) -> None:
    """Each mistake has its name, and a sentence that says what to change."""
    verdict = judge(replace(GOOD, **change), [PLAYING])  # type: ignore[arg-type]
    assert verdict.code == code
    assert words in verdict.why


def test_what_is_wrong_beside_other_calls() -> None:
    """A play twice, one play under two starts, a play that was never said to begin; an old one from a queue is fine."""
    assert judge(GOOD, [PLAYING, GOOD]).code == "double"
    near = replace(GOOD, timestamp=str(START + 9), at=START + 170)
    assert "9 s away" in judge(near, [PLAYING, GOOD]).why
    assert judge(GOOD, [PLAYING, replace(GOOD, fault="error 16")]).code == "good", "a refused one was not taken"
    assert judge(GOOD, []).code == "now playing missing"
    assert judge(GOOD, [replace(PLAYING, track="Hunter")]).code == "now playing missing"
    assert judge(replace(GOOD, at=START + 90_000), []).code == "good"
    again = replace(GOOD, timestamp=str(START + 301), at=START + 460)
    assert judge(again, [PLAYING, GOOD, replace(PLAYING, at=START + 302)]).code == "good", "heard twice on end"


@given(st.text(max_size=20), st.integers(0, 10_000), st.integers(0, 1 << 40))
def test_any_call_has_a_verdict(timestamp: str, duration_s: int, at: int) -> None:
    """Whatever a player sends, something can be said about it."""
    call = replace(GOOD, timestamp=timestamp, duration_s=duration_s, at=at)
    assert judge(call, [PLAYING, GOOD]).code
