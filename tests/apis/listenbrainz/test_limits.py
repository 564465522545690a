"""The window limiter of the ListenBrainz API."""

from __future__ import annotations

from earstead.apis.listenbrainz.limits import WindowLimiter

FAR = "192.0.2.7"


def test_headers_count_down_within_a_window_on_the_epoch_clock() -> None:
    """Limit, remaining, seconds to and epoch of the window's end are stated as clients sleep by them."""
    limiter = WindowLimiter(limit=3)
    limiter.hit(FAR, 1_000_003)
    assert limiter.hit(FAR, 1_000_004).headers() == {
        "X-RateLimit-Limit": "3",
        "X-RateLimit-Remaining": "1",
        "X-RateLimit-Reset-In": "6",
        "X-RateLimit-Reset": "1000010",
    }


def test_the_limit_is_refused_and_the_next_window_is_free() -> None:
    """The fourth of three is exceeded, never below 0 remaining; a new window starts at a multiple of ten."""
    limiter = WindowLimiter(limit=3)
    quotas = [limiter.hit(FAR, 1_000_009) for _ in range(5)]
    assert [q.exceeded for q in quotas] == [False, False, False, True, True]
    assert [q.remaining for q in quotas] == [2, 1, 0, 0, 0]
    fresh = limiter.hit(FAR, 1_000_010)
    assert (fresh.exceeded, fresh.remaining, fresh.reset_in) == (False, 2, 10)


def test_addresses_have_windows_of_their_own() -> None:
    """One caller's requests do not use up another's."""
    limiter = WindowLimiter(limit=1)
    assert not limiter.hit(FAR, 5).exceeded
    assert not limiter.hit("2001:db8::1", 5).exceeded
    assert limiter.hit(FAR, 5).exceeded


def test_loopback_is_never_refused_and_never_told_zero() -> None:
    """A client on the same machine is not stalled by a remaining of 0."""
    limiter = WindowLimiter(limit=1)
    for address in ("127.0.0.1", "::1", ""):
        quotas = [limiter.hit(address, 5) for _ in range(3)]
        assert [(q.exceeded, q.remaining) for q in quotas] == [(False, 1)] * 3
