"""The published schemas of events, version 1: one JSON Schema a type, shipped as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from earstead.core.errors import NotFound
from earstead.core.event_types import TYPES

VERSION = "v1"
_FOLDER = files("earstead") / "webhooks" / "schema" / VERSION


@cache
def schema(name: str) -> Mapping[str, Any]:
    """The schema of a type. Raises NotFound."""
    if name not in TYPES:
        raise NotFound("There is no such type of events.")
    found: Mapping[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))
    return found


def descriptions() -> tuple[tuple[str, str], ...]:
    """(type, what it tells) of every type, in their published order."""
    return tuple((name, schema(name)["description"]) for name in TYPES)
