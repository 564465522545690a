"""How politely is asked."""

from __future__ import annotations

from earstead.creators.pace import Bucket, Limit, Pace


def test_twenty_go_at_once_and_the_next_waits() -> None:
    """A full bucket lets its number through; then one each 1.5 s."""
    bucket = Bucket(Limit(20, 30.0))
    assert [bucket.take(100.0) for _ in range(20)] == [0.0] * 20
    assert bucket.take(100.0) == 1.5
    assert bucket.take(100.0) == 3.0


def test_a_bucket_fills_again_and_no_further() -> None:
    """After a long pause there are as many tokens as at first, not more."""
    bucket = Bucket(Limit(2, 1.0))
    for _ in range(2):
        bucket.take(0.0)
    assert [bucket.take(1000.0) for _ in range(3)] == [0.0, 0.0, 0.5]


def test_waits_double_and_are_bounded() -> None:
    """Each wait lies between half of its span and the whole; spans double up to a bound."""
    pace = Pace.polite()
    assert [pace.wait_s("rest", attempt, 1.0) for attempt in (1, 2, 3)] == [2.0, 4.0, 8.0]
    assert pace.wait_s("pod", 1, 0.0) == 2.0
    assert pace.wait_s("pod", 60, 1.0) == 64.0
