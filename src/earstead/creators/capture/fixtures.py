"""What a simulator or a test can answer with: the types of a capture, filled with values that were never seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earstead.core.creators.registry import Operation
from earstead.creators.capture.shapes import Shape


def fixture(operation: Operation, asked: Shape, answered: Shape) -> Mapping[str, Any]:
    """One operation as it is called and answered; JSON."""
    current = operation.hashes[0] if operation.hashes else None
    return {
        "operation": operation.name,
        "kind": operation.kind,
        "sha256": current.sha256 if current else "",
        "client": current.client if current else "",
        "variables": asked.stand_in() if asked.seen else {},
        "answer": answered.stand_in() if answered.seen else {},
        "made_of": "types only; none of these values was ever seen",
    }
