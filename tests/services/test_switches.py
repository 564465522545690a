"""The owner's switches: policy, limits, addresses that are shut out; on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from earstead.core.errors import Conflict, NotFound, Rejected
from earstead.kit.clock import FixedClock
from earstead.services.applications import switches as module
from earstead.storage.engine import Engine
from tests.services.people import People, gather


@pytest.fixture
def people(engine: Engine, clock: FixedClock, tmp_path: Path) -> Iterator[People]:
    with gather(engine, clock, tmp_path) as found:
        yield found


def test_policy_and_limits_act_at_once_and_stay(people: People) -> None:
    """Both have defaults, change on the very next request and outlive a restart."""
    apps = people.applications
    assert (apps.policy(), apps.limits()) == ("known", (10, 100))
    apps.set_policy("strict")
    apps.set_limits(5, 50)
    for seen in (apps, people.again()):
        assert (seen.policy(), seen.limits()) == ("strict", (5, 50))


@pytest.mark.parametrize("limits", [(0, 10), (-1, 10), (10, 9), (1, 100_001)])
def test_impossible_switches_are_refused(people: People, limits: tuple[int, int]) -> None:
    """Limits nobody could live with and words that are no policy change nothing."""
    apps = people.applications
    with pytest.raises(Rejected):
        apps.set_limits(*limits)
    with pytest.raises(Rejected):
        apps.set_policy("lax")
    assert (apps.policy(), apps.limits()) == ("known", (10, 100))


@pytest.mark.parametrize(
    ("shut", "out", "not_out"),
    [
        ("192.0.2.1", ["192.0.2.1", "::ffff:192.0.2.1"], ["192.0.2.2", "2001:db8::1"]),
        ("192.0.2.77/24", ["192.0.2.1", "192.0.2.255"], ["192.0.3.1"]),
        ("2001:db8::/32", ["2001:db8:1::5"], ["2001:db9::1", "192.0.2.1", "", "a socket"]),
        (" ::ffff:192.0.2.0/120 ", ["192.0.2.9"], ["192.0.3.9"]),
    ],
)
def test_an_address_or_network_is_shut_out(people: People, shut: str, out: list[str], not_out: list[str]) -> None:
    """Whoever comes from it reads why, from the very next request until it is let in again; nobody else does."""
    apps = people.applications
    assert apps.blocked(out[0]) == ""
    apps.block_address(shut, "scans")
    for seen in (apps, people.again()):
        assert [seen.blocked(address) for address in out] == ["scans"] * len(out)
        assert [seen.blocked(address) for address in not_out] == [""] * len(not_out)
    apps.unblock(shut)
    assert apps.blocked(out[0]) == ""
    with pytest.raises(NotFound):
        apps.unblock(shut)


def test_a_block_ends_in_time(people: People) -> None:
    """Until then it stands, then neither the address nor the list knows it; a network around it stands on."""
    apps, until = people.applications, people.clock.now() + 60
    apps.block_address("192.0.2.1", "for a minute", until=until)
    apps.block_address("192.0.2.0/24", "for good")
    assert apps.blocked("192.0.2.1") == "for a minute"
    assert {(b.address, b.reason, b.until) for b in apps.addresses()} == {
        ("192.0.2.1", "for a minute", until),
        ("192.0.2.0/24", "for good", 0),
    }
    people.clock.advance(60)
    assert apps.blocked("192.0.2.1") == "for good"
    assert [b.reason for b in apps.addresses()] == ["for good"]
    apps.block_address("198.51.100.1", "x")
    assert len(people.rows("SELECT address FROM address_blocks")) == 2


def test_blocking_again_replaces_the_reason(people: People) -> None:
    """However the address is written, it is one block."""
    apps = people.applications
    apps.block_address("2001:DB8::1", "first")
    apps.block_address("2001:db8:0:0:0:0:0:1/128", "second")
    assert [(b.address, b.reason) for b in apps.addresses()] == [("2001:db8::1", "second")]


@pytest.mark.parametrize(
    ("field", "address", "reason", "until"),
    [
        ("address", "here", "x", 0),
        ("address", "192.0.2.1/33", "x", 0),
        ("reason", "192.0.2.1", "  ", 0),
        ("reason", "192.0.2.1", "x" * 301, 0),
        ("until", "192.0.2.1", "x", 1),
    ],
)
def test_impossible_blocks_are_refused(people: People, field: str, address: str, reason: str, until: int) -> None:
    """What is no address, has no reason or is over already is refused, naming the field."""
    with pytest.raises(Rejected) as refused:
        people.applications.block_address(address, reason, until=until)
    assert refused.value.field == field


def test_blocks_have_an_end(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the most, the owner is told to block networks."""
    monkeypatch.setattr(module, "MOST_BLOCKS", 2)
    for i in range(2):
        people.applications.block_address(f"192.0.2.{i}", "x")
    with pytest.raises(Conflict):
        people.applications.block_address("192.0.2.9", "x")
