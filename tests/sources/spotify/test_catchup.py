"""Which rows of recently-played are news: its three quirks, without a server."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from earstead.core.player import Item
from earstead.core.spotify import Played
from earstead.sources.spotify.catchup import FULL_EVERY_MS, OVERLAP_MS, SAME_MS, Reached, take

T0 = 1_772_400_000_000
HOUR = 3_600_000


def row(at_ms: int, name: str = "a", length_ms: int = 200_000) -> Played:
    """A row that ended at a time after T0."""
    item = Item(uri=f"spotify:track:{name}", track_name=name, artist_names=("X",), duration_ms=length_ms)
    return Played(item=item, played_at_ms=T0 + at_ms)


def test_a_reading_goes_back_two_hours_behind_the_latest_row() -> None:
    """Devices that were offline tell of plays behind the latest one."""
    _, reached = take(Reached(), [row(0)], T0 + HOUR, full=True)
    assert reached.after_ms(T0 + 2 * HOUR) == T0 - OVERLAP_MS
    late, reached = take(reached, [row(-HOUR, "late"), row(0)], T0 + 2 * HOUR, full=False)
    assert [play.track_name for play in late] == ["late"]
    assert take(reached, [row(-HOUR, "late"), row(0)], T0 + 3 * HOUR, full=False)[0] == ()


def test_everything_is_read_first_each_day_and_after_a_hole() -> None:
    """What arrives even later is found by a page without a beginning."""
    assert Reached().after_ms(T0) == 0
    _, reached = take(Reached(), [row(0)], T0, full=True)
    assert reached.after_ms(T0 + HOUR, everything=True) == 0
    assert reached.after_ms(T0 + FULL_EVERY_MS - 1) != 0
    assert reached.after_ms(T0 + FULL_EVERY_MS) == 0
    _, partly = take(reached, [row(HOUR)], T0 + HOUR, full=False)
    assert partly.full_ms == T0, "a page with a beginning is none of everything"


def test_a_row_told_again_with_another_stamp_is_no_news() -> None:
    """Stamps wander by seconds; a play of the same item later than that is another."""
    _, reached = take(Reached(), [row(0)], T0, full=True)
    again, reached = take(reached, [row(SAME_MS)], T0, full=True)
    assert again == ()
    more, _ = take(reached, [row(SAME_MS + 1)], T0, full=True)
    assert len(more) == 1


def test_a_start_never_lies_before_the_row_before_it() -> None:
    """A play that was skipped is shorter than its item: it began when the one before it ended."""
    (first, second), reached = take(Reached(), [row(0), row(60_000, "b")], T0 + HOUR, full=True)
    assert (first.listened_at, first.ended_at) == (T0 // 1000 - 200, T0 // 1000)
    assert (second.listened_at, second.ended_at) == (T0 // 1000, T0 // 1000 + 60)
    (third,), _ = take(reached, [row(90_000, "c")], T0 + HOUR, full=False)
    assert third.listened_at == T0 // 1000 + 60, "the row before it came with an earlier answer"


def test_a_play_that_was_seen_stands_in_the_way_of_a_later_start() -> None:
    """What ended at the player before bounds the start; the row's own end does not."""
    (play,), _ = take(Reached(), [row(0)], T0 + HOUR, full=True, ends=[T0 - 400_000, T0 - 35_000, T0 - 100])
    assert play.listened_at == T0 // 1000 - 35


@given(
    places=st.lists(st.integers(0, 30), min_size=1, max_size=12, unique=True),
    cuts=st.lists(st.integers(0, 12), max_size=4),
)
def test_every_row_is_told_once_however_the_answers_overlap(places: list[int], cuts: list[int]) -> None:
    """Answers that begin anywhere and arrive in any number tell each play exactly once."""
    rows = sorted((row(place * 60_000, f"t{place}") for place in places), key=lambda one: one.played_at_ms)
    reached, told = Reached(), []
    for begin in [*cuts, 0, 0]:
        news, reached = take(reached, rows[begin:], T0 + HOUR, full=begin == 0)
        told += [play.track_name for play in news]
    assert sorted(told) == sorted(one.item.track_name for one in rows)
