"""Fixtures for the creators' client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from earstead.creators import Creators
from tests.creators.client import client_at
from tests.fakes.creators import Stage


@pytest.fixture
def creators(creators_stage: Stage) -> Iterator[Creators]:
    with client_at(creators_stage) as client:
        yield client
