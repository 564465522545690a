"""The token buckets of the Last.fm API."""

from __future__ import annotations

from earstead.apis.lastfm import limits
from earstead.apis.lastfm.limits import Buckets

FAR = "192.0.2.7"


def test_a_burst_then_so_many_a_second() -> None:
    """A full bucket admits its burst at once, then one request each tenth of a second."""
    buckets = Buckets()
    waits = [buckets.wait_s(FAR, "k", 100.0, per_second=10, burst=5) for _ in range(6)]
    assert waits[:5] == [0.0] * 5
    assert 0 < waits[5] <= 0.1
    assert buckets.wait_s(FAR, "k", 100.05, per_second=10, burst=5) > 0
    assert buckets.wait_s(FAR, "k", 100.11, per_second=10, burst=5) == 0.0
    assert [buckets.wait_s(FAR, "k", 1000.0, per_second=10, burst=5) for _ in range(5)] == [0.0] * 5


def test_addresses_and_keys_have_buckets_of_their_own() -> None:
    """One caller's requests do not use up another's."""
    buckets = Buckets()
    assert buckets.wait_s(FAR, "k", 1.0, per_second=1, burst=1) == 0.0
    assert buckets.wait_s(FAR, "k", 1.0, per_second=1, burst=1) > 0
    assert buckets.wait_s(FAR, "other", 1.0, per_second=1, burst=1) == 0.0
    assert buckets.wait_s("2001:db8::1", "k", 1.0, per_second=1, burst=1) == 0.0


def test_this_machine_is_never_refused() -> None:
    """Loopback in all its spellings, and sockets without an address."""
    buckets = Buckets()
    for address in ("", "127.0.0.1", "127.8.8.8", "::1"):
        assert {buckets.wait_s(address, "k", 1.0, per_second=1, burst=1) for _ in range(3)} == {0.0}


def test_invented_keys_do_not_help() -> None:
    """An address with ever new keys gets what three keys get, then waits; other addresses do not."""
    buckets = Buckets()
    waits = [buckets.wait_s(FAR, f"invented {i}", 1.0, per_second=2, burst=4) for i in range(20)]
    assert waits[:12] == [0.0] * 12
    assert all(0 < wait <= 1 / 6 for wait in waits[12:])
    assert len(buckets._level) == 13
    assert buckets.wait_s("192.0.2.8", "invented 1", 1.0, per_second=2, burst=4) == 0.0
    again = [buckets.wait_s(FAR, f"later {i}", 2.0, per_second=2, burst=4) for i in range(7)]
    assert again[:6] == [0.0] * 6 and again[6] > 0


def test_invented_keys_do_not_fill_the_memory() -> None:
    """When all buckets are in use, new keys of an address share one; buckets that are full again are forgotten."""
    buckets = Buckets()
    for i in range(limits.MOST_BUCKETS):
        buckets.wait_s(f"10.0.{i % 5000 // 250}.{i % 250}", str(i), 1.0, per_second=1, burst=2)
    waits = [buckets.wait_s(FAR, f"new {i}", 1.0, per_second=1, burst=2) for i in range(3)]
    assert waits[:2] == [0.0, 0.0] and waits[2] > 0
    assert buckets.wait_s(FAR, "later", 100.0, per_second=1, burst=2) == 0.0
    assert len(buckets._level) == 2
