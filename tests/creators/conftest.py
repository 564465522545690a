"""Fixtures for the creators' client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from earstead.creators import Creators
from tests.creators.client import client_at
from tests.fakes.creators import Stage, staged


@pytest.fixture
def creators(creators_stage: Stage) -> Iterator[Creators]:
    with client_at(creators_stage) as client:
        yield client


@pytest.fixture(scope="module")
def served() -> Iterator[Stage]:
    """A small world for all tests of a module; a module that wants another one has its own."""
    with staged(episodes=6, days=60) as made:
        yield made


@pytest.fixture
def stage(served: Stage) -> Iterator[Stage]:
    """The simulator of all tests of a module, its switches as they were after each."""
    yield served
    served.simulator.faults.reset()
