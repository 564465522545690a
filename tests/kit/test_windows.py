"""Counting requests in windows."""

from __future__ import annotations

import pytest

from earstead.apis.listenbrainz.limits import headers
from earstead.kit.windows import WindowLimiter, is_loopback

FAR = "192.0.2.7"


def test_headers_count_down_within_a_window_on_the_epoch_clock() -> None:
    """Limit, remaining, seconds to and epoch of the window's end are stated as clients sleep by them."""
    limiter = WindowLimiter(3, 10)
    limiter.hit(FAR, 1_000_003)
    assert headers(limiter.hit(FAR, 1_000_004)) == {
        "X-RateLimit-Limit": "3",
        "X-RateLimit-Remaining": "1",
        "X-RateLimit-Reset-In": "6",
        "X-RateLimit-Reset": "1000010",
    }


def test_the_limit_is_refused_and_the_next_window_is_free() -> None:
    """The fourth of three is exceeded, never below 0 remaining; a new window starts at a multiple of ten."""
    limiter = WindowLimiter(3, 10)
    quotas = [limiter.hit(FAR, 1_000_009) for _ in range(5)]
    assert [q.exceeded for q in quotas] == [False, False, False, True, True]
    assert [q.remaining for q in quotas] == [2, 1, 0, 0, 0]
    fresh = limiter.hit(FAR, 1_000_010)
    assert (fresh.exceeded, fresh.remaining, fresh.reset_in) == (False, 2, 10)


def test_addresses_have_windows_of_their_own() -> None:
    """One caller's requests do not use up another's."""
    limiter = WindowLimiter(1, 10)
    assert not limiter.hit(FAR, 5).exceeded
    assert not limiter.hit("2001:db8::1", 5).exceeded
    assert limiter.hit(FAR, 5).exceeded


def test_loopback_is_never_refused_and_never_told_zero() -> None:
    """A client on the same machine is not stalled by a remaining of 0."""
    limiter = WindowLimiter(1, 10)
    quotas = [limiter.hit("::1", 5, exempt=True) for _ in range(3)]
    assert [(q.exceeded, q.remaining) for q in quotas] == [(False, 1)] * 3


@pytest.mark.parametrize(
    ("address", "near"),
    [("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), ("", True), (FAR, False), ("unix:", False)],
)
def test_loopback_is_told_from_the_network(address: str, near: bool) -> None:
    """Every spelling of this machine counts as such, and nothing else does."""
    assert is_loopback(address) is near
