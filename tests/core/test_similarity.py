"""What is heard together: bounds, symmetry, independence of order, and that rarity and popularity do not win alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from earstead.core.similarity import GAP_S, Play, matches, sessions, together

ITEMS = st.integers(1, 8)
PLAYS = st.lists(
    st.builds(
        lambda at, length, items: Play(at, at + length, tuple(items)),
        st.integers(0, 40_000),
        st.integers(0, 600),
        st.lists(ITEMS, min_size=1, max_size=3),
    ),
    max_size=30,
)
COUNTS = st.dictionaries(ITEMS, st.integers(1, 500))


def test_a_gap_ends_a_session_and_a_long_piece_does_not() -> None:
    """The silence is measured from the end of what was heard: half an hour of it stays, a second more parts."""
    long = Play(0, 4_000, (1,))
    near = Play(4_000 + GAP_S, 4_100 + GAP_S, (2,))
    far = Play(near.ended_at + GAP_S + 1, near.ended_at + GAP_S + 2, (3,))
    assert sessions([far, near, long]) == [{1, 2}, {3}]


def test_a_piece_within_another_does_not_shorten_a_session() -> None:
    """Overlapping reports of two devices: the later end counts, not that of the later start."""
    assert sessions([Play(0, 5_000, (1,)), Play(10, 20, (2,)), Play(6_000, 6_100, (3,))]) == [{1, 2, 3}]


@given(PLAYS, st.randoms(use_true_random=False))
def test_sessions_do_not_depend_on_order(plays: list[Play], random: object) -> None:
    """Whatever order plays are given in, the sessions are the same."""
    shuffled = sorted(plays, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert sessions(shuffled) == sessions(plays)


@given(PLAYS)
def test_every_play_is_in_one_session(plays: list[Play]) -> None:
    """Nothing is lost or invented."""
    held = sessions(plays)
    assert set().union(*held) == {item for play in plays for item in play.items}
    assert len(held) <= len(plays)


@given(PLAYS, ITEMS, ITEMS)
def test_meetings_are_symmetric(plays: list[Play], a: int, b: int) -> None:
    """`a` met `b` as often as `b` met `a`, at most as often as there are sessions of either; nothing meets itself."""
    held = sessions(plays)
    met = together(held, a)
    assert met[a] == 0
    if a != b:
        assert met[b] == together(held, b)[a] == sum({a, b} <= session for session in held)


@given(COUNTS, COUNTS, st.integers(0, 10))
def test_matches_are_bounded_and_ordered(shared: dict[int, int], plays: dict[int, int], limit: int) -> None:
    """The best is exactly 1, the others are in (0, 1] and fall; no more than asked for, nothing that was not met."""
    found = matches(shared, plays, limit)
    values = [match for _, match in found]
    assert len(found) == min(limit, len(shared))
    assert values[:1] in ([], [1.0])
    assert values == sorted(values, reverse=True)
    assert all(0 < match <= 1 for match in values)
    assert {item for item, _ in found} <= set(shared)


@given(COUNTS, COUNTS)
def test_matches_do_not_depend_on_order(shared: dict[int, int], plays: dict[int, int]) -> None:
    """The same counts in another order give the same answer, ties included."""
    assert matches(dict(reversed(shared.items())), plays, 8) == matches(shared, plays, 8)


def test_what_everybody_plays_is_not_near_to_everything() -> None:
    """Of two met equally often, the one that is heard less elsewhere is nearer."""
    assert [item for item, _ in matches({1: 10, 2: 10}, {1: 1000, 2: 12}, 2)] == [2, 1]


def test_a_single_meeting_does_not_win() -> None:
    """Heard once, and that once together: less near than what was met twenty times of fifty."""
    found = dict(matches({1: 1, 2: 20}, {1: 1, 2: 50}, 2))
    assert found[2] == 1.0
    assert 0 < found[1] < 0.5
