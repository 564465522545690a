"""How plays end, and what may be said of few of them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earstead.core.habits import (
    BINS,
    Agreement,
    Tally,
    Verdict,
    always_skipped,
    best_length,
    dear,
    derived,
    never_skipped,
    rate,
    verdict,
)
from earstead.core.ids import UnixSeconds
from earstead.core.listen import END_SHIFT, End, Submission, pack_traits, unpack_traits


def tally(finished: int = 0, left: int = 0, skipped: int = 0, other: int = 0) -> Tally:
    """A tally of so many plays of a track of 200 s."""
    made = Tally()
    for end, count, ms in (
        (Verdict.FINISHED, finished, 200_000),
        (Verdict.LEFT, left, 150_000),
        (Verdict.SKIPPED, skipped, 20_000),
        (Verdict.CUT_OFF, other, 60_000),
    ):
        for _ in range(count):
            made.add(end, ms, 200_000)
    return made


@pytest.mark.parametrize(
    ("end", "played_ms", "length_ms", "found"),
    [
        (End.DONE, 0, 0, Verdict.FINISHED),
        (End.MOVED_ON, 190_000, 200_000, Verdict.FINISHED),
        (End.MOVED_ON, 150_000, 200_000, Verdict.LEFT),
        (End.MOVED_ON, 29_000, 0, Verdict.SKIPPED),
        (End.MOVED_ON, 90_000, 200_000, Verdict.SKIPPED),
        (End.MOVED_ON, 25_000, 40_000, Verdict.SKIPPED),
        (End.MOVED_ON, -1, 200_000, Verdict.LEFT),
        (End.CUT_OFF, 20_000, 200_000, Verdict.CUT_OFF),
        (End.CUT_OFF, 199_000, 200_000, Verdict.FINISHED),
        (End.UNKNOWN, 100_000, 200_000, Verdict.LEFT),
        (End.UNKNOWN, 99_999, 200_000, Verdict.SKIPPED),
        (End.UNKNOWN, -1, 200_000, Verdict.UNKNOWN),
        (End.UNKNOWN, 100_000, 0, Verdict.UNKNOWN),
    ],
)
def test_an_end_is_derived(end: End, played_ms: int, length_ms: int, found: Verdict) -> None:
    """The reason of the player comes first, then the share heard; without both nothing is claimed."""
    assert derived(end, played_ms, length_ms) is found


def test_what_was_heard_counts_more_than_a_flag() -> None:
    """A reported skip makes an unclear end a skip, and does not unmake a track heard to its end."""
    assert verdict(1, Verdict.UNKNOWN) is verdict(1, Verdict.LEFT) is verdict(1, Verdict.CUT_OFF) is Verdict.SKIPPED
    assert verdict(1, Verdict.FINISHED) is Verdict.FINISHED
    assert verdict(0, Verdict.SKIPPED) is verdict(-1, Verdict.SKIPPED) is Verdict.SKIPPED
    assert verdict(0, Verdict.UNKNOWN) is Verdict.UNKNOWN


def test_a_rate_has_its_bounds() -> None:
    """28 of 34 is 82 %, between 66 and 92; all of 10 is not certainly all; nothing known is anything."""
    found = rate(28, 34)
    assert (round(found.share, 2), round(found.low, 3), round(found.high, 3)) == (0.82, 0.665, 0.917)
    assert rate(10, 10).high == 1.0 and 0.72 < rate(10, 10).low < 0.73
    assert rate(0, 0) == (0, 0, 0.0, 1.0) and not rate(9, 9).enough and rate(10, 10).enough


@given(st.integers(0, 500), st.integers(1, 500))
def test_bounds_hold_the_share(part: int, more: int) -> None:
    """Bounds lie within 0 and 1 around the share, and mirror when finished and unfinished change places."""
    known = part + more
    found, mirrored = rate(part, known), rate(more, known)
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert abs(found.low - (1 - mirrored.high)) < 1e-9


def test_what_says_nothing_is_in_no_rate() -> None:
    """Plays cut off by something else are counted as plays and left out of the rate."""
    found = tally(finished=8, left=1, skipped=1, other=5)
    assert (found.plays, found.known, found.finish.share) == (15, 10, 0.8)


def test_where_people_leave() -> None:
    """Plays that were left stand in the tenth of the track in which they ended; finished ones in none."""
    found = tally(finished=9, left=2, skipped=3)
    assert found.left_at == [0, 3, 0, 0, 0, 0, 0, 2, 0, 0]
    assert found.leave_ms_share == pytest.approx(0.15)
    assert tally(finished=3).leave_ms_share == -1
    late = Tally()
    late.add(Verdict.SKIPPED, 400_000, 200_000)
    assert late.left_at[BINS - 1] == 1


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.integers(-1, 400_000)), max_size=40), st.integers(0, 40))
def test_tallies_add_up(plays: list[tuple[Verdict, int]], cut: int) -> None:
    """Two tallies merged say what one of all plays says."""
    whole, first, second = Tally(), Tally(), Tally()
    for i, (end, ms) in enumerate(plays):
        whole.add(end, ms, 200_000)
        (first if i < cut else second).add(end, ms, 200_000)
    first.merge(second)
    assert first == whole


def test_the_length_of_a_track() -> None:
    """The length that players report most; else the median of what was heard to the end, so that neither a seek
    back nor one forward stretches or shrinks it."""
    assert best_length(Counter({200_000: 3, 201_000: 1}), [900_000]) == 200_000
    assert best_length(Counter(), [200_000, 200_000, 640_000, 0]) == 200_000
    assert best_length(Counter(), []) == 0


def test_reported_against_derived() -> None:
    """Only plays of which both spoke are compared."""
    found = Agreement()
    for reported, end in (
        (1, Verdict.SKIPPED),
        (1, Verdict.FINISHED),
        (0, Verdict.SKIPPED),
        (0, Verdict.LEFT),
        (-1, Verdict.SKIPPED),
        (1, Verdict.UNKNOWN),
        (0, Verdict.CUT_OFF),
    ):
        found.add(reported, end)
    assert (found.both, found.only_reported, found.only_derived, found.neither, found.total) == (1, 1, 1, 1, 4)


def test_lists_keep_their_thresholds() -> None:
    """A track is on a list exactly from its stated thresholds on."""
    assert always_skipped(tally(skipped=4, finished=1)) and not always_skipped(tally(skipped=4))
    assert not always_skipped(tally(skipped=7, finished=2))
    assert never_skipped(tally(finished=10)) and not never_skipped(tally(finished=9))
    assert not never_skipped(tally(finished=30, left=1))
    assert dear(tally(finished=12)) and not dear(tally(finished=11)) and not dear(tally(finished=20, skipped=4))


def test_the_reason_stands_among_the_traits() -> None:
    """The end is packed beside the other traits, which read as without it."""
    said = {"source": "t", "artist_name": "a", "track_name": "b", "listened_at": UnixSeconds(1), "twin_s": 30}
    plain = pack_traits(Submission(**said), 15)
    for word, end in (("trackdone", 1), ("fwdbtn", 2), ("logout", 3), ("never heard of", 0), ("", 0), (7, 0)):
        traits = pack_traits(Submission(**said, extra={"reason_end": word}), 15)
        assert traits >> END_SHIFT & 3 == end
        assert unpack_traits(traits) == unpack_traits(plain)
