"""Fixtures for what a creator does with a connected account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.creators import Stage
from tests.services.creators.desk import Desk, desk


@pytest.fixture
def at(creators_stage: Stage, tmp_path: Path) -> Iterator[Desk]:
    """A creator's desk."""
    with desk(creators_stage, tmp_path / "data") as opened:
        yield opened
