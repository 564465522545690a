"""A server of one person, with webhooks that may go to this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from earstead.app import open_services
from earstead.kit.clock import FixedClock
from earstead.services.container import Services
from earstead.services.webhooks.types import Delivery
from earstead.settings import Settings
from earstead.webhooks import courier
from tests.webhooks.receiver import Receiver, receiving

NOW = 1_750_000_000


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def services(tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setattr(courier, "LOOK_ROUND_S", 0.05)
    opened = open_services(Settings(data=tmp_path, allow_private=True), clock=clock)
    opened.accounts.claim_owner(opened.accounts.owner_link(), "ada", "correct horse battery staple")
    opened.webhooks.start()
    yield opened
    opened.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def until() -> Until:
    def wait(holds: Callable[[], object]) -> None:
        end, pause = time.monotonic() + 10, threading.Event()
        while not holds():
            assert time.monotonic() < end, "it did not come to that within 10 s"
            pause.wait(0.01)

    return wait


def states(services: Services, endpoint_id: int) -> list[tuple[str, int]]:
    """(state, attempts) of an endpoint's deliveries, oldest first."""
    return [(one.state, one.attempts) for one in reversed(log(services, endpoint_id))]


def log(services: Services, endpoint_id: int) -> tuple[Delivery, ...]:
    return services.webhooks.log(1, endpoint_id)
