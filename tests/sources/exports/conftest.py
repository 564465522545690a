"""Shared by the tests of the exports: a reader whose clock stands still, and files made on the spot."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from earstead.kit.clock import FixedClock
from earstead.services.import_types import ImportRow, Part
from earstead.sources.exports.reader import Exports

NOW = 1_760_000_000

Read = Callable[..., list[ImportRow]]


@pytest.fixture
def reader() -> Exports:
    return Exports(FixedClock(NOW))


@pytest.fixture
def detect(reader: Exports, tmp_path: Path) -> Callable[..., Part]:
    """The one part of a file with this content (bytes, text, or a value to be written as JSON)."""

    def of(content: Any, name: str = "upload.bin", **options: Any) -> Part:
        if not isinstance(content, bytes):
            content = (content if isinstance(content, str) else json.dumps(content)).encode("utf-8", "surrogatepass")
        path = tmp_path / name
        path.write_bytes(content)
        (part,) = reader.detect([path], options)
        return part

    return of


@pytest.fixture
def read(reader: Exports, detect: Callable[..., Part]) -> Read:
    """The rows of a file with this content."""

    def of(content: Any, name: str = "upload.bin", **options: Any) -> list[ImportRow]:
        part = detect(content, name, **options)
        assert not part.ignored, part.ignored
        return list(reader.rows(part))

    return of


def packed(path: Path, entries: dict[str, bytes]) -> Path:
    """A zip with these entries."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path
