"""What a sync asks, computed from what was read: ranges without holes, newest first, and nothing too often."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from earstead.creators.keeping.plan import ALL_TIME, LAST_30, SETTLE_DAYS, Ask, Mark, Piece, Subject, asks, least

TODAY = 20_778
NOW = TODAY * 86_400 + 36_000


def never(client: Any, ask: Ask) -> None:
    """Plans do not ask."""


DAYS = Piece(name="P3", about="", ask=never, days="range", chunk=30)
WINDOW = Piece(name="plays", about="", ask=never, days="window")
SELDOM = Piece(name="ages", about="", ask=never, every=(7, 14, 56))
SHOW = Subject(show_id=1, episode_id=0, uri="", spotify_id="", since=TODAY - 100, hosted=True)


def planned(piece: Piece, mark: Mark | None = None, subject: Subject = SHOW, *, today: int = TODAY) -> list[Ask]:
    """The questions of one piece."""
    marks = {(subject.episode_id, piece.name): mark} if mark else {}
    return list(asks(subject, [piece], marks, today=today, now=today * 86_400, since=today * 86_400))


def mark(first: int, last: int, *, days_ago: int = 1, refused: str = "") -> Mark:
    """A piece that was read so many days ago."""
    return Mark(from_day=first, to_day=last, read_at=NOW - days_ago * 86_400 - 36_000, refused=refused)


def test_a_back_fill_begins_with_the_newest_days_in_the_fewest_requests() -> None:
    """A hundred days in chunks of thirty are four questions, the newest first, each day asked once."""
    found = planned(DAYS)
    assert [(one.first, one.last) for one in found] == [
        (TODAY - 30, TODAY - 1),
        (TODAY - 60, TODAY - 31),
        (TODAY - 90, TODAY - 61),
        (TODAY - 100, TODAY - 91),
    ]
    assert len(found) == least(100, 30)
    assert [one.covered for one in found] == [(one.first, TODAY - 1) for one in found]


def test_what_was_read_is_followed_and_its_last_days_read_again() -> None:
    """The next day asks one question: the new day and those that may still settle."""
    (one,) = planned(DAYS, mark(TODAY - 100, TODAY - 2))
    assert (one.first, one.last) == (TODAY - 1 - SETTLE_DAYS, TODAY - 1)
    assert one.covered == (TODAY - 100, TODAY - 1)


def test_a_back_fill_goes_on_where_it_broke_off() -> None:
    """What lies before the days that were read is asked after what lies behind them."""
    found = planned(DAYS, mark(TODAY - 60, TODAY - 31))
    assert (found[0].first, found[0].last) == (TODAY - 33, TODAY - 4)
    assert [one.covered for one in found] == [
        (TODAY - 60, TODAY - 4),
        (TODAY - 60, TODAY - 1),
        (TODAY - 90, TODAY - 1),
        (TODAY - 100, TODAY - 1),
    ]


@given(st.integers(0, 400), st.integers(0, 400), st.integers(1, 90), st.integers(1, 3))
def test_days_are_covered_without_holes(begin: int, length: int, chunk: int, lag: int) -> None:
    """Whatever was read before, answering all questions in order covers every day from the first to the last known,
    and at no time is a day claimed that was neither read before nor asked for."""
    piece, subject = replace(DAYS, chunk=chunk, lag=lag), replace(SHOW, since=TODAY - 400)
    first = TODAY - 400 + begin
    last = min(TODAY - lag, first + length)
    before = mark(first, last) if first <= last else None
    read = set(range(first, last + 1)) if before else set()
    for one in planned(piece, before, subject):
        assert one.last - one.first < chunk
        read |= set(range(one.first, one.last + 1))
        assert set(range(one.covered[0], one.covered[1] + 1)) <= read
    assert read >= set(range(TODAY - 400, TODAY - lag + 1))


def test_windows_bring_everything_first_and_then_what_follows() -> None:
    """All time at first and after a long pause or a refusal; thirty days where they reach back to what is held."""
    assert [one.window for one in planned(WINDOW)] == [ALL_TIME]
    assert [one.window for one in planned(WINDOW, mark(TODAY - 100, TODAY - 2))] == [LAST_30]
    assert [one.window for one in planned(WINDOW, mark(TODAY - 100, TODAY - 40, days_ago=39))] == [ALL_TIME]
    assert [one.window for one in planned(WINDOW, mark(TODAY - 100, TODAY - 2, refused="partly"))] == [ALL_TIME]


def test_old_episodes_are_asked_for_seldom_and_not_all_on_one_day() -> None:
    """Episodes that were first read together come due over many days, none later than its pause."""
    due: dict[int, int] = {}
    for episode_id in range(1, 200):
        old = replace(SHOW, episode_id=episode_id, since=TODAY - 300)
        days = (day for day in range(60) if planned(SELDOM, mark(1, 1, days_ago=0), old, today=TODAY + day))
        due[episode_id] = next(days)
    assert max(due.values()) <= 56
    assert min(due.values()) >= 27
    assert len(set(due.values())) > 20
    fresh = replace(SHOW, episode_id=3, since=TODAY - 5)
    assert not planned(SELDOM, mark(1, 1, days_ago=1), fresh)
    assert planned(SELDOM, mark(1, 1, days_ago=7), fresh)


def test_what_was_read_in_this_sync_is_not_asked_again() -> None:
    """A slice of a sync goes on behind the one before."""
    just_now = Mark(from_day=TODAY - 100, to_day=TODAY - 1, read_at=NOW, refused="")
    for piece in (DAYS, WINDOW, SELDOM):
        marks = {(0, piece.name): just_now}
        assert not list(asks(SHOW, [piece], marks, today=TODAY, now=NOW, since=NOW - 60))


def test_pieces_are_left_out_where_they_are_known_to_fail_or_to_say_the_same() -> None:
    """Geography of shows hosted elsewhere is not asked for; a stand-in only where the better piece was refused."""
    geography, stand_in = replace(SELDOM, hosted=True), replace(SELDOM, name="P11", instead_of="curve")
    assert not planned(geography, subject=replace(SHOW, hosted=False))
    good, bad = mark(1, 1), mark(1, 1, refused="refused")
    for better, wanted in ((good, 0), (bad, 1), (None, 1)):
        marks = {(0, "curve"): better} if better else {}
        assert len(list(asks(SHOW, [stand_in], marks, today=TODAY, now=NOW, since=NOW))) == wanted
